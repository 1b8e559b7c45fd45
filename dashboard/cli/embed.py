"""``dashboard embed``: share views with other sites, make tokens for them, end the sharing."""

from __future__ import annotations

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.options import owner_option
from dashboard.domain.access import SYSTEM
from dashboard.results.embeds import EmbedKind


@click.group("embed")
def embed_group() -> None:
    """Views for other sites: share one, make a token, list them, end one."""


@embed_group.command()
@click.argument("name")
@click.option("--kind", type=click.Choice([kind.value for kind in EmbedKind]), default=EmbedKind.KPI.value)
@click.option("--origin", "origins", multiple=True, required=True, metavar="URL", help="A site that may show it.")
@click.option("--percent-only", is_flag=True, help="Send no amount, only percentages.")
@owner_option
@json_option
@pass_context
def create(
    context: CommandContext,
    name: str,
    kind: str,
    origins: tuple[str, ...],
    percent_only: bool,
    owner: str | None,
    as_json: bool,
) -> None:
    """Share a view of the portfolio NAME; prints its secret, this once."""
    from dashboard.results import embeds as wire
    from dashboard.services import embeds, portfolios

    with context.app():
        portfolio = portfolios.portfolio_by_name(SYSTEM, name, owner)
        made, secret = embeds.create(SYSTEM, portfolio.id, EmbedKind(kind), origins, amounts_hidden=percent_only)
        address = f"{context.settings.base_url}{embeds.path_of(made)}"
    if as_json:
        context.emit(wire.item(made) | {"address": address, "secret": secret})
        return
    click.echo(f"id       {made.key}\naddress  {address}\nsecret   {secret}")
    context.say("The secret is not shown again. Keep it on the server that makes tokens, never in a page.")


@embed_group.command()
@click.argument("id")
@json_option
@pass_context
def token(context: CommandContext, id: str, as_json: bool) -> None:
    """Print the address of the view ID with a token that is good for ten minutes."""
    from dashboard.results.scalars import moment
    from dashboard.services import embeds

    with context.app():
        issued = embeds.issue_token(SYSTEM, id)
    if as_json:
        data = {"token": issued.token, "address": issued.address, "expires_at": moment(issued.expires_at)}
        context.emit(data)
    else:
        click.echo(issued.address)


@embed_group.command("list")
@json_option
@pass_context
def list_command(context: CommandContext, as_json: bool) -> None:
    """List the views, the latest first."""
    from dashboard.results import embeds as wire
    from dashboard.services import embeds

    with context.app():
        found = embeds.list_embeds(SYSTEM)
    if as_json:
        context.emit([wire.item(item) for item in found])
        return
    for item in found:
        state = f"revoked {item.revoked_at:%Y-%m-%d}" if item.revoked_at else "shared"
        amounts = "percent only" if item.amounts_hidden else ""
        origins = " ".join(item.origins)
        click.echo(f"{item.key:<18}{item.kind:<5}{state:<20}{amounts:<14}{item.portfolio_name}  {origins}".rstrip())


@embed_group.command()
@click.argument("id")
@json_option
@pass_context
def revoke(context: CommandContext, id: str, as_json: bool) -> None:
    """End the sharing of the view ID, at once."""
    from dashboard.results import embeds as wire
    from dashboard.services import embeds

    with context.app():
        ended = embeds.revoke(SYSTEM, id)
    context.emit(wire.item(ended)) if as_json else click.echo(f"{id} is no longer shared.")
