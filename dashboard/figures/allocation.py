"""Allocation: what the value is made of, as groups for a legend and as a treemap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from dashboard.domain.instruments import AssetClass
from dashboard.figures.colors import Figure
from dashboard.figures.states import empty_figure
from dashboard.figures.template import FONT, SMALL_HEIGHT, figure
from dashboard.figures.text import escaped
from dashboard.formatting.numbers import DEFAULT_LOCALE, direction, money, percent
from dashboard.results.holdings import HoldingsReport

NOTHING = "The allocation appears here once something is held."
UNKNOWN = "Not classified"
WEIGHT_ONLY_BELOW, SYMBOL_ONLY_BELOW = 0.045, 0.034
CLASS_NAMES = {
    AssetClass.EQUITY: "Equity", AssetClass.ETF: "ETF", AssetClass.FUND: "Fund", AssetClass.BOND: "Bond",
    AssetClass.CRYPTO: "Crypto", AssetClass.CURRENCY: "Currency", AssetClass.COMMODITY: "Commodity",
    AssetClass.INDEX: "Index", AssetClass.OPTION: "Option", AssetClass.FUTURE: "Future", AssetClass.CASH: "Cash",
    AssetClass.OTHER: "Other",
}  # fmt: skip
# A class keeps its colour from portfolio to portfolio; other groupings take the colours by weight.
CLASS_COLORS = {
    "Equity": "c1", "ETF": "c5", "Fund": "c6", "Bond": "c3", "Commodity": "c2", "Cash": "c9", "Crypto": "c8",
    "Currency": "c7", "Index": "c4", "Option": "c10", "Future": "c10", "Other": "c9",
}  # fmt: skip
COLORS = ("c1", "c5", "c3", "c2", "c8", "c6", "c4", "c7", "c10")
COUNTRY_OF_CASH = SECTOR_OF_CASH = "Cash"


class GroupBy(StrEnum):
    """What tiles are grouped by."""

    CLASS = "class"
    SECTOR = "sector"
    CURRENCY = "currency"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True)
class Tile:
    """One holding, a part of one (not ``is_whole``: live weights are not written on it), or the cash of a currency."""

    symbol: str
    group: str
    market_value: float
    weight: float | None
    day_change_pct: float | None
    is_cash: bool = False
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """A line of the legend; ``color`` is a name of the theme (``c1``)."""

    name: str
    market_value: float
    weight: float | None
    color: str
    tiles: tuple[Tile, ...]


def allocation_groups(report: HoldingsReport, by: str = GroupBy.CLASS) -> tuple[Group, ...]:
    """What has a value, by group, largest first. Short positions and debts count with their sign."""
    tiles: dict[str, list[Tile]] = {}
    for tile in _tiles(report, GroupBy(by)):
        tiles.setdefault(tile.group, []).append(tile)
    ordered = sorted(tiles.items(), key=lambda entry: -sum(tile.market_value for tile in entry[1]))
    return tuple(
        _group(name, found, _group_color(GroupBy(by), name, place)) for place, (name, found) in _placed(ordered)
    )


def treemap_figure(
    report: HoldingsReport,
    *,
    by: str = GroupBy.CLASS,
    theme: str = "light",
    height: int = SMALL_HEIGHT,
    locale: str = DEFAULT_LOCALE,
) -> Figure:
    """Tiles by market value, tinted by group; only what is worth more than nothing has an area."""
    return treemap_of(allocation_groups(report, by), report.currency, theme=theme, height=height, locale=locale)


def treemap_of(
    groups: Iterable[Group],
    currency: str,
    *,
    theme: str = "light",
    height: int = SMALL_HEIGHT,
    locale: str = DEFAULT_LOCALE,
) -> Figure:
    """The treemap of ``groups``, whose money is in ``currency``."""
    shown = [(group, [tile for tile in group.tiles if tile.market_value > 0]) for group in groups]
    shown = [(group, tiles) for group, tiles in shown if tiles]
    if not shown:
        return empty_figure(NOTHING, theme=theme, height=height)
    nodes = _Nodes()
    for group, tiles in shown:
        # The sum of what is written, not the written sum: a group that is smaller than its tiles is not drawn.
        whole = sum(round(tile.market_value, 2) for tile in tiles)
        nodes.add(f"group:{group.name}", group.name, "", whole, "rgba(0,0,0,0)", "", "")
        for tile in tiles:
            name = "Cash " + tile.symbol if tile.is_cash else tile.symbol
            key = f"tile:{name}" if tile.is_whole else f"part:{group.name}:{name}"
            nodes.add(
                key, name, f"group:{group.name}", tile.market_value, f"@{{{group.color}/tint}}",
                _tile_text(tile, locale), _tile_hover(tile, name, currency, locale),
            )  # fmt: skip
    layout: Figure = {
        "height": height,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "hovermode": "closest",
        "uniformtext": {"minsize": 10, "mode": "hide"},
    }
    return figure([nodes.trace()], layout, theme)


class _Nodes:
    """The parallel lists that plotly wants."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str, float, str, str, str]] = []

    def add(self, key: str, label: str, parent: str, value: float, color: str, text: str, hover: str) -> None:
        self.rows.append((key, label, parent, round(value, 2), color, text, hover))

    def trace(self) -> Figure:
        keys, labels, parents, values, colors, texts, hovers = (list(column) for column in zip(*self.rows, strict=True))
        return {
            "type": "treemap",
            "ids": keys,
            "labels": labels,
            "parents": parents,
            "values": values,
            "branchvalues": "total",
            "text": texts,
            "textinfo": "text",
            "hovertext": hovers,
            "hoverinfo": "text",
            "marker": {
                "colors": colors,
                "line": {"width": 2, "color": "@{bg-surface}"},
                "pad": {"t": 0, "l": 0, "r": 0, "b": 0},
                "cornerradius": 4,
            },
            "tiling": {"pad": 0, "packing": "squarify"},
            "pathbar": {"visible": False},
            "root": {"color": "rgba(0,0,0,0)"},
            "textfont": {"size": 11.5, "color": "@{text-1}", "family": FONT},
            "textposition": "top left",
            "sort": True,
        }


def _tiles(report: HoldingsReport, by: GroupBy) -> Iterable[Tile]:
    for item in report.holdings:
        if item.market_value is not None:
            group = {
                GroupBy.CLASS: CLASS_NAMES[item.asset_class],
                GroupBy.SECTOR: item.sector or UNKNOWN,
                GroupBy.CURRENCY: item.currency,
                GroupBy.COUNTRY: item.country or UNKNOWN,
            }[by]
            yield Tile(item.symbol, group, item.market_value, item.weight, item.day_change_pct)
    for balance in report.cash:
        if balance.market_value:
            group = balance.currency if by is GroupBy.CURRENCY else CLASS_NAMES[AssetClass.CASH]
            yield Tile(balance.currency, group, balance.market_value, balance.weight, None, is_cash=True)


def _placed(ordered: list[tuple[str, list[Tile]]]) -> Iterable[tuple[int, tuple[str, list[Tile]]]]:
    """Each group with its place among those that take their colour by weight."""
    place = 0
    for name, tiles in ordered:
        yield place, (name, tiles)
        place += name not in {CLASS_NAMES[AssetClass.CASH], UNKNOWN}


def _group_color(by: GroupBy, name: str, place: int) -> str:
    if by is GroupBy.CLASS:
        return CLASS_COLORS[name]
    return "c9" if name in {CLASS_NAMES[AssetClass.CASH], UNKNOWN} else COLORS[place % len(COLORS)]


def _group(name: str, tiles: list[Tile], color: str) -> Group:
    weights = [tile.weight for tile in tiles if tile.weight is not None]
    ordered = tuple(sorted(tiles, key=lambda tile: -tile.market_value))
    return Group(name, sum(tile.market_value for tile in tiles), sum(weights) if weights else None, color, ordered)


def _tile_text(tile: Tile, locale: str) -> str:
    name = f"<b>{escaped(f'Cash {tile.symbol}' if tile.is_cash else tile.symbol)}</b>"
    weight = tile.weight or 0.0
    if weight < SYMBOL_ONLY_BELOW:
        return name
    lines = [name, percent(weight, 1, locale=locale)]
    if weight >= WEIGHT_ONLY_BELOW and tile.day_change_pct is not None:
        color = f"{direction(tile.day_change_pct, 4)}-text"
        lines.append(
            f'<span style="color:@{{{color}}}">{percent(tile.day_change_pct, signed=True, locale=locale)}</span>'
        )
    return "<br>".join(lines)


def _tile_hover(tile: Tile, name: str, currency: str, locale: str) -> str:
    parts = [
        f"<b>{escaped(name)}</b>",
        money(tile.market_value, currency, locale=locale),
        percent(tile.weight, 1, locale=locale),
    ]
    return "<br>".join([*parts, escaped(tile.group)])
