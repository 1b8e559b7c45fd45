"""``dashboard worker`` and ``dashboard scheduler``: what makes reports and refreshes prices, and what reminds of it."""

from __future__ import annotations

import sys

import click

from dashboard.cli.context import CommandContext, pass_context
from dashboard.errors import ServiceUnavailable
from dashboard.queue import QueueName


@click.command()
@click.option("--count", default=1, show_default=True, type=click.IntRange(1, 64), help="How many workers.")
@click.option(
    "--queue",
    "names",
    multiple=True,
    type=click.Choice([name.value for name in QueueName]),
    help="Only this queue (may be repeated); default: all, the most urgent first.",
)
@pass_context
def worker(context: CommandContext, count: int, names: tuple[str, ...]) -> None:
    """Run jobs until stopped; what runs then is finished first."""
    if count > 1:
        _supervise(context, count, names)
    from jobs import runtime, schedule

    with context.app() as app:
        try:
            schedule.recover()
        except ServiceUnavailable as error:
            context.say(error.message)  # the worker itself waits for Redis, and the tick recovers later
    runtime.run_worker(app, names=[name for name in QueueName if not names or name.value in names])


@click.command()
@pass_context
def scheduler(context: CommandContext) -> None:
    """Remind the workers of what is due, until stopped. Any number may run."""
    from jobs import schedule

    with context.app() as app:
        pass  # refuses a schema that is behind
    schedule.run_scheduler(app)


def _supervise(context: CommandContext, count: int, names: tuple[str, ...]) -> None:
    """Run ``count`` workers as processes of their own, and start those again that end."""
    from dashboard.cli.processes import SELF, process_environment
    from dashboard.cli.supervisor import Program, Supervisor

    environment = process_environment(context.settings)
    options = [word for name in names for word in ("--queue", name)]
    programs = [Program(f"worker {number + 1}", (*SELF, "worker", *options)) for number in range(count)]
    sys.exit(Supervisor(programs, environment, context.say).run())
