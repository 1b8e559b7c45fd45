"""A file held against a ledger: shown as verdicts, or written as one batch."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import partial

from dashboard.db.engine import db
from dashboard.db.repositories import instruments as instrument_rows
from dashboard.db.repositories.ledger import batches, instruments, transaction_writing, transactions
from dashboard.db.repositories.ledger.batches import NewBatch
from dashboard.domain.access import Actor
from dashboard.domain.transactions import TransactionType
from dashboard.errors import InvalidInput
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.transactions import ImportPreview, ImportResult, VerdictKind
from dashboard.services import audit
from dashboard.services.actions import repeats
from dashboard.services.imports.canonical import FORMAT, FileRow
from dashboard.services.imports.files import read_rows
from dashboard.services.imports.options import ImportOptions
from dashboard.services.imports.verdicts import Judgement, Standing, assumed_currencies, judge_rows, refusal
from dashboard.services.ledger.completion import Surroundings
from dashboard.services.ledger.shapes import TRADES
from dashboard.services.ledger.writing import currencies_of, name_lots, one_change
from dashboard.services.portfolios import portfolio_by_id, today_in

FILENAME_LENGTH = 200
SYMBOLS_AT_ONCE = 5_000
NO_OPTIONS = ImportOptions()


@dataclass(frozen=True, slots=True)
class _File:
    """An upload."""

    content: bytes
    name: str

    @property
    def hash(self) -> bytes:
        """32 bytes that tell its content."""
        return hashlib.sha256(self.content).digest()


def preview(
    actor: Actor,
    portfolio_id: int,
    content: bytes,
    filename: str,
    format: str = "auto",
    *,
    options: ImportOptions = NO_OPTIONS,
) -> ImportPreview:
    """What the file would do; nothing is written. Raises: NotFound; InvalidInput and PayloadTooLarge for the file."""
    portfolio = portfolio_by_id(actor, portfolio_id)
    file = _File(content, _plain_name(filename))
    found = read_rows(content, format, options)
    judgement = _judged(portfolio, found.rows)
    return ImportPreview(
        filename=file.name,
        format=FORMAT,
        file_hash=file.hash.hex(),
        rows=judgement.verdicts,
        new_symbols=tuple(judgement.new_currencies),
        suggest_untracked=_lacks_deposits(portfolio, judgement),
        problems=found.problems,
        questions=found.questions,
    )


def commit(
    actor: Actor,
    portfolio_id: int,
    content: bytes,
    filename: str,
    format: str = "auto",
    *,
    skip_errors: bool = False,
    options: ImportOptions = NO_OPTIONS,
) -> ImportResult:
    """Add the file's new rows as one batch, all or none; with ``skip_errors`` the rows without an error.

    Raises: NotFound; PayloadTooLarge; InvalidInput for the file, or naming the rows with errors.
    """
    portfolio = portfolio_by_id(actor, portfolio_id)
    file = _File(content, _plain_name(filename))
    found = read_rows(content, format, options)
    with one_change(portfolio) as change:
        judgement = _judged(portfolio, found.rows)
        errors = judgement.of_kind(VerdictKind.ERROR)
        if errors and not skip_errors:
            first = errors[0]
            raise InvalidInput(refusal(errors, len(judgement.verdicts)), field=first.column, row=first.row)
        batch_id = _store(actor, portfolio, file, judgement) if judgement.entering else None
        change.touches(*(row.transaction.date for row in judgement.entering))
    return ImportResult(
        batch_id=batch_id,
        added=len(judgement.entering),
        duplicates=len(judgement.of_kind(VerdictKind.DUPLICATE)),
        failed=len(errors),
        errors=errors,
        kept_out=tuple(row for row in judgement.verdicts if row.kept_out),
        new_symbols=tuple(judgement.new_currencies),
    )


def _judged(portfolio: PortfolioRef, rows: tuple[FileRow, ...]) -> Judgement:
    drafts = [row.draft for row in rows if row.draft is not None]
    texts = {symbol for draft in drafts for symbol in (draft.symbol, draft.target_symbol) if symbol}
    symbols = texts | {text.upper() for text in texts}
    renamed = instruments.names_now(symbols)
    symbols |= set(renamed.values())
    known = instruments.by_symbols(symbols)
    bare = Surroundings(portfolio.base_currency, today_in(portfolio), known, renamed=renamed)
    around = replace(bare, assumed=assumed_currencies(rows, bare))
    stored = transactions.stored(portfolio.id)
    splits = instruments.splits_of(symbols | {name for row in stored if (name := row.transaction.symbol)})
    finder = partial(repeats.repeats, portfolio)
    standing = Standing(around, stored, splits, portfolio.allow_shorts, finder)
    return judge_rows(rows, standing)


def _store(actor: Actor, portfolio: PortfolioRef, file: _File, judgement: Judgement) -> int:
    """Write the entering rows as a batch; its id."""
    duplicates, failed = (len(judgement.of_kind(kind)) for kind in (VerdictKind.DUPLICATE, VerdictKind.ERROR))
    added = len(judgement.entering)
    batch_id = batches.insert(
        NewBatch(portfolio.id, actor.user_id, file.name, FORMAT, file.hash, added, duplicates, failed)
    )
    rows = [row.transaction for row in judgement.entering]
    keys = _instrument_ids({**currencies_of(rows), **judgement.new_currencies})
    transaction_writing.insert(portfolio.id, batch_id, judgement.entering, keys)
    name_lots(portfolio, rows)
    counts = {"batch": batch_id, "added": added, "duplicates": duplicates, "failed": failed}
    audit.record(
        actor, "import.commit", object_type="portfolio", object_id=portfolio.id, details={"file": file.name, **counts}
    )
    return batch_id


def _instrument_ids(currencies: dict[str, str]) -> dict[str, int]:
    """The ids of the symbols; unknown ones are made, so many at a time as a statement has room for."""
    items = sorted(currencies.items())
    parts = [dict(items[start : start + SYMBOLS_AT_ONCE]) for start in range(0, len(items), SYMBOLS_AT_ONCE)]
    return {symbol: key for part in parts for symbol, key in instrument_rows.ensure(db.session(), part).items()}


def _lacks_deposits(portfolio: PortfolioRef, judgement: Judgement) -> bool:
    """Whether the portfolio tracks cash, and trades would come in with no deposit to pay for them."""
    entering = [row.transaction.type for row in judgement.entering]
    if not portfolio.track_cash or TRADES.isdisjoint(entering) or TransactionType.DEPOSIT in entering:
        return False
    return not transactions.has_type(portfolio.id, TransactionType.DEPOSIT)


def _plain_name(filename: str) -> str:
    """The last part of a file's path, printable and not too long."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in name if c.isprintable())[-FILENAME_LENGTH:].strip() or "transactions.csv"
