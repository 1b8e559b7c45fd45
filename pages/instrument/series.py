"""Which bars the address asks for, and how the price moved over them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from dashboard.domain.arrays import date_of
from dashboard.domain.indicators.registry import Chosen, Pane, parse
from dashboard.domain.intraday import BarInterval
from dashboard.errors import InvalidInput
from dashboard.figures.indicators import MOST_PANES
from dashboard.figures.instrument import Style
from dashboard.figures.intervals import Interval, by_interval
from dashboard.results.indicators import IndicatorSeries
from dashboard.results.instruments import Bars, InstrumentDetail
from dashboard.results.performance import Period
from dashboard.services import indicators, market_data
from dashboard.web.state import Timeframe, ViewState
from pages.instrument import within_days

ADJUSTED, AS_TRADED = "adjusted", "traded"
LOOK_BACK = timedelta(days=14)
FEWEST_BARS = 2
MOST_INDICATORS = 24
WORDS = {Interval.DAY: "daily", Interval.WEEK: "weekly", Interval.MONTH: "monthly"}


@dataclass(frozen=True, slots=True)
class Shown:
    """The bars of a view. ``change`` is of the close, split-adjusted, since the close before the first bar.

    ``within`` is the length of bars within days; ``note`` says by which clock they are, or why there are none.
    """

    bars: Bars
    interval: Interval
    style: Style
    period: Period
    change: float | None
    indicators: tuple[IndicatorSeries, ...] = ()
    within: BarInterval | None = None
    note: str = ""

    @property
    def why_empty(self) -> str:
        """Why there is nothing to draw; "" where there is."""
        count = len(self.bars.dates)
        if count >= FEWEST_BARS:
            return ""
        if not count:
            return f"There are no prices from {self.period.start:%d %b %Y} to {self.period.end:%d %b %Y}."
        return f"This timeframe has one {WORDS[self.interval]} bar. Choose a longer one, or a shorter interval."

    def ends_now(self, detail: InstrumentDetail) -> bool:
        """Whether the last bar is the newest there is, so that a price of now belongs to it or comes after it."""
        last = _day(self.bars, -1)
        return last == detail.last_date or (self.within is not None and last >= (detail.last_date or last))


def shown(detail: InstrumentDetail, view: ViewState) -> Shown:
    """The bars that ``view`` asks for. Raises: NotFound."""
    period = period_of(detail, view)
    start, adjusted = period.start - LOOK_BACK, view.get("adj") != AS_TRADED
    interval = Interval(view.get("iv")) if view.get("iv") in set(Interval) else Interval.DAY
    found = market_data.bars(detail.symbol, start=start, end=period.end, adjusted=adjusted)
    first = _first(found, period, view.timeframe)
    comparable = found if adjusted else market_data.bars(detail.symbol, start=start, end=period.end)
    style = Style(view.get("style")) if view.get("style") in set(Style) else Style.CANDLES
    short, note = None, ""
    if interval is Interval.DAY:
        short, note = within_days.of_timeframe(detail, view.timeframe, adjusted=adjusted)
    if short is not None:
        return Shown(
            bars=short.bars,
            interval=interval,
            style=style,
            period=Period(_day(short.bars, 0), _day(short.bars, -1)),
            change=within_days.change(short, market_data.bars(detail.symbol, start=start)),
            indicators=within_days.lines(short, _over_and_below(chosen(view))),
            within=short.interval,
            note=note,
        )
    return Shown(
        bars=by_interval(found.part(slice(first, None)), interval),
        interval=interval,
        style=style,
        period=period,
        change=_change(comparable, first, view.timeframe),
        indicators=_indicators(detail.symbol, chosen(view), interval, period, adjusted),
        note=note,
    )


def chosen(view: ViewState) -> tuple[Chosen, ...]:
    """The indicators that the address names; what it misspells is left out, as with every other choice."""
    found: dict[str, Chosen] = {}
    for key in view.get("ind").split(","):
        try:
            one = parse(key)
        except InvalidInput:
            continue
        found[one.key] = one
    return tuple(found.values())[:MOST_INDICATORS]


def _indicators(
    symbol: str, wanted: tuple[Chosen, ...], interval: Interval, period: Period, adjusted: bool
) -> tuple[IndicatorSeries, ...]:
    """The indicators over all the bars up to the last day: those before the first one warm them up."""
    if not wanted:
        return ()
    bars = by_interval(market_data.bars(symbol, end=period.end, adjusted=adjusted), interval)
    return indicators.over(bars, _over_and_below(wanted))


def _over_and_below(wanted: tuple[Chosen, ...]) -> list[Chosen]:
    """As many of them as are drawn."""
    over = [one for one in wanted if one.indicator.pane is Pane.OVERLAY]
    below = [one for one in wanted if one.indicator.pane is Pane.OWN]
    return [*over, *below[:MOST_PANES]]


def _day(bars: Bars, place: int) -> date:
    return date_of(bars.dates[place])


def period_of(detail: InstrumentDetail, view: ViewState) -> Period:
    """The days of the view: up to the last close, so that a series that ended still has a last year."""
    today = datetime.now(UTC).date()
    last = today if view.timeframe is Timeframe.CUSTOM else min(today, detail.last_date or today)
    return view.period(last, detail.first_date)


def previous_close(detail: InstrumentDetail, today: date) -> float | None:
    """What a price of now is compared with: the last close, or on its own day (and at weekends) the one before."""
    behind = detail.last_date is not None and detail.last_date < today and today.weekday() < 5
    return detail.last_close if behind else detail.previous_close


def _first(bars: Bars, period: Period, timeframe: Timeframe) -> int:
    """The index of the first bar that is shown; a single day is shown with the one before it."""
    if timeframe is Timeframe.DAY:
        return max(0, len(bars.dates) - FEWEST_BARS)
    return int(np.searchsorted(bars.dates, np.datetime64(period.start, "D")))


def _change(bars: Bars, first: int, timeframe: Timeframe) -> float | None:
    """The change of the close; from the first close where there is none before it."""
    if first >= len(bars.dates):
        return None
    before = first if timeframe is Timeframe.DAY else max(0, first - 1)
    if before == len(bars.dates) - 1:
        return None
    return float(bars.close[-1] / bars.close[before] - 1.0)
