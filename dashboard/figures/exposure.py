"""Exposure: what the value is in through funds, as groups for the legend and the treemap of the allocation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dashboard.domain.exposure import ExposureKind, ExposureLine
from dashboard.figures.allocation import COLORS, Group, Tile
from dashboard.results.exposure import ExposureReport, title
from dashboard.results.holdings import HoldingsReport

GREY = "c9"


def exposure_groups(report: ExposureReport, held: HoldingsReport) -> tuple[Group, ...]:
    """What has a value, line by line: a tile is a holding, or the part of it that a fund brings to the line."""
    changes = {row.symbol: row.day_change_pct for row in held.holdings}
    groups, place = [], 0
    for line in report.exposure.lines:
        if line.value.value is None:
            continue
        known = line.kind in (ExposureKind.SECTOR, ExposureKind.HOLDING)
        color = COLORS[place % len(COLORS)] if known else GREY
        place += known
        found = _balances(held) if line.kind is ExposureKind.CASH else _tiles(line, changes)
        tiles = tuple(sorted(found, key=lambda tile: -tile.market_value))
        groups.append(Group(title(line), line.value.value, line.weight.value, color, tiles))
    return tuple(groups)


def _tiles(line: ExposureLine, changes: Mapping[str, float | None]) -> Iterator[Tile]:
    for part in line.parts:
        if part.value.value is not None:
            whole = not part.through and line.kind is not ExposureKind.NOT_DESCRIBED
            change = changes.get(part.held)
            yield Tile(part.held, title(line), part.value.value, part.weight.value, change, is_whole=whole)


def _balances(held: HoldingsReport) -> Iterator[Tile]:
    for balance in held.cash:
        if balance.market_value:
            yield Tile(balance.currency, "Cash", balance.market_value, balance.weight, None, is_cash=True)
