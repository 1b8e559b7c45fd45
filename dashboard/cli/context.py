"""What every command shares: settings, services on demand, the application, and how results are printed."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

import click
import orjson

from dashboard.errors import DashboardError
from dashboard.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

F = TypeVar("F", bound=Callable[..., object])


def json_option(command: F) -> F:
    """Add ``--json`` to a command that prints data."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


class CommandContext:
    """The context object of every command. Services start when a command first needs them."""

    def __init__(self) -> None:
        self._settings: Settings | None = None
        self._stack = contextlib.ExitStack()

    @property
    def settings(self) -> Settings:
        """The settings with both services' addresses; embedded ones are started. Raises: SettingsError."""
        if self._settings is None:
            from dashboard.embedded import services_for

            self._settings = self._stack.enter_context(services_for(Settings.from_env()))
        return self._settings

    @contextlib.contextmanager
    def app(self, *, require_schema: bool = True) -> Iterator[Flask]:
        """An application context over a schema that is current. Raises: SchemaMismatch."""
        from dashboard.db.engine import db
        from dashboard.db.schema import require_current
        from dashboard.server import create_server

        settings = self.settings
        if require_schema and settings.database_url is not None:
            require_current(settings.database_url.get_secret_value())
        app = create_server(settings)
        with app.app_context():
            try:
                yield app
            finally:
                db.session.remove()
                db.engine.dispose()

    def close(self) -> None:
        """Let go of the embedded services."""
        self._stack.close()

    @staticmethod
    def emit(data: object) -> None:
        """Print ``data`` as JSON on standard output."""
        sys.stdout.write(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode() + "\n")

    @staticmethod
    def say(message: str) -> None:
        """Tell the person something on standard error, where it never mixes with data."""
        click.echo(message, err=True)


pass_context = click.make_pass_decorator(CommandContext)


def refuse(error: DashboardError, as_json: bool) -> None:
    """Print why a command was refused: one sentence, or its JSON."""
    if as_json:
        CommandContext.emit({"error": {"code": error.code, "message": error.message}})
    else:
        click.echo(f"Error: {error.message}", err=True)
