"""A set of changes to the rows of one ledger, judged as a whole before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dashboard.db.repositories.ledger import instruments, transactions
from dashboard.db.repositories.ledger.transaction_rows import StoredRow
from dashboard.domain.transactions import Transaction
from dashboard.errors import Conflict, InvalidInput, LedgerError, NotFound, Oversell
from dashboard.results.portfolios import PortfolioRef
from dashboard.services.ledger.completion import Surroundings, judge
from dashboard.services.ledger.draft import Draft, fingerprint, redraft
from dashboard.services.ledger.oversell import connected_symbols, new_faults

# Rows that are not stored yet come after every stored one.
UNSTORED = 2**62


@dataclass(frozen=True, slots=True)
class Edit:
    """Another content for a stored row, made from its version ``version``."""

    id: int
    version: int
    transaction: Transaction


@dataclass(frozen=True, slots=True)
class EnteredRow:
    """A judged row with the fingerprint of what was entered; ``origin`` is the row that it replaces."""

    transaction: Transaction
    row_hash: bytes
    origin: StoredRow | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written: nothing in it is refused."""

    entered: tuple[EnteredRow, ...]
    removed: tuple[StoredRow, ...]

    @property
    def days(self) -> tuple[date, ...]:
        """Every day on which something changes."""
        stored = [*self.removed, *(row.origin for row in self.entered if row.origin is not None)]
        return (*(row.transaction.date for row in self.entered), *(row.transaction.date for row in stored))


def plan_changes(
    portfolio: PortfolioRef,
    today: date,
    *,
    added: Sequence[Transaction] = (),
    edited: Sequence[Edit] = (),
    deleted: Sequence[int] = (),
) -> Plan:
    """Judge changes against the ledger as it is.

    Raises: NotFound for a row that is not there; Conflict for one that has another version by now; InvalidInput (with
    ``row`` counted over the added, then the edited rows) and Oversell for what the ledger cannot hold.
    """
    originals = _originals(portfolio, edited, deleted)
    around = surroundings(portfolio, today, [*added, *(edit.transaction for edit in edited)])
    entered = [_entered(Draft.of(row), around, number) for number, row in enumerate(added, start=1)]
    for number, edit in enumerate(edited, start=len(added) + 1):
        entered.append(_edited(edit, originals[edit.id], around, number))
    plan = Plan(tuple(entered), tuple(originals[row_id] for row_id in dict.fromkeys(deleted)))
    _check_external_ids(portfolio, plan)
    faults = ledger_faults(portfolio, plan)
    if faults:
        raise faults[0]
    return plan


def surroundings(portfolio: PortfolioRef, today: date, rows: Iterable[Transaction]) -> Surroundings:
    """What the rows need to know about their instruments."""
    named = {symbol for row in rows for symbol in (row.symbol, row.target_symbol) if symbol}
    texts = {symbol.strip() for symbol in named if symbol.isprintable()}
    symbols = texts | {text.upper() for text in texts}
    renamed = instruments.names_now(symbols)
    known = instruments.by_symbols(symbols | set(renamed.values()))
    return Surroundings(portfolio.base_currency, today, known, renamed=renamed)


def faults_of_row(portfolio: PortfolioRef, today: date, row: Transaction, replacing: int | None) -> list[InvalidInput]:
    """Everything that is wrong with one row, by itself and at its place in the ledger."""
    originals = transactions.by_ids(portfolio.id, [replacing]) if replacing is not None else ()
    origin = originals[0] if originals else None
    draft = redraft(row, origin.transaction) if origin else Draft.of(row)
    judged = judge(draft, surroundings(portfolio, today, [row]))
    if judged.transaction is None:
        return list(judged.faults)
    plan = Plan((EnteredRow(judged.transaction, b"", origin),), ())
    try:
        _check_external_ids(portfolio, plan)
    except InvalidInput as fault:
        return [fault]
    return list(ledger_faults(portfolio, plan))


def ledger_faults(portfolio: PortfolioRef, plan: Plan) -> tuple[LedgerError, ...]:
    """What the ledger could hold before the change and cannot hold after it."""
    gone = [row.origin for row in plan.entered if row.origin is not None] + list(plan.removed)
    coming = [
        replace(row.transaction, sequence=row.origin.id if row.origin else UNSTORED + number)
        for number, row in enumerate(plan.entered)
    ]
    touched = connected(portfolio, [*coming, *(row.transaction for row in gone)])
    if not touched:
        return ()
    before = transactions.of_symbols(portfolio.id, touched)
    left = {row.id for row in gone}
    after = [row for row in before if row.id not in left] + coming
    own = {row.sequence for row in coming}
    faults = new_faults(before, after, instruments.splits_of(touched), allow_shorts=portfolio.allow_shorts)
    return tuple(f.error if f.transaction.sequence in own else _knock_on(f.transaction, f.error) for f in faults)


def connected(portfolio: PortfolioRef, rows: Iterable[Transaction]) -> frozenset[str]:
    """The symbols of ``rows``, and those that became or become one of them in the ledger."""
    return connected_symbols(rows, transactions.connections(portfolio.id))


def _knock_on(row: Transaction, error: LedgerError) -> LedgerError:
    if isinstance(error, Oversell):
        text = f"Another row would be refused: {error.message}"
        return Oversell(text, wanted=error.wanted, held=error.held)
    return LedgerError(f"The row of {row.date} would be refused: {error.message}", field=error.field)


def _originals(portfolio: PortfolioRef, edited: Sequence[Edit], deleted: Sequence[int]) -> dict[int, StoredRow]:
    wanted = {edit.id for edit in edited} | set(deleted)
    found = {row.id: row for row in transactions.by_ids(portfolio.id, wanted)} if wanted else {}
    missing = wanted - found.keys()
    if missing:
        raise NotFound(f"The transaction {min(missing)} is not there any more.")
    for edit in edited:
        if found[edit.id].version != edit.version:
            raise Conflict("Somebody changed this transaction meanwhile; load it again.")
    return found


def _entered(draft: Draft, around: Surroundings, number: int) -> EnteredRow:
    judged = judge(draft, around)
    if judged.transaction is None:
        first = judged.faults[0]
        raise InvalidInput(first.message, field=first.field, row=number)
    return EnteredRow(judged.transaction, fingerprint(draft))


def _edited(edit: Edit, origin: StoredRow, around: Surroundings, number: int) -> EnteredRow:
    """An imported row keeps the fingerprint of its file's row, so that the same file again adds nothing."""
    entered = _entered(redraft(edit.transaction, origin.transaction), around, number)
    row_hash = entered.row_hash if origin.batch_id is None else origin.row_hash
    return EnteredRow(entered.transaction, row_hash, origin, edit.version)


def _check_external_ids(portfolio: PortfolioRef, plan: Plan) -> None:
    wanted = [row.transaction.external_id for row in plan.entered if row.transaction.external_id]
    leaving = {row.id for row in plan.removed} | {row.origin.id for row in plan.entered if row.origin}
    taken = {name for name, row_id in transactions.external_ids(portfolio.id, wanted).items() if row_id not in leaving}
    twice = {name for name in wanted if wanted.count(name) > 1}
    for name in sorted(taken | twice):
        raise InvalidInput(f"Another transaction has the external id {name!r}.", field="external_id")
