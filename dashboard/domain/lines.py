"""The lines of portfolios: each holding, each balance of cash and the standing costs, day by day.

Every gain of a portfolio belongs to exactly one line, and what moves between lines nets out: the lines of a portfolio
sum to it on each day, in value, in net external flow and in gain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from dashboard.domain.arrays import Days, Floats, Ints, Mask, date_of, day_of
from dashboard.domain.calendar import calendar_days
from dashboard.domain.cash_flows import paying_currency
from dashboard.domain.instruments import Instrument
from dashboard.domain.transactions import TransactionType
from dashboard.domain.valuation import PortfolioHistory

STANDING = frozenset({TransactionType.FEE, TransactionType.TAX})
NOISE = 1e-12  # what floats leave of flows that cancel, as a share of them


class LineKind(StrEnum):
    """What a line is: something held, a balance, or costs that belong to nothing that is held."""

    HOLDING = "holding"
    CASH = "cash"
    COSTS = "costs"


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``name`` is the symbol of a holding, the currency of a balance, and empty for the costs."""

    kind: LineKind
    name: str
    instrument: Instrument | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines on T consecutive days, (T, L) each, in ``currency``; NaN where a rate is missing.

    ``flows`` is the net money into a line; ``costs`` are its standing costs, which another line or somebody outside
    pays; ``paid`` is what a balance pays of them (a part of ``flows``). The gain of a line and day is
    ``value − value₋₁ − flows − costs``.
    """

    currency: str
    days: Days
    lines: tuple[Line, ...]
    values: Floats
    flows: Floats
    costs: Floats
    paid: Floats

    @property
    def gains(self) -> Floats:
        """The gain of each line on each day, (T, L); 0 on the first day, which is before the first transaction."""
        found = np.zeros_like(self.values)
        found[1:] = np.diff(self.values, axis=0) - self.flows[1:] - self.costs[1:]
        return found


@dataclass(frozen=True, slots=True)
class LineLevel:
    """Some lines as one level: what flows between them is no flow. Shape (T,) each, as a :class:`series.Level`."""

    currency: str
    days: Days
    value: Floats
    inflows: Floats
    outflows: Floats
    standing_costs: Floats
    gross: Floats

    def position(self, day: date) -> int:
        """The position of a day on the calendar, clamped to it."""
        return int(np.clip((day_of(day) - self.days[0]).astype(int), 0, len(self.days) - 1))

    def gross_on(self, days: Ints) -> Floats:
        """The values of the lines without their signs at calendar positions."""
        found: Floats = self.gross[days]
        return found


def lines_of(history: PortfolioHistory) -> Lines:
    """The lines of a portfolio: its holdings, then its balances, then its costs."""
    entries, shape = history.entries, (len(history.days), len(history.instruments))
    owned = entries.instrument >= 0
    spent = entries.fees + entries.taxes
    standing = _standing(history)
    flow = entries.trade - entries.income + np.where(standing, 0.0, spent)
    lines = [Line(LineKind.HOLDING, instrument.symbol, instrument) for instrument in history.instruments]
    lines += [Line(LineKind.CASH, name) for name in history.cash_currencies]
    cash_flows, paid = _cash(history, standing, spent)
    balances = np.where(history.cash == 0.0, 0.0, history.cash * history.cash_rates)
    nothing = np.zeros((shape[0], 1))
    none_paid = np.zeros(shape)
    last = np.zeros(len(owned), np.intp)
    unowned = _scatter(entries.day, last, np.where(standing, spent, 0.0), ~owned, nothing)
    # Where balances are not tracked, a cost of nothing that counts as a flow comes from outside and is spent at once.
    passing = nothing if history.cash_tracked else _scatter(entries.day, last, flow, ~owned, nothing)
    costs = _scatter(entries.day, entries.instrument, np.where(standing, spent, 0.0), owned, none_paid)
    return Lines(
        currency=history.currency,
        days=history.days,
        lines=(*lines, Line(LineKind.COSTS, "")),
        values=np.hstack((history.values, balances, nothing)),
        flows=np.hstack((_scatter(entries.day, entries.instrument, flow, owned, none_paid), cash_flows, passing)),
        costs=np.hstack((costs, np.zeros_like(cash_flows), unowned)),
        paid=np.hstack((none_paid, paid, nothing)),
    )


def _standing(history: PortfolioHistory) -> Mask:
    """Rows whose costs no lot, proceeds or income carries: they are no flow of a holding."""
    entries = history.entries
    if not history.cash_tracked:
        outside: Mask = entries.outside != 0.0
        return outside
    standing = np.zeros(len(entries.day), np.bool_)
    for at in np.flatnonzero(entries.standing != 0.0).tolist():
        of_nothing = entries.instrument[at] < 0 and entries.income[at] == 0.0
        standing[at] = of_nothing or entries.transactions[at].type in STANDING
    return standing


def _cash(history: PortfolioHistory, standing: Mask, spent: Floats) -> tuple[Floats, Floats]:
    """Net flows into the balances, and what they paid of standing costs, (T, C) each.

    Income that belongs to no instrument, such as interest on a balance, is earned by the balance and is no flow.
    """
    entries, legs = history.entries, history.entries.cash
    shape = len(history.days), len(history.cash_currencies)
    at = {history.table.currencies[name]: column for column, name in enumerate(history.cash_currencies)}
    columns = np.full(len(history.table.currencies), -1, np.intp)
    columns[list(at)] = list(at.values())
    used = columns[legs.currency]
    flows = _scatter(legs.day, used, legs.value, used >= 0, np.zeros(shape))
    if not history.cash_tracked:
        return flows, np.zeros(shape)
    earned = (entries.instrument < 0) & (entries.income != 0.0)
    own = np.full(len(spent), -1, np.intp)
    for row in np.flatnonzero(standing | earned).tolist():
        name = paying_currency(entries, row, history.base_currency)
        own[row] = columns[history.table.currencies[name]]
    flows -= _scatter(entries.day, own, entries.income - spent, earned & (own >= 0), np.zeros(shape))
    return flows, _scatter(entries.day, own, spent, standing & (own >= 0), np.zeros(shape))


def _scatter(days: Ints, columns: Ints, amounts: Floats, chosen: Mask, like: Floats) -> Floats:
    """Sums of the ``chosen`` amounts by day and column, in the shape of ``like``."""
    rows, width = like.shape
    if not width:
        return np.zeros((rows, 0))
    cells = days[chosen] * width + columns[chosen]
    return np.bincount(cells, amounts[chosen], rows * width).astype(np.float64, copy=False).reshape(rows, width)


def merged(portfolios: Sequence[Lines]) -> Lines:
    """The lines of several portfolios in one currency together: lines of the same name are one line.

    A portfolio is worth nothing before its own first day. All must end on one day.
    """
    if len(portfolios) == 1:
        return portfolios[0]
    first = min(found.days[0] for found in portfolios)
    days = calendar_days(date_of(first), date_of(portfolios[0].days[-1]))
    index: dict[tuple[LineKind, str], int] = {}
    lines: list[Line] = []
    for line in (line for found in portfolios for line in found.lines):
        if (line.kind, line.name) not in index:
            index[line.kind, line.name] = len(lines)
            lines.append(line)
    values, flows, costs, paid = (np.zeros((len(days), len(lines))) for _ in range(4))
    for found in portfolios:
        rows = slice(len(days) - len(found.days), None)
        columns = [index[line.kind, line.name] for line in found.lines]
        values[rows, columns] += found.values
        flows[rows, columns] += found.flows
        costs[rows, columns] += found.costs
        paid[rows, columns] += found.paid
    return Lines(portfolios[0].currency, days, tuple(lines), values, flows, costs, paid)


def level_of(found: Lines, members: Mask) -> LineLevel:
    """The ``members`` of the lines as one level, their flows netted day by day.

    Standing costs that a balance among the members pays are no cost from outside; those of others that it pays leave.
    """
    owed, paid = found.costs[:, members].sum(axis=1), found.paid[:, members].sum(axis=1)
    inside = np.minimum(owed, paid)
    flows = found.flows[:, members]
    net = flows.sum(axis=1) + inside
    net[np.abs(net) <= NOISE * (np.abs(flows).sum(axis=1) + inside)] = 0.0
    outside = owed - inside
    outside[outside <= NOISE * owed] = 0.0
    values = found.values[:, members]
    return LineLevel(
        currency=found.currency,
        days=found.days,
        value=values.sum(axis=1),
        inflows=np.maximum(net, 0.0),
        outflows=np.maximum(-net, 0.0),
        standing_costs=outside,
        gross=np.abs(values).sum(axis=1),
    )
