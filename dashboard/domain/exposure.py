"""Exposure: what a portfolio is really in, by sector or by instrument, through the funds that it holds.

Every position's value is split by what its fund is said to hold; what nobody has described stays a line of its own.
The lines sum to the value of all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from dashboard.domain.compositions import WHOLE, Composition, Constituent, shares_of
from dashboard.domain.measures import Measure, Note, summed

CASH, UNKNOWN = "cash", "unknown"
DEEPEST = 3
"""Funds within funds are looked through so many times, and a fund within itself once."""


class ExposureBy(StrEnum):
    """By what the value is told apart."""

    SECTOR = "sector"
    HOLDING = "holding"


class ExposureKind(StrEnum):
    """What a line is, in the order in which lines are listed."""

    SECTOR = "sector"
    HOLDING = "holding"
    UNKNOWN = "unknown"
    NOT_DESCRIBED = "not_described"
    CASH = "cash"


@dataclass(frozen=True, slots=True)
class Position:
    """What is held of one instrument, worth ``value`` in the report's currency; negative where it is short."""

    symbol: str
    value: Measure
    name: str = ""
    sector: str = ""


@dataclass(frozen=True, slots=True)
class ExposurePart:
    """What the position ``held`` brings to a line ``through`` these funds, the outermost first; () is directly."""

    held: str
    through: tuple[str, ...]
    value: Measure
    weight: Measure


@dataclass(frozen=True, slots=True)
class ExposureLine:
    """A sector, an instrument, the rest of a fund, or cash; ``weight`` is of the value of all, cash included.

    ``symbol`` is "" for sectors, for cash, and for an underlying whose symbol nobody tells.
    """

    kind: ExposureKind
    symbol: str
    name: str
    value: Measure
    weight: Measure
    parts: tuple[ExposurePart, ...]


@dataclass(frozen=True, slots=True)
class FundSeen:
    """A fund that was looked through: ``stated`` is what its weights sum to, as they were said on ``as_of``."""

    symbol: str
    stated: float
    as_of: date | None


@dataclass(frozen=True, slots=True)
class Exposure:
    """All lines, described ones first, each kind's largest first. ``as_of`` is that of the oldest composition used.

    ``not_described`` is the value of all rests of funds together, ``not_described_weight`` its part of all.
    """

    by: ExposureBy
    total: Measure
    lines: tuple[ExposureLine, ...]
    funds: tuple[FundSeen, ...]
    not_described: Measure
    not_described_weight: Measure
    as_of: date | None
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A piece of one position: ``share`` of it, in one line."""

    kind: ExposureKind
    symbol: str
    name: str
    through: tuple[str, ...]
    share: float


@dataclass(slots=True)
class _Gathered:
    """The pieces of one line, by the position and the funds that they came through."""

    first: _Leaf
    pieces: dict[tuple[str, tuple[str, ...]], list[Measure]] = field(default_factory=dict)


def exposure(
    positions: Sequence[Position], funds: Mapping[str, Composition], by: ExposureBy, cash: Measure | None = None
) -> Exposure:
    """The exposure of ``positions`` and ``cash`` through ``funds`` (by symbol; empty for one that nobody described).

    Weights of a fund that sum to more than 1 are scaled to 1, and a note says so; the rest of one whose weights sum to
    less is its own line. A fund without sectors counts in its own sector, where it has one. A value that is not known
    leaves its lines and every weight undefined. No positions and no cash: no lines, a total of 0.
    """
    lines: dict[tuple[ExposureKind, str], _Gathered] = {}
    seen: dict[str, FundSeen] = {}
    for position in positions:
        leaves = _sectors(position, funds, seen) if by is ExposureBy.SECTOR else _holdings(position, funds, seen)
        for leaf in leaves:
            gathered = lines.setdefault((leaf.kind, leaf.symbol or leaf.name.casefold()), _Gathered(leaf))
            gathered.pieces.setdefault((position.symbol, leaf.through), []).append(_scaled(position.value, leaf.share))
    if cash is not None and cash.value != 0.0:
        of_cash = _Gathered(_Leaf(ExposureKind.CASH, "", CASH, (), 1.0), {("", ()): [cash]})
        lines[ExposureKind.CASH, CASH] = of_cash
    total = summed([*(position.value for position in positions), *([cash] if cash is not None else [])])
    found = sorted((_line(gathered, total) for gathered in lines.values()), key=_order)
    rest = summed(line.value for line in found if line.kind is ExposureKind.NOT_DESCRIBED)
    return Exposure(
        by=by,
        total=total,
        lines=tuple(found),
        funds=tuple(sorted(seen.values(), key=lambda fund: fund.symbol)),
        not_described=rest,
        not_described_weight=_share(rest, total),
        as_of=min((fund.as_of for fund in seen.values() if fund.as_of is not None), default=None),
        notes=tuple(_notes(seen, by)),
    )


def _sectors(position: Position, funds: Mapping[str, Composition], seen: dict[str, FundSeen]) -> Iterator[_Leaf]:
    fund = funds.get(position.symbol)
    if fund is not None and fund.sectors:
        for part, share in _seen(position.symbol, fund, fund.sectors, seen):
            yield _Leaf(ExposureKind.SECTOR, "", part.name, (position.symbol,), share)
        yield from _rest(position.symbol, position.name, (), seen, 1.0)
    elif position.sector:
        yield _Leaf(ExposureKind.SECTOR, "", position.sector, (), 1.0)
    elif fund is not None:
        yield _Leaf(ExposureKind.NOT_DESCRIBED, position.symbol, position.name, (), 1.0)
    else:
        yield _Leaf(ExposureKind.UNKNOWN, "", UNKNOWN, (), 1.0)


def _holdings(position: Position, funds: Mapping[str, Composition], seen: dict[str, FundSeen]) -> Iterator[_Leaf]:
    def within(symbol: str, name: str, share: float, path: tuple[str, ...]) -> Iterator[_Leaf]:
        fund = funds.get(symbol) if symbol else None
        if fund is None:
            yield _Leaf(ExposureKind.HOLDING, symbol, name, path, share)
        elif not fund.holdings or symbol in path or len(path) == DEEPEST:
            yield _Leaf(ExposureKind.NOT_DESCRIBED, symbol, name, path, share)
        else:
            for part, of_fund in _seen(symbol, fund, fund.holdings, seen):
                yield from within(part.symbol, part.name, share * of_fund, (*path, symbol))
            yield from _rest(symbol, name, path, seen, share)

    return within(position.symbol, position.name, 1.0, ())


def _seen(
    symbol: str, fund: Composition, parts: Sequence[Constituent], seen: dict[str, FundSeen]
) -> Iterator[tuple[Constituent, float]]:
    """Each part of a fund with its share; the fund is kept in ``seen``."""
    shares, stated = shares_of(parts)
    seen[symbol] = FundSeen(symbol, stated, fund.as_of)
    return zip(parts, shares, strict=True)


def _rest(symbol: str, name: str, path: tuple[str, ...], seen: Mapping[str, FundSeen], share: float) -> Iterator[_Leaf]:
    """What is left of a fund once its parts are taken out."""
    stated = seen[symbol].stated
    if stated <= 1.0 - WHOLE:
        yield _Leaf(ExposureKind.NOT_DESCRIBED, symbol, name, path, share * (1.0 - stated))


def _line(gathered: _Gathered, total: Measure) -> ExposureLine:
    parts = [
        ExposurePart(held, through, value, _share(value, total))
        for (held, through), pieces in gathered.pieces.items()
        for value in [summed(pieces)]
    ]
    value = summed(piece for pieces in gathered.pieces.values() for piece in pieces)
    first = gathered.first
    ordered = tuple(sorted(parts, key=lambda part: (-abs(part.value.value or 0.0), part.through, part.held)))
    return ExposureLine(first.kind, first.symbol, first.name, value, _share(value, total), ordered)


def _order(line: ExposureLine) -> tuple[int, float, str, str]:
    return list(ExposureKind).index(line.kind), -(line.value.value or 0.0), line.symbol, line.name


def _notes(seen: Mapping[str, FundSeen], by: ExposureBy) -> Iterator[Note]:
    for fund in sorted(seen.values(), key=lambda fund: fund.symbol):
        if fund.stated > 1.0 + WHOLE:
            text = f"The {by}s of {fund.symbol} sum to {fund.stated * 100.0:.2f} % of it: each was scaled."
            yield Note("weights_scaled", text, fund.symbol)


def _scaled(value: Measure, share: float) -> Measure:
    return Measure(None if value.value is None else value.value * share, value.status, value.reason)


def _share(value: Measure, total: Measure) -> Measure:
    if value.value is None or total.value is None:
        return Measure.undefined(value.reason or total.reason)
    if total.value <= 0.0:
        return Measure.undefined("The value of all together is not positive.")
    return Measure(value.value / total.value, value.status, value.reason)
