"""A time axis of bars: by day, or by the minute with the hours cut out in which nothing trades."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dashboard.figures.colors import Figure

# A pause in trading is cut out; a bar that is merely missing is not. Lunch in Tokyo is an hour.
SHORTEST_PAUSE = np.timedelta64(45, "m")
MOST_PAUSES = 80
ONE_DAY = np.timedelta64(25, "h")
HOURS_A_TICK = (1, 2, 3, 4, 6)

Times = npt.NDArray[np.datetime64]


def is_within_days(times: Times) -> bool:
    """Whether bars are shorter than a day."""
    return np.datetime_data(times.dtype)[0] != "D"


def labels(times: Times) -> list[str]:
    """The times as a browser reads them."""
    found: list[str] = np.datetime_as_string(times, unit="m" if is_within_days(times) else "D").tolist()
    return found


def pauses(times: Times) -> list[Figure]:
    """Breaks of the axis from the end of each bar that is followed by a pause until the next one begins."""
    if len(times) < 2:
        return []
    steps = np.diff(times).astype("timedelta64[s]")
    length = steps.min()
    places = np.flatnonzero(steps - length >= SHORTEST_PAUSE)
    if len(places) > MOST_PAUSES:
        return []
    return [
        {"values": [_text(times[place] + length)], "dvalue": int((steps[place] - length).astype(np.int64)) * 1000}
        for place in places
    ]


def time_ticks(times: Times, *, narrow: bool = False) -> Figure:
    """The first bar of each day, named by the day; of one day, which may begin before midnight, full hours."""
    days = times.astype("datetime64[D]")
    first = np.flatnonzero(np.diff(days.astype(np.int64), prepend=-1))
    if len(times) and times[-1] - times[0] > ONE_DAY:
        named = _ticks(times[first], [f"{day.item():%d %b}" for day in days[first]])
        return named | {"ticklabelposition": "outside right"}  # centred, the first would lie beyond the left edge
    hours = np.flatnonzero(times.astype("datetime64[s]").astype(np.int64) % 3600 == 0)
    most = 4 if narrow else 8
    every = next((count for count in HOURS_A_TICK if len(hours) <= most * count), HOURS_A_TICK[-1])
    chosen = times[hours[::every]]
    return _ticks(chosen, [f"{at.item():%H:%M}" for at in chosen.astype("datetime64[s]")])


def day_ticks(days: Times) -> Figure:
    """Every day, named."""
    return _ticks(days, [f"{day.item():%d %b}" for day in days])


def span(times: Times) -> list[str]:
    """From half a bar before the first one to half a bar after the last."""
    half = np.diff(times).astype("timedelta64[s]").min() // 2 if len(times) > 1 else np.timedelta64(60, "s")
    return [_text(times[0] - half), _text(times[-1] + half)]


def _ticks(at: Times, text: list[str]) -> Figure:
    return {"tickmode": "array", "tickvals": labels(at), "ticktext": text}


def _text(at: np.datetime64) -> str:
    return str(np.datetime_as_string(at, unit="s"))
