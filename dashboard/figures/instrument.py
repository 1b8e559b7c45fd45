"""The price of an instrument: candles or a line, volume below, one's own trades marked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from dashboard.figures import times
from dashboard.figures.colors import Figure
from dashboard.figures.indicators import Drawing, drawing
from dashboard.figures.intervals import Interval
from dashboard.figures.sampling import bucket_starts, rounded
from dashboard.figures.scale import date_ticks, nice_ticks, padded, price_labels, without_near
from dashboard.figures.states import empty_figure
from dashboard.figures.template import INSTRUMENT_HEIGHT, figure, tag, time_axis, value_axis
from dashboard.figures.trades import TradeMark, trade_layers
from dashboard.formatting.numbers import DEFAULT_LOCALE, compact, number, price_decimals
from dashboard.results.indicators import IndicatorSeries
from dashboard.results.instruments import Bars

__all__ = ["Style", "TradeMark", "price_figure"]

NOTHING = "Prices appear here after the next refresh."
TICK_COUNT = 8
TAG_SHARE = 0.032
VOLUME_SHARE = 0.22
MOST_BREAKS = 400
FEW_BARS, MOST_NAMED = 60, 6
LONGER_THAN_DAILY = np.timedelta64(5, "D")
MARGIN = {"l": 0, "r": 62, "t": 0, "b": 26}

Floats = npt.NDArray[np.float64]


class Style(StrEnum):
    """How prices are drawn."""

    CANDLES = "candles"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The bars that are drawn: as many as make sense, gaps in open, high and low filled with the close."""

    currency: str
    days: npt.NDArray[np.datetime64]
    dates: list[str]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    decimals: int
    daily: bool

    @property
    def up(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.close >= self.open)


def price_figure(
    bars: Bars,
    *,
    trades: Sequence[TradeMark] = (),
    style: str = Style.CANDLES,
    theme: str = "light",
    narrow: bool = False,
    height: int = INSTRUMENT_HEIGHT,
    average_cost: float | None = None,
    indicators: Sequence[IndicatorSeries] = (),
    tick: float | None = None,
    min_decimals: int = 0,
    live: Interval | None = None,
    locale: str = DEFAULT_LOCALE,
) -> Figure:
    """Candles (a line where there is only a close), volume, trades as ``B n`` and ``S n``, the last price in a tag.

    ``indicators`` lie over the price, or in panes below it. Where the last bar is the newest there is, ``live`` is how
    much time it covers, and ``layout.meta.live`` says what live prices move.
    """
    drawn = _drawn(bars, tick, min_decimals)
    if len(drawn.dates) < 2:
        return empty_figure(NOTHING, theme=theme, height=height)
    as_line = Style(style) is Style.LINE or not np.isfinite(bars.high).any()
    more = drawing(indicators, drawn.days, drawn.dates, drawn.decimals, narrow=narrow, locale=locale)
    low, high = _range(drawn, as_line, more)
    marks, labels = trade_layers(
        trades, drawn.days, drawn.low, drawn.high, (high - low) * 0.035 / more.share, narrow=narrow
    )
    data = [*_volume(drawn), *(_line(drawn, low) if as_line else _candles(drawn)), *more.traces, *marks]
    layout = _layout(drawn, low, high, more, narrow=narrow, height=height, locale=locale)
    layout["annotations"] = [
        _last_tag(drawn, locale),
        _readout(drawn, locale),
        *labels,
        *_cost_note(average_cost, low, high, drawn, locale),
        *more.annotations,
    ]
    if live is not None:
        layout["meta"] = {"live": _live(drawn, live, len(_volume(drawn)), as_line)}
    return figure(data, layout, theme)


def _live(drawn: _Drawn, interval: Interval, first: int, as_line: bool) -> Figure:
    """Where the price is (trace, and the unseen floor of a line), and what the browser needs to go on drawing it."""
    place = {"trace": first + 1, "floor": first} if as_line else {"trace": first}
    within = times.is_within_days(drawn.days)
    is_merged = interval is Interval.DAY and not drawn.daily  # a bar of several days, or of a part of one
    return {
        **place,
        "interval": "" if is_merged else interval.value,
        "minutes": int(np.diff(drawn.days).min() // np.timedelta64(1, "m")) if within else 0,
        "decimals": drawn.decimals,
        "half_minutes": int(_half(drawn) // np.timedelta64(1, "m")),
    }


def _drawn(bars: Bars, tick: float | None, min_decimals: int) -> _Drawn:
    good = np.isfinite(bars.close)
    days, close, volume = bars.dates[good], bars.close[good], np.nan_to_num(bars.volume[good])
    opened, high, low = (
        np.where(np.isfinite(values[good]), values[good], close) for values in (bars.open, bars.high, bars.low)
    )
    starts = bucket_starts(len(close))
    within = times.is_within_days(days)
    daily = (
        not within
        and len(starts) == len(close)
        and (len(days) < 2 or bool(np.median(np.diff(days)) < LONGER_THAN_DAILY))
    )
    if not (
        daily or within
    ):  # the bar of several days: first open, highest high, lowest low, last close, all the volume
        ends = np.append(starts[1:], len(close)) - 1
        days, opened, close = days[ends], opened[starts], close[ends]
        high, low = np.maximum.reduceat(high, starts), np.minimum.reduceat(low, starts)
        volume = np.add.reduceat(volume, starts)
    decimals = max(min_decimals, price_decimals(float(close[-1]), tick) if len(close) else 2)
    return _Drawn(bars.currency, days, times.labels(days), opened, high, low, close, volume, decimals, daily)


def _range(drawn: _Drawn, as_line: bool, more: Drawing) -> tuple[float, float]:
    lows, highs = (drawn.close, drawn.close) if as_line else (drawn.low, drawn.high)
    low, high = more.stretched(*padded(float(lows.min()), float(highs.max())))
    below = VOLUME_SHARE if drawn.volume.any() else 0.08
    span = high - low
    return low - span * below, high + span * 0.13 / more.share


def _candles(drawn: _Drawn) -> list[Figure]:
    return [
        {
            "type": "candlestick",
            "x": drawn.dates,
            "open": rounded(drawn.open, drawn.decimals + 2),
            "high": rounded(drawn.high, drawn.decimals + 2),
            "low": rounded(drawn.low, drawn.decimals + 2),
            "close": rounded(drawn.close, drawn.decimals + 2),
            "increasing": {"line": {"color": "@{up-fill}", "width": 1}, "fillcolor": "@{up-fill}"},
            "decreasing": {"line": {"color": "@{down-fill}", "width": 1}, "fillcolor": "@{down-fill}"},
            "whiskerwidth": 0,
            "name": "Price",
            "yhoverformat": f",.{drawn.decimals}f",
        }
    ]


def _line(drawn: _Drawn, base: float) -> list[Figure]:
    ends = [drawn.dates[0], drawn.dates[-1]]
    return [
        {"type": "scatter", "x": ends, "y": [base, base], "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"},
        {
            "type": "scatter",
            "x": drawn.dates,
            "y": rounded(drawn.close, drawn.decimals + 2),
            "mode": "lines",
            "name": "Close",
            "line": {"color": "@{c1}", "width": 2},
            "fill": "tonexty",
            "fillgradient": {"type": "vertical", "colorscale": [[0, "@{c1/0}"], [1, "@{c1/0.16}"]]},
            "hovertemplate": f"%{{y:,.{drawn.decimals}f}}<extra>Close</extra>",
        },
    ]


def _volume(drawn: _Drawn) -> list[Figure]:
    """Two traces, so that each has one colour and not a list of them."""
    if not drawn.volume.any():
        return []
    volume = np.round(drawn.volume)
    parts = (("Volume", drawn.up, "@{up-fill/0.32}"), ("Volume", ~drawn.up, "@{down-fill/0.32}"))
    return [
        {
            "type": "bar",
            "x": [date for date, shown in zip(drawn.dates, where, strict=True) if shown],
            "y": volume[where].tolist(),
            "yaxis": "y2",
            "name": name,
            "marker": {"color": color, "line": {"width": 0}},
            "hovertemplate": "%{y:,.0f}<extra>Volume</extra>",
        }
        for name, where, color in parts
        if where.any()
    ]


def _layout(drawn: _Drawn, low: float, high: float, more: Drawing, *, narrow: bool, height: int, locale: str) -> Figure:
    last = float(drawn.close[-1])
    wanted = nice_ticks(low + (high - low) * 0.1, high, round(TICK_COUNT * more.share))
    ticks = without_near(wanted, last, (high - low) * TAG_SHARE / more.share)
    layout: Figure = {
        "height": height,
        "margin": {**MARGIN, "r": 52} if narrow else MARGIN,
        "bargap": 0.25,
        # Of few bars the rising ones may be far apart: stacked, both traces of volumes have the width of one bar.
        "barmode": "stack" if len(drawn.dates) <= FEW_BARS else "overlay",
        "xaxis": time_axis(
            showgrid=True,
            rangeslider={"visible": False},
            rangebreaks=_breaks(drawn),
            range=_span(drawn),
            **_ticks(drawn, narrow),
        ),
        "yaxis": value_axis(
            range=rounded([low, high], drawn.decimals + 2),
            tickvals=ticks,
            ticktext=price_labels(ticks, locale),
            **({"domain": [1.0 - more.share, 1.0]} if more.axes else {}),
        ),
        "shapes": [_last_line(drawn), *more.shapes],
        **more.axes,
    }
    if more.axes:  # one time axis under all the panes, and one label over them
        layout["xaxis"] |= {"anchor": "free", "position": 0}
        layout["hoversubplots"] = "axis"
    if drawn.volume.any():
        layout["yaxis2"] = {
            "domain": [1.0 - more.share, 1.0 - more.share * (1.0 - VOLUME_SHARE)],
            "visible": False,
            "fixedrange": True,
            "anchor": "x",
            "range": [0, float(drawn.volume.max()) * 1.05],
        }
    return layout


def _ticks(drawn: _Drawn, narrow: bool) -> Figure:
    if times.is_within_days(drawn.days):
        return times.time_ticks(drawn.days, narrow=narrow)
    if drawn.daily and len(drawn.days) <= MOST_NAMED:
        return times.day_ticks(drawn.days)
    first, last = (dt.date.fromisoformat(drawn.dates[index]) for index in (0, -1))
    return date_ticks(first, last, narrow=narrow)


def _span(drawn: _Drawn) -> list[str]:
    """From half a bar before the first one to half a bar after the last, weekends cut out or not."""
    if times.is_within_days(drawn.days):
        return times.span(drawn.days)
    days, half = drawn.days.astype("datetime64[h]"), _half(drawn)
    before = days[0] - half
    if _breaks(drawn):
        before = np.busday_offset(drawn.days[0], -1, roll="forward").astype("datetime64[h]") + half
    return [str(before), str(days[-1] + half)]


def _half(drawn: _Drawn) -> np.timedelta64:
    """Half the time between two bars."""
    if len(drawn.days) < 2:
        return np.timedelta64(12, "h")
    return np.timedelta64(np.median(np.diff(drawn.days)).astype("timedelta64[m]") // 2)


def _breaks(drawn: _Drawn) -> list[Figure]:
    """Cut weekends out where no bar lies on one, and then single weekdays without a bar; within days, pauses."""
    if times.is_within_days(drawn.days):
        return times.pauses(drawn.days)
    if not drawn.daily or not np.is_busday(drawn.days).all():
        return []
    weekdays = np.arange(drawn.days[0], drawn.days[-1], dtype="datetime64[D]")
    closed = np.setdiff1d(weekdays[np.is_busday(weekdays)], drawn.days)
    breaks: list[Figure] = [{"bounds": ["sat", "mon"]}]
    if 0 < len(closed) <= MOST_BREAKS:
        breaks.append({"values": np.datetime_as_string(closed, unit="D").tolist()})
    return breaks


def _direction(drawn: _Drawn) -> str:
    return "up" if len(drawn.close) < 2 or drawn.close[-1] >= drawn.close[-2] else "down"


def _last_line(drawn: _Drawn) -> Figure:
    last = round(float(drawn.close[-1]), drawn.decimals + 2)
    line = {"color": f"@{{{_direction(drawn)}-fill}}", "width": 1, "dash": "2px,3px"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": last, "y1": last, "line": line}


def _last_tag(drawn: _Drawn, locale: str) -> Figure:
    last = float(drawn.close[-1])
    return tag(
        round(last, drawn.decimals + 2), number(last, drawn.decimals, locale=locale), f"{_direction(drawn)}-fill"
    )


def _readout(drawn: _Drawn, locale: str) -> Figure:
    """Open, high, low, close and volume of the last bar, in the corner of the pane."""
    color = "up-text" if bool(drawn.up[-1]) else "down-text"
    values = (("O", drawn.open), ("H", drawn.high), ("L", drawn.low), ("C", drawn.close))
    parts = [
        f'{name} <span style="color:@{{{color}}}">{number(float(array[-1]), drawn.decimals, locale=locale)}</span>'
        for name, array in values
    ]
    if drawn.volume[-1]:
        parts.append(f"Vol {compact(float(drawn.volume[-1]), digits=4, locale=locale)}")
    return {
        "xref": "paper", "x": 0, "xanchor": "left", "xshift": 10, "yref": "paper", "y": 1, "yanchor": "top",
        "yshift": -8, "text": "  ".join(parts), "showarrow": False, "align": "left",
    }  # fmt: skip


def _cost_note(cost: float | None, low: float, high: float, drawn: _Drawn, locale: str) -> list[Figure]:
    """The average cost as a line, or as a note with an arrow where it lies off the chart."""
    if cost is None or not np.isfinite(cost):
        return []
    text = f"Avg cost {number(cost, drawn.decimals, locale=locale)}"
    inside = low <= cost <= high
    place: Figure = (
        {"yref": "y", "y": round(cost, drawn.decimals + 2)}
        if inside
        else {"yref": "y domain", "y": 0 if cost < low else 1}
    )
    arrow = "" if inside else " ↓" if cost < low else " ↑"
    return [
        {
            **place, "xref": "paper", "x": 1, "xanchor": "right", "xshift": -6, "text": text + arrow,
            "showarrow": False, "yanchor": "middle" if inside else "bottom" if cost < low else "top",
            "font": {"size": 10.5, "color": "@{text-2}"}, "bgcolor": "@{bg-surface}", "bordercolor": "@{line-strong}",
            "borderpad": 3,
        }
    ]  # fmt: skip
