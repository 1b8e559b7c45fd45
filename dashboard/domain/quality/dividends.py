"""Distributions out of line with the series' own history and with what the price did on the ex-date."""

from __future__ import annotations

import math

import numpy as np

from dashboard.domain.arrays import Floats, day_of
from dashboard.domain.instruments import Dividend
from dashboard.domain.quality.findings import Finding, FindingKind
from dashboard.domain.quality.observed import ObservedSeries, noise_at
from dashboard.domain.quality.scale import MINOR_PER_MAJOR

# Exchanges quote prices of these currencies in hundredths, and sources forget to convert the distributions.
MINOR_QUOTED = ("GBP", "ZAR", "ILS")
# There, a distribution below a twentieth of a per cent of the price is one that was divided twice: mended, it is of
# a few per cent at most, and as it is it would not pay for its own postage.
LEAST_MINOR_YIELD = 0.0005
# A distribution mended by a hundred is that of the time before or after within this share.
LIKE_ITS_NEIGHBOUR = 0.1
# What a distribution mended by a hundred may be of the price, at most.
LARGEST_PLAIN_YIELD = 0.15
# A distribution larger than this share of the price leaves a mark on it, and one that left none was not paid.
TELLING_YIELD = 0.1
DEVIATIONS = 4.0
# How far the price's move on the ex-date may speak against the mended amount.
CONTRADICTION = 4.0
CERTAIN, PROBABLE = 0.95, 0.8
# No price rises more on an ex-date; a broken one may, by more than a number can hold.
LARGEST_RISE = math.log(1e6)


def dividend_findings(series: ObservedSeries, logs: Floats) -> list[Finding]:
    """A finding for each distribution that is a hundred times off, or that the price knows nothing of.

    ``logs`` are sound log levels. Yields are of the close before the ex-date, in units of the ex-date.
    """
    known = [dividend for dividend in sorted(series.dividends) if _before(series, dividend) is not None]
    if not known:
        return []
    moves = np.diff(logs)
    places = [place for dividend in known if (place := _before(series, dividend)) is not None]
    noise = noise_at(moves, places)
    closes = np.exp(logs)
    amounts = np.array([dividend.amount for dividend in known]) * _units(series, places)
    yields = amounts / closes[places]
    found = []
    for index, dividend in enumerate(known):
        place = places[index]
        around = np.delete(amounts, index)[max(0, index - 1) : index + 1]
        drop = -math.expm1(min(float(moves[place]), LARGEST_RISE))
        judged = _judge(float(yields[index]), float(amounts[index]), around, drop, float(noise[index]), series.currency)
        if judged is None:
            continue
        factor, reason, confidence = judged
        suggested = dividend.amount * factor if factor is not None else None
        found.append(Finding(dividend.date, FindingKind.DIVIDEND, dividend.amount, suggested, reason, confidence, True))
    return found


def _judge(
    paid: float, amount: float, around: Floats, drop: float, noise: float, currency: str
) -> tuple[float | None, str, float] | None:
    """What mends a distribution of yield ``paid`` (None: nothing known), why, and how sure; None where it is sound."""
    larger = paid * MINOR_PER_MAJOR
    if larger <= LARGEST_PLAIN_YIELD and drop - larger > -CONTRADICTION * noise:
        if _is_like(amount * MINOR_PER_MAJOR, around) and not _is_like(amount, around):
            return MINOR_PER_MAJOR, "The distribution is 100 times smaller than those before and after it.", CERTAIN
        if currency in MINOR_QUOTED and paid < LEAST_MINOR_YIELD:
            reason = f"The distribution is {paid:.3%} of the price: it was given in the wrong unit of {currency}."
            return MINOR_PER_MAJOR, reason, PROBABLE
    if paid > TELLING_YIELD and drop < paid / 2 and paid - drop > DEVIATIONS * noise:
        smaller = paid / MINOR_PER_MAJOR
        reason = f"The distribution is {paid:.0%} of the price, which moved by {-drop:+.1%} on that day."
        plausible = _is_like(amount / MINOR_PER_MAJOR, around) or LEAST_MINOR_YIELD <= smaller <= LARGEST_PLAIN_YIELD
        return (1 / MINOR_PER_MAJOR if plausible else None), reason, CERTAIN
    return None


def _is_like(amount: float, around: Floats) -> bool:
    return bool((np.abs(amount / around - 1.0) <= LIKE_ITS_NEIGHBOUR).any())


def _before(series: ObservedSeries, dividend: Dividend) -> int | None:
    """The bar before the ex-date, where there are one and a bar from the ex-date on."""
    place = int(np.searchsorted(series.dates, day_of(dividend.date))) - 1
    return place if 0 <= place < len(series) - 1 else None


def _units(series: ObservedSeries, places: list[int]) -> Floats:
    """What makes of an amount a unit on the ex-date one in units from before every split, shape (k,)."""
    factors: Floats = series.unit_factors()[np.array(places) + 1]
    return factors
