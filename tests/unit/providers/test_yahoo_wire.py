"""Answers of any shape: they are read, or they are malformed, and nothing else happens."""

from __future__ import annotations

import json
from datetime import date
from typing import TypeAlias

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.session_range import SessionRange
from dashboard.providers.json_answers import MalformedAnswer, Node
from dashboard.providers.normalise import as_traded
from dashboard.providers.yahoo_wire import parse_chart, parse_quotes, parse_search
from tests.yahoo_loopback import chart, stamp

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

GOOD = chart(
    "ABC",
    {stamp("2024-03-14", 13): 10.0, stamp("2024-03-15", 13): 10.5},
    splits=[(stamp("2024-03-15", 13), 5, 1)],
    dividends=[(stamp("2024-03-14", 13), 0.2)],
)
RANGE = {"regularMarketOpen": 0.95, "regularMarketDayHigh": 1.1, "regularMarketDayLow": 0.9}
QUOTE: dict[str, Json] = {
    "symbol": "ABC",
    "currency": "USD",
    "regularMarketPrice": 1.0,
    "regularMarketTime": 1,
    **RANGE,
}
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.just(10**400)
    | st.just("\0\ud800")
)
ANYTHING: st.SearchStrategy[Json] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every value inside ``value``."""
    children: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    return [path, *(place for key, child in children for place in places(child, (*path, key)))]


def spoiled(value: object, path: tuple[str | int, ...], other: Json) -> object:
    """A copy of ``value`` with ``other`` at ``path``."""
    if not path:
        return other
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = other
    return copy


@settings(max_examples=400)
@given(place=st.sampled_from(places(GOOD)), other=ANYTHING)
def test_a_chart_with_anything_anywhere_is_read_or_malformed(place: tuple[str | int, ...], other: Json) -> None:
    try:
        read = parse_chart("ABC", spoiled(GOOD, place, other))
    except MalformedAnswer:
        return
    assert f"{read.meta.name}{read.meta.exchange}{read.unit}".encode()
    bars = as_traded(read.raw, read.unit, today=date(2024, 3, 16)).bars
    assert ((bars.close > 0) & np.isfinite(bars.close)).all()
    assert (np.diff(bars.dates.astype(np.int64)) > 0).all()


@given(place=st.sampled_from(places([QUOTE])), other=ANYTHING)
def test_a_quote_with_anything_anywhere_is_read_absent_or_malformed(place: tuple[str | int, ...], other: Json) -> None:
    try:
        quotes = parse_quotes("yahoo", ["ABC"], {"quoteResponse": {"result": spoiled([QUOTE], place, other)}})
    except MalformedAnswer:
        return
    assert all(quote.price > 0 and quote.at.tzinfo is not None for quote in quotes.values())
    told = [quote.session.covering(quote.price) for quote in quotes.values()]
    assert all(it.high is None or it.low is None or 0 < it.low <= it.high < np.inf for it in told)


def test_open_high_and_low_of_a_quote_are_in_its_major_unit_and_not_told_where_they_cannot_be() -> None:
    pence = dict(zip(RANGE, (99.0, 0, 50.0), strict=True)) | {"currency": "GBp", "regularMarketPrice": 101.0}
    quote = parse_quotes("yahoo", ["ABC"], {"quoteResponse": {"result": [QUOTE | pence]}})["ABC"]
    assert (quote.price, quote.session) == (1.01, SessionRange(0.99, None, 0.5))


def test_what_no_database_holds_is_left_out_of_a_name() -> None:
    hit = {"symbol": "AB\0C", "longname": "\ud800", "shortname": " Caf\udfffé "}
    (found,) = parse_search("yahoo", {"quotes": [hit]})
    assert (found.provider_symbol, found.name) == ("ABC", "Café")


@given(answer=ANYTHING)
def test_an_answer_of_any_shape_is_no_surprise(answer: Json) -> None:
    for parse in (
        lambda: parse_chart("ABC", answer),
        lambda: parse_quotes("yahoo", ["ABC"], answer),
        lambda: parse_search("yahoo", answer),
    ):
        try:
            parse()
        except MalformedAnswer:
            continue


def test_a_text_is_on_one_line_and_can_be_stored() -> None:
    assert Node({"longName": " Alpha\n\tBeta\0 AG \ud800"}).text("longName") == "Alpha Beta AG"
