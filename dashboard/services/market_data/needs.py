"""Which pairs of currencies are needed: what nobody is counted with is not refreshed, and its age alarms nobody."""

from __future__ import annotations

from dashboard.db.engine import db
from dashboard.db.repositories import fx
from dashboard.db.repositories.fx import Pair
from dashboard.errors import InstrumentNotFound

PIVOT = "USD"


def through_pivot(pair: Pair) -> list[Pair]:
    """The two pairs through the dollar that give one which nobody quotes; none where it is a pair of the dollar."""
    return [] if PIVOT in pair else [fx.conventional(currency, PIVOT) for currency in pair]


def pairs_in_use() -> set[Pair]:
    """The pairs that a portfolio, its benchmark or a report of several portfolios needs, with those that stand in."""
    wanted = fx.needed(db.session)
    rows = fx.stored(db.session, wanted)
    unquoted = [pair for pair, row in rows.items() if row.problem_code == InstrumentNotFound.code]
    return wanted.union(*map(through_pivot, unquoted))
