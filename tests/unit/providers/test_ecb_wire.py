"""The ECB's files: read, or malformed, and nothing else."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.providers.ecb_wire import RateTable, parse_csv, parse_xml, parse_zip
from dashboard.providers.json_answers import MalformedAnswer
from tests.unit.providers.recorded import DATA

XML = (DATA / "ecb" / "eurofxref-hist-90d.xml").read_bytes()
CSV = (DATA / "ecb" / "eurofxref-hist.csv").read_text()


def archive(*texts: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for number, text in enumerate(texts):
            made.writestr(f"{number}.csv", text)
    return packed.getvalue()


def rates(table: RateTable, base: str, quote: str) -> dict[date, float]:
    found = table.pair(base, quote)
    assert found is not None
    return dict(zip(found[0].tolist(), found[1].tolist(), strict=True))


def test_xml_and_csv_give_units_for_one_euro_and_their_crosses() -> None:
    for table in (parse_xml(XML), parse_csv(CSV), parse_zip(archive(CSV))):
        assert rates(table, "EUR", "USD")[date(2026, 10, 30)] == 1.1172
        assert rates(table, "USD", "EUR")[date(2026, 10, 30)] == pytest.approx(1 / 1.1172)
        assert rates(table, "GBP", "JPY")[date(2026, 10, 26)] == pytest.approx(176.15 / 0.8382)
        assert table.pair("EUR", "XXX") is None
        assert table.pair("EUR", "EUR") is None


def test_a_day_on_which_a_currency_was_not_quoted_has_no_rate() -> None:
    table = parse_csv(CSV)
    assert date(2000, 1, 3) in rates(table, "EUR", "USD")
    assert date(2000, 1, 3) not in rates(table, "EUR", "ILS")
    assert date(2000, 1, 3) not in rates(table, "ILS", "USD")


def test_the_days_of_the_daily_csv_are_written_out() -> None:
    table = parse_csv("Date, USD, JPY, \n15 March 2024, 1.0892, 162.03, \n")
    assert rates(table, "EUR", "JPY") == {date(2024, 3, 15): 162.03}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>busy</body></html>",
        XML[:900],
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        XML.replace(b"1.1172", b"many"),
        XML.replace(b"2026-10-30", b"someday"),
        b'{"Time Series": {}}',
    ],
)
def test_xml_that_is_not_the_banks_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        parse_xml(body)


@pytest.mark.parametrize(
    "text", ["", "Day,USD\n", "Date,USD\n", "Date,USD\n2024-03-15,x\n", "Date,USD,JPY,GBP\n2024-03-15,1"]
)
def test_a_table_that_is_not_the_banks_is_malformed(text: str) -> None:
    with pytest.raises(MalformedAnswer):
        parse_csv(text)


@pytest.mark.parametrize("body", [b"", b"PK", archive(), archive(CSV, CSV), archive(CSV)[:-40]])
def test_an_archive_that_is_not_of_one_table_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        parse_zip(body)


@given(st.integers(0, len(XML) - 1), st.binary(min_size=1, max_size=3))
def test_xml_with_anything_anywhere_is_read_or_malformed(place: int, other: bytes) -> None:
    try:
        parse_xml(XML[:place] + other + XML[place + len(other) :])
    except MalformedAnswer:
        return
