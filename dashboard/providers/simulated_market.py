"""The paths of the simulated market: factors with regimes, and the bars that follow from them. Pure and repeatable.

Every number comes from PCG64 streams with fixed seeds, one for each factor and instrument, drawn day by day from the
first day on: a longer history begins with the shorter one, on every machine. Normals are sums of twelve uniforms, so
that no library's choice of algorithm matters; their tails are made fat by days and regimes of high volatility.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from dashboard.domain.instruments import AssetClass
from dashboard.providers.base import DailyBars
from dashboard.providers.simulated_catalogue import DOLLARS, FIRST_DAY, SimulatedInstrument

Floats = NDArray[np.float64]

SEED = 19
YEAR = 252.0
UNIFORMS = 12
# Bull, bear, crisis: a year's drift and volatility of the world factor, and the chance to leave for each on a weekday.
REGIME_DRIFT = np.array([0.135, -0.10, -0.75])
REGIME_VOLATILITY = np.array([0.105, 0.18, 0.40])
REGIME_MOVES = ((0.0, 1 / 420, 1 / 1300), (1 / 110, 0.0, 1 / 240), (1 / 75, 1 / 45, 0.0))
# Share of days whose move is drawn from a wider normal, and how much wider: fat tails beside the regimes.
WILD_SHARE, WILD_SCALE = 0.04, 2.6
# Half of a quiet day's range as a share of the price: of most instruments, of currencies.
QUIET_RANGE = (0.004, 0.0015)


@dataclass(frozen=True, slots=True)
class Factor:
    """A source of risk: a year's volatility, the daily pull back to its trend, and its share in the world's moves."""

    name: str
    volatility: float
    pull: float
    world: float = 0.0
    weekends: bool = False


FACTORS = (
    Factor("us", 0.05, 0.0010),
    Factor("eu", 0.07, 0.0010),
    Factor("uk", 0.06, 0.0010),
    Factor("jp", 0.09, 0.0010),
    Factor("tech", 0.12, 0.0008),
    Factor("health", 0.09, 0.0010),
    Factor("energy", 0.16, 0.0010),
    Factor("finance", 0.11, 0.0010),
    Factor("consumer", 0.08, 0.0010),
    Factor("industry", 0.10, 0.0010),
    Factor("rates", 0.045, 0.0012, world=-0.06),
    Factor("gold", 0.15, 0.0008, world=-0.05),
    Factor("oil", 0.30, 0.0018),
    Factor("grain", 0.23, 0.0018),
    Factor("crypto", 0.38, 0.0018, weekends=True),
    Factor("EUR", 0.065, 0.0016, world=0.06),
    Factor("GBP", 0.070, 0.0016, world=0.10),
    Factor("JPY", 0.080, 0.0016, world=-0.15),
)
OWN_PULL = 0.0009


def stream(name: str) -> np.random.Generator:
    """The random numbers that belong to ``name``."""
    return np.random.Generator(np.random.PCG64([SEED, zlib.crc32(name.encode())]))


def normals(generator: np.random.Generator, days: int) -> Floats:
    """Fat-tailed draws of variance 1, one a day; the first n do not depend on how many follow."""
    uniform = generator.random((days, UNIFORMS + 1))
    scale = np.where(uniform[:, UNIFORMS] < WILD_SHARE, WILD_SCALE, 1.0)
    variance = 1 - WILD_SHARE + WILD_SHARE * WILD_SCALE**2
    return np.asarray((uniform[:, :UNIFORMS].sum(axis=1) - UNIFORMS / 2) * scale / np.sqrt(variance))


@dataclass(frozen=True, slots=True)
class Factors:
    """The logarithm of each factor's level on every calendar day since :data:`FIRST_DAY`."""

    days: NDArray[np.datetime64]
    weekday: NDArray[np.bool_]
    stress: Floats
    levels: dict[str, Floats]


def make_factors(last: date) -> Factors:
    """Every factor from the first day to ``last``."""
    count = (last - FIRST_DAY).days + 1
    days = np.datetime64(FIRST_DAY, "D") + np.arange(count)
    weekday = np.is_busday(days)
    regimes = _regimes(stream("regime").random(count), weekday)
    volatility = REGIME_VOLATILITY[regimes]
    shock = np.where(weekday, volatility / np.sqrt(YEAR) * normals(stream("world"), count), 0.0)
    drift = np.where(weekday, (REGIME_DRIFT[regimes] - volatility**2 / 2) / YEAR, 0.0)
    levels = {"world": np.cumsum(shock + drift)}
    stress = np.sqrt(volatility / REGIME_VOLATILITY[0])
    draws = np.stack([normals(stream(factor.name), count) for factor in FACTORS], axis=1)
    sizes = np.array([factor.volatility for factor in FACTORS]) / np.sqrt(YEAR)
    active = np.stack([weekday | factor.weekends for factor in FACTORS], axis=1)
    moves = np.where(active, draws * sizes * stress[:, None], 0.0)
    pulls = np.where(active, np.array([factor.pull for factor in FACTORS]), 0.0)
    own = _returning(moves, pulls)
    for column, factor in enumerate(FACTORS):
        levels[factor.name] = own[:, column] + factor.world * np.cumsum(shock)
    return Factors(days, weekday, stress, levels)


def make_levels(factors: Factors, instruments: Sequence[SimulatedInstrument]) -> Floats:
    """The logarithm of each instrument's level, days by instruments; 0 on its first day."""
    count = len(factors.days)
    draws = np.stack([normals(stream(instrument.symbol), count) for instrument in instruments], axis=1)
    active = np.stack([factors.weekday | _always(instrument) for instrument in instruments], axis=1)
    sizes = np.array([instrument.volatility for instrument in instruments]) / np.sqrt(YEAR)
    moves = np.where(active, draws * sizes * factors.stress[:, None], 0.0)
    levels = _returning(moves, np.where(active, OWN_PULL, 0.0))
    years = np.arange(count) / 365.25
    for column, instrument in enumerate(instruments):
        for name, loading in instrument.loadings.items():
            levels[:, column] += loading * factors.levels[name]
        levels[:, column] += instrument.drift * years
        levels[:, column] -= levels[_first_index(instrument), column]
    return levels


def dollar_rate(factors: Factors, currency: str) -> Floats:
    """Dollars for 1 unit of ``currency`` on every calendar day; it fades from where it started to its usual level."""
    if currency == "USD":
        return np.ones(len(factors.days))
    start, usual = DOLLARS[currency]
    fade = 1 / (1 + np.arange(len(factors.days)) / 900.0)
    return np.asarray(usual * (start / usual) ** fade * np.exp(factors.levels[currency]))


def make_bars(
    instrument: SimulatedInstrument, unsplit: Floats, units: Floats, days: NDArray[np.datetime64]
) -> DailyBars:
    """Bars as traded, rounded to the tick. ``unsplit`` closes are those of one first unit, which became ``units``."""
    # One row of numbers a calendar day, so that a bar does not depend on which days were sessions before it.
    index = (days - np.datetime64(FIRST_DAY, "D")).astype(np.int64)
    uniform = stream(f"{instrument.symbol}:bars").random((int(index[-1]) + 1 if len(index) else 0, 4))[index]
    before = np.concatenate([unsplit[:1], unsplit[:-1]])
    usual = QUIET_RANGE[instrument.asset_class is AssetClass.CURRENCY]
    spread = np.abs(np.log(unsplit / before)) * 0.5 + usual
    opening = before * (unsplit / before) ** (0.5 * uniform[:, 0]) * (1 + spread * (uniform[:, 1] - 0.5) * 0.6)
    high = np.maximum(opening, unsplit) * (1 + spread * uniform[:, 2])
    low = np.minimum(opening, unsplit) * (1 - spread * uniform[:, 3])
    if instrument.priced_once_a_day:
        opening = high = low = unsplit
    opening, high, low, close = (
        np.round(price / units, instrument.decimals) for price in (opening, high, low, unsplit)
    )
    volume = np.full(len(days), np.nan)
    if instrument.daily_volume:
        activity = (0.55 + 0.5 * (uniform[:, 0] + uniform[:, 3])) * (0.7 + spread * 40)
        volume = np.round(instrument.daily_volume * activity * units)
    return DailyBars(days, opening, high, low, close, volume)


def _regimes(uniform: Floats, weekday: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The regime of each day: a Markov chain that begins in a bull market and moves on weekdays."""
    state, states = 0, np.zeros(len(uniform), dtype=np.intp)
    for day, (chance, moves) in enumerate(zip(uniform.tolist(), weekday.tolist(), strict=True)):
        if moves:
            for target, probability in enumerate(REGIME_MOVES[state]):
                if chance < probability:
                    state = target
                    break
                chance -= probability
        states[day] = state
    return states


def _returning(moves: Floats, pulls: Floats) -> Floats:
    """Sums of the moves that are pulled back to 0: x(t) = x(t - 1) * (1 - pull) + move."""
    levels = np.empty_like(moves)
    keep = 1.0 - pulls
    level = np.zeros(moves.shape[1])
    for day in range(len(moves)):
        level = level * keep[day] + moves[day]
        levels[day] = level
    return levels


def _always(instrument: SimulatedInstrument) -> bool:
    return instrument.calendar == "24/7"


def _first_index(instrument: SimulatedInstrument) -> int:
    return max((instrument.first_day - FIRST_DAY).days, 0)
