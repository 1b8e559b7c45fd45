"""Check what an ingest has brought, in its transaction: wrong values are in quarantine before anything reads them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow, PriceFinding
from dashboard.db.repositories import exchange_sessions, fx
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories import price_findings as findings
from dashboard.db.repositories import prices
from dashboard.db.repositories.fx import Pair
from dashboard.db.repositories.prices import BarArrays, BarColumns, SeriesChange
from dashboard.domain.arrays import Days, Floats, day_of
from dashboard.domain.calendar import EVERY_DAY
from dashboard.domain.instruments import AssetClass
from dashboard.domain.price_age import MANUAL_DAYS
from dashboard.domain.quality import (
    Finding,
    FindingKind,
    ObservedSeries,
    check_rates,
    check_series,
    currency_mismatch,
    disagreements,
)
from dashboard.providers.base import MANUAL, Issue, RejectedBar
from dashboard.services.market_data import needs
from dashboard.services.market_data.outcome import CURRENCY_MISMATCH

# What a source sent and nobody could store is known at that moment only.
AT_INGEST = frozenset({FindingKind.ZERO, FindingKind.FUTURE, FindingKind.DISAGREEMENT})
# What is said of a close: what a person has entered is not doubted.
OF_A_CLOSE = frozenset(
    {
        FindingKind.SCALE,
        FindingKind.SPLIT,
        FindingKind.SPIKE,
        FindingKind.FROZEN,
        FindingKind.ZERO,
        FindingKind.DISAGREEMENT,
    }
)
ISSUES = {Issue.NOT_POSITIVE: FindingKind.ZERO, Issue.FUTURE: FindingKind.FUTURE}


@dataclass(frozen=True, slots=True)
class Agreement:
    """The days, shape (n,), on which the values of ``source`` were compared with those of ``other``."""

    source: str
    other: str
    days: Days

    def settles(self, row: PriceFinding) -> bool:
        """Whether a stored finding is about a day on which both were compared, and nobody has decided about it."""
        ours = row.kind == FindingKind.DISAGREEMENT and row.state == findings.OPEN
        return ours and day_of(row.date) in self.days and row.reason.startswith(f"{self.source} and {self.other} ")


@dataclass(frozen=True, slots=True)
class _Stored:
    """A series as it is stored: its days with their closes or rates, and what is wrong with its source."""

    series: findings.Series
    days: Days
    values: Floats
    problem_code: str = ""


def examine(row: InstrumentRow, news: Iterable[Finding] = (), compared: Agreement | None = None) -> SeriesChange:
    """Check every stored bar and distribution of an instrument, and keep what is found.

    ``news`` is what only the ingest knows, or what a comparison with another source, ``compared``, has found. Decisions
    stay for as long as the value that they are about does; a close by hand is not doubted. The change tells how many
    values begin or cease to count, and the first day of them; a price version is raised for it.
    """
    findings.lock(db.session, row.id)
    bars = prices.read_bars(db.session, row.id)
    by_hand = set(prices.days_by_hand(db.session, row.id).tolist())
    found, told = (
        [one for one in several if one.kind not in OF_A_CLOSE or one.date not in by_hand]
        for several in (_found(row, bars), news)
    )
    return _settled(_Stored(row.id, bars.dates, bars.close, row.problem_code), found, told, compared)


def examine_rates(pair: Pair, news: Iterable[Finding] = (), compared: Agreement | None = None) -> SeriesChange:
    """Check every stored rate of a pair, as :func:`examine` does the bars of an instrument.

    One that nobody needs is not refreshed, and may be as old as it likes.
    """
    findings.lock(db.session, pair)
    days, rates = fx.read_rates(db.session, [pair]).get(pair, (np.empty(0, "datetime64[D]"), np.empty(0)))
    found = check_rates(days, rates, datetime.now(UTC).date(), pair)
    if any(one.kind is FindingKind.STALE for one in found) and pair not in needs.pairs_in_use():
        found = tuple(one for one in found if one.kind is not FindingKind.STALE)
    return _settled(_Stored(pair, days, rates), found, news, compared)


def forget_unneeded() -> None:
    """Take back that pairs are stale which nobody needs any more; commits by itself."""
    if stale := findings.stale_pairs(db.session):
        for pair in stale - needs.pairs_in_use():
            examine_rates(pair)
    db.session.commit()


def _settled(
    series: _Stored, found: Sequence[Finding], news: Iterable[Finding], compared: Agreement | None
) -> SeriesChange:
    stored = findings.of_series(db.session, series.series)
    held = {one.date for one in found if one.quarantines and one.kind is not FindingKind.DIVIDEND}
    fresh = {(one.date, one.kind.value): one for one in (*found, *news) if not _is_explained(one.kind, one.date, held)}
    gone = [
        one
        for key, one in stored.items()
        if key not in fresh
        and (
            _is_explained(one.kind, one.date, held)
            or not _still_stands(one, series)
            or (compared is not None and compared.settles(one))
        )
    ]
    change = _merged(series.series, stored, fresh, gone)
    if change:
        findings.bump(db.session, series.series)
    return change


def rejected_findings(rejected: Iterable[RejectedBar]) -> tuple[Finding, ...]:
    """Findings for the bars that a source sent without a positive close, or of days to come."""
    return tuple(
        Finding(bar.date, ISSUES[bar.issue], None, None, f"The source sent a bar, but {bar.reason}.", 1.0, True)
        for bar in rejected
        if bar.issue in ISSUES
    )


def differing_findings(instrument_id: int, bars: BarColumns, source: str) -> tuple[Finding, ...]:
    """Findings for the days on which what ``source`` sends differs from what another source had said."""
    if not len(bars.dates):
        return ()
    known = prices.closes_of_others(db.session, instrument_id, bars.dates[0].item(), bars.dates[-1].item(), source)
    found: list[Finding] = []
    for other, (days, closes) in known.items():
        found += disagreements(bars.dates, bars.close, days, closes, source=source, other=other)
    return tuple(found)


def mismatch_findings(row: InstrumentRow, currency: str, source: str) -> tuple[Finding, ...]:
    """The finding that ``source`` quotes in another currency; it stands until the source and the instrument agree."""
    last = prices.edges(db.session, [row.id])[row.id].last_date
    found = currency_mismatch(row.currency, currency, last or row.created_at.date(), source)
    return (found,) if found is not None else ()


def _found(row: InstrumentRow, bars: BarArrays) -> tuple[Finding, ...]:
    if not len(bars.dates):
        reason = row.problem or "There is no price of it at all."
        return (Finding(row.created_at.date(), FindingKind.GAP, None, None, reason, 1.0, quarantines=False),)
    return check_series(_observed(row, bars, datetime.now(UTC).date()))


def _observed(row: InstrumentRow, bars: BarArrays, today: date) -> ObservedSeries:
    dividends = store.dividends(db.session, [row.id], as_sent=True).get(row.id, ())
    return ObservedSeries(
        bars.dates,
        bars.open,
        bars.high,
        bars.low,
        bars.close,
        bars.volume,
        today,
        splits=store.splits(db.session, [row.id]).get(row.id, ()),
        dividends=tuple(paid for paid in dividends if paid.currency == row.currency),
        sessions=_sessions(row, bars),
        currency=row.currency,
        by_hand=row.provider == MANUAL,
        stale_after_days=stale_after_days(row),
        ended=row.delisted_on is not None and row.delisted_on <= today,
    )


def _sessions(row: InstrumentRow, bars: BarArrays) -> Days | None:
    """The trading days of an instrument; None where they are not known."""
    if row.asset_class == AssetClass.CRYPTO.value:
        return EVERY_DAY if not np.is_busday(bars.dates).all() else None  # a source may leave its weekends out
    return exchange_sessions.read(db.session, [row.mic]).get(row.mic) if row.mic else None


def stale_after_days(row: InstrumentRow) -> int | None:
    """How many calendar days old a price may be; None where it is as old as one of its exchange may be."""
    return row.stale_after_days or (MANUAL_DAYS if row.provider == MANUAL else None)


def _is_explained(kind: str, day: date, held: Collection[date]) -> bool:
    """Whether it is known why two sources differ on a day: one of their closes is wrong."""
    return kind == FindingKind.DISAGREEMENT and day in held


def _merged(
    series: findings.Series,
    stored: dict[tuple[date, str], PriceFinding],
    fresh: dict[tuple[date, str], Finding],
    gone: Sequence[PriceFinding],
) -> SeriesChange:
    days = [row.date for row in gone if row.state in findings.HELD]
    findings.remove(db.session, gone)
    for key, row in stored.items():
        if key in fresh and not _is_known(row, fresh[key]):
            days += [row.date] if _counts_otherwise(row, fresh[key]) else []
            findings.replace(db.session, row, fresh[key])
    new = [finding for key, finding in fresh.items() if key not in stored]
    days += [finding.date for finding in new if finding.quarantines]
    findings.add(db.session, series, new)
    return SeriesChange(len(days), min(days, default=None))


def _counts_otherwise(row: PriceFinding, finding: Finding) -> bool:
    """Whether another value counts on the day once ``finding`` stands in the place of the stored one."""
    return row.state == findings.REPAIRED or (row.state == findings.QUARANTINED) != finding.quarantines


def _is_known(row: PriceFinding, finding: Finding) -> bool:
    """Whether the stored finding is this one; a decision stands for as long as the value is the same."""
    if row.state in findings.DECIDED:
        return findings.same_value(row.value, finding.value)
    return findings.is_as_stored(row, finding)


def _still_stands(row: PriceFinding, series: _Stored) -> bool:
    """Whether a finding that the check has not made again stays: it was decided on, or only the ingest knew it."""
    if row.kind == FindingKind.CURRENCY:
        return series.problem_code == CURRENCY_MISMATCH
    place = int(np.searchsorted(series.days, day_of(row.date)))
    there = place < len(series.days) and bool(series.days[place] == day_of(row.date))
    same = there and findings.same_value(row.value, float(series.values[place]))
    if row.kind in AT_INGEST:
        return not there if row.value is None else same
    if row.state not in findings.DECIDED:
        return False
    if row.kind == FindingKind.DIVIDEND or row.value is None:
        return False
    return same
