"""What each row of a file would do to a ledger: new, a duplicate, or an error with its column and reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from dashboard.db.repositories.ledger.transaction_rows import StoredRow
from dashboard.db.repositories.ledger.transaction_writing import NewRow
from dashboard.domain.repeated_income import Repeat, RepeatKind
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.errors import LedgerError, Oversell
from dashboard.results.transactions import RowVerdict, VerdictKind
from dashboard.services.imports.canonical import FileRow
from dashboard.services.ledger.changes import UNSTORED
from dashboard.services.ledger.completion import Surroundings, judge
from dashboard.services.ledger.currencies import currency_problem
from dashboard.services.ledger.draft import Draft, fingerprint
from dashboard.services.ledger.oversell import Splits, connected_symbols, refused_rows
from dashboard.services.ledger.shapes import INTO_ANOTHER, UNITS
from dashboard.services.ledger.writing import currencies_of

ADDS_UNITS = frozenset(
    kind.value
    for kind in (UNITS | INTO_ANOTHER | {TransactionType.SPLIT}) - {TransactionType.SELL, TransactionType.TRANSFER_OUT}
)
IDENTITY = frozenset({"sequence", "id"})
STORED, EDITED = "The ledger has this row already.", "The ledger has this row already; it was edited since."
RepeatFinder = Callable[[Sequence[Transaction], Collection[int], Sequence[Transaction]], Sequence[Repeat]]
"""Of the stored rows, the ids of those that the file has too, and the file's new rows."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a file is held against: the stored rows, what is known of instruments, and their splits.

    ``find_repeats`` tells which of the file's new rows pay what a proposed dividend has booked that was accepted.
    """

    around: Surroundings
    rows: Sequence[StoredRow]
    splits: Splits
    allow_shorts: bool = False
    find_repeats: RepeatFinder | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on each row of a file, and the rows that would enter, in their order."""

    verdicts: tuple[RowVerdict, ...]
    entering: tuple[NewRow, ...]
    new_currencies: Mapping[str, str]

    def of_kind(self, kind: VerdictKind) -> tuple[RowVerdict, ...]:
        """The verdicts of one kind."""
        return tuple(verdict for verdict in self.verdicts if verdict.kind is kind)


def assumed_currencies(rows: Sequence[FileRow], around: Surroundings) -> dict[str, str]:
    """The currency that the file's first row with one gives to each symbol."""
    found: dict[str, str] = {}
    for row in rows:
        if row.draft and row.draft.symbol and row.draft.currency and currency_problem(row.draft.currency) is None:
            found.setdefault(around.symbol(row.draft.symbol), row.draft.currency.upper())
    return found


def judge_rows(rows: Sequence[FileRow], standing: Standing) -> Judgement:
    """The verdicts on ``rows``; a row is held against the ledger and against the good rows of its own file."""
    ledger = _Matches(standing.rows)
    verdicts = [_verdict(row, standing, ledger) for row in rows]
    verdicts = _without_repeats(verdicts, standing, ledger)
    verdicts = _without_oversells(verdicts, rows, standing)
    hashes = {row.row: fingerprint(row.draft) for row in rows if row.draft is not None}
    new = [verdict for verdict in verdicts if verdict.kind is VerdictKind.NEW]
    entering = tuple(NewRow(v.transaction, hashes[v.row]) for v in new if v.transaction is not None)
    unknown: dict[str, str] = {}
    assumed = standing.around.assumed
    for symbol, currency in currencies_of(row.transaction for row in entering).items():
        if symbol not in standing.around.instruments:
            unknown[symbol] = assumed.get(symbol, currency)
    return Judgement(tuple(verdicts), entering, unknown)


def _verdict(row: FileRow, standing: Standing, ledger: _Matches) -> RowVerdict:
    if row.draft is None:
        return RowVerdict(row.row, VerdictKind.ERROR, column=row.column, reason=row.reason, cells=row.cells)
    judged = judge(row.draft, standing.around)
    if judged.transaction is None:
        fault = judged.faults[0]
        return RowVerdict(row.row, VerdictKind.ERROR, column=fault.field, reason=fault.message, cells=row.cells)
    duplicate = ledger.find(judged.transaction, row)
    if duplicate is not None:
        column = "external_id" if judged.transaction.external_id else None
        kept_out = duplicate not in (STORED, EDITED)
        return RowVerdict(
            row.row, VerdictKind.DUPLICATE, judged.transaction, column, duplicate, kept_out=kept_out, cells=row.cells
        )
    named = (judged.transaction.symbol, judged.transaction.target_symbol)
    is_new = any(symbol is not None and symbol not in standing.around.instruments for symbol in named)
    return RowVerdict(row.row, VerdictKind.NEW, judged.transaction, new_instrument=is_new, cells=row.cells)


def _without_repeats(verdicts: list[RowVerdict], standing: Standing, ledger: _Matches) -> list[RowVerdict]:
    """Turn those new rows into duplicates that pay a dividend which was accepted from a proposal."""
    if standing.find_repeats is None:
        return verdicts
    stored = [row.transaction for row in standing.rows]
    new = _entering(verdicts)
    found = {repeat.row.sequence: repeat for repeat in standing.find_repeats(stored, ledger.used, new)}
    return [
        (
            replace(verdict, kind=VerdictKind.DUPLICATE, reason=_repeated(repeat), kept_out=True)
            if verdict.kind is VerdictKind.NEW and (repeat := found.get(UNSTORED + verdict.row)) is not None
            else verdict
        )
        for verdict in verdicts
    ]


def _entering(verdicts: Sequence[RowVerdict]) -> list[Transaction]:
    """The new rows, each with a sequence of its own, after all that is stored."""
    return [
        replace(verdict.transaction, sequence=UNSTORED + verdict.row)
        for verdict in verdicts
        if verdict.kind is VerdictKind.NEW and verdict.transaction is not None
    ]


def _repeated(repeat: Repeat) -> str:
    booked = repeat.accepted
    text = f"The dividend of {booked.date} is booked already: its proposal was accepted"
    if repeat.kind is RepeatKind.SAME:
        return f"{text}."
    money = f"{booked.amount.normalize():f} {booked.currency}"
    if repeat.kind is RepeatKind.OTHER_MONEY:
        return f"{text}, with {money}. Delete that row first if this one is to count."
    return (
        f"With it there were more payments than distributions: {money} of {booked.date}, whose proposal was accepted, "
        "counts for one of them. Delete that row first if this one is to count."
    )


class _Matches:
    """Finds the stored row that a row of the file is; each stored row is found once.

    A row is known by its external id, else by its content as it is stored, else by its content as it was first
    entered: so an edited row, or one whose blank currency has another default by now, does not come in again.
    """

    def __init__(self, stored: Sequence[StoredRow]) -> None:
        self._by_external_id = {r.transaction.external_id: r for r in stored if r.transaction.external_id}
        self._by_content: dict[bytes, list[StoredRow]] = defaultdict(list)
        self._by_entry: dict[bytes, list[StoredRow]] = defaultdict(list)
        self._used: set[int] = set()
        self._in_file: dict[str, int] = {}
        for row in reversed(stored):
            self._by_content[_content(row.transaction)].append(row)
            self._by_entry[row.row_hash].append(row)

    def find(self, row: Transaction, file_row: FileRow) -> str | None:
        """Why ``row`` is a duplicate; None where it is not one."""
        if row.external_id is not None:
            return self._same_id(row, row.external_id, file_row)
        if self._take(self._by_content.get(_content(row))) is not None:
            return STORED
        if file_row.draft is not None and self._take(self._by_entry.get(fingerprint(file_row.draft))) is not None:
            return EDITED
        return None

    @property
    def used(self) -> frozenset[int]:
        """The ids of the stored rows that the file has too."""
        return frozenset(self._used)

    def _same_id(self, row: Transaction, external_id: str, file_row: FileRow) -> str | None:
        stored = self._by_external_id.get(external_id)
        if stored is not None:
            self._used.add(stored.id)
            different = _differences(row, stored.transaction)
            if not different:
                return STORED
            names = ", ".join(different)
            return f"The ledger has a row with this external id; it differs in {names}, and stays as it is."
        first = self._in_file.setdefault(external_id, file_row.row)
        return None if first == file_row.row else f"Row {first} of the file has the same external id."

    def _take(self, candidates: list[StoredRow] | None) -> StoredRow | None:
        while candidates:
            row = candidates.pop()
            if row.id not in self._used:
                self._used.add(row.id)
                return row
        return None


def _content(row: Transaction) -> bytes:
    return fingerprint(Draft.of(row))


def _differences(row: Transaction, stored: Transaction) -> list[str]:
    names = [field.name for field in fields(Transaction) if field.name not in IDENTITY]
    return [name.replace("_", " ") for name in names if getattr(row, name) != getattr(stored, name)]


def _without_oversells(verdicts: list[RowVerdict], rows: Sequence[FileRow], standing: Standing) -> list[RowVerdict]:
    """Turn those new rows into errors for which the ledger with the file's other rows has no room."""
    new = _entering(verdicts)
    stored = [row.transaction for row in standing.rows]
    connections = {(row.symbol, row.target_symbol) for row in stored if row.symbol and row.target_symbol}
    touched = connected_symbols(new, connections)
    kept = [row for row in stored if row.symbol in touched]
    refused = refused_rows(kept, new, standing.splits, allow_shorts=standing.allow_shorts)
    if not refused:
        return verdicts
    lost = _lost_units(verdicts, standing.around)
    return [_refused(v, refused.get(UNSTORED + v.row), lost, standing.around) for v in verdicts]


def _refused(
    verdict: RowVerdict, error: LedgerError | None, lost: Mapping[str, list[int]], around: Surroundings
) -> RowVerdict:
    if error is None or verdict.kind is not VerdictKind.NEW or verdict.transaction is None:
        return verdict
    symbol = verdict.transaction.symbol or ""
    reason = error.message + _hint(symbol, lost.get(symbol, []), around, isinstance(error, Oversell))
    return replace(verdict, kind=VerdictKind.ERROR, column=error.field, reason=reason)


def _hint(symbol: str, lost: Sequence[int], around: Surroundings, some_held: bool) -> str:
    """What may be behind an oversell, or behind an event of something that is not held at all."""
    if lost:
        return f" Row {lost[0]}, which is an error itself, may be what is missing."
    known = around.instruments.get(symbol)
    if some_held and (known is None or not known.resolved):
        return f" If {symbol} was split, refresh its prices and import the file again."
    return ""


def _lost_units(verdicts: Sequence[RowVerdict], around: Surroundings) -> dict[str, list[int]]:
    """Rows with errors that would have brought units, by symbol."""
    found: dict[str, list[int]] = defaultdict(list)
    for verdict in verdicts:
        cells = dict(verdict.cells)
        if verdict.kind is VerdictKind.ERROR and cells.get("type", "").strip().lower() in ADDS_UNITS:
            for column in ("symbol", "target_symbol"):
                found[around.symbol(cells.get(column, "").strip())].append(verdict.row)
    return found


def refusal(errors: Sequence[RowVerdict], total: int, shown: int = 5) -> str:
    """One sentence a row about why a file was not imported."""
    head = f"{len(errors)} of {total} rows cannot be imported, so none was."
    named = [f"Row {e.row}{f', {e.column}' if e.column else ''}: {e.reason}" for e in errors[:shown]]
    rest = f"{len(errors) - shown} more rows have errors." if len(errors) > shown else ""
    return " ".join(part for part in (head, *named, rest) if part)
