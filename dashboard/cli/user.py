"""``dashboard user``: make, list and disable users, and reset their passwords."""

from __future__ import annotations

import sys

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.domain.access import SYSTEM, Role

password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of standard input."
)


@click.group("user")
def user_group() -> None:
    """Make, list and disable users, and reset their passwords."""


@user_group.command()
@click.argument("email")
@click.option(
    "--role", type=click.Choice(list(map(str, Role))), help="Default: admin for the first user, user for all others."
)
@click.option("--name", default="", help="How the person is called.")
@password_option
@json_option
@pass_context
def create(
    context: CommandContext, email: str, role: str | None, name: str, password_stdin: bool, as_json: bool
) -> None:
    """Make the user EMAIL. The first one becomes the owner of the portfolios that have none."""
    from dashboard.results import accounts_wire
    from dashboard.services import accounts

    password = _password(password_stdin)
    with context.app():
        chosen = Role(role) if role else Role.USER if accounts.has_users() else Role.ADMIN
        made = accounts.create_user(SYSTEM, email, password, role=chosen, name=name)
    if as_json:
        context.emit(accounts_wire.user(made))
    else:
        click.echo(f"Made {made.email}, {made.role}.")


@user_group.command("list")
@json_option
@pass_context
def list_command(context: CommandContext, as_json: bool) -> None:
    """List all users."""
    from dashboard.results import accounts_wire
    from dashboard.services import accounts

    with context.app():
        found = accounts.list_users(SYSTEM)
    if as_json:
        context.emit([accounts_wire.user(user) for user in found])
        return
    for user in found:
        state = f"disabled {user.disabled_at:%Y-%m-%d}" if user.disabled_at else ""
        click.echo(f"{user.email:<40} {user.role:<6} since {user.created_at:%Y-%m-%d}  {state}".rstrip())


@user_group.command()
@click.argument("email")
@json_option
@pass_context
def disable(context: CommandContext, email: str, as_json: bool) -> None:
    """Keep EMAIL out from now on; a password reset lets the user in again."""
    from dashboard.services import accounts

    with context.app():
        accounts.disable_user(SYSTEM, email)
    if as_json:
        context.emit({"disabled": email.strip().lower()})
    else:
        click.echo(f"Disabled {email.strip().lower()}; all sessions have ended.")


@user_group.command("reset-password")
@click.argument("email")
@password_option
@json_option
@pass_context
def reset_password(context: CommandContext, email: str, password_stdin: bool, as_json: bool) -> None:
    """Give EMAIL another password and end all sessions."""
    from dashboard.services import accounts

    password = _password(password_stdin)
    with context.app():
        accounts.reset_password(SYSTEM, email, password)
    if as_json:
        context.emit({"reset": email.strip().lower()})
    else:
        click.echo(f"Reset the password of {email.strip().lower()}; all sessions have ended.")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask for the password. Pass it with --password-stdin.")
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt="Password again", err=True)
    return asked
