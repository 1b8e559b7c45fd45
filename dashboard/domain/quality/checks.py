"""Every check of one series, in the order in which one explanation leaves the next one sound prices."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from dashboard.domain.arrays import Floats
from dashboard.domain.quality.coverage import coverage_findings, stale_findings
from dashboard.domain.quality.dividends import dividend_findings
from dashboard.domain.quality.findings import Finding
from dashboard.domain.quality.observed import ObservedSeries
from dashboard.domain.quality.rows import usable_rows
from dashboard.domain.quality.scale import scale_factors, scale_findings
from dashboard.domain.quality.spikes import positions_of, spike_findings
from dashboard.domain.quality.splits import split_factors_of, split_findings, unlisted_findings


def check_series(series: ObservedSeries) -> tuple[Finding, ...]:
    """What is wrong with a series, by date; at most one finding of a day holds its bar back.

    Splits first, because their ratios are known; then slips of a hundred; then, with both mended, spikes and moves
    that look like a split; then distributions against sound prices; then what is missing. An empty series has none.
    """
    # Prices at the edge of what a float holds overflow; what comes of them is no suggestion.
    with np.errstate(all="ignore"):
        usable, found = usable_rows(series)
        if series.by_hand:
            found += stale_findings(usable) if len(usable) else []
        elif len(usable):
            found += [*_bar_findings(usable), *coverage_findings(usable)]
    kept = map(_with_a_price_or_none, _without_second_reasons(found))
    return tuple(sorted(kept, key=lambda finding: (finding.date, finding.kind)))


def _with_a_price_or_none(finding: Finding) -> Finding:
    suggested = finding.suggested
    if suggested is None or (math.isfinite(suggested) and suggested > 0):
        return finding
    return replace(finding, suggested=None, mended=None)


def _bar_findings(series: ObservedSeries) -> list[Finding]:
    splits = split_factors_of(series, series.log_levels())
    with_splits = series.scaled(splits)
    slips = scale_factors(with_splits)
    sound = with_splits.scaled(slips)
    found = [*split_findings(series, splits), *scale_findings(with_splits, slips)]
    logs = sound.log_levels()
    taken = positions_of(series, found)
    found += unlisted_findings(sound, logs)
    taken |= positions_of(series, [finding for finding in found if finding.quarantines])
    spikes = spike_findings(sound, logs, taken)
    smooth = _smoothed(series, logs, [*found, *spikes])
    return [*found, *spikes, *dividend_findings(sound, smooth)]


def _smoothed(series: ObservedSeries, logs: Floats, found: list[Finding]) -> Floats:
    """``logs`` with the level before each spike carried over it."""
    spikes = positions_of(series, [finding for finding in found if finding.kind == "spike"])
    good = np.ones(len(logs), dtype=np.bool_)
    good[sorted(spikes)] = False
    good[0] = True
    carried: Floats = logs[np.maximum.accumulate(np.where(good, np.arange(len(logs)), 0))]
    return carried


def _without_second_reasons(found: list[Finding]) -> list[Finding]:
    """Of several findings of one kind and day the first; of several that hold a bar back too."""
    kept: dict[tuple[object, ...], Finding] = {}
    for finding in found:
        held = finding.quarantines and finding.kind != "dividend"
        kept.setdefault((finding.date, "held" if held else finding.kind), finding)
    return list(kept.values())
