"""Merge two instruments that are one: everything of the double goes to the kept one, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import dirty, instrument_moves, instrument_symbols
from dashboard.db.repositories.instrument_usage import usage
from dashboard.domain.access import Actor
from dashboard.errors import Conflict, InvalidInput
from dashboard.results.instrument_editing import DifferingPrice, MergePlan
from dashboard.services import audit
from dashboard.services.instruments import permits
from dashboard.services.market_data import quality, revaluation


def plan_merge(actor: Actor, double: str, kept: str) -> MergePlan:
    """What merging ``double`` into ``kept`` would do. Raises: as :func:`merge`."""
    plan, _, _ = _planned(actor, double, kept)
    db.session.rollback()
    return plan


def merge(actor: Actor, double: str, kept: str) -> MergePlan:
    """Give the transactions, prices, events, findings and references of ``double`` to ``kept``, and delete it.

    Where both have a price of a day that of ``kept`` stays. Files that use the symbol of ``double`` mean ``kept`` from
    now on. This cannot be undone.

    Raises: NotFound, PermissionDenied, InvalidInput, Conflict where the two are counted differently.
    """
    plan, gone, stays = _planned(actor, double, kept)
    days = [day for day in (instrument_moves.first_traded(db.session, gone.id), _first_day(gone, stays)) if day]
    moved = instrument_moves.move(db.session, gone.id, stays.id)
    isin, number = gone.isin, gone.id
    db.session.delete(gone)
    db.session.flush()
    stays.isin = stays.isin or isin
    stays.price_version += 1
    instrument_symbols.remember(db.session, stays.id, double)
    instrument_moves.rename_in_blends(db.session, double, kept)
    instrument_moves.raise_ledgers(db.session, stays.id)
    db.session.flush()
    quality.examine(stays)
    touched = dirty.mark_by_instruments(db.session, {stays.id: min(days)} if days else {})
    details: dict[str, str | int | float | bool | None] = {
        "double": double,
        "kept": kept,
        "double_id": number,
        "differing": len(plan.differing),
        **moved,
    }
    audit.record(actor, "instrument.merge", object_type="instrument", object_id=stays.id, details=details)
    db.session.commit()
    if touched:
        revaluation.ask()
    return replace(plan, merged=True)


def _planned(actor: Actor, double: str, kept: str) -> tuple[MergePlan, InstrumentRow, InstrumentRow]:
    if double == kept:
        raise InvalidInput("An instrument cannot be merged into itself.", field="into")
    # In the order of their symbols, so that two merges never wait for each other.
    rows = {symbol: permits.editable(actor, symbol) for symbol in sorted((double, kept))}
    gone, stays = rows[double], rows[kept]
    _require_alike(gone, stays)
    bars, added, splits, dividends, findings, _ = instrument_moves.counts(db.session, gone.id, stays.id)
    used = usage(db.session, gone.id, double)
    differing = instrument_moves.differing(db.session, gone.id, stays.id)
    return (
        MergePlan(
            double,
            kept,
            stays.currency,
            used.transactions,
            used.portfolios,
            bars,
            added,
            splits,
            dividends,
            findings,
            tuple(DifferingPrice(one.day, one.dropped, one.kept) for one in differing),
        ),
        gone,
        stays,
    )


def _first_day(gone: InstrumentRow, stays: InstrumentRow) -> date | None:
    return instrument_moves.counts(db.session, gone.id, stays.id)[-1]


def _require_alike(gone: InstrumentRow, stays: InstrumentRow) -> None:
    """Raises: Conflict where a unit of one is not worth a unit of the other, or one turns into the other."""
    if gone.currency != stays.currency:
        raise Conflict(
            f"{gone.symbol} is kept in {gone.currency} and {stays.symbol} in {stays.currency}: they cannot be merged."
        )
    if gone.value_multiplier != stays.value_multiplier:
        raise Conflict(
            f"A unit of {gone.symbol} counts {gone.value_multiplier:f} times its price, one of {stays.symbol} "
            f"{stays.value_multiplier:f} times: they cannot be merged."
        )
    if gone.isin and stays.isin and gone.isin != stays.isin:
        raise Conflict(f"{gone.symbol} is {gone.isin} and {stays.symbol} is {stays.isin}: they are not one instrument.")
    if count := instrument_moves.turned_into_each_other(db.session, gone.id, stays.id):
        rows = "1 row" if count == 1 else f"{count} rows"
        raise Conflict(f"In {rows} of ledgers one of them turns into the other: delete that first.")
