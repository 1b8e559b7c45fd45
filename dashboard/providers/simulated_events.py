"""Splits and dividends of the simulated market, from the unsplit closes of an instrument. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from dashboard.domain.instruments import Split
from dashboard.providers.base import Dividend
from dashboard.providers.simulated_catalogue import SimulatedInstrument

SPLIT_MONTHS = (3, 6, 9, 12)
SPLIT_DAY, EX_DAY = 9, 14
# A dividend follows the average price of a year, so that it is steadier than the price.
AVERAGED_SESSIONS = 250
LEAST_SESSIONS = 60
DIVIDEND_DECIMALS = {"USD": 2, "EUR": 2, "GBP": 4, "JPY": 0}


def make_splits(
    instrument: SimulatedInstrument, days: NDArray[np.datetime64], unsplit: NDArray[np.float64]
) -> tuple[Split, ...]:
    """A split on the first session after the 8th of a quarter's last month, when the price has grown too high."""
    if instrument.split_above is None:
        return ()
    splits, units = [], 1.0
    for index in _first_sessions(days, SPLIT_MONTHS, SPLIT_DAY):
        if index > 0 and unsplit[index - 1] / units > instrument.split_above:
            units *= instrument.split_ratio
            splits.append(Split(days[index].item(), Decimal(instrument.split_ratio)))
    return tuple(splits)


def make_dividends(
    instrument: SimulatedInstrument,
    days: NDArray[np.datetime64],
    unsplit: NDArray[np.float64],
    units: NDArray[np.float64],
) -> tuple[Dividend, ...]:
    """Dividends as declared, for each unit as it is on the ex-date. ``units`` are those that one first unit became."""
    dividends = []
    decimals = DIVIDEND_DECIMALS[instrument.currency]
    for index in _first_sessions(days, instrument.dividend_months, EX_DAY):
        if index < LEAST_SESSIONS:
            continue
        average = float(unsplit[max(index - AVERAGED_SESSIONS, 0) : index].mean() / units[index])
        amount = round(average * instrument.dividend_yield / len(instrument.dividend_months), decimals)
        if amount > 0:
            dividends.append(Dividend(days[index].item(), amount, instrument.currency))
    return tuple(dividends)


def units_by_day(days: NDArray[np.datetime64], splits: tuple[Split, ...]) -> NDArray[np.float64]:
    """How many units one unit of the first day has become by each day."""
    units = np.ones(len(days))
    for split in splits:
        units[days >= np.datetime64(split.date, "D")] *= float(split.ratio)
    return units


def _first_sessions(days: NDArray[np.datetime64], months: tuple[int, ...], day: int) -> list[int]:
    """The first session on or after ``day`` of each of ``months``, where that month has one yet."""
    if not months or len(days) == 0:
        return []
    first, last = days[0].item(), days[-1].item()
    wanted = [date(year, month, day) for year in range(first.year, last.year + 1) for month in sorted(months)]
    found = np.searchsorted(days, np.array(wanted, dtype="datetime64[D]"))
    return [int(index) for index, target in zip(found, wanted, strict=True) if first <= target <= last]
