"""Exposure through funds: worked cases, and what holds whatever is held and however it was described."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.compositions import Composition, Constituent, KnownName, shares_of, with_our_symbols
from dashboard.domain.exposure import Exposure, ExposureBy, ExposureKind, Position, exposure
from dashboard.domain.measures import Measure, Status

SECTOR, HOLDING = ExposureBy.SECTOR, ExposureBy.HOLDING
DAY = date(2026, 3, 2)


def held(text: str) -> list[Position]:
    """Positions from lines ``symbol value [sector]``."""
    rows = [line.split() for line in text.strip().splitlines()]
    return [Position(row[0], Measure(float(row[1])), row[0].title(), " ".join(row[2:])) for row in rows]


def parts(text: str) -> tuple[Constituent, ...]:
    """Constituents from ``symbol=weight`` words; sectors have their symbol as their name alone."""
    pairs = [word.split("=") for word in text.split()]
    return tuple(Constituent(name.title(), float(weight), name) for name, weight in pairs)


def fund(holdings: str = "", sectors: str = "", as_of: date | None = DAY) -> Composition:
    named = tuple(Constituent(part.symbol, part.weight) for part in parts(sectors))
    return Composition(as_of, parts(holdings), named)


def told(found: Exposure) -> dict[str, float]:
    """Each line's value, by its kind and name."""
    return {f"{line.kind} {line.symbol or line.name}": line.value.value or 0.0 for line in found.lines}


def test_a_stock_held_directly_and_by_two_funds_is_one_line_with_its_parts() -> None:
    positions = held("ACME 100\nWRLD 1000\nTECH 500")
    funds = {"WRLD": fund("ACME=0.1 BETA=0.9"), "TECH": fund("ACME=0.5", as_of=date(2026, 1, 5))}
    found = exposure(positions, funds, HOLDING, Measure(400.0))
    assert told(found) == {"holding BETA": 900, "holding ACME": 450, "not_described TECH": 250, "cash cash": 400}
    acme = found.lines[1]
    assert [(part.through, part.value.value) for part in acme.parts] == [(("TECH",), 250), ((), 100), (("WRLD",), 100)]
    assert (acme.weight.value, acme.parts[0].weight.value) == (450 / 2000, 250 / 2000)
    assert (found.total.value, found.not_described.value, found.not_described_weight.value) == (2000, 250, 0.125)
    assert found.as_of == date(2026, 1, 5)


def test_sectors_are_those_of_funds_and_of_what_is_held_directly() -> None:
    positions = held("ACME 100 Energy\nODD 50\nWRLD 1000 World\nGOLD 70 Metals\nDARK 30")
    funds = {"WRLD": fund(sectors="Energy=0.25 Health=0.7"), "GOLD": Composition(), "DARK": Composition()}
    found = exposure(positions, funds, SECTOR)
    assert told(found) == pytest.approx(
        {
            "sector Health": 700,
            "sector Energy": 350,
            "sector Metals": 70,
            "unknown unknown": 50,
            "not_described WRLD": 50,
            "not_described DARK": 30,
        }
    )
    energy = found.lines[1]
    assert [(part.held, part.through) for part in energy.parts] == [("WRLD", ("WRLD",)), ("ACME", ())]
    assert {one.symbol: one.stated for one in found.funds} == pytest.approx({"WRLD": 0.95})


def test_weights_that_sum_to_more_than_the_whole_are_scaled_and_it_is_said() -> None:
    found = exposure(held("WRLD 1010"), {"WRLD": fund(sectors="Energy=0.51 Health=0.5")}, SECTOR)
    assert told(found) == pytest.approx({"sector Energy": 510, "sector Health": 500})
    (note,) = found.notes
    assert (note.code, note.symbol) == ("weights_scaled", "WRLD")
    assert note.message == "The sectors of WRLD sum to 101.00 % of it: each was scaled."


def test_weights_that_miss_the_whole_by_a_float_leave_no_rest() -> None:
    found = exposure(held("WRLD 100"), {"WRLD": fund(sectors="A=0.1 B=0.2 C=0.7")}, SECTOR)
    assert {line.kind for line in found.lines} == {ExposureKind.SECTOR}
    assert found.notes == ()


def test_a_short_fund_is_a_negative_part_of_what_it_holds() -> None:
    found = exposure(held("ACME 300\nWRLD -100"), {"WRLD": fund("ACME=0.6")}, HOLDING)
    assert told(found) == {"holding ACME": 240, "not_described WRLD": -40}
    assert [part.value.value for part in found.lines[0].parts] == [300, -60]
    assert found.not_described_weight.value == pytest.approx(-0.2)


def test_funds_within_funds_are_looked_through_and_one_within_itself_ends() -> None:
    funds = {"MIX": fund("WRLD=0.5 ACME=0.5"), "WRLD": fund("ACME=0.4 MIX=0.1")}
    found = exposure(held("MIX 100"), funds, HOLDING)
    assert told(found) == pytest.approx({"holding ACME": 70, "not_described WRLD": 25, "not_described MIX": 5})
    assert [part.through for part in found.lines[0].parts] == [("MIX",), ("MIX", "WRLD")]


def test_funds_far_within_each_other_end_too() -> None:
    funds = {f"F{at}": fund(f"F{at + 1}=1") for at in range(9)} | {"F9": fund("ACME=1")}
    assert told(exposure(held("F0 8"), funds, HOLDING)) == {"not_described F3": 8}


def test_a_value_that_is_not_known_leaves_its_lines_and_the_weights_undefined() -> None:
    positions = [*held("ACME 100 Energy"), Position("WRLD", Measure.undefined("No rate."))]
    found = exposure(positions, {"WRLD": fund(sectors="Energy=0.5 Health=0.5")}, SECTOR)
    assert [(line.name, line.value.value, line.value.reason) for line in found.lines] == [
        ("Energy", None, "No rate."),
        ("Health", None, "No rate."),
    ]
    assert {line.weight.status for line in found.lines} == {Status.UNDEFINED}
    assert (found.total.value, found.total.reason) == (None, "No rate.")


def test_a_doubtful_value_is_doubtful_wherever_it_goes() -> None:
    positions = [*held("ACME 100 Energy"), Position("WRLD", Measure(50.0, Status.STALE, "Old."))]
    found = exposure(positions, {"WRLD": fund(sectors="Health=1")}, SECTOR)
    assert [(line.value.status, line.weight.status) for line in found.lines] == [
        (Status.OK, Status.OK),
        (Status.STALE, Status.STALE),
    ]


def test_nothing_and_less_than_nothing_have_no_weights() -> None:
    assert exposure([], {}, SECTOR).lines == ()
    found = exposure(held("ACME -5 Energy"), {}, SECTOR, Measure(2.0))
    assert [(line.name, line.value.value, line.weight.value) for line in found.lines] == [
        ("Energy", -5, None),
        ("cash", 2, None),
    ]


def test_an_underlying_is_ours_by_the_funds_provider_then_by_our_symbol_then_where_others_agree() -> None:
    found = fund("AAA=0.1 BBB=0.2 CCC=0.3 DDD=0.1 EEE=0.1")
    names = [
        KnownName("AAA", "yahoo", "ALPHA", "Alpha plc"),
        KnownName("AAA", "", "AAA"),
        KnownName("BBB", "other", "WRONG"),
        KnownName("BBB", "", "BBB", "Beta"),
        KnownName("CCC", "other", "GAMMA"),
        KnownName("DDD", "other", "ONE"),
        KnownName("DDD", "third", "TWO"),
    ]
    ours = with_our_symbols(found, "yahoo", names)
    assert [part.symbol for part in ours.holdings] == ["ALPHA", "BBB", "GAMMA", "DDD", "EEE"]
    assert [part.name for part in ours.holdings][:3] == ["Alpha plc", "Beta", "Ccc"]


def test_underlyings_without_a_symbol_are_one_where_they_are_called_the_same() -> None:
    funds = {
        name: Composition(DAY, (Constituent(called, 1.0),)) for name, called in (("A", "Acme Inc"), ("B", "ACME INC"))
    }
    (line,) = exposure(held("A 1\nB 2"), funds, HOLDING).lines
    assert (line.name, line.symbol, line.value.value) == ("Acme Inc", "", 3)


SYMBOLS = ("AAA", "BBB", "CCC", "FFF", "GGG", "HHH")
amounts = st.floats(-1e9, 1e9, allow_nan=False).filter(lambda value: abs(value) > 1e-3)
weights = st.lists(st.tuples(st.sampled_from((*SYMBOLS, "XXX", "")), st.floats(1e-6, 1.0)), max_size=8)


@st.composite
def markets(draw: st.DrawFn) -> tuple[list[Position], dict[str, Composition]]:
    """Positions in some symbols, of which any may be a fund that holds any of them, by weights of any sum."""
    chosen = draw(st.lists(st.sampled_from(SYMBOLS), unique=True, max_size=5))
    sectors = st.sampled_from(("", "Energy", "Health"))
    positions = [Position(symbol, Measure(draw(amounts)), symbol, draw(sectors)) for symbol in chosen]
    funds = {}
    for symbol in draw(st.lists(st.sampled_from(SYMBOLS), unique=True, max_size=4)):
        shares = tuple(Constituent(name or "Without", weight, name) for name, weight in draw(weights))
        funds[symbol] = Composition(DAY, shares, tuple(Constituent(one.name, one.weight) for one in shares))
    return positions, funds


def scale_of(positions: list[Position], cash: float = 0.0) -> float:
    return max([1.0, abs(cash), *(abs(position.value.value or 0.0) for position in positions)])


@given(markets(), st.sampled_from(ExposureBy), amounts)
def test_parts_sum_to_their_lines_and_lines_to_the_whole(
    market: tuple[list[Position], Mapping[str, Composition]], by: ExposureBy, cash: float
) -> None:
    positions, funds = market
    found = exposure(positions, funds, by, Measure(cash))
    whole = fsum([cash, *(position.value.value or 0.0 for position in positions)])
    near = 1e-9 * scale_of(positions, cash)
    assert fsum(line.value.value or 0.0 for line in found.lines) == pytest.approx(whole, abs=near)
    assert found.total.value == whole
    for line in found.lines:
        assert fsum(part.value.value or 0.0 for part in line.parts) == pytest.approx(line.value.value, abs=near)
    for position in positions:
        own = [part.value.value or 0.0 for line in found.lines for part in line.parts if part.held == position.symbol]
        assert fsum(own) == pytest.approx(position.value.value, abs=1e-9 * scale_of([position]))
    if whole > near:
        assert fsum(line.weight.value or 0.0 for line in found.lines) == pytest.approx(1.0, abs=near / whole * 10)


@given(markets())
def test_without_funds_it_is_the_plain_weights(market: tuple[list[Position], object]) -> None:
    positions, _ = market
    found = exposure(positions, {}, HOLDING)
    assert {line.symbol: line.value for line in found.lines} == {one.symbol: one.value for one in positions}
    assert all(part.through == () for line in found.lines for part in line.parts)
    assert (found.funds, found.as_of, found.notes, found.not_described.value) == ((), None, (), 0.0)
    sectors = exposure(positions, {}, SECTOR)
    for line in sectors.lines:
        name = "" if line.kind is ExposureKind.UNKNOWN else line.name
        own = fsum(one.value.value or 0.0 for one in positions if one.sector == name)
        assert line.value.value == pytest.approx(own, abs=1e-9 * scale_of(positions))


@given(weights)
def test_shares_never_exceed_the_whole_and_only_a_rest_is_left(pairs: list[tuple[str, float]]) -> None:
    found = tuple(Constituent(name, weight) for name, weight in pairs)
    shares, stated = shares_of(found)
    assert fsum(shares) <= 1.0 + 1e-12
    if stated > 1.0:
        assert fsum(shares) == pytest.approx(1.0, abs=1e-12)
    else:
        assert fsum(shares) == pytest.approx(stated, abs=1e-9)


@given(st.floats(0.01, 1.0), amounts)
def test_what_a_fund_does_not_say_is_its_rest(weight: float, value: float) -> None:
    found = exposure([Position("WRLD", Measure(value))], {"WRLD": fund(f"ACME={weight!r}")}, HOLDING)
    expected = value * (1.0 - weight) if weight <= 1.0 - 1e-9 else 0.0
    assert found.not_described.value == pytest.approx(expected, abs=1e-9 * abs(value))
