"""What funds are made of, and which of an underlying's names is that of an instrument of ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import fsum

WHOLE = 1e-9
"""Weights that sum to 1 within this sum to 1."""


@dataclass(frozen=True, slots=True)
class Constituent:
    """A part of a fund: an instrument or a sector; ``weight`` > 0 is a fraction of it. ``symbol`` "": not told."""

    name: str
    weight: float
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Composition:
    """A fund's largest holdings and its sectors as of a day; all empty, ``as_of`` None: nobody has described it."""

    as_of: date | None = None
    holdings: tuple[Constituent, ...] = ()
    sectors: tuple[Constituent, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownName:
    """``provider`` calls our instrument ``symbol`` ``called``; provider "": it is our own symbol."""

    called: str
    provider: str
    symbol: str
    name: str = ""


def shares_of(parts: Sequence[Constituent]) -> tuple[tuple[float, ...], float]:
    """The share of each part, and what the weights sum to.

    Formula: share_i = w_i / Σw where Σw > 1 − 1e-9, else w_i. Empty: ((), 0).
    """
    total = fsum(part.weight for part in parts)
    divisor = total if total > 1.0 - WHOLE else 1.0
    return tuple(part.weight / divisor for part in parts), total


def with_our_symbols(found: Composition, provider: str, names: Iterable[KnownName]) -> Composition:
    """``found``, said by ``provider``, with the symbol and the name that each holding has here; unknown ones stay.

    The fund's own provider's name for an instrument comes first, then our own symbol, then what other providers call
    it where that is one instrument alone. Nothing is matched by its name: two listings of a company stay two.
    """
    called: dict[str, list[KnownName]] = {}
    for one in names:
        called.setdefault(one.called, []).append(one)
    holdings = (_ours(part, provider, called.get(part.symbol.strip(), ())) for part in found.holdings)
    return replace(found, holdings=tuple(holdings))


def _ours(part: Constituent, provider: str, candidates: Sequence[KnownName]) -> Constituent:
    if not part.symbol.strip():
        return part
    for group in (
        [one for one in candidates if provider and one.provider == provider],
        [one for one in candidates if not one.provider],
        list(candidates),
    ):
        if len({one.symbol for one in group}) == 1:
            return replace(part, symbol=group[0].symbol, name=group[0].name or part.name)
    return part
