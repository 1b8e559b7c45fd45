"""How a portfolio is counted, changed after it was made; and the tags on its instruments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dashboard.db.engine import db
from dashboard.db.repositories.ledger import instruments, portfolios, tags, transactions
from dashboard.domain.access import Actor
from dashboard.domain.ledger import check_ledger
from dashboard.domain.transactions import LotMethod
from dashboard.errors import InvalidInput, NotFound
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import audit
from dashboard.services.ledger.writing import one_change
from dashboard.services.portfolios import portfolio_by_id, set_benchmark, set_track_cash

TAG_LENGTH = 60


def edit_portfolio(
    actor: Actor,
    portfolio_id: int,
    *,
    method: LotMethod | None = None,
    allow_shorts: bool | None = None,
    track_cash: bool | None = None,
    benchmark: str | None = None,
) -> PortfolioRef:
    """Change how a portfolio is counted; None leaves a setting, a benchmark of "" takes it away. Every figure follows.

    Raises: NotFound, InvalidInput; LedgerError where shorts are forbidden and the ledger has one.
    """
    ref = portfolio_by_id(actor, portfolio_id)
    if ref.allow_shorts and allow_shorts is False:
        _refuse_shorts(ref)
    if benchmark is not None:  # what may be refused comes first, so that nothing is changed by halves
        set_benchmark(actor, ref.id, benchmark)
    _set_counting(
        actor,
        ref,
        ref.method if method is None else method,
        ref.allow_shorts if allow_shorts is None else allow_shorts,
    )
    if track_cash is not None:
        set_track_cash(actor, ref.id, track_cash)
    return portfolio_by_id(actor, ref.id)


def tags_of(portfolio_id: int) -> Mapping[str, tuple[str, ...]]:
    """The tags of each symbol that has any. Asks nobody's permission."""
    return tags.of_portfolio(portfolio_id)


def tag_instrument(actor: Actor, portfolio_id: int, symbol: str, tag: str) -> tuple[str, ...]:
    """Put a tag on an instrument of a portfolio; all that it has then. Raises: NotFound, InvalidInput."""
    return _retag(actor, portfolio_id, symbol, tag, remove=False)


def untag_instrument(actor: Actor, portfolio_id: int, symbol: str, tag: str) -> tuple[str, ...]:
    """Take a tag off an instrument of a portfolio; those that it has still. Raises: NotFound, InvalidInput."""
    return _retag(actor, portfolio_id, symbol, tag, remove=True)


def _set_counting(actor: Actor, ref: PortfolioRef, method: LotMethod, allow_shorts: bool) -> None:
    if (method, allow_shorts) == (ref.method, ref.allow_shorts):
        return
    with one_change(ref) as change:
        if ref.allow_shorts and not allow_shorts:
            _refuse_shorts(ref)
        portfolios.set_counting(ref.id, method, allow_shorts)
        change.touches(date.min)
        details: dict[str, str | int | float | bool | None] = {"method": method.value, "allow_shorts": allow_shorts}
        audit.record(actor, "portfolio.counting", object_type="portfolio", object_id=ref.id, details=details)


def _refuse_shorts(ref: PortfolioRef) -> None:
    """Raises: what the first row that needs a short would be refused with."""
    ledger = transactions.ledger(ref.id)
    splits = instruments.splits_of({row.symbol for row in ledger if row.symbol})
    known = {fault.transaction.sequence for fault in check_ledger(ledger, splits, allow_shorts=True)}
    for fault in check_ledger(ledger, splits):
        if fault.transaction.sequence not in known:
            raise fault.error


def _retag(actor: Actor, portfolio_id: int, symbol: str, tag: str, *, remove: bool) -> tuple[str, ...]:
    ref = portfolio_by_id(actor, portfolio_id)
    word, symbol = _valid_tag(tag), symbol.strip()
    known = instruments.by_symbols([symbol, symbol.upper()]) if symbol.isprintable() else {}
    found = known.get(symbol) or known.get(symbol.upper())
    if found is None:
        raise NotFound(f"There is no instrument {symbol[:64]}.")
    changed = (tags.remove if remove else tags.add)(ref.id, found.id, word)
    if remove and not changed:
        raise NotFound(f"{found.symbol} has no tag {word}.")
    if changed:
        details: dict[str, str | int | float | bool | None] = {"symbol": found.symbol, "tag": word, "removed": remove}
        audit.record(actor, "portfolio.tag", object_type="portfolio", object_id=ref.id, details=details)
    db.session.commit()
    return tags.of_portfolio(ref.id).get(found.symbol, ())


def _valid_tag(tag: str) -> str:
    word = " ".join(tag.split())
    if not word:
        raise InvalidInput("A tag needs a word.", field="tag")
    if len(word) > TAG_LENGTH or not word.isprintable():
        raise InvalidInput(f"A tag is a word of up to {TAG_LENGTH} characters.", field="tag")
    return word
