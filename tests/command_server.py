"""Commands in processes of their own, each forked from one that has imported what they need: a second sooner.

The server imports the modules of commands and services, makes no connection and reads no settings; a command gets its
own environment, folder, input and output, and ends as the real one does.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from babel.core import get_global
from sqlalchemy.orm import configure_mappers

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("dashboard.cli", "dashboard.services", "dashboard.providers")
# Commands that start processes or servers of their own bring what they need when they run.
LEFT_OUT = ("dashboard.cli.__main__", "dashboard.cli.processes", "dashboard.cli.stream", "dashboard.cli.supervisor")
TIMEOUT_SECONDS = 120


class CommandServer:
    """The server's parent: sends it commands, one at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.command_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def run(self, words: Sequence[str], environment: Mapping[str, str], stdin: str = "") -> tuple[int, str, str]:
        """The status, the output and the errors of ``dashboard`` with these words."""
        assert self._process.stdin is not None and self._process.stdout is not None
        request = {"words": list(words), "environment": dict(environment), "stdin": stdin}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the server of commands ended with {self._process.wait()}"
        found = json.loads(answer)
        return found["status"], found["out"], found["err"]

    def close(self) -> None:
        """End the server."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()


def serve() -> None:
    """Answer requests until the input ends."""
    for package in PACKAGES:
        found = importlib.import_module(package)
        for module in pkgutil.walk_packages(found.__path__, f"{package}."):
            if module.name not in LEFT_OUT:
                importlib.import_module(module.name)
    importlib.import_module("dashboard.server")
    configure_mappers()
    get_global("meta_zones")  # Babel's own data, which it reads once a process
    # A child's garbage collector would write to every object there is, and so copy the whole memory of this process.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        print(json.dumps(_run(json.loads(line))), flush=True)


def _run(request: dict[str, object]) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        places = {name: Path(folder) / name for name in ("stdin", "out", "err")}
        places["stdin"].write_text(str(request["stdin"]), encoding="utf-8")
        child = os.fork()
        if child == 0:
            _become(request, places)
        status = _wait(child)
        out, err = (places[name].read_text(encoding="utf-8", errors="replace") for name in ("out", "err"))
    return {"status": status, "out": out, "err": err}


def _wait(child: int) -> int:
    """The child's exit status; it is killed where it takes too long."""
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(TIMEOUT_SECONDS)
    _, status = os.waitpid(child, 0)
    signal.alarm(0)
    return os.waitstatus_to_exitcode(status)


def _become(request: dict[str, object], places: Mapping[str, Path]) -> None:
    """Be the command, and end with its status."""
    signal.alarm(0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    os.dup2(os.open(places["stdin"], os.O_RDONLY), 0)
    for name, descriptor in (("out", 1), ("err", 2)):
        os.dup2(os.open(places[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    sys.stdin, sys.stdout, sys.stderr = (
        open(0, encoding="utf-8", closefd=False),  # noqa: SIM115  descriptors, for the rest of the process
        open(1, "w", encoding="utf-8", closefd=False),  # noqa: SIM115
        open(2, "w", encoding="utf-8", closefd=False, buffering=1),  # noqa: SIM115
    )
    os.environ.clear()
    environment = request["environment"]
    assert isinstance(environment, dict)
    os.environ.update(environment)
    words = request["words"]
    assert isinstance(words, list)
    status = 1
    try:
        from dashboard.cli import main

        main(words)
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # the process's edge: as the interpreter would show it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve()
