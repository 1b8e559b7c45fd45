"""Documents into files, read back with another library than the one that wrote them."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import orjson
import pytest

from dashboard.errors import InvalidInput
from dashboard.reports import xlsx
from dashboard.reports.csv import to_csv
from dashboard.reports.document import Column, Document, Kind, Table, Typed
from dashboard.reports.xlsx import to_xlsx
from dashboard.results import wire
from dashboard.services.report_documents import performance_document
from tests import result_factories as make

NOW = dt.datetime(2024, 8, 21, 6, 0, tzinfo=dt.UTC)
HOSTILE = ("=1+1", "+SUM(A1)", "-2+3", "@cmd", "\t=1", "\r=1", "  =1", '=HYPERLINK("http://x")')


def document(*, points: int = 300, with_benchmark: bool = True) -> Document:
    """The report of the sample."""
    return performance_document(make.summary(points=points, with_benchmark=with_benchmark), make.holdings_report(), NOW)


def workbook(found: Document) -> openpyxl.Workbook:
    """The XLSX, as another program reads it."""
    return openpyxl.load_workbook(io.BytesIO(to_xlsx(found)))


def flat(data: Any, prefix: str = "") -> dict[str, Any]:  # Any: JSON
    """Leaves of JSON by their paths."""
    leaves: dict[str, Any] = {}
    for key, value in data.items():
        leaves |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return leaves


def figures(sheet: Any) -> dict[str, Any]:  # Any: openpyxl's types are loose
    """The Summary sheet as key -> value."""
    rows = list(sheet.iter_rows(min_row=5, values_only=True))
    return {row[5]: row[1] for row in rows}


def test_the_workbook_has_every_figure_of_the_json_as_a_number() -> None:
    summary = make.summary(with_benchmark=True)
    sent = flat(orjson.loads(orjson.dumps(wire.performance(summary))))
    shown = figures(workbook(document())["Summary"])
    for key, value in sent.items():
        if key in {"status", "as_of"} or key.startswith("period"):
            continue
        if value is None or isinstance(shown[key], str):
            assert (shown[key] or None) == value, key
        elif isinstance(shown[key], dt.datetime):
            assert shown[key].date().isoformat() == value, key
        else:
            assert shown[key] == pytest.approx(float(value), rel=1e-12), key


def test_numbers_have_formats_and_dates_are_dates() -> None:
    book = workbook(document())
    series = book["Daily series"]
    assert [cell.number_format for cell in series[2]] == [
        "yyyy-mm-dd", "#,##0.00", "0.00%", "0.00%", "#,##0.00", "0.00%",
    ]  # fmt: skip
    assert series["A2"].value == dt.datetime(2023, 10, 26)
    assert series.max_row == 301


def test_the_header_stays_in_view_and_columns_are_wide_enough() -> None:
    book = workbook(document())
    assert (book["Summary"].freeze_panes, book["Holdings"].freeze_panes) == ("B5", "B4")
    assert book["Daily series"].freeze_panes == "B2"
    assert book["Summary"].column_dimensions["A"].width >= 30


def test_the_value_is_a_native_chart_over_the_cells() -> None:
    found = zipfile.ZipFile(io.BytesIO(to_xlsx(document())))
    chart = found.read("xl/charts/chart1.xml").decode()
    assert "<c:lineChart>" in chart
    assert "<c:f>'Daily series'!$B$2:$B$301</c:f>" in chart
    assert "<c:f>'Daily series'!$A$2:$A$301</c:f>" in chart


def test_a_quantity_that_is_whole_shows_no_decimals_and_a_part_shows_them() -> None:
    report = make.holdings_report(
        make.holding(quantity=Decimal(380)), make.holding("BTC", quantity=Decimal("0.41234567"))
    )
    book = workbook(performance_document(make.summary(), report, NOW))
    sheet = book["Holdings"]
    assert (sheet["E4"].number_format, sheet["E4"].value) == ("#,##0", 380)
    assert (sheet["E5"].number_format, sheet["E5"].value) == ("#,##0.0#######", 0.41234567)


def test_yen_have_no_decimals() -> None:
    book = workbook(performance_document(make.summary(currency="JPY"), make.holdings_report(currency="JPY"), NOW))
    assert book["Daily series"]["B2"].number_format == "#,##0"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_that_a_spreadsheet_would_run_is_text_in_both_files(text: str) -> None:
    found = Document(
        "t",
        "s",
        NOW,
        (Table("Rows", (Column("a", "A"), Column("b", "B", mixed=True)), [(text, Typed(text, Kind.TEXT))]),),
    )
    sheet = workbook(found)["Rows"]
    assert {sheet["A2"].data_type, sheet["B2"].data_type} == {"s"}
    assert sheet["A2"].value.startswith("'")
    written = list(csv.reader(io.StringIO(to_csv(found).decode(), newline="")))[1]
    assert all(cell.startswith("'") for cell in written)


def test_a_negative_number_stays_a_number_in_both_files() -> None:
    found = Document("t", "s", NOW, (Table("Rows", (Column("a", "A", Kind.MONEY, "EUR"),), [(-12.5,)]),))
    assert workbook(found)["Rows"]["A2"].value == -12.5
    assert to_csv(found) == b"a\r\n-12.5\r\n"


def test_what_is_missing_is_blank_and_never_a_number() -> None:
    rows = [(float("nan"),), (None,), (float("inf"),), (1.0,)]
    found = Document("t", "s", NOW, (Table("Rows", (Column("a", "A", Kind.RATIO),), rows),))
    assert [row[0] for row in workbook(found)["Rows"].iter_rows(min_row=2, values_only=True)] == [None, None, None, 1]
    assert to_csv(found) == b'a\r\n""\r\n""\r\n""\r\n1\r\n'


def test_the_csv_is_one_table_of_every_figure_with_its_status() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(document(with_benchmark=False)).decode())))
    by_key = {row["metric"]: row for row in rows}
    assert by_key["market_value"]["value"] == "72986.72338012839"
    assert by_key["market_value"]["unit"] == "EUR"
    assert by_key["returns.money_weighted"]["status"] == "estimated"
    assert by_key["risk.beta"] == {
        "label": "Beta", "value": "", "unit": "", "status": "undefined", "reason": "no benchmark is set",
        "metric": "risk.beta",
    }  # fmt: skip
    assert by_key["period.from"]["value"] == "2022-01-05"


def test_remarks_are_in_the_workbook_once() -> None:
    summary = make.summary()
    report = make.holdings_report(status=summary.status)
    notes = workbook(performance_document(summary, report, NOW))["Notes"]
    messages = [row[3] for row in notes.iter_rows(min_row=2, values_only=True)]
    assert messages.count("SAND has no price since 13 Aug 2024.") == 1


def test_a_portfolio_without_a_series_has_a_workbook_without_a_chart() -> None:
    found = zipfile.ZipFile(io.BytesIO(to_xlsx(document(points=0, with_benchmark=False))))
    assert not [name for name in found.namelist() if "charts/" in name]


def test_the_benchmark_stands_on_the_days_of_the_portfolio() -> None:
    summary = make.summary(with_benchmark=True)
    assert summary.benchmark is not None
    sparse = dataclasses.replace(
        summary.benchmark,
        dates=summary.benchmark.dates[5::2],
        flow_matched_series=summary.benchmark.flow_matched_series[5::2],
        time_weighted_series=summary.benchmark.time_weighted_series[5::2],
    )
    table = performance_document(dataclasses.replace(summary, benchmark=sparse), make.holdings_report(), NOW).tables[2]
    values = [row[4] for row in table.rows]
    assert values[:5] == [None] * 5
    assert values[5] == values[6] == sparse.flow_matched_series[0]


def test_progress_is_told_sheet_by_sheet() -> None:
    told: list[float] = []
    to_xlsx(document(), told.append)
    assert told == sorted(told)
    assert len(told) == 5
    assert told[-1] < 1


def test_more_rows_than_a_sheet_holds_are_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 10)
    with pytest.raises(InvalidInput, match="Use CSV"):
        to_xlsx(document())
