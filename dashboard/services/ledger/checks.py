"""Rows that are being typed, judged together: what each would become, and what is wrong with it.

Unlike :func:`plan_changes`, which stops at the first fault, every row gets its own answer; a sale may use what another
row of the same set buys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from dashboard.db.repositories.ledger import instruments, transactions
from dashboard.db.repositories.ledger.transaction_rows import StoredRow
from dashboard.domain.ledger import LedgerFault
from dashboard.domain.transactions import Transaction, ledger_order
from dashboard.errors import InvalidInput
from dashboard.results.portfolios import PortfolioRef
from dashboard.services.ledger.changes import UNSTORED, Edit, connected, surroundings
from dashboard.services.ledger.completion import Judged, judge
from dashboard.services.ledger.draft import Draft, redraft
from dashboard.services.ledger.oversell import new_faults

Faults = list[list[InvalidInput]]


def judge_rows_together(
    portfolio: PortfolioRef, today: date, added: Sequence[Transaction], edited: Sequence[Edit]
) -> tuple[list[Judged], Faults]:
    """What each of the added, then of the edited rows would become, and what is wrong with each."""
    given = [*added, *(edit.transaction for edit in edited)]
    around = surroundings(portfolio, today, given)
    origins = _origins(portfolio, edited, len(added))
    drafts = [
        redraft(row, origin.transaction) if origin else Draft.of(row)
        for row, origin in zip(given, origins, strict=True)
    ]
    judged = [judge(draft, around) for draft in drafts]
    faults: Faults = [list(found.faults) for found in judged]
    _blame_versions(edited, origins, faults, len(added))
    _blame_external_ids(portfolio, judged, origins, faults)
    _blame_ledger(portfolio, judged, origins, faults)
    return judged, faults


def _origins(portfolio: PortfolioRef, edited: Sequence[Edit], first: int) -> list[StoredRow | None]:
    """The stored row behind each row; None for the added ones, and for one that is gone."""
    wanted = [edit.id for edit in edited]
    stored = {row.id: row for row in transactions.by_ids(portfolio.id, wanted)} if wanted else {}
    return [*([None] * first), *(stored.get(edit.id) for edit in edited)]


def _blame_versions(edited: Sequence[Edit], origins: Sequence[StoredRow | None], faults: Faults, first: int) -> None:
    for number, edit in enumerate(edited, start=first):
        origin = origins[number]
        if origin is None:
            faults[number].append(InvalidInput("Somebody deleted this transaction meanwhile: load the page again."))
        elif origin.version != edit.version:
            faults[number].append(InvalidInput("Somebody changed this transaction meanwhile: load the page again."))


def _blame_external_ids(
    portfolio: PortfolioRef, judged: Sequence[Judged], origins: Sequence[StoredRow | None], faults: Faults
) -> None:
    names = [row.transaction.external_id if row.transaction else None for row in judged]
    wanted = [name for name in names if name]
    own = {origin.id for origin in origins if origin is not None}
    taken = {name for name, id in transactions.external_ids(portfolio.id, wanted).items() if id not in own}
    for number, name in enumerate(names):
        if name and (name in taken or wanted.count(name) > 1):
            fault = InvalidInput(f"Another transaction has the external id {name!r}.", field="external_id")
            faults[number].append(fault)


def _blame_ledger(
    portfolio: PortfolioRef, judged: Sequence[Judged], origins: Sequence[StoredRow | None], faults: Faults
) -> None:
    """What the ledger could hold without these rows and cannot hold with them, each with the row that is to blame."""
    coming = {
        number: replace(row.transaction, sequence=origin.id if origin else UNSTORED + number)
        for number, (row, origin) in enumerate(zip(judged, origins, strict=True))
        if row.transaction is not None and not faults[number]
    }
    gone = [origin.transaction for number in coming if (origin := origins[number]) is not None]
    touched = connected(portfolio, [*coming.values(), *gone])
    if not touched:
        return
    before = transactions.of_symbols(portfolio.id, touched)
    left = {row.sequence for row in gone}
    after = [row for row in before if row.sequence not in left] + list(coming.values())
    owners = {row.sequence: number for number, row in coming.items()}
    splits = instruments.splits_of(touched)
    for fault in new_faults(before, after, splits, allow_shorts=portfolio.allow_shorts):
        number = owners.get(fault.transaction.sequence)
        if number is not None:
            faults[number].append(fault.error)
        else:
            _blame_another(fault, coming, origins, faults)


def _blame_another(
    fault: LedgerFault, coming: dict[int, Transaction], origins: Sequence[StoredRow | None], faults: Faults
) -> None:
    """A stored row loses what it needs: that is said beside the latest row of the set in the same instrument."""
    short = fault.transaction
    same = [number for number, row in coming.items() if short.symbol in (row.symbol, _origin_symbol(origins[number]))]
    if same:
        culprit = max(same, key=lambda number: ledger_order(coming[number]))
        text = f"The {short.type} of {short.quantity:f} {short.symbol} on {short.date} needs it: {fault.error.message}"
        faults[culprit].append(InvalidInput(text, field=fault.error.field))


def _origin_symbol(origin: StoredRow | None) -> str | None:
    return origin.transaction.symbol if origin is not None else None
