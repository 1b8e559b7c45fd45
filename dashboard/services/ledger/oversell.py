"""Which new rows a ledger cannot hold: a sale of more than is held, at its place in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import accumulate

from dashboard.domain.instruments import Split
from dashboard.domain.ledger import LedgerFault, check_ledger
from dashboard.domain.transactions import ZERO, Transaction, TransactionType, ledger_order
from dashboard.errors import LedgerError, Oversell
from dashboard.services.ledger.decimals import plain
from dashboard.services.ledger.shapes import INTO_ANOTHER

OUTGOING = frozenset({TransactionType.SELL, TransactionType.TRANSFER_OUT})
CORPORATE_ACTIONS = INTO_ANOTHER | {TransactionType.SPLIT}
Splits = Mapping[str, Sequence[Split]]


def connected_symbols(rows: Iterable[Transaction], connections: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The symbols of ``rows``, and all that are connected with one of them by what turned into what."""
    found: set[str] = set()
    links: list[tuple[str, str]] = list(connections)
    for row in rows:
        found.update(symbol for symbol in (row.symbol, row.target_symbol) if symbol)
        if row.symbol and row.target_symbol:
            links.append((row.symbol, row.target_symbol))
    while touching := [link for link in links if len(found.intersection(link)) == 1]:
        found.update(symbol for link in touching for symbol in link)
    return frozenset(found)


def refused_rows(
    kept: Sequence[Transaction], new: Sequence[Transaction], splits: Splits, *, allow_shorts: bool = False
) -> dict[int, LedgerError]:
    """Those of ``new`` (by sequence) that ``kept`` has no room for, each with the reason.

    A new sale before a kept one may leave too little for it: then the new one is refused. Sequences are unique.
    """
    before = check_ledger(kept, splits, allow_shorts=allow_shorts)
    changing = {symbol for symbol, events in splits.items() if events}
    changing |= {symbol for r in [*kept, *new] if r.ratio for symbol in (r.symbol, r.target_symbol) if symbol}
    refused: dict[int, LedgerError] = {}
    while True:
        entering = [row for row in new if row.sequence not in refused]
        faults = _worse(kept, before, check_ledger([*kept, *entering], splits, allow_shorts=allow_shorts))
        found = _blamed(faults, entering, changing)
        if not found:
            return refused
        refused.update(found)


def new_faults(
    before: Sequence[Transaction], after: Sequence[Transaction], splits: Splits, *, allow_shorts: bool = False
) -> tuple[LedgerFault, ...]:
    """What the ledger ``after`` a change cannot hold and the one ``before`` it could."""
    earlier, later = (check_ledger(rows, splits, allow_shorts=allow_shorts) for rows in (before, after))
    return _worse(before, earlier, later)


def _worse(
    rows: Sequence[Transaction], before: Sequence[LedgerFault], after: Sequence[LedgerFault]
) -> tuple[LedgerFault, ...]:
    """The faults that came with a change of ``rows``.

    A ledger may be faulty before it (a split that became known later leaves too little): what mends one of its rows
    may pass the fault on to a later one, and is no worse as long as the position has no more faults than it had.
    """
    stored = {row.sequence for row in rows}
    known = {fault.transaction.sequence for fault in before}
    had = Counter(map(_position, before))
    has = Counter(map(_position, after))
    return tuple(
        fault
        for fault in after
        if fault.transaction.sequence not in known
        and (fault.transaction.sequence not in stored or has[_position(fault)] > had[_position(fault)])
    )


def _position(fault: LedgerFault) -> tuple[str, str | None]:
    return fault.transaction.account, fault.transaction.symbol


def _blamed(
    faults: Sequence[LedgerFault], entering: Sequence[Transaction], changing: Collection[str | None]
) -> dict[int, LedgerError]:
    """The new rows at fault: the faulty ones themselves, else the latest that took from a kept one."""
    own = {row.sequence for row in entering}
    found = {f.transaction.sequence: f.error for f in faults if f.transaction.sequence in own}
    if found:
        return found
    first_faults = {_position(fault): fault for fault in reversed(faults)}
    for fault in first_faults.values():
        for culprit in _culprits(fault, entering, fault.transaction.symbol in changing):
            found.setdefault(culprit.sequence, _knock_on(culprit, fault))
    return found


def _culprits(fault: LedgerFault, entering: Sequence[Transaction], units_change: bool) -> list[Transaction]:
    """The latest new rows before a kept sale that took what it lacks; one at a time where splits change the units."""
    short = fault.transaction
    earlier = [
        row
        for row in entering
        if short.symbol in (row.symbol, row.target_symbol) and ledger_order(row) < ledger_order(short)
    ]
    sales = [row for row in earlier if row.type in OUTGOING and row.account == short.account]
    actions = [row for row in earlier if row.type in CORPORATE_ACTIONS]
    latest = sorted(sales or actions, key=ledger_order, reverse=True)
    if units_change or not isinstance(fault.error, Oversell):
        return latest[:1]
    lacking = fault.error.wanted - fault.error.held
    taken = list(accumulate((row.quantity for row in latest), initial=ZERO))
    return [row for row, before in zip(latest, taken, strict=False) if before < lacking]


def _knock_on(culprit: Transaction, fault: LedgerFault) -> LedgerError:
    short, error = fault.transaction, fault.error
    left = f", leaving {plain(error.held)}" if isinstance(error, Oversell) else ""
    what = "sale" if short.type is TransactionType.SELL else short.type.replace("_", " ")
    units = f"{plain(short.quantity)} " if short.quantity else ""
    text = f"It takes from the later {what} of {units}{short.symbol} on {short.date}{left}."
    if isinstance(error, Oversell) and culprit.type in OUTGOING:
        return Oversell(text, wanted=error.wanted, held=error.held)
    return LedgerError(text, field=_field(culprit.type))


def _field(kind: TransactionType) -> str:
    """The column of a row of this type that takes units away."""
    if kind in OUTGOING:
        return "quantity"
    return "ratio" if kind is TransactionType.SPLIT else "target_symbol"
