"""The running pool of the average method: what came in, what each sale took out, and what is left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.explain.subject import Subject
from dashboard.domain.explain.workings import Column, Entry, Table, Unit, Worked
from dashboard.domain.ledger import SplitEvent, walk
from dashboard.domain.lots import ROUNDING
from dashboard.domain.positions import Realization
from dashboard.domain.row_money import gross_amount
from dashboard.domain.transactions import ZERO, Transaction, TransactionType

Event = Transaction | SplitEvent
NAMES = ("account", "symbol")


@dataclass(frozen=True, slots=True)
class Pool:
    """The table, and the row of each sale in it by the identity of its transaction."""

    table: Table
    places: Mapping[int, int]


def gross_of(subject: Subject, row: Transaction) -> Decimal:
    """The gross money of a trade in its own currency."""
    known = {instrument.symbol: instrument.multiplier for instrument in subject.history.instruments}
    return gross_amount(row, known.get(row.symbol or "", Decimal(1)))


def is_plain(row: Transaction, kind: TransactionType) -> bool:
    """Whether a row is of ``kind`` with every cost in its own currency."""
    return row.type is kind and row.fee_currency in (None, row.currency)


def pool_of(subject: Subject, found: Iterable[Realization]) -> Pool:
    """The pools of the positions that ``found`` were sold from; one that other events touched is left out."""
    rows: list[tuple[Entry, ...]] = []
    places: dict[int, int] = {}
    proved = {id(one.transaction): float(one.cost) for one in subject.books.realizations}
    for account, symbol in dict.fromkeys((one.transaction.account, one.transaction.symbol or "") for one in found):
        events = list(_events(subject, account, symbol))
        if all(isinstance(event, SplitEvent) or _is_traded(event) for event in events) and not _is_short(events):
            _fill(subject, events, proved, rows, places)
    columns = (
        Column("date", "Date", Unit.DATE), Column("symbol", "Instrument", Unit.TEXT),
        Column("type", "Type", Unit.TEXT), Column("quantity", "Quantity", Unit.QUANTITY),
        Column("amount", "Amount", Unit.MONEY), Column("fee", "Fee", Unit.MONEY), Column("tax", "Tax", Unit.MONEY),
        Column("rate", "Rate", Unit.RATE), Column("out", "Cost taken out", Unit.MONEY),
        Column("held", "Units held", Unit.QUANTITY), Column("cost", "Cost held", Unit.MONEY),
    )  # fmt: skip
    return Pool(Table("pool", "Average cost", "The ledger's rows, position by position.", columns, rows), places)


def _events(subject: Subject, account: str, symbol: str) -> Iterator[Event]:
    history = subject.history
    rows = [row for row in history.entries.transactions if row.date <= subject.period.end]
    own = [
        row
        for row in rows
        if symbol in (row.symbol, row.target_symbol) and (row.account == account or row.target_symbol is not None)
    ]
    splits = tuple(split for split in history.splits.get(symbol, ()) if split.date <= subject.period.end)
    yield from walk([row for row in own if row.type not in PASSING], {symbol: splits})


PASSING = frozenset(
    {
        TransactionType.DIVIDEND,
        TransactionType.INTEREST,
        TransactionType.FEE,
        TransactionType.TAX,
        TransactionType.SPLIT,
    }
)


def _is_traded(row: Transaction) -> bool:
    return is_plain(row, TransactionType.BUY) or is_plain(row, TransactionType.SELL)


def _is_short(events: Iterable[Event]) -> bool:
    """Whether more was sold than was held, but for the rounding of ratios: a short has no pool of costs."""
    held = ZERO
    for event in events:
        if isinstance(event, SplitEvent):
            held *= event.split.ratio
        else:
            held += event.quantity if event.type is TransactionType.BUY else -event.quantity
            if held < -event.quantity * ROUNDING:
                return True
    return False


def _fill(
    subject: Subject,
    events: list[Event],
    proved: Mapping[int, float],
    rows: list[tuple[Entry, ...]],
    places: dict[int, int],
) -> None:
    """The rows of one position; the first begins the pool, each other goes on from the one above."""
    table, origin = subject.history.table, subject.history.days[0].item().toordinal()
    held = cost = ZERO
    for event in events:
        first = not held
        if isinstance(event, SplitEvent):
            held *= event.split.ratio
            if held:
                worked = Worked(float(held), "=[held^]*[quantity]"), Worked(float(cost), "=[cost^]")
                rows.append((event.split.date, event.symbol, "split", event.split.ratio, *[None] * 5, *worked))
            continue
        gross = gross_of(subject, event)
        rate = table.of(event, event.date.toordinal() - origin)
        named = (
            event.date,
            event.symbol or "",
            event.type.value,
            event.quantity,
            gross,
            event.fee,
            event.tax,
            float(rate),
        )
        if event.type is TransactionType.BUY:
            held, cost = held + event.quantity, cost + (gross + event.fee + event.tax) * rate
            into = "([amount]+[fee]+[tax])*[rate]"
            units = Worked(float(held), "=[quantity]" if first else "=[held^]+[quantity]")
            rows.append((*named, None, units, Worked(float(cost), f"={into}" if first else f"=[cost^]+{into}")))
        else:
            out = cost if event.quantity >= held else cost * event.quantity / held
            places[id(event)] = len(rows)
            held, cost = max(held - event.quantity, ZERO), cost - out
            taken = Worked(proved.get(id(event), float(out)), "=[cost^]*[quantity]/[held^]")
            left = Worked(float(held), "=[held^]-[quantity]"), Worked(float(cost), "=[cost^]-[out]")
            rows.append((*named, taken, *left))
