"""Stress, shocks and simulations of what is held, against their definitions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.arrays import Floats
from dashboard.domain.fx import RateSeries
from dashboard.domain.instruments import AssetClass, Instrument, Split
from dashboard.domain.measures import Measure, Status
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.domain.scenarios.bootstrap import BlockMethod, block_places
from dashboard.domain.scenarios.exposures import Exposure
from dashboard.domain.scenarios.shocks import Shocks, shock
from dashboard.domain.scenarios.simulation import SimulationPlan, simulate
from dashboard.domain.scenarios.stress import Proxies, stress
from dashboard.domain.scenarios.windows import WINDOWS, window_between, window_of
from dashboard.errors import InsufficientData, InvalidInput

DAYS = ["2020-02-19", "2020-03-02", "2020-03-23"]
WINDOW = window_of("2020")
MARKET = MarketData(
    prices={
        "AAA": PriceSeries.of(DAYS, [100.0, 90.0, 70.0]),
        "SPL": PriceSeries.of(DAYS, [100.0, 45.0, 40.0]),
        "USA": PriceSeries.of(DAYS, [50.0, 45.0, 40.0]),
        "NEW": PriceSeries.of(["2021-01-04"], [10.0]),
        "OLD": PriceSeries.of(["2020-01-02", "2020-03-23"], [10.0, 9.0]),
    },
    splits={"SPL": (Split(date(2020, 3, 2), Decimal(2)),)},
    rates={("EUR", "USD"): RateSeries(np.array(DAYS, "datetime64[D]"), np.array([1.08, 1.10, 1.20]))},
    instruments={"USA": Instrument("USA", "USD"), "AAA": Instrument("AAA", "EUR")},
)


def exposure(symbol: str, value: float | None = 1000.0, currency: str = "EUR", kind: str = "equity") -> Exposure:
    found = Measure(value) if value is not None else Measure.insufficient(f"{symbol} has no price.")
    return Exposure(symbol, AssetClass(kind), currency, found)


def test_each_holding_goes_through_the_window_by_its_own_prices_and_rates() -> None:
    held = [exposure("AAA"), exposure("SPL"), exposure("USA", currency="USD"), exposure("USD", 500, "USD", "cash")]
    found = stress(held, WINDOW, MARKET, "EUR")
    returns = [line.returns.value for line in found.lines]
    rate = 1.08 / 1.20
    assert returns == pytest.approx([-0.30, -0.20, 0.8 * rate - 1, rate - 1])
    assert found.change.value == pytest.approx(-300 - 200 + 1000 * (0.8 * rate - 1) + 500 * (rate - 1))
    assert found.returns.value == pytest.approx((found.change.value or 0) / 3500)
    assert found.change.status is Status.OK


def test_a_holding_without_prices_then_is_named_and_the_total_has_no_value() -> None:
    found = stress([exposure("AAA"), exposure("NEW"), exposure("ZZZ"), exposure("OLD")], WINDOW, MARKET, "EUR")
    assert [line.symbol for line in found.unknown] == ["NEW", "ZZZ", "OLD"]
    assert found.change.value is None
    assert "NEW, ZZZ, OLD" in found.change.reason
    assert (found.covered_value, found.covered_change) == pytest.approx((1000.0, -300.0))
    reasons = [line.returns.reason for line in found.unknown]
    assert "no close of 2020-02-19" in reasons[0] and "has no prices" in reasons[1] and "2020-02-19" in reasons[2]


def test_a_proxy_stands_in_only_when_asked_and_is_marked() -> None:
    held = [exposure("NEW"), exposure("ZZZ", kind="bond")]
    found = stress(held, WINDOW, MARKET, "EUR", Proxies({AssetClass.BOND: "AAA"}, benchmark="USA"))
    assert [line.returns.value for line in found.lines] == pytest.approx([0.8 * 1.08 / 1.20 - 1, -0.30])
    assert {line.returns.status for line in found.lines} == {Status.ESTIMATED}
    assert "USA stands in" in found.lines[0].returns.reason
    assert found.change.status is Status.ESTIMATED
    useless = stress(held[:1], WINDOW, MARKET, "EUR", Proxies(benchmark="NEW2"))
    assert useless.change.value is None and "cannot stand in" in useless.lines[0].returns.reason


def test_a_rate_that_is_missing_is_no_rate_of_one() -> None:
    found = stress([exposure("AAA", currency="CHF")], WINDOW, MARKET, "EUR")
    assert found.lines[0].returns.value is None
    assert "no rate of CHF" in found.lines[0].returns.reason


def test_stress_is_additive() -> None:
    whole = stress([exposure("AAA", 300.0), exposure("USA", 700.0, "USD")], WINDOW, MARKET, "EUR")
    parts = [stress([one], WINDOW, MARKET, "EUR") for one in (exposure("AAA", 300.0), exposure("USA", 700.0, "USD"))]
    halves = stress([exposure("AAA", 150.0), exposure("AAA", 150.0)], WINDOW, MARKET, "EUR")
    assert whole.change.value == pytest.approx(sum(part.change.value or 0 for part in parts))
    assert halves.change.value == pytest.approx(parts[0].change.value)


def test_the_windows_are_dated_and_own_ones_must_have_days() -> None:
    assert list(WINDOWS) == ["1987", "2000-02", "2007-09", "2011", "2015-16", "2018-q4", "2020", "2022"]
    assert all(window.start < window.end for window in WINDOWS.values())
    with pytest.raises(InvalidInput, match="There are: 1987"):
        window_of("1929")
    with pytest.raises(InvalidInput):
        window_between(date(2020, 1, 2), date(2020, 1, 2))


def test_the_most_specific_shock_of_a_price_counts_and_currencies_come_on_top() -> None:
    held = [
        exposure("AAA"),
        exposure("BBB", currency="USD"),
        exposure("BND", kind="bond"),
        exposure("USD", 100, "USD", "cash"),
    ]
    shocks = Shocks({"AAA": -0.5}, {AssetClass.EQUITY: -0.2}, {"USD": 0.1}, market=-0.4)
    found = shock(held, shocks, "EUR", {"BND": Measure(0.25)})
    assert [line.returns.value for line in found.lines] == pytest.approx([-0.5, 0.8 * 1.1 - 1, -0.1, 0.1])
    assert found.change.value == pytest.approx(-500 - 120 - 100 + 10)


def test_a_market_shock_needs_betas_and_takes_no_more_than_everything() -> None:
    held = [exposure("AAA"), exposure("BBB")]
    found = shock(held, Shocks(market=-0.6), "EUR", {"AAA": Measure(2.0)})
    assert found.lines[0].returns == Measure(-1.0, Status.ESTIMATED, "AAA cannot lose more than all of its price.")
    assert found.lines[1].returns.value is None and found.change.value is None


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8))
def test_a_shock_of_nothing_changes_nothing(values: list[float]) -> None:
    held = [exposure(f"S{at}", value, "USD") for at, value in enumerate(values)]
    found = shock(held, Shocks(asset_classes={AssetClass.EQUITY: 0.0}, currencies={"USD": 0.0}), "EUR")
    assert found.change.value == 0.0
    assert all(line.change.value == 0.0 for line in found.lines)


@pytest.mark.parametrize("build", [lambda: Shocks(), lambda: Shocks(market=-1.5), lambda: Shocks({"A": float("nan")})])
def test_a_shock_without_meaning_is_refused(build: object) -> None:
    with pytest.raises(InvalidInput):
        build()  # type: ignore[operator]  # a lambda
    with pytest.raises(InvalidInput, match="against itself"):
        shock([exposure("AAA")], Shocks(currencies={"EUR": 0.1}), "EUR")


def past(count: int = 500, width: int = 2, seed: int = 1) -> Floats:
    random = np.random.default_rng(seed)
    common = random.normal(0.0004, 0.01, (count, 1))
    return np.asarray(common + random.normal(0.0, 0.004, (count, width)))


@pytest.mark.parametrize("method", ["stationary", "circular"])
def test_blocks_are_of_neighbours_and_as_long_as_they_should_be(method: BlockMethod) -> None:
    places = block_places(200, 400, 250, 10, method, np.random.default_rng(3))
    follows = (np.diff(places, axis=1) % 200) == 1
    assert places.min() >= 0 and places.max() <= 199
    assert follows.mean() == pytest.approx(0.9, abs=0.01)
    assert np.bincount(places.ravel(), minlength=200).min() > 0


def test_the_same_seed_gives_the_same_numbers_and_another_one_others() -> None:
    plan = SimulationPlan((21, 63), paths=300, seed=7)
    one, again = simulate(past(), [600.0, 400.0], plan), simulate(past(), [600.0, 400.0], plan)
    other = simulate(past(), [600.0, 400.0], SimulationPlan((21, 63), paths=300, seed=8))
    assert one == again
    assert one.outcomes[0].mean != other.outcomes[0].mean


@pytest.mark.parametrize("method", ["stationary", "circular"])
def test_the_mean_is_near_the_analytic_one(method: BlockMethod) -> None:
    rows = past(width=1)
    plan = SimulationPlan((63,), paths=20_000, block=1, method=method, seed=5)
    found = simulate(rows, [1000.0], plan).outcomes[0]
    expected = 1000.0 * (1.0 + rows.mean()) ** 63
    spread = 1000.0 * rows.std() * np.sqrt(63)
    assert found.mean == pytest.approx(expected, abs=4 * spread / np.sqrt(20_000))


def test_contributions_are_put_in_and_withdrawals_can_use_everything_up() -> None:
    still = np.zeros((100, 1))
    plan = SimulationPlan((10, 20, 40), paths=20, block=5, flow=-30.0, flow_every=10)
    found = simulate(still, [100.0], plan).outcomes
    assert [one.mean for one in found] == pytest.approx([70.0, 40.0, 0.0])
    assert [one.put_in for one in found] == pytest.approx([70.0, 40.0, -20.0])
    assert [one.probability_of_depletion for one in found] == [0.0, 0.0, 1.0]
    grown = simulate(
        still, [60.0, 40.0][:1], SimulationPlan((20,), paths=5, block=5, flow=10.0, flow_every=5)
    ).outcomes[0]
    assert grown.mean == pytest.approx(100.0)
    assert grown.probability_of_loss == 0.0


def test_percentiles_are_ordered_and_what_moves_together_stays_together() -> None:
    rows = past(width=1)
    mirrored = np.hstack([rows, -rows])
    plan = SimulationPlan((63,), paths=2000, seed=2)
    apart, hedged = simulate(rows, [1000.0], plan).outcomes[0], simulate(mirrored, [500.0, 500.0], plan).outcomes[0]
    assert list(apart.percentiles.values()) == sorted(apart.percentiles.values())
    assert hedged.percentiles[95] - hedged.percentiles[5] < 0.2 * (apart.percentiles[95] - apart.percentiles[5])
    assert 0.0 < apart.probability_of_loss < 1.0


def test_a_simulation_says_what_it_lacks() -> None:
    with pytest.raises(InsufficientData, match="needs 60"):
        simulate(past(59), [1.0, 1.0], SimulationPlan((5,)))
    gappy = past(100)
    gappy[:50, 0] = np.nan
    with pytest.raises(InsufficientData, match="there are 50"):
        simulate(gappy, [1.0, 1.0], SimulationPlan((5,)))
    with pytest.raises(InvalidInput, match="no positive value"):
        simulate(past(), [1.0, -2.0], SimulationPlan((5,)))
    with pytest.raises(InvalidInput, match="horizon"):
        SimulationPlan(())
    with pytest.raises(InvalidInput, match="block"):
        simulate(past(), [1.0, 1.0], SimulationPlan((5,), block=0))
    with pytest.raises(InvalidInput):
        simulate(past(), [1.0], SimulationPlan((5,)))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100), st.floats(0.1, 10.0))
def test_twice_the_value_is_twice_the_outcome(seed: int, times: float) -> None:
    plan = SimulationPlan((15,), paths=50, seed=seed)
    one = simulate(past(80), [100.0, 50.0], plan).outcomes[0]
    more = simulate(past(80), [100.0 * times, 50.0 * times], plan).outcomes[0]
    assert more.mean == pytest.approx(one.mean * times)
    assert more.probability_of_loss == one.probability_of_loss
