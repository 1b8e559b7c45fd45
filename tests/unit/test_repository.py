"""What the repository promises about itself, so that a slip shows before somebody installs it."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from dashboard.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("installer.lock", "runtime.lock", "dev.lock")
PACKAGES = ("dashboard", "pages", "jobs", "tests", "benchmarks")
TEXT_SUFFIXES = {
    ".cfg",
    ".css",
    ".html",
    ".ini",
    ".js",
    ".json",
    ".lock",
    ".md",
    ".mjs",
    ".py",
    ".sh",
    ".toml",
    ".txt",
    ".yaml",
}
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[.*?\])?==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+))? \\$")


@cache
def tracked_files() -> tuple[Path, ...]:
    """What a clone gets. Outside a clone there is nothing to say."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return tuple(path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file())


@cache
def project() -> dict[str, Any]:  # Any: TOML has no narrower type
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def lock_text(name: str) -> str:
    """One lock file."""
    return (ROOT / "requirements" / name).read_text()


def pins(name: str, python: str = "3.11.2") -> dict[str, Version]:
    """The versions that a lock gives to a Python on Linux."""
    environment = {"python_version": python.rpartition(".")[0], "python_full_version": python, "sys_platform": "linux"}
    found: dict[str, Version] = {}
    for line in lock_text(name).splitlines():
        if (match := PIN.match(line)) is None:
            continue
        marker = match["marker"]
        if marker is None or Marker(marker.strip()).evaluate(environment):
            found[canonicalize_name(match["name"])] = Version(match["version"])
    return found


def requirements(*extras: str) -> list[Requirement]:
    """What pyproject.toml asks for, with the build backend."""
    declared = [*project()["project"]["dependencies"], *project()["build-system"]["requires"]]
    for extra in extras:
        declared += project()["project"]["optional-dependencies"][extra]
    return [Requirement(text) for text in declared]


@pytest.mark.parametrize("name", LOCKS)
def test_locks_name_no_index_and_no_address(name: str) -> None:
    text = lock_text(name)
    assert "--index-url" not in text
    assert "--find-links" not in text
    assert "://" not in text


@pytest.mark.parametrize("name", LOCKS)
def test_locks_pin_everything_with_hashes(name: str) -> None:
    entries = re.split(r"\n(?=\S)", lock_text(name).strip())
    assert entries
    for entry in entries:
        first, *rest = entry.splitlines()
        assert PIN.match(first), f"not an exact version: {first}"
        assert rest and all(re.fullmatch(r" {4}--hash=sha256:[0-9a-f]{64}( \\)?", line) for line in rest), first


@pytest.mark.parametrize(("name", "extras"), [("runtime.lock", ("embedded",)), ("dev.lock", ("embedded", "dev"))])
@pytest.mark.parametrize("python", ["3.11.0", "3.11.2", "3.12.1", "3.13.0"])
def test_locks_agree_with_the_bounds_of_the_project(name: str, extras: tuple[str, ...], python: str) -> None:
    locked = pins(name, python)
    for requirement in requirements(*extras):
        version = locked.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is missing from {name}; make lock"
        assert version in requirement.specifier, f"{requirement} against {version}; make lock"


def test_both_locks_have_the_same_versions_of_what_they_share() -> None:
    runtime, development = pins("runtime.lock"), pins("dev.lock")
    assert {package: development.get(package) for package in runtime} == runtime


def test_the_overridden_caps_of_the_test_tools_stay_out_of_the_runtime_lock() -> None:
    assert "selenium" not in pins("runtime.lock")
    assert pins("runtime.lock")["urllib3"] >= Version("2")


def test_the_node_lock_names_no_registry() -> None:
    text = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert '"integrity"' in text
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text()


def test_no_file_names_a_package_registry_or_a_machine_path() -> None:
    hosts = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "deb.debian" + ".org")
    homes = re.compile(r"(?<![\w.$}/])/(?:home/\w+|Users/\w+|work/\w+|root/\.?\w+)")
    slips = []
    for path in tracked_files():
        if path.suffix not in TEXT_SUFFIXES and path.suffix:
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        slips += [f"{path.relative_to(ROOT)}: {host}" for host in hosts if host in text]
        if path != Path(__file__).resolve():
            slips += [f"{path.relative_to(ROOT)}: {match.group()}" for match in homes.finditer(text)]
    assert slips == []


def test_every_module_begins_with_a_docstring() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in tracked_files()
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] in PACKAGES
        and not (path.name == "__init__.py" and "tests" in path.parts and not path.stat().st_size)
        and not (ast.get_docstring(ast.parse(path.read_text())) or "").strip()
    ]
    assert silent == []


def test_every_module_of_the_product_has_its_place_in_the_layers() -> None:
    contract = next(each for each in project()["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    placed = set(re.findall(r"[\w.]+", " ".join(contract["layers"])))
    tops = {
        f"dashboard.{path.relative_to(ROOT).parts[1].removesuffix('.py')}"
        for path in tracked_files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] == "dashboard"
    }
    assert tops - {"dashboard.__init__"} - placed == set()
    assert {"pages", "jobs"} <= placed


@pytest.mark.parametrize(
    "promise",
    [
        "The domain is pure",
        "SQL lives in db and services alone",
        "A worker never loads Dash",
        "Pages are independent",
        "Network clients live in providers and notifications alone",
    ],
)
def test_the_import_contracts_are_there(promise: str) -> None:
    names = [contract["name"] for contract in project()["tool"]["importlinter"]["contracts"]]
    assert any(name.startswith(promise) for name in names)


def test_importing_the_jobs_loads_no_dash() -> None:
    program = (
        "import importlib, pkgutil, sys, jobs\n"
        "for module in pkgutil.walk_packages(jobs.__path__, 'jobs.'):\n"
        "    importlib.import_module(module.name)\n"
        "print(sorted({'dash', 'plotly', 'dash_ag_grid'} & set(sys.modules)))\n"
    )
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout.strip()) == (0, "[]"), answer.stderr


def test_pre_commit_hooks_fetch_nothing() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert {repository["repo"] for repository in hooks["repos"]} == {"local"}
    assert {hook["language"] for repository in hooks["repos"] for hook in repository["hooks"]} == {"system"}


def test_compose_runs_every_process_and_keeps_what_must_be_kept() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    assert {"web", "worker", "scheduler", "stream", "migrate", "postgres", "redis"} <= set(services)
    assert all(any(":/" in volume for volume in services[name]["volumes"]) for name in ("postgres", "redis"))
    assert services["web"]["environment"]["DASHBOARD_ENV"] == "production"
    assert "DATABASE_MIGRATION_URL" not in services["web"]["environment"]


def test_every_figure_on_the_operators_dashboard_is_one_that_the_product_has() -> None:
    shown = json.loads((ROOT / "deploy" / "grafana" / "dashboards" / "basis.json").read_text())
    asked = {
        name
        for panel in shown["panels"]
        for each in panel["targets"]
        for name in re.findall(r"basis_\w+", each["expr"])
    }
    declared = set(re.findall(r'"(basis_\w+)"', (ROOT / "dashboard" / "observability" / "metrics.py").read_text()))
    assert asked
    assert {re.sub(r"_(bucket|count|sum)$", "", name) for name in asked} - declared == set()


def test_every_setting_in_compose_is_one_that_the_product_reads() -> None:
    environment = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["migrate"]["environment"]
    assert {name.lower() for name in environment} - set(Settings.model_fields) == set()


def test_continuous_integration_and_deployment_scripts_are_executable() -> None:
    scripts = [
        ROOT / ".ci" / "run",
        ROOT / "requirements" / "install",
        ROOT / "deploy" / "new_env",
        ROOT / "deploy" / "postgres" / "roles.sh",
    ]
    assert [path.name for path in scripts if not path.stat().st_mode & 0o111] == []
