"""The working of realised gains: for each sale what came in, which lots it closed, and what those had cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from dashboard.domain.explain.pool import Pool, gross_of, is_plain, pool_of
from dashboard.domain.explain.subject import Subject
from dashboard.domain.explain.workings import Column, Entry, Step, Table, Unit, Worked, Working
from dashboard.domain.lots import LotMatch
from dashboard.domain.measures import Measure
from dashboard.domain.positions import Realization
from dashboard.domain.transactions import LotMethod, Transaction, TransactionType

FORMULA = r"\sum \left(\text{proceeds} - \text{cost of the lots closed}\right)"
METHODS = {
    LotMethod.FIFO: "First in, first out: a sale closes the oldest lots of its account.",
    LotMethod.LIFO: "Last in, first out: a sale closes the newest lots of its account.",
    LotMethod.HIFO: "Highest cost first: a sale closes the dearest lots of its account, by cost in the base currency.",
    LotMethod.AVERAGE: "Average cost: a sale closes every lot of its account at the average of what is held.",
    LotMethod.SPECIFIC: "Specific lots: a sale closes the lots that it names, else the oldest.",
}
SHARE = "=([amount]+[fee]+[tax])*[rate]*[quantity]/[units]"
EXACT = Decimal("1e-12")


def realized(subject: Subject) -> Working:
    """Σ proceeds − cost of the lots closed in the period, at the rates of their days."""
    period, history = subject.period, subject.history
    found = [one for one in subject.books.realizations if period.start <= one.transaction.date <= period.end]
    total = float(sum((one.gain for one in found), Decimal(0)))
    value = Measure(total) if total == total else Measure.undefined("A rate is not known.")
    convention = (
        METHODS[history.method],
        "Fees and taxes of a purchase are part of its cost, those of a sale come off its proceeds.",
        "Proceeds and costs count at the rate of their own day, or at the row's own rate.",
    )
    if not found:
        nothing = Step("result", "Realised gain", Unit.MONEY, 0.0, note="Nothing was sold in the period.")
        return Working("Realised gain", Unit.MONEY, value, FORMULA, convention, (nothing,), ())
    pool = pool_of(subject, found) if history.method is LotMethod.AVERAGE else None
    tables = (
        (_sales(subject, found), pool.table, _pooled(found, pool))
        if pool
        else (_sales(subject, found), _lots(subject, found))
    )
    steps = (
        Step("proceeds", "Proceeds", Unit.MONEY, float(sum(one.proceeds for one in found)), "=SUM([sales.proceeds])"),
        Step("cost", "Cost of the lots closed", Unit.MONEY, float(sum(one.cost for one in found)), "=SUM([lots.cost])"),
        Step("result", "Realised gain", Unit.MONEY, value.value, "=[@proceeds]-[@cost]"),
    )
    return Working("Realised gain", Unit.MONEY, value, FORMULA, convention, steps, tables)


def _sales(subject: Subject, found: Iterable[Realization]) -> Table:
    rows: list[tuple[Entry, ...]] = []
    for one in found:
        row = one.transaction
        gross, closed = gross_of(subject, row), _closed(one)
        rate = _rate(subject, one, gross, closed)
        rule = "=([amount]-[fee]-[tax])*[rate]*[closed]/[quantity]"
        proceeds: Entry = Worked(float(one.proceeds), rule) if rate is not None else float(one.proceeds)
        rows.append(
            (
                row.date, row.symbol or "", row.account, row.type.value, row.currency, row.quantity, closed, gross,
                row.fee, row.tax, None if rate is None else float(rate), proceeds,
            )
        )  # fmt: skip
    return Table(
        "sales",
        "Sales",
        "The ledger's rows; the rate is the row's own, else the market's of the day.",
        (
            Column("date", "Date", Unit.DATE), Column("symbol", "Instrument", Unit.TEXT),
            Column("account", "Account", Unit.TEXT), Column("type", "Type", Unit.TEXT),
            Column("currency", "Currency", Unit.TEXT), Column("quantity", "Quantity", Unit.QUANTITY),
            Column("closed", "Of it closed lots", Unit.QUANTITY),
            Column("amount", "Amount", Unit.MONEY), Column("fee", "Fee", Unit.MONEY), Column("tax", "Tax", Unit.MONEY),
            Column("rate", "Rate", Unit.RATE), Column("proceeds", "Proceeds", Unit.MONEY),
        ),
        rows,
    )  # fmt: skip


def _closed(one: Realization) -> Decimal:
    """The units that closed lots: a sale of more than was held opens a short with the rest."""
    return sum((match.quantity for match in one.matches), Decimal(0))


def _rate(subject: Subject, one: Realization, gross: Decimal, closed: Decimal) -> Decimal | None:
    """The rate of a sale; None where its proceeds are not its own money at that rate, by the part that closed lots."""
    row = one.transaction
    if not is_plain(row, TransactionType.SELL) or not one.proceeds.is_finite():
        return None
    day = row.date.toordinal() - subject.history.days[0].item().toordinal()
    rate = subject.history.table.of(row, day)
    proceeds = (gross - row.fee - row.tax) * rate * closed
    return rate if abs(proceeds - one.proceeds * row.quantity) <= EXACT * abs(proceeds) else None


def _lots(subject: Subject, found: Iterable[Realization]) -> Table:
    opened = {row.lot_id: (at, row) for at, row in enumerate(subject.history.entries.transactions) if row.lot_id}
    rows: list[tuple[Entry, ...]] = []
    for one in found:
        if one.paid is not None:
            rows.append(_cover(subject, one))
            continue
        for match in one.matches:
            cost = _cost(subject, match, opened.get(match.lot_id))
            named = (one.transaction.date, one.transaction.symbol or "", match.lot_id, match.acquired, match.quantity)
            rows.append((*named, *cost))
    return Table(
        "lots",
        "Lots closed",
        "What each sale closed, and what closing a short took. "
        "A cost is (amount + fee + tax) × rate of the purchase, by the share of it.",
        (
            Column("sold", "Sold", Unit.DATE), Column("symbol", "Instrument", Unit.TEXT),
            Column("lot", "Lot", Unit.TEXT), Column("acquired", "Acquired", Unit.DATE),
            Column("quantity", "Quantity closed", Unit.QUANTITY), Column("amount", "Amount paid", Unit.MONEY),
            Column("fee", "Fee", Unit.MONEY), Column("tax", "Tax", Unit.MONEY), Column("rate", "Rate", Unit.RATE),
            Column("units", "Units bought, in units of the sale", Unit.QUANTITY), Column("cost", "Cost", Unit.MONEY),
        ),
        rows,
    )  # fmt: skip


def _cover(subject: Subject, one: Realization) -> tuple[Entry, ...]:
    """A short that was closed: its cost is what closing took, the part of the row's money that did so."""
    row, closed = one.transaction, _closed(one)
    named: tuple[Entry, ...] = (row.date, one.symbol or row.symbol or "", row.lot_id or "", row.date, closed)
    bare: tuple[Entry, ...] = (None, None, None, None, None, one.cost)
    if not is_plain(row, TransactionType.BUY) or not one.cost.is_finite():
        return (*named, *bare)
    gross, day = gross_of(subject, row), row.date.toordinal() - subject.history.days[0].item().toordinal()
    rate = subject.history.table.of(row, day)
    cost = (gross + row.fee + row.tax) * rate * closed
    if abs(cost - one.cost * row.quantity) > EXACT * abs(cost):
        return (*named, *bare)
    return (*named, gross, row.fee, row.tax, float(rate), row.quantity, Worked(float(one.cost), SHARE))


def _cost(subject: Subject, match: LotMatch, opened: tuple[int, Transaction] | None) -> tuple[Entry, ...]:
    """The purchase behind a match and the formula of its share; the cost alone where other events changed it."""
    bare: tuple[Entry, ...] = (None, None, None, None, None, match.base_cost)
    if opened is None or not is_plain(opened[1], TransactionType.BUY):
        return bare
    place, row = opened
    gross = gross_of(subject, row)
    rate = subject.history.table.of(row, int(subject.history.entries.day[place]))
    cost = (gross + row.fee + row.tax) * rate
    if not (cost.is_finite() and match.base_cost.is_finite()):
        return bare
    for units in _units(subject, row):
        if abs(cost * match.quantity - match.base_cost * units) <= EXACT * abs(cost * match.quantity):
            worked = Worked(float(match.base_cost), SHARE)
            return gross, row.fee, row.tax, float(rate), units, worked
    return bare


def _units(subject: Subject, row: Transaction) -> Iterable[Decimal]:
    """What was bought, in units of then and of after each split since."""
    units = row.quantity
    yield units
    for split in subject.history.splits.get(row.symbol or "", ()):
        if split.date > row.date:
            units *= split.ratio
            yield units


def _pooled(found: Sequence[Realization], pool: Pool) -> Table:
    """What each sale closed, at the average of its pool."""
    rows: list[tuple[Entry, ...]] = []
    for one in found:
        place = pool.places.get(id(one.transaction))
        cost: Entry = float(one.cost) if place is None else Worked(float(one.cost), f"=[pool.out:{place}]")
        rows.append((one.transaction.date, one.transaction.symbol or "", one.transaction.quantity, cost))
    columns = (
        Column("sold", "Sold", Unit.DATE),
        Column("symbol", "Instrument", Unit.TEXT),
        Column("quantity", "Quantity closed", Unit.QUANTITY),
        Column("cost", "Cost", Unit.MONEY),
    )
    return Table("lots", "Costs", "The cost that each sale took out of its pool.", columns, rows)
