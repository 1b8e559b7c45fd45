"""What the parts of one or more portfolios did in a period: holdings, accounts, classes, sectors, countries, tags.

A group is a set of lines (see :mod:`dashboard.domain.lines`); its day's external flows are netted first, so that
movements inside it are no flows. Groups' gains sum to the gain of all, and their contributions to its return.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from dashboard.domain.accounts import account_portfolios
from dashboard.domain.arrays import Floats
from dashboard.domain.attribution import Gain
from dashboard.domain.calendar import Period
from dashboard.domain.contribution import daily_contributions, linked_contributions
from dashboard.domain.instruments import Instrument
from dashboard.domain.line_gains import LineKey, ValuedPortfolio, account_gain, line_gains, sum_gains
from dashboard.domain.lines import Line, LineKind, LineLevel, level_of, lines_of, merged
from dashboard.domain.measures import Measure
from dashboard.domain.period_returns import Returns, graded, period_returns, ratio
from dashboard.domain.series import DailyReturns, level_returns
from dashboard.domain.value_status import value_measure
from dashboard.errors import InsufficientData, InvalidInput

CASH, COSTS, UNKNOWN, ALL = "cash", "costs", "unknown", "all"


class Dimension(StrEnum):
    """By what the parts of a portfolio are told apart."""

    HOLDING = "holding"
    PORTFOLIO = "portfolio"
    ACCOUNT = "account"
    ASSET_CLASS = "asset_class"
    SECTOR = "sector"
    INDUSTRY = "industry"
    COUNTRY = "country"
    CURRENCY = "currency"
    TAG = "tag"


_NAMES: dict[Dimension, Callable[[Instrument], str]] = {
    Dimension.HOLDING: lambda found: found.symbol,
    Dimension.ASSET_CLASS: lambda found: found.asset_class.value,
    Dimension.SECTOR: lambda found: found.sector,
    Dimension.INDUSTRY: lambda found: found.industry,
    Dimension.COUNTRY: lambda found: found.country,
    Dimension.CURRENCY: lambda found: found.currency,
}


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """One group over a period; money in the report's currency, NaN where a rate is missing; ratios are fractions.

    ``weight`` is of the market value of all at the end, ``contribution`` the group's part of the time-weighted return
    of all.
    """

    name: str
    kind: LineKind
    market_value: Measure
    start_value: Measure
    inflows: float
    outflows: float
    weight: Measure
    gain: Gain
    returns: Returns
    contribution: Measure


@dataclass(frozen=True, slots=True)
class Breakdown:
    """All groups, largest first, cash and costs last, and the same figures of all of them together.

    ``level`` and ``daily`` are the series behind the total.
    """

    period: Period
    currency: str
    groups: tuple[GroupFigures, ...]
    total: GroupFigures
    level: LineLevel
    daily: DailyReturns


@dataclass(frozen=True, slots=True)
class _Part:
    """A group before it is compared with all of them."""

    name: str
    kind: LineKind
    level: LineLevel
    gain: Gain
    start_value: Measure
    market_value: Measure


def group_names(lines: Sequence[Line], by: Dimension, tags: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The group of each line; ``tags`` are the groups of symbols where they are told apart by tag.

    A balance is in the group of its currency where currencies are asked for, else a line of its own like the costs.
    Raises InvalidInput for accounts and portfolios, which lines do not tell apart.
    """
    return tuple(_group_name(line, by, tags or {}) for line in lines)


def breakdown(
    portfolios: Sequence[ValuedPortfolio], period: Period, by: Dimension, tags: Mapping[str, str] | None = None
) -> Breakdown:
    """The groups of ``portfolios`` (all in one currency, valued up to one day) over ``period``.

    Transfers between the portfolios on one day net out. Raises InsufficientData past the end of the valuation,
    InvalidInput for different currencies or days.
    """
    _check(portfolios, period)
    lines = merged([lines_of(one.history) for one in portfolios])
    gains = [(key, gain) for one in portfolios for key, gain in line_gains(one, period).items()]
    everything = np.ones(len(lines.lines), np.bool_)
    total = _part(ALL, LineKind.HOLDING, level_of(lines, everything), [gain for _, gain in gains], portfolios, period)
    if by is Dimension.ACCOUNT:
        return _assembled(total, [part for one in portfolios for part in _accounts(one, period)], period)
    if by is Dimension.PORTFOLIO:
        return _assembled(total, [_whole(one, line_gains(one, period).values(), period) for one in portfolios], period)
    names = np.array(group_names(lines.lines, by, tags))
    keys: dict[str, set[LineKey]] = {}
    for name, line in zip(names.tolist(), lines.lines, strict=True):
        keys.setdefault(name, set()).add((line.kind, line.name))
    parts = [
        _part(
            name,
            min((kind for kind, _ in own), key=list(LineKind).index),
            level_of(lines, names == name),
            [gain for key, gain in gains if key in own],
            portfolios,
            period,
            own,
        )
        for name, own in keys.items()
    ]
    return _assembled(total, parts, period)


def _group_name(line: Line, by: Dimension, tags: Mapping[str, str]) -> str:
    if line.kind is LineKind.COSTS:
        return COSTS
    if line.instrument is None:
        return line.name if by is Dimension.CURRENCY else CASH
    if by is Dimension.TAG:
        return tags.get(line.name) or UNKNOWN
    if by not in _NAMES:
        raise InvalidInput(f"Lines are not told apart by {by}.", field="by")
    return _NAMES[by](line.instrument) or UNKNOWN


def _check(portfolios: Sequence[ValuedPortfolio], period: Period) -> None:
    if len({one.history.currency for one in portfolios}) != 1:
        raise InvalidInput("Portfolios that are taken together are valued in one currency.", field="currency")
    last = portfolios[0].history.days[-1]
    if any(one.history.days[-1] != last for one in portfolios):
        raise InvalidInput("Portfolios that are taken together are valued up to one day.", field="to")
    if np.datetime64(period.end, "D") > last:
        raise InsufficientData(f"The portfolio is valued up to {last} only.")


def _accounts(whole: ValuedPortfolio, period: Period) -> list[_Part]:
    return [
        _whole(one, [account_gain(whole, one, account, period)], period) for account, one in account_portfolios(whole)
    ]


def _whole(one: ValuedPortfolio, gains: Iterable[Gain], period: Period) -> _Part:
    """All lines of one portfolio as a group."""
    lines = lines_of(one.history)
    level = level_of(lines, np.ones(len(lines.lines), np.bool_))
    return _part(one.name, LineKind.HOLDING, level, list(gains), [one], period)


def _part(
    name: str,
    kind: LineKind,
    level: LineLevel,
    gains: Sequence[Gain],
    portfolios: Sequence[ValuedPortfolio],
    period: Period,
    keys: set[LineKey] | None = None,
) -> _Part:
    """A group with its values, graded by what they rest on."""
    start, end = (
        value_measure([one.history for one in portfolios], day, float(level.value[level.position(day)]), keys)
        for day in (period.before, period.end)
    )
    return _Part(name, kind, level, sum_gains(gains), start, end)


def _assembled(total: _Part, parts: Sequence[_Part], period: Period) -> Breakdown:
    daily = level_returns(total.level, period, total.level.gross_on)
    whole = _figures(total, period, daily, total)
    shares = _contributions(total.level, [part.level for part in parts], period, daily)
    groups = [
        _figures(part, period, level_returns(part.level, period, part.level.gross_on), total, share)
        for part, share in zip(parts, shares, strict=True)
    ]
    kinds = list(LineKind)
    order = sorted(groups, key=lambda one: (kinds.index(one.kind), -(one.market_value.value or 0.0), one.name))
    return Breakdown(period, total.level.currency, tuple(order), whole, total.level, daily)


def _figures(
    part: _Part, period: Period, daily: DailyReturns, total: _Part, contribution: Measure | None = None
) -> GroupFigures:
    level = part.level
    span = slice(level.position(period.before) + 1, level.position(period.end) + 1)
    returns = graded(period_returns(level, period, daily, part.gain.total), (part.start_value, part.market_value))
    return GroupFigures(
        name=part.name,
        kind=part.kind,
        market_value=part.market_value,
        start_value=part.start_value,
        inflows=float(level.inflows[span].sum()),
        outflows=float(level.outflows[span].sum()),
        weight=_weight(part.market_value, total.market_value),
        gain=part.gain,
        returns=returns,
        contribution=returns.time_weighted if contribution is None else contribution,
    )


def _weight(value: Measure, total: Measure) -> Measure:
    if value.value is None or total.value is None:
        return Measure.undefined(value.reason or total.reason)
    if total.value <= 0.0:
        return Measure.undefined("There is no value to be a part of.")
    return Measure(value.value / total.value, value.status, value.reason)


def _contributions(
    total: LineLevel, levels: Sequence[LineLevel], period: Period, daily: DailyReturns
) -> Sequence[Measure]:
    if daily.undefined or not levels:
        return [Measure.undefined(daily.undefined)] * len(levels)
    gains = np.column_stack([period_gains(level, period, len(daily.days)) for level in levels])
    start, end = total.position(period.before), total.position(period.end)
    base = total.value[start:end] + total.inflows[start + 1 : end + 1]
    linked = linked_contributions(daily_contributions(gains, base, daily.returns), daily.returns)
    return [ratio(float(one), "A value is not known: an exchange rate is missing.") for one in linked]


def period_gains(level: LineLevel, period: Period, count: int) -> Floats:
    """The money gain of each of the last ``count`` days of the period, shape (count,); 0 before the level began."""
    start, end = level.position(period.before), level.position(period.end)
    span = slice(start + 1, end + 1)
    own = np.diff(level.value[start : end + 1]) - level.inflows[span] + level.outflows[span]
    found = np.zeros(count)
    found[count - (end - start) :] = own - level.standing_costs[span]
    return found
