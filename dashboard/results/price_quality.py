"""What is wrong with stored prices and rates, and what was decided about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dashboard.domain.quality import FindingKind


class FindingState(StrEnum):
    """Whether a value counts: not (quarantined), another in its place (repaired), as it is (accepted), or open."""

    QUARANTINED = "quarantined"
    REPAIRED = "repaired"
    ACCEPTED = "accepted"
    OPEN = "open"


UNDECIDED = frozenset({FindingState.QUARANTINED, FindingState.OPEN})


@dataclass(frozen=True, slots=True)
class FindingItem:
    """One finding, of an instrument or, as ``EURUSD``, of a pair.

    ``value`` and ``suggested`` are in ``currency``, as traded; None where there is no such number.
    """

    id: int
    symbol: str
    name: str
    currency: str
    date: date
    kind: FindingKind
    value: float | None
    suggested: float | None
    reason: str
    confidence: float
    state: FindingState
    found_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    is_pair: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a series stands beside its second source: days compared and different, or why it could not be compared."""

    symbol: str
    source: str
    other: str = ""
    compared: int = 0
    different: int = 0
    code: str = ""
    reason: str = ""

    @property
    def complete(self) -> bool:
        """Whether it could be compared."""
        return not self.code


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """The findings of one instrument, kind and state, oldest first: what one decision is about."""

    items: tuple[FindingItem, ...]
    portfolios: tuple[str, ...] = ()
    slugs: tuple[str, ...] = ()
    """Of the portfolios, in their order."""

    @property
    def first(self) -> FindingItem:
        """The oldest."""
        return self.items[0]

    @property
    def last(self) -> FindingItem:
        """The latest."""
        return self.items[-1]

    @property
    def repairable(self) -> bool:
        """Whether each of them has a suggestion."""
        return all(item.suggested is not None for item in self.items)


@dataclass(frozen=True, slots=True)
class PortfolioQuality:
    """What is wrong with what a portfolio is valued with, and since which day; nothing was decided about it yet."""

    name: str
    slug: str
    quarantined: int
    stale: int
    missing: int
    doubtful: int
    since: date


@dataclass(frozen=True, slots=True)
class QualityReport:
    """Every finding that a person may see, those of one kind together, and how the instruments stand."""

    groups: tuple[FindingGroup, ...]
    instruments: int
    may_decide: bool

    def count(self, *kinds: FindingKind) -> int:
        """How many findings of some kinds nothing was decided about."""
        return sum(
            len(group.items) for group in self.groups if group.first.kind in kinds and group.first.state in UNDECIDED
        )

    def of_portfolio(self, slug: str) -> QualityReport:
        """The report of what one portfolio is valued with; of everything where ``slug`` is empty."""
        if not slug:
            return self
        groups = tuple(group for group in self.groups if slug in group.slugs)
        return QualityReport(groups, len({group.first.symbol for group in groups}), self.may_decide)

    def by_portfolio(self) -> tuple[PortfolioQuality, ...]:
        """The portfolios that anything is wrong with, by name."""
        names = {
            slug: name
            for group in self.groups
            for slug, name in zip(group.slugs, group.portfolios, strict=True)
            if group.first.state in UNDECIDED
        }
        return tuple(self._portfolio(slug, name) for slug, name in sorted(names.items(), key=lambda pair: pair[1]))

    def _portfolio(self, slug: str, name: str) -> PortfolioQuality:
        own = self.of_portfolio(slug)
        days = [group.first.date for group in own.groups if group.first.state in UNDECIDED]
        stale, missing = own.count(FindingKind.STALE), own.count(FindingKind.GAP, FindingKind.ZERO)
        held = sum(
            len(group.items)
            for group in own.groups
            if group.first.state is FindingState.QUARANTINED
            and group.first.kind not in (FindingKind.STALE, FindingKind.GAP, FindingKind.ZERO)
        )
        doubtful = own.count(*FindingKind) - stale - missing - held
        return PortfolioQuality(name, slug, held, stale, missing, doubtful, min(days))

    @property
    def quarantined(self) -> int:
        """How many values are held back."""
        return sum(len(group.items) for group in self.groups if group.first.state is FindingState.QUARANTINED)
