"""Models that describe the answers about indicators."""

from __future__ import annotations

from datetime import date
from typing import Any  # Any: what pydantic takes as the description of a field

from dashboard.api.schemas import Described, Money, Note, Share, named
from dashboard.domain.indicators.registry import INDICATORS

_lines: dict[str, Any] = {
    line: (list[Money | Share] | None, None) for known in INDICATORS.values() for line in known.outputs
}
IndicatorPoints = named("IndicatorPoints", (), None, date=(list[date], ...), **_lines)


class Indicator(Described):
    """An indicator on the bars of an instrument; `null` while it warms up."""

    symbol: str
    currency: str
    indicator: str
    title: str
    label: str
    pane: str
    unit: str
    parameters: dict[str, float]
    series: IndicatorPoints  # type: ignore[valid-type]
    status: list[Note]
