"""The state of a view as its address carries it: ``?tf=1Y&bm=ACWI&acc=a,b&by=sector&from=&to=``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl, urlencode

from dashboard.domain.timeframes import Timeframe, start_of
from dashboard.results.performance import Period

__all__ = ["Timeframe", "ViewState", "parse", "search_of"]

LONGEST_VALUE = 400
EMPTY: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ViewState:
    """What a person chose to see. ``other`` has what only one page knows (``by``, ``text``, ...)."""

    timeframe: Timeframe = Timeframe.YEAR
    start: date | None = None
    end: date | None = None
    benchmark: str | None = None
    accounts: tuple[str, ...] = ()
    other: Mapping[str, str] = field(default_factory=lambda: EMPTY)

    def get(self, name: str, default: str = "") -> str:
        """A choice that only one page knows."""
        return self.other.get(name, default)

    def period(self, today: date, first: date | None = None) -> Period:
        """The days that are looked at: up to ``today``, and not before ``first`` (of the ledger, say)."""
        end = min(self.end or today, today) if self.timeframe is Timeframe.CUSTOM else today
        start = self._start(end, first)
        if first is not None:
            start = max(start, first)
        return Period(min(start, end), end)

    def _start(self, end: date, first: date | None) -> date:
        if self.timeframe is Timeframe.CUSTOM:
            return self.start or first or end
        return start_of(self.timeframe, end, first)


def parse(search: str | None) -> ViewState:
    """The state in an address's query. What cannot be understood counts as not given."""
    pairs = parse_qsl((search or "").lstrip("?"))
    given = {name: value for name, value in pairs if len(value) <= LONGEST_VALUE and "\0" not in value}
    start, end = _day(given.pop("from", "")), _day(given.pop("to", ""))
    timeframe = _timeframe(given.pop("tf", ""), custom=bool(start or end))
    if start and end and start > end:
        start, end = end, start
    return ViewState(
        timeframe=timeframe,
        start=start,
        end=end,
        benchmark=given.pop("bm", None),
        accounts=tuple(part for part in given.pop("acc", "").split(",") if part),
        other=MappingProxyType(given),
    )


def search_of(view: ViewState) -> str:
    """The query that :func:`parse` reads back, without what is as it would be anyway."""
    pairs = dict(view.other)
    if view.timeframe is not Timeframe.YEAR:
        pairs["tf"] = view.timeframe.value
    if view.timeframe is Timeframe.CUSTOM:
        pairs |= {name: day.isoformat() for name, day in (("from", view.start), ("to", view.end)) if day}
    if view.benchmark:
        pairs["bm"] = view.benchmark
    if view.accounts:
        pairs["acc"] = ",".join(view.accounts)
    return f"?{urlencode(pairs)}" if pairs else ""


def _timeframe(text: str, *, custom: bool) -> Timeframe:
    try:
        return Timeframe(text if text == Timeframe.CUSTOM else text.upper())
    except ValueError:
        return Timeframe.CUSTOM if custom else Timeframe.YEAR


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
