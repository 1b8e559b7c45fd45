"""Embedded views: shared with named origins, shown for a token, ended at once."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from flask import current_app

from dashboard.db.engine import db
from dashboard.db.repositories import embeds as rows
from dashboard.domain.access import SYSTEM, Actor, PortfolioId
from dashboard.errors import InvalidInput, NotFound, NotShared
from dashboard.results.embeds import EmbedItem, EmbedKind, IssuedToken, KpiView
from dashboard.runtime import settings
from dashboard.security import embed_tokens
from dashboard.security.embed_tokens import WrongTokenError
from dashboard.services import audit, performance, portfolios

ORIGIN = re.compile(r"https?://(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:]{2,39}\])(?::[1-9][0-9]{0,4})?")
MOST_ORIGINS = 10
LOOPBACK = ("http://localhost", "http://127.0.0.1", "http://[::1]")
KPI_RETURNS = ("time_weighted", "time_weighted_annualized", "money_weighted")
KPI_RISKS = ("volatility", "max_drawdown", "sharpe")


def create(
    actor: Actor, portfolio_id: int, kind: EmbedKind, origins: Sequence[str], *, amounts_hidden: bool = False
) -> tuple[EmbedItem, str]:
    """Share a view with ``origins``; the view and its secret, which is told this once.

    Raises: NotFound, InvalidInput.
    """
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    allowed = _valid_origins(origins)
    key = secrets.token_hex(10)  # hexadecimal: on a command line, one that begins with a dash is an option
    rows.insert(key, portfolio.id, kind, allowed, amounts_hidden=amounts_hidden)
    details: dict[str, audit.Plain] = {
        "portfolio": portfolio.id,
        "origins": " ".join(allowed),
        "amounts_hidden": amounts_hidden,
    }
    audit.record(actor, "embed.create", object_type="embed", object_id=key, details=details)
    db.session.commit()
    return _owned(actor, key), _secret(key)


def list_embeds(actor: Actor) -> tuple[EmbedItem, ...]:
    """The views of the actor's portfolios, the latest first; the system sees everyone's."""
    return rows.items(actor.user_id, everyone=actor.is_system)


def revoke(actor: Actor, key: str) -> EmbedItem:
    """End the sharing of a view, at once. Raises: NotFound, where it is another's too."""
    _owned(actor, key)
    if rows.revoke(key):
        audit.record(actor, "embed.revoke", object_type="embed", object_id=key)
    db.session.commit()
    return _owned(actor, key)


def issue_token(actor: Actor, key: str) -> IssuedToken:
    """A token for a view, to try it or to hand out. Raises: NotFound, InvalidInput where it is revoked."""
    found = _owned(actor, key)
    if found.revoked_at is not None:
        raise InvalidInput(f"The view {key} is no longer shared.", field="id")
    now = datetime.now(UTC)
    token = embed_tokens.sign(_secret(key), key, now)
    address = f"{settings().base_url}{path_of(found)}"
    return IssuedToken(token, f"{address}#{token}", embed_tokens.check(token, _secret(key), key, now))


def path_of(found: EmbedItem) -> str:
    """Where a view is."""
    return f"/embed/{found.kind}/{found.key}"


def origins_of(kind: str, key: str) -> tuple[str, ...]:
    """Which sites may put the view in a frame, after it was revoked too: there it says so. Empty for no view."""
    found = rows.by_key(key)
    return found.origins if found is not None and found.kind == kind else ()


def kpi(key: str, token: str) -> KpiView:
    """The figures of a view for whoever holds a token. Raises: NotShared, for every reason."""
    found = _shown(EmbedKind.KPI, key, token)
    portfolio_id = PortfolioId(found.portfolio_id)
    summary = performance.summary(SYSTEM, portfolio_id)
    holdings = performance.holdings(SYSTEM, portfolio_id)
    totals = holdings.totals
    returns = {name: getattr(summary.returns, name) for name in KPI_RETURNS}
    return KpiView(
        name=summary.portfolio.name,
        currency=summary.currency,
        as_of=summary.as_of,
        price_date=max((row.price_date for row in holdings.holdings if row.price_date), default=None),
        priced=totals.priced,
        count=totals.count,
        amounts_hidden=found.amounts_hidden,
        market_value=None if found.amounts_hidden else summary.market_value,
        day_change=None if found.amounts_hidden else totals.day_change,
        day_change_pct=totals.day_change_pct,
        measures=returns | {name: summary.risk[name] for name in KPI_RISKS},
    )


def _shown(kind: EmbedKind, key: str, token: str) -> EmbedItem:
    found = rows.by_key(key)
    if found is None or found.kind is not kind or not rows.is_shared(key):
        raise NotShared
    try:
        embed_tokens.check(token, _secret(key), key, datetime.now(UTC))
    except WrongTokenError:
        raise NotShared from None
    return found


def _owned(actor: Actor, key: str) -> EmbedItem:
    found = rows.by_key(key)
    unknown = NotFound(f"There is no embedded view {key}.")
    if found is None:
        raise unknown
    try:
        portfolios.portfolio_by_id(actor, found.portfolio_id)
    except NotFound:
        raise unknown from None
    return found


def _secret(key: str) -> str:
    return embed_tokens.secret_of(str(current_app.secret_key), key)


def _valid_origins(origins: Sequence[str]) -> tuple[str, ...]:
    """The origins in the form in which browsers tell them, each once. Raises: InvalidInput."""
    found = tuple(dict.fromkeys(map(_valid_origin, origins)))
    if not 1 <= len(found) <= MOST_ORIGINS:
        raise InvalidInput(f"A view is shared with 1 to {MOST_ORIGINS} origins.", field="origin")
    return found


def _valid_origin(origin: str) -> str:
    plain = origin.strip().lower().removesuffix("/")
    if not ORIGIN.fullmatch(plain):
        raise InvalidInput(
            f"{origin} is no origin: it is a scheme, a host and, where it is needed, a port, "
            "such as https://example.org.",
            field="origin",
        )
    scheme, _, rest = plain.partition("://")
    default = ":443" if scheme == "https" else ":80"
    if scheme == "http" and not _is_loopback(plain):
        raise InvalidInput(f"{origin}: pages that show figures need https.", field="origin")
    return f"{scheme}://{rest.removesuffix(default)}"


def _is_loopback(origin: str) -> bool:
    return any(origin == name or origin.startswith(f"{name}:") for name in LOOPBACK)
