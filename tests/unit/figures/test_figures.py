"""Every figure is a plain dict that plotly accepts, in every theme."""

from __future__ import annotations

import dataclasses
import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import orjson
import plotly.graph_objects as go
import pytest

from dashboard.domain.compositions import Composition, Constituent
from dashboard.domain.exposure import ExposureBy, Position, exposure
from dashboard.domain.income import IncomeLine
from dashboard.domain.income_calendar import income_calendar
from dashboard.domain.indicators.registry import INDICATORS, choose
from dashboard.domain.instruments import AssetClass
from dashboard.domain.measures import Measure
from dashboard.domain.transactions import TransactionType
from dashboard.figures.allocation import allocation_groups, treemap_figure, treemap_of
from dashboard.figures.colors import THEMES, Figure
from dashboard.figures.contribution import contributions
from dashboard.figures.distribution import distribution_figure
from dashboard.figures.drawdown import drawdown_figure
from dashboard.figures.exposure import exposure_groups
from dashboard.figures.growth import growth_figure
from dashboard.figures.income import income_figure
from dashboard.figures.instrument import TradeMark, price_figure
from dashboard.figures.intervals import Interval
from dashboard.figures.rolling import rolling_figure
from dashboard.figures.sparkline import sparkline
from dashboard.figures.states import empty_figure, error_figure
from dashboard.figures.template import CONFIG, template_for
from dashboard.figures.value import Live, value_figure
from dashboard.figures.waterfall import Bridge, Change, waterfall_figure
from dashboard.results.exposure import ExposureReport
from dashboard.results.risk import RollingSeries
from dashboard.services.analysis import analysis
from dashboard.services.indicators import over
from tests import result_factories as make

TRADES = (
    TradeMark(dt.date(2026, 3, 10), True, Decimal(10)),
    TradeMark(dt.date(2026, 3, 10), True, Decimal("2.5")),
    TradeMark(dt.date(2026, 8, 1), False, Decimal(4)),
)
COMPARED = make.summary(with_benchmark=True)
INCOME = income_calendar(
    [IncomeLine(dt.date(2024, 1, 1), "AAA", TransactionType.DIVIDEND, 1, 100.0, 0.0, 15.0, 85.0)],
    [],
    dt.date(2024, 3, 20),
).months
BRIDGE = Bridge(900000.0, (Change("Equity", 120000.0), Change("Fees", -2000.0)), 1018000.0, "EUR")


def rolling(count: int = 60) -> RollingSeries:
    """Windows of twenty returns, the first of them not full."""
    dates = tuple(dt.date(2024, 1, 1) + dt.timedelta(days=number) for number in range(count))
    values = tuple(float("nan") if number < 20 else 0.1 + number / 100 for number in range(count))
    return RollingSeries(20, None, dates, {"sharpe": values, "volatility": values, "return": values})


EVERY = over(make.bars(300), [choose(name) for name in INDICATORS])
BUILDERS: dict[str, Callable[[str], Figure]] = {
    "value": lambda theme: value_figure(make.summary(with_benchmark=True), theme=theme),
    "return": lambda theme: value_figure(make.summary(with_benchmark=True), mode="return", theme=theme),
    "value without a benchmark": lambda theme: value_figure(make.summary(), theme=theme, narrow=True),
    "treemap": lambda theme: treemap_figure(make.holdings_report(), theme=theme),
    "treemap by sector": lambda theme: treemap_figure(make.holdings_report(), by="sector", theme=theme),
    "candles": lambda theme: price_figure(make.bars(), trades=TRADES, average_cost=561.2, theme=theme),
    "price line": lambda theme: price_figure(make.bars(), style="line", trades=TRADES, theme=theme),
    "indicators": lambda theme: price_figure(make.bars(), indicators=EVERY, theme=theme),
    "indicators on a phone": lambda theme: price_figure(make.bars(60), indicators=EVERY, theme=theme, narrow=True),
    "growth": lambda theme: growth_figure(make.summary(with_benchmark=True), theme=theme),
    "growth on a logarithmic scale": lambda theme: growth_figure(make.summary(), scale="log", theme=theme, narrow=True),
    "drawdown": lambda theme: drawdown_figure(COMPARED, analysis(COMPARED), theme=theme),
    "distribution": lambda theme: distribution_figure(
        analysis(COMPARED).distribution, Measure(-0.0101), Measure(-0.0147), theme=theme
    ),
    "rolling": lambda theme: rolling_figure(rolling(), theme=theme),
    "rolling without a full window": lambda theme: rolling_figure(rolling(10), theme=theme),
    "income": lambda theme: income_figure(INCOME, "EUR", theme=theme),
    "income on a phone": lambda theme: income_figure(INCOME, "EUR", theme=theme, narrow=True),
    "waterfall": lambda theme: waterfall_figure(BRIDGE, theme=theme),
    "waterfall on a phone": lambda theme: waterfall_figure(BRIDGE, theme=theme, narrow=True),
    "empty": lambda theme: empty_figure("Nothing yet.", theme=theme),
    "error": lambda theme: error_figure("The series did not load.", "7f3a", theme=theme),
    "no series": lambda theme: value_figure(make.summary(points=0), theme=theme),
    "no bars": lambda theme: price_figure(make.bars(0), theme=theme),
    "nothing held": lambda theme: treemap_figure(
        make.holdings_report(make.holding(market_value=None), cash=()), theme=theme
    ),
}


def texts(value: Any) -> Iterator[str]:  # Any: nodes of a figure
    """Every text in a figure, without the references that it carries for the browser."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key != "meta":
                yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", BUILDERS)
def test_plotly_accepts_the_figure_and_no_colour_is_left_unresolved(name: str, theme: str) -> None:
    figure = BUILDERS[name](theme)
    go.Figure(figure)
    assert not [text for text in texts(figure) if "@{" in text]


@pytest.mark.parametrize("name", BUILDERS)
def test_a_figure_is_strict_json_without_nan(name: str) -> None:
    figure = BUILDERS[name]("light")
    assert orjson.loads(orjson.dumps(figure)) == figure


def at(figure: Any, path: str) -> Any:  # Any: nodes of a figure
    """What stands at a path such as ``data.0.line.color``."""
    for step in path.split("."):
        figure = figure[int(step) if isinstance(figure, list) else step]
    return figure


@pytest.mark.parametrize("name", BUILDERS)
def test_the_references_in_meta_lead_to_every_colour_that_differs_between_themes(name: str) -> None:
    light, dark = BUILDERS[name]("light"), BUILDERS[name]("dark")
    references = light["layout"]["meta"]["colors"]
    assert references == dark["layout"]["meta"]["colors"]
    for path in references:
        parent, _, last = path.rpartition(".")
        holder = at(light, parent)
        holder[int(last) if isinstance(holder, list) else last] = at(dark, path)
    assert light == dark


def test_every_template_is_one_that_plotly_accepts() -> None:
    for theme in THEMES:
        go.Figure(layout={"template": template_for(theme)})


def test_no_figure_offers_to_upload_itself() -> None:
    assert CONFIG["showSendToCloud"] is False
    assert CONFIG["plotlyServerURL"] == ""


def test_building_figures_does_not_load_plotly() -> None:
    modules = "value allocation instrument contribution states sparkline"
    lines = [f"import dashboard.figures.{module}" for module in modules.split()]
    code = "; ".join([*lines, "import sys", "sys.exit(bool({'plotly', 'dash'} & set(sys.modules)))"])
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_portfolio_is_a_solid_line_and_the_benchmark_a_dashed_one() -> None:
    _, portfolio, benchmark, flows = value_figure(make.summary(with_benchmark=True))["data"]
    assert portfolio["line"] == {"color": "#4450cf", "width": 2}
    assert benchmark["line"] == {"color": "#7d8595", "width": 1.4, "dash": "4px,3px"}
    assert flows["marker"]["symbol"] == ["triangle-up", "triangle-down"]


def test_the_last_value_is_in_a_tag_that_covers_no_tick() -> None:
    figure = value_figure(make.summary())
    layout = figure["layout"]
    (found,) = layout["annotations"]
    low, high = layout["yaxis"]["range"]
    assert found["text"].startswith("€")
    assert all(abs(tick - found["y"]) > (high - low) * 0.07 for tick in layout["yaxis"]["tickvals"])


def test_only_a_value_that_ends_now_says_what_live_prices_move() -> None:
    assert "live" not in value_figure(make.summary())["layout"]["meta"]
    figure = value_figure(make.summary(with_benchmark=True), live=Live.GROWING)
    place = figure["layout"]["meta"]["live"]
    assert (place["currency"], place["slides"]) == ("EUR", False)
    last = figure["data"][place["line"]]["y"][-1]
    assert figure["layout"]["annotations"][place["tag"]]["y"] == pytest.approx(last, abs=0.005)
    assert set(figure["data"][place["floor"]]["y"]) == {figure["layout"]["yaxis"]["range"][0]}
    assert value_figure(make.summary(), live=Live.SLIDING)["layout"]["meta"]["live"]["slides"]


def test_a_return_that_ends_now_says_what_it_goes_on_from() -> None:
    assert "live" not in value_figure(make.summary(), mode="return")["layout"]["meta"]
    place = value_figure(make.summary(), mode="return", live=Live.GROWING, onward=0.01)["layout"]["meta"]["live"]
    assert (place["base"], place["onward"]) == (make.summary().series.time_weighted[-1], 0.01)
    unknown = dataclasses.replace(
        make.summary().series, time_weighted=(*make.summary().series.time_weighted[:-1], np.nan)
    )
    undefined = dataclasses.replace(make.summary(), series=unknown)
    assert "live" not in value_figure(undefined, mode="return", live=Live.GROWING)["layout"]["meta"]


def test_only_a_price_chart_with_the_newest_bar_says_what_live_prices_move() -> None:
    assert "live" not in price_figure(make.bars())["layout"]["meta"]
    candles = price_figure(make.bars(), live=Interval.DAY)
    place = candles["layout"]["meta"]["live"]
    assert (place["interval"], place["minutes"], place["half_minutes"]) == ("D", 0, 12 * 60)
    assert candles["data"][place["trace"]]["type"] == "candlestick"
    line = price_figure(make.bars(), style="line", live=Interval.WEEK)
    place = line["layout"]["meta"]["live"]
    assert line["data"][place["trace"]]["name"] == "Close" and line["data"][place["floor"]]["line"] == {"width": 0}
    merged = price_figure(make.bars(5000), live=Interval.DAY)
    assert merged["layout"]["meta"]["live"]["interval"] == "", "a drawn bar of several days has no day of its own"


def test_more_than_two_thousand_days_are_thinned_and_keep_their_ends_and_extremes() -> None:
    summary = make.summary(points=6000)
    values = list(summary.series.value)
    values[3000] = max(values) * 2
    figure = value_figure(dataclasses.replace(summary, series=dataclasses.replace(summary.series, value=tuple(values))))
    drawn = figure["data"][1]
    assert len(drawn["y"]) == 2000
    assert drawn["x"][0] == summary.series.dates[0].isoformat()
    assert drawn["x"][-1] == summary.series.dates[-1].isoformat()
    assert max(drawn["y"]) == round(values[3000], 2)


def test_a_missing_value_is_a_gap_and_not_a_number() -> None:
    summary = make.summary()
    values = (*summary.series.value[:5], float("nan"), *summary.series.value[6:])
    figure = value_figure(dataclasses.replace(summary, series=dataclasses.replace(summary.series, value=values)))
    assert figure["data"][1]["y"][5] is None


@pytest.mark.parametrize(
    ("start", "words"), [(1_000.0, "the last ones are older"), (0.0, "once there are transactions")]
)
def test_a_period_without_a_price_says_why_nothing_is_drawn(start: float, words: str) -> None:
    figure = value_figure(dataclasses.replace(make.summary(points=0), start_value=start))
    (told,) = figure["layout"]["annotations"]
    assert words in told["text"]


def test_the_tiles_of_a_group_add_up_to_it_and_what_is_owed_has_no_tile() -> None:
    report = make.holdings_report(
        make.holding("A", market_value=600.0, weight=0.6),
        make.holding("B", asset_class=AssetClass.BOND, market_value=500.0, weight=0.5),
        make.holding("C", market_value=None, weight=None),
    )
    report = dataclasses.replace(report, cash=(dataclasses.replace(report.cash[0], market_value=-100.0, weight=-0.1),))
    trace = treemap_figure(report)["data"][0]
    values = dict(zip(trace["ids"], trace["values"], strict=True))
    assert values == {"group:Equity": 600.0, "tile:A": 600.0, "group:Bond": 500.0, "tile:B": 500.0}
    assert [(group.name, group.weight) for group in allocation_groups(report)] == [
        ("Equity", 0.6), ("Bond", 0.5), ("Cash", -0.1),
    ]  # fmt: skip


def test_through_funds_the_tiles_of_a_sector_are_holdings_and_their_parts() -> None:
    held = make.holdings_report(
        make.holding("A", market_value=10.006, sector="Energy"),
        make.holding("B", market_value=20.006, sector=""),
        make.holding("S", market_value=-5.0, sector="Energy"),
        cash=(),
    )
    positions = [Position(one.symbol, Measure(one.market_value), sector=one.sector) for one in held.holdings]
    sectors = tuple(Constituent(name, weight) for name, weight in (("Energy", 0.5), ("Health", 0.25)))
    found = exposure(positions, {"B": Composition(dt.date(2024, 8, 1), (), sectors)}, ExposureBy.SECTOR)
    report = ExposureReport(held.portfolio, held.as_of, held.computed_at, "EUR", found)
    groups = exposure_groups(report, held)
    assert [(group.name, group.color) for group in groups] == [
        ("Energy", "c1"), ("Health", "c5"), ("B, not described", "c9"),
    ]  # fmt: skip
    trace = treemap_of(groups, "EUR")["data"][0]
    values = dict(zip(trace["ids"], trace["values"], strict=True))
    assert values == {
        "group:Energy": 20.01, "part:Energy:B": 10.0, "tile:A": 10.01,
        "group:Health": 5.0, "part:Health:B": 5.0,
        "group:B, not described": 5.0, "part:B, not described:B": 5.0,
    }  # fmt: skip


def test_a_group_is_never_smaller_than_its_tiles_together() -> None:
    held = make.holdings_report(*(make.holding(name, market_value=0.006) for name in "ABCD"), cash=())
    trace = treemap_figure(held)["data"][0]
    values = dict(zip(trace["ids"], trace["values"], strict=True))
    assert values["group:Equity"] >= sum(values[f"tile:{name}"] for name in "ABCD")


def test_a_name_cannot_bring_markup_or_templates_into_a_figure() -> None:
    summary = make.summary(with_benchmark=True)
    assert summary.benchmark is not None
    hostile = dataclasses.replace(summary.benchmark, name="<a href='x'>%{y}</a>")
    figure = value_figure(dataclasses.replace(summary, benchmark=hostile))
    assert "<a" not in figure["data"][2]["hovertemplate"]
    assert figure["data"][2]["hovertemplate"].count("%{") == 1


def test_trades_of_one_day_are_one_mark_with_their_sum() -> None:
    labels = [item["text"] for item in price_figure(make.bars(), trades=TRADES)["layout"]["annotations"]]
    assert "<b>B 12.5</b>" in labels
    assert "<b>S 4</b>" in labels


def test_the_label_of_a_trade_on_the_first_day_is_within_the_picture() -> None:
    days = [day.item() for day in make.bars().dates]
    trades = (TradeMark(days[0], True, Decimal(1000)), TradeMark(days[40], True, Decimal(3)))
    labels = {one["text"]: one for one in price_figure(make.bars(), trades=trades)["layout"]["annotations"]}
    assert labels["<b>B 1,000</b>"]["xanchor"] == "left"
    assert "xanchor" not in labels["<b>B 3</b>"]


def test_a_trade_outside_the_drawn_days_has_no_mark() -> None:
    early = TradeMark(dt.date(2001, 1, 1), True, Decimal(1))
    late = TradeMark(dt.date(2030, 1, 1), True, Decimal(1))
    assert not [
        trace for trace in price_figure(make.bars(), trades=(early, late))["data"] if trace.get("mode") == "markers"
    ]


def test_of_labels_that_would_cover_each_other_the_latest_is_shown_and_every_triangle() -> None:
    days = [day.item() for day in make.bars().dates]
    near = [TradeMark(days[-20], True, Decimal(1)), TradeMark(days[-19], True, Decimal(2))]
    figure = price_figure(make.bars(), trades=(TradeMark(days[40], True, Decimal(3)), *near))
    texts = [item["text"] for item in figure["layout"]["annotations"]]
    assert [text for text in texts if text.startswith("<b>B ")] == ["<b>B 3</b>", "<b>B 2</b>"]
    (marks,) = [trace for trace in figure["data"] if trace.get("mode") == "markers"]
    assert len(marks["x"]) == 3


def test_a_few_days_are_all_named_and_their_volumes_are_as_wide_as_each_other() -> None:
    bars = make.bars()
    names = ("dates", "open", "high", "low", "close", "volume")
    week = dataclasses.replace(bars, **{name: getattr(bars, name)[-5:] for name in names})
    layout = price_figure(week, narrow=True)["layout"]
    assert layout["xaxis"]["tickvals"] == week.dates.astype(str).tolist()
    assert (layout["barmode"], price_figure(bars)["layout"]["barmode"]) == ("stack", "overlay")


def test_bars_with_a_close_alone_become_a_line() -> None:
    bars = make.bars()
    blank = np.full(len(bars.close), np.nan)
    figure = price_figure(dataclasses.replace(bars, open=blank, high=blank, low=blank, volume=blank))
    assert [trace["type"] for trace in figure["data"]] == ["scatter", "scatter"]


def test_weekends_and_holidays_are_cut_out_unless_there_are_bars_on_them() -> None:
    bars = make.bars()
    keep = bars.dates != np.datetime64("2026-07-03")
    shown = dataclasses.replace(
        bars, **{name: getattr(bars, name)[keep] for name in ("dates", "open", "high", "low", "close", "volume")}
    )
    breaks = price_figure(shown)["layout"]["xaxis"]["rangebreaks"]
    assert breaks == [{"bounds": ["sat", "mon"]}, {"values": ["2026-07-03"]}]
    daily = dataclasses.replace(bars, dates=np.arange(len(bars.dates)).astype("datetime64[D]"))
    assert price_figure(daily)["layout"]["xaxis"]["rangebreaks"] == []


def test_many_bars_become_bars_of_several_days_with_the_extremes_kept() -> None:
    bars = make.bars(5200)
    candles = next(trace for trace in price_figure(bars)["data"] if trace["type"] == "candlestick")
    assert len(candles["x"]) <= 2000
    assert max(candles["high"]) == pytest.approx(float(bars.high.max()), abs=1e-3)
    assert min(candles["low"]) == pytest.approx(float(bars.low.min()), abs=1e-3)
    assert candles["close"][-1] == pytest.approx(float(bars.close[-1]), abs=1e-3)


def test_a_waterfall_leads_from_the_start_to_the_end_and_says_where_its_axis_begins() -> None:
    found = waterfall_figure(BRIDGE)
    bars = found["data"][0]
    ends = [base + height for base, height in zip(bars["base"], bars["y"], strict=True)]
    assert ends[0] == BRIDGE.start_value and ends[-1] == BRIDGE.end_value
    assert ends[1] == 1020000.0 and bars["base"][2] == 1018000.0
    assert 0.0 < BRIDGE.floor < BRIDGE.start_value
    assert dataclasses.replace(BRIDGE, start_value=0.0).floor == 0.0


def test_a_rolling_measure_begins_with_its_first_full_window() -> None:
    assert rolling_figure(rolling())["data"][0]["x"][0] == "2024-01-21"
    assert "Needs 21 returns, has 10" in str(rolling_figure(rolling(10)))


def test_contributions_are_the_largest_gains_and_losses_best_first() -> None:
    moves = {"A": 5.0, "B": -2.0, "C": 0.0, "D": 1.0, "E": 3.0, "F": 2.0, "G": None}
    report = make.holdings_report(*(make.holding(symbol, day_change=move) for symbol, move in moves.items()))
    found = contributions(report)
    assert [item.symbol for item in found] == ["A", "E", "F", "B"]
    assert found[-1].share == -0.4


def test_a_sparkline_is_short_rounded_and_finite() -> None:
    assert sparkline([float("nan"), 1.23456789, 2.0]) == [1.2346, 2.0]
    assert sparkline([1.0]) == []
    assert len(sparkline(list(range(100)))) == 30
