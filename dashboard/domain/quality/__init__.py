"""Price quality: what is wrong with a stored series, how sure that is, and what would mend it."""

from dashboard.domain.quality.checks import check_series
from dashboard.domain.quality.findings import Finding, FindingKind, MendedBar
from dashboard.domain.quality.observed import ObservedSeries
from dashboard.domain.quality.rates import check_rates
from dashboard.domain.quality.sources import currency_mismatch, disagreements

__all__ = [
    "Finding",
    "FindingKind",
    "MendedBar",
    "ObservedSeries",
    "check_rates",
    "check_series",
    "currency_mismatch",
    "disagreements",
]
