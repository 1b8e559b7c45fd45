"""The rows of a ledger as they were entered, by symbol, and which symbols hang together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dashboard.domain.transactions import Transaction
from dashboard.errors import NotFound

Entered = tuple[int, Transaction]


@dataclass(frozen=True, slots=True)
class LedgerRows:
    """Rows with the number of their entry, by symbol ("" is money alone); ``links`` are pairs that events tie."""

    by_symbol: Mapping[str, tuple[Entered, ...]]
    links: tuple[tuple[str, str], ...]
    count: int

    @classmethod
    def of(cls, transactions: Iterable[Transaction]) -> LedgerRows:
        """The rows in the order of entry."""
        found: dict[str, list[Entered]] = {}
        links: list[tuple[str, str]] = []
        count = 0
        for row in transactions:
            found.setdefault(row.symbol or "", []).append((count, row))
            links += _links(row)
            count += 1
        return cls({symbol: tuple(rows) for symbol, rows in found.items()}, tuple(links), count)

    @property
    def transactions(self) -> tuple[Transaction, ...]:
        """Every row in the order of entry."""
        return self.of_symbols(self.by_symbol)

    def of_symbols(self, symbols: Iterable[str]) -> tuple[Transaction, ...]:
        """The rows of ``symbols`` in the order of entry."""
        parts = [self.by_symbol.get(symbol, ()) for symbol in symbols]
        if len(parts) == 1:
            return tuple(row for _, row in parts[0])
        return tuple(row for _, row in sorted((entered for part in parts for entered in part), key=_number))

    def numbers(self, symbols: Iterable[str]) -> dict[int, int]:
        """The number of entry by ``id`` of each row of ``symbols``."""
        return {id(row): number for symbol in symbols for number, row in self.by_symbol.get(symbol, ())}

    def found(self, wanted: Transaction) -> Transaction:
        """The very row that is meant by one that is equal and has the same id. Raises NotFound."""
        entered = self.by_symbol.get(wanted.symbol or "", ())
        return entered[_position(entered, wanted)][1]

    def linked(self, symbols: Iterable[str]) -> frozenset[str]:
        """``symbols`` and all that events tie to them, directly or through others."""
        found = {symbol for symbol in symbols if symbol}
        grown = True
        while grown:
            more = {name for pair in self.links if not found.isdisjoint(pair) for name in pair}
            grown = not more <= found
            found |= more
        return frozenset(found)

    def replaced(self, removed: Sequence[Transaction], added: Sequence[Transaction]) -> LedgerRows:
        """Without ``removed`` (the very rows) and with ``added``, which take their numbers as far as there are any."""
        changed = {symbol: list(self.by_symbol.get(symbol, ())) for symbol in _symbols(removed) | _symbols(added)}
        links, free = list(self.links), []
        for row in removed:
            entered = changed[row.symbol or ""]
            at = _position(entered, row)
            free.append(entered.pop(at)[0])
            for link in _links(row):
                links.remove(link)
        count = self.count
        for at, row in enumerate(added):
            number = free[at] if at < len(free) else count
            count = max(count, number + 1)
            changed[row.symbol or ""].append((number, row))
            links += _links(row)
        kept = {symbol: rows for symbol, rows in self.by_symbol.items() if symbol not in changed}
        ordered = {symbol: tuple(sorted(rows, key=_number)) for symbol, rows in changed.items() if rows}
        return LedgerRows({**kept, **ordered}, tuple(links), count)


def _number(entered: Entered) -> int:
    return entered[0]


def _symbols(rows: Iterable[Transaction]) -> set[str]:
    return {row.symbol or "" for row in rows}


def _links(row: Transaction) -> list[tuple[str, str]]:
    return [(row.symbol, row.target_symbol)] if row.symbol and row.target_symbol else []


def _position(entered: Sequence[Entered], wanted: Transaction) -> int:
    """Where a row stands: the very one, else one that is equal and has the same id. Raises NotFound."""
    for at in range(len(entered) - 1, -1, -1):
        if entered[at][1] is wanted:
            return at
    for at in range(len(entered) - 1, -1, -1):
        if entered[at][1] == wanted and entered[at][1].id == wanted.id:
            return at
    raise NotFound(f"The ledger has no such {wanted.type} on {wanted.date}.")
