"""Remarks that travel with results: of the domain, and of the instruments that a portfolio holds."""

from __future__ import annotations

from datetime import date

from dashboard.domain.measures import Note
from dashboard.results.notes import StatusNote
from dashboard.services import market_data
from dashboard.services.valuation import Valued


def status_note(note: Note) -> StatusNote:
    """A remark of the domain as results carry it."""
    return StatusNote(note.code, note.message, note.symbol, date.fromisoformat(note.since) if note.since else None)


def instrument_notes(found: Valued) -> tuple[StatusNote, ...]:
    """What is wrong with what the portfolio is valued with: not found, a failed refresh, values in quarantine."""
    history = found.history
    held = [instrument.symbol for instrument in history.instruments]
    used = {*history.table.currencies, history.currency}
    pairs = [pair for pair in history.market.rates if used.intersection(pair)] if len(used) > 1 else []
    problems = (*market_data.problems_of(held), *market_data.rate_problems_of(pairs))
    return tuple(StatusNote(problem.code, problem.message, problem.symbol, problem.since) for problem in problems)
