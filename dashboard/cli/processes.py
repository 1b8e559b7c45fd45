"""``dashboard serve``, ``up`` and ``demo``: the processes of the product."""

from __future__ import annotations

import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli.context import CommandContext, pass_context
from dashboard.cli.supervisor import Program, Supervisor, free_port
from dashboard.db.schema import upgrade_for
from dashboard.embedded import child_environment

if TYPE_CHECKING:
    from dashboard.settings import Settings

GUNICORN = (sys.executable, "-m", "gunicorn", "-c", "python:dashboard.gunicorn_conf", "wsgi:server")
SELF = (sys.executable, "-m", "dashboard.cli")
START_LIMIT_SECONDS = 60.0


def process_environment(settings: Settings) -> dict[str, str]:
    """What the processes are told, so that only their parent supervises embedded services and picks ports."""
    port = free_port(settings.host, settings.port)
    stream_url = settings.stream_url or f"http://{settings.host}:{free_port(settings.host, port + 1, taken=(port,))}"
    return {
        **child_environment(settings),
        "DASHBOARD_HOME": str(settings.dashboard_home),
        "HOST": settings.host,
        "PORT": str(port),
        "STREAM_URL": stream_url,
        "PROVIDERS": ",".join(settings.providers),
    }


def wait_until_ready(address: str, supervisor: Supervisor) -> bool:
    """Poll ``/readyz`` until it answers 200. Returns whether it did before the limit."""
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < deadline and not supervisor.stopping:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:  # noqa: S310  # our own address
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


@click.command()
@pass_context
def serve(context: CommandContext) -> None:
    """Run the web process alone."""
    environment = process_environment(context.settings)
    with context.app():
        pass  # refuses a schema that is behind, in this terminal, before a server is started
    context.say(f"Serving on http://{environment['HOST']}:{environment['PORT']}")
    sys.exit(Supervisor([Program("web", GUNICORN)], environment, context.say).run())


@click.command()
@click.option("--workers", default=1, show_default=True, help="How many job workers.")
@pass_context
def up(context: CommandContext, workers: int) -> None:
    """Run everything in one command: web, worker, scheduler and stream."""
    settings = context.settings
    upgrade_for(settings)
    run_everything(context, settings, workers=workers, notice=_first_run_notice(context))


@click.command()
@click.option("--workers", default=1, show_default=True, help="How many job workers.")
def demo(workers: int) -> None:
    """Run everything on a simulated market, with a workspace to look at."""
    os.environ["PROVIDERS"] = "simulated"
    os.environ["DASHBOARD_HOME"] = str(Path(os.environ.get("DASHBOARD_HOME") or ".dashboard") / "demo")
    context = CommandContext()
    try:
        settings = context.settings
        upgrade_for(settings)
        with context.app():
            from dashboard.services.demo import load_demo

            workspace = load_demo(context.say)
        run_everything(
            context, settings, workers=workers, notice=f"Sign in as {workspace.email} with {workspace.password}"
        )
    finally:
        context.close()


def run_everything(context: CommandContext, settings: Settings, *, workers: int, notice: str) -> None:
    """Start every process, say where it is once it answers, and stop all on one Ctrl-C."""
    environment = process_environment(settings)
    address = f"http://{environment['HOST']}:{environment['PORT']}"
    programs = [
        Program("web", GUNICORN),
        *(Program(f"worker {number + 1}", (*SELF, "worker")) for number in range(workers)),
        # One for what a person waits for, so that no report stands behind a long refresh.
        Program("urgent worker", (*SELF, "worker", "--queue", "high")),
        Program("scheduler", (*SELF, "scheduler")),
        Program("stream", (*SELF, "stream")),
    ]
    supervisor = Supervisor(programs, environment, context.say)

    def announce() -> None:
        if wait_until_ready(address, supervisor):
            context.say(f"\nBasis is up:  {settings.dashboard_base_url or address}\n{notice}\nStop with Ctrl-C.\n")
        elif not supervisor.stopping:
            context.say(f"The web process does not answer on {address} yet; it is still being watched.")

    sys.exit(supervisor.run(ready=announce))


def _first_run_notice(context: CommandContext) -> str:
    from dashboard.services.accounts import has_users

    with context.app():
        return "Sign in there." if has_users() else "There is no user yet: the page sets up the first one."
