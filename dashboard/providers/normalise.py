"""From prices in any unit, split-adjusted or not, to prices as traded in the major currency. Pure.

Yahoo's open, high, low, close, volume and dividends are adjusted for *every* split up to now. With S the splits dated
after the day d (a bar on the day of a split is already in new units)::

    factor(d) = product of the ratios of S
    traded price = adjusted price * factor      traded volume = adjusted volume / factor

So the list must reach from the first bar to today, which is why a request's window always ends now. A split that is
stored but missing from the answer, and one that is listed but not applied, are told by the step in the prices.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from dashboard.domain.instruments import Split
from dashboard.domain.session_range import SessionRange
from dashboard.providers.base import DailyBars, Dividend, Issue, Notice, RejectedBar

# Quotes in a hundredth of the major currency: pence, South African cents, agorot.
MINOR_UNITS = {"GBp": "GBP", "GBX": "GBP", "ZAc": "ZAR", "ZAC": "ZAR", "ILA": "ILS", "ILa": "ILS"}
MINOR_PER_MAJOR = 100.0
CURRENCY = re.compile(r"[A-Z]{3,5}")
# No market is older, no price is larger in any currency, and none is smaller than a ledger can hold.
FIRST_DAY = date(1700, 1, 1)
SMALLEST_PRICE, LARGEST_PRICE = 1e-18, 1e15
LARGEST_VOLUME = 1e18
RATIO_DECIMALS = Decimal(1).scaleb(-18)
SAME_SPLIT_DAYS = 10
LARGEST_SPLIT = 1_000_000
SMALLEST_SPLIT = Decimal(1) / LARGEST_SPLIT
# A listed split is trusted unless the prices deny it plainly; one that is only stored needs them to speak for it.
# Below these ratios the day's own move could be mistaken for a split.
SMALLEST_DENIABLE_RATIO = 2.0
SMALLEST_PROVABLE_RATIO = 1.25
STEP_TOLERANCE = 0.15


@dataclass(frozen=True, slots=True)
class RawHistory:
    """What a source sent, in its own order and unit. NaN where it sent null.

    ``split_adjusted`` is what the source says of itself; the step in the prices at each split has the last word.
    """

    dates: NDArray[np.datetime64]
    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]
    volume: NDArray[np.float64]
    splits: tuple[tuple[date, Decimal, Decimal], ...] = ()
    dividends: tuple[tuple[date, float, str], ...] = ()
    split_adjusted: bool = True


@dataclass(frozen=True, slots=True)
class Normalised:
    """Bars and events as traded, and what was left out or remarkable."""

    bars: DailyBars
    splits: tuple[Split, ...]
    dividends: tuple[Dividend, ...]
    rejected: tuple[RejectedBar, ...]
    notices: tuple[Notice, ...]


def major_unit(unit: str) -> tuple[str, float]:
    """The major currency of a quote's unit and how many units make one of it: ``GBp`` gives ``("GBP", 100.0)``."""
    major = MINOR_UNITS.get(unit)
    return (major, MINOR_PER_MAJOR) if major else (unit.upper(), 1.0)


def session_range(sent: Iterable[float | None], per_major: float) -> SessionRange:
    """Open, high and low as a source has ``sent`` them, in the major currency; what cannot be a price is not told."""
    opened, high, low = (_price(one, per_major) for one in sent)
    return SessionRange(opened, high, low)


def _price(sent: float | None, per_major: float) -> float | None:
    return sent / per_major if sent is not None and math.isfinite(sent) and sent > 0 else None


def split_factors(dates: NDArray[np.datetime64], splits: Sequence[Split]) -> NDArray[np.float64]:
    """For each of n dates, the product of the ratios of the splits dated after it; ones where there is none."""
    ordered = sorted(splits)
    later = np.ones(len(ordered) + 1)
    for index in range(len(ordered) - 1, -1, -1):
        later[index] = later[index + 1] * float(ordered[index].ratio)
    days = np.array([split.date for split in ordered], dtype="datetime64[D]")
    return later[np.searchsorted(days, dates, side="right")]


def as_traded(raw: RawHistory, unit: str, *, known_splits: Sequence[Split] = (), today: date) -> Normalised:
    """Clean, un-adjust and convert what a source sent. ``today`` is the day at the instrument's exchange."""
    per_major = major_unit(unit)[1]
    to_come = _announced(raw, today)
    splits, rejected = valid_splits([one for one in raw.splits if one[0] <= today])
    bars, bad_bars = _valid_bars(raw, today)
    if raw.split_adjusted:
        applied, notices = applied_splits(bars, splits, known_splits)
    else:
        applied, notices = _splits_applied_all_the_same(bars, splits)
    factors = split_factors(bars.dates, applied)
    scale = factors / per_major
    with np.errstate(over="ignore", under="ignore"):
        traded = DailyBars(
            bars.dates,
            bars.open * scale,
            bars.high * scale,
            bars.low * scale,
            bars.close * scale,
            bars.volume / factors,
        )
    traded, bad_prices = storable(traded)
    paid = [one for one in raw.dividends if one[0] <= today]
    dividends, bad_dividends = _dividends(paid, unit, applied)
    every_split = tuple(sorted({*splits, *(split for split in applied if split not in splits)}))
    left_out = (*rejected, *bad_bars, *bad_prices, *bad_dividends)
    return Normalised(traded, every_split, dividends, left_out, (*notices, *to_come))


def _announced(raw: RawHistory, today: date) -> tuple[Notice, ...]:
    """The splits and dividends of days to come: nothing is adjusted for them or paid yet, and nothing is wrong."""
    splits = tuple(
        Notice(day, Issue.ANNOUNCED, f"a split of {new} for {old} is to come")
        for day, new, old in raw.splits
        if day > today
    )
    paid = (
        Notice(day, Issue.ANNOUNCED, f"a dividend of {amount} is to come")
        for day, amount, _ in raw.dividends
        if day > today
    )
    return (*splits, *paid)


def _valid_bars(raw: RawHistory, today: date) -> tuple[DailyBars, list[RejectedBar]]:
    """Bars in order, one a day (the last one sent wins), with a usable close and none of tomorrow."""
    order = np.argsort(raw.dates, kind="stable")
    bars = DailyBars(raw.dates.astype("datetime64[D]"), raw.open, raw.high, raw.low, raw.close, raw.volume)[order]
    missing = np.isnan(bars.close)
    negative = ~missing & ~(np.isfinite(bars.close) & (bars.close > 0))
    future = (bars.dates > np.datetime64(today, "D")) | (bars.dates < np.datetime64(FIRST_DAY, "D"))
    rejected = [
        RejectedBar(day, issue, reason)
        for mask, issue, reason in (
            (missing & ~future, Issue.MISSING_CLOSE, "no close was given that is a number"),
            (negative & ~future, Issue.NOT_POSITIVE, "the close is not a positive number"),
            (future, Issue.FUTURE, "the day has not come yet, or never was"),
        )
        for day in bars.dates[mask].tolist()
    ]
    bars = bars[~(missing | negative | future)]
    superseded = np.zeros(len(bars), dtype=np.bool_)
    superseded[:-1] = bars.dates[:-1] == bars.dates[1:]
    rejected += [
        RejectedBar(day, Issue.DUPLICATE, "a later bar of the same day replaces it")
        for day in bars.dates[superseded].tolist()
    ]
    return without_bad_ranges(bars[~superseded]), rejected


def storable(bars: DailyBars) -> tuple[DailyBars, list[RejectedBar]]:
    """The bars whose close is still a usable number as traded; another price that is not becomes unknown."""
    good = _is_price(bars.close)
    rejected = [
        RejectedBar(day, Issue.NOT_POSITIVE, "the close is not a usable number") for day in bars.dates[~good].tolist()
    ]
    bars = bars[good]
    opening, high, low = (np.where(_is_price(it), it, np.nan) for it in (bars.open, bars.high, bars.low))
    volume = np.where(bars.volume < LARGEST_VOLUME, bars.volume, np.nan)
    return DailyBars(bars.dates, opening, high, low, bars.close, volume), rejected


def _is_price(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    return (numbers >= SMALLEST_PRICE) & (numbers < LARGEST_PRICE)


def without_bad_ranges(bars: DailyBars) -> DailyBars:
    """Open, high and low that are not positive, or low above high, become unknown; the close stands by itself."""
    with np.errstate(invalid="ignore"):
        bad = (bars.high < bars.low) | (bars.high <= 0) | (bars.low <= 0)
        opening = np.where(bars.open > 0, bars.open, np.nan)
        volume = np.where(bars.volume >= 0, bars.volume, np.nan)
    return DailyBars(
        bars.dates,
        np.where(np.isfinite(opening), opening, np.nan),
        np.where(bad | ~np.isfinite(bars.high), np.nan, bars.high),
        np.where(bad | ~np.isfinite(bars.low), np.nan, bars.low),
        bars.close,
        np.where(np.isfinite(volume), volume, np.nan),
    )


def valid_splits(raw: Sequence[tuple[date, Decimal, Decimal]]) -> tuple[list[Split], list[RejectedBar]]:
    """Splits by their days, from new and old units, and those that mean nothing."""
    splits: dict[date, Split] = {}
    rejected = []
    for day, new, old in raw:
        ratio = split_ratio(new, old)
        if ratio is None:
            rejected.append(RejectedBar(day, Issue.BAD_SPLIT, f"a split of {new} for {old} means nothing"))
        elif ratio != 1:
            before = splits.get(day)
            if before is not None and before.ratio != ratio:
                reason = f"a split of {before.ratio:f} for 1 is replaced by one of {ratio:f} for 1 of the same day"
                rejected.append(RejectedBar(day, Issue.BAD_SPLIT, reason))
            splits[day] = Split(day, ratio)
    return sorted(splits.values()), rejected


def split_ratio(new: Decimal, old: Decimal) -> Decimal | None:
    """New units for one old, with as many decimals as are kept; None where that means nothing."""
    if not (_is_of_split(new) and _is_of_split(old) and _is_of_split(new / old)):
        return None
    ratio = (new / old).quantize(RATIO_DECIMALS)
    return ratio.to_integral_value() if ratio == ratio.to_integral_value() else ratio.normalize()


def _is_of_split(number: Decimal) -> bool:
    return number.is_finite() and SMALLEST_SPLIT < number < LARGEST_SPLIT


def applied_splits(
    bars: DailyBars, listed: Sequence[Split], known: Sequence[Split]
) -> tuple[list[Split], list[Notice]]:
    """The splits that the source's bars are adjusted for."""
    applied, notices = [], []
    for split in listed:
        step = _step(bars, split)
        if step is not None and _size(split) >= SMALLEST_DENIABLE_RATIO and _is_the_split(step, split):
            notices.append(Notice(split.date, Issue.SPLIT_NOT_APPLIED, f"{split.ratio:f} for 1 is not in the prices"))
        else:
            applied.append(split)
    for split in known:
        step = _step(bars, split)
        if step is None or _size(split) < SMALLEST_PROVABLE_RATIO or any(_same_event(split, it) for it in listed):
            continue
        if abs(step) < abs(step - math.log(split.ratio)):
            applied.append(split)
            notices.append(
                Notice(split.date, Issue.SPLIT_NOT_LISTED, f"{split.ratio:f} for 1 is stored but was not sent")
            )
    return applied, notices


def _splits_applied_all_the_same(bars: DailyBars, listed: Sequence[Split]) -> tuple[list[Split], list[Notice]]:
    """The splits that the bars of a source that says it sends prices as traded are adjusted for.

    A split that is large enough speaks for itself; the small ones follow the larger ones, if those agree.
    """
    steps = {split: step for split in listed if (step := _step(bars, split)) is not None}
    provable = {split: step for split, step in steps.items() if _size(split) >= SMALLEST_PROVABLE_RATIO}
    applied = [split for split, step in provable.items() if abs(step) < abs(step - math.log(split.ratio))]
    if applied and len(applied) == len(provable):
        applied = list(listed)
    reason = "{0:f} for 1 is in the prices of the days before it already"
    return applied, [Notice(split.date, Issue.SPLIT_APPLIED, reason.format(split.ratio)) for split in applied]


def _same_event(one: Split, other: Split) -> bool:
    close = abs((one.date - other.date).days) <= SAME_SPLIT_DAYS
    return close and math.isclose(float(one.ratio), float(other.ratio), rel_tol=1e-6)


def _size(split: Split) -> float:
    return float(max(split.ratio, 1 / split.ratio))


def _is_the_split(step: float, split: Split) -> bool:
    return abs(step - math.log(split.ratio)) < STEP_TOLERANCE


def _step(bars: DailyBars, split: Split) -> float | None:
    """The logarithm of the last close before the split over the first one from it on; None without both."""
    after = int(np.searchsorted(bars.dates, np.datetime64(split.date, "D")))
    if after == 0 or after >= len(bars):
        return None
    return math.log(bars.close[after - 1]) - math.log(bars.close[after])


def _dividends(
    raw: Sequence[tuple[date, float, str]], unit: str, applied: Sequence[Split]
) -> tuple[tuple[Dividend, ...], list[RejectedBar]]:
    """Dividends as declared; several on one day in one currency are one."""
    totals: dict[tuple[date, str], float] = {}
    rejected = []
    for day, amount, own_unit in raw:
        factor = float(split_factors(np.array([day], dtype="datetime64[D]"), applied)[0])
        if not (amount > 0 and SMALLEST_PRICE <= amount * factor / MINOR_PER_MAJOR < LARGEST_PRICE):
            rejected.append(RejectedBar(day, Issue.BAD_DIVIDEND, f"a dividend of {amount} means nothing"))
        else:
            currency, per_major = major_unit(own_unit or unit)
            if not CURRENCY.fullmatch(currency):
                rejected.append(RejectedBar(day, Issue.BAD_DIVIDEND, f"a dividend in {currency[:8]!r} means nothing"))
                continue
            key = (day, currency)
            totals[key] = totals.get(key, 0.0) + amount * factor / per_major
    return tuple(Dividend(day, amount, currency) for (day, currency), amount in sorted(totals.items())), rejected
