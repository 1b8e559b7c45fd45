"""The ``dashboard`` command: exit 0 done, 1 refused with a reason, 2 wrong usage."""

from __future__ import annotations

import importlib
import sys
from typing import cast

import click

from dashboard.cli.context import CommandContext, refuse
from dashboard.errors import DashboardError

# command -> module:attribute; a module is imported when its command is used, so that help is instant.
COMMANDS = {
    "actions": "actions:actions",
    "attribution": "attribution:attribution",
    "bench": "bench:bench",
    "db": "db:db_group",
    "demo": "processes:demo",
    "embed": "embed:embed_group",
    "explain": "explain:explain",
    "exposure": "exposure:exposure",
    "gains": "gains:gains",
    "holdings": "figures:holdings",
    "import": "imports:import_group",
    "indicators": "indicators:indicators",
    "income": "gains:income",
    "instruments": "instruments:instruments_group",
    "lots": "lots:lots",
    "performance": "figures:performance",
    "portfolio": "portfolio:portfolio_group",
    "prices": "prices:prices_group",
    "realized": "gains:realized",
    "rebalance": "rebalancing:rebalance",
    "report": "report:report_group",
    "risk": "risk:risk",
    "scenario": "scenarios:scenario",
    "scheduler": "worker:scheduler",
    "serve": "processes:serve",
    "stream": "stream:stream",
    "transactions": "transactions:transactions",
    "up": "processes:up",
    "user": "user:user_group",
    "watchlist": "watchlists:watchlist_group",
    "worker": "worker:worker",
}


class LazyGroup(click.Group):
    """A group whose commands live in modules of their own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in alphabetical order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name].split(":")
        command = getattr(importlib.import_module(f"dashboard.cli.{module}"), attribute)
        return cast(click.Command, command)


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="basis-dashboard")
@click.pass_context
def root(ctx: click.Context) -> None:
    """Basis: portfolios, prices, performance and reports from the command line."""
    context = CommandContext()
    ctx.obj = context
    ctx.call_on_close(context.close)


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit with its status."""
    words = sys.argv[1:] if arguments is None else arguments
    try:
        sys.exit(root.main(words, prog_name="dashboard", standalone_mode=False) or 0)
    except DashboardError as error:
        refuse(error, as_json="--json" in words)
        sys.exit(1)
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
