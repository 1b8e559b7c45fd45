"""Prices from an address of one's own, against a server of the test: every answer is prices or a typed reason."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dashboard.errors import (
    InstrumentNotFound,
    NoPrices,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    RateLimited,
    UnreadableAnswer,
)
from dashboard.providers.address import AddressProvider, Means
from dashboard.providers.base import ADDRESS, AddressSource, History, HistoryRequest
from dashboard.providers.retry import Retry
from tests.days import days_ago

NESTED = {"data": {"ccy": "GBp", "prices": [{"d": "2024-01-03", "c": 1250}, {"d": "2024-01-04", "c": "1260.5"}]}}


@dataclass
class Place:
    """A server: what it answers at each path, and what it was asked."""

    address: str = ""
    answers: dict[str, tuple[int, bytes, dict[str, str]]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def give(self, path: str, body: object, status: int = 200, **headers: str) -> str:
        """Answer ``body`` at ``path``; the whole address."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = (status, content, named)
        return self.address + path


@pytest.fixture
def place() -> Iterator[Place]:
    """A server on the loopback."""
    found = Place()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given = {name.lower(): value for name, value in self.headers.items()}
            found.asked.append((self.path, given))
            status, body, headers = found.answers.get(self.path, (404, b"", {}))
            if headers.get("ETag") and given.get("if-none-match") == headers["ETag"]:
                status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


def provider(home: Path, *, private: bool = True, **headers: tuple[str, str]) -> AddressProvider:
    return AddressProvider(Means(home, headers, private, timeout_seconds=3.0, retry=Retry(attempts=1), limits=()))


def source_of(url: str, **parts: str) -> AddressSource:
    given = {"format": "json", "date_path": "data.prices[*].d", "close_path": "data.prices[*].c", "currency": "EUR"}
    return AddressSource(url, **{**given, **parts})


def asked(home: Path, url: str, **parts: str) -> History:
    request = HistoryRequest("FLAT", symbol="FLAT", provider=ADDRESS, source=source_of(url, **parts))
    return provider(home).history(request)


def closes(history: History) -> dict[str, float]:
    return dict(zip(history.bars.dates.astype(str).tolist(), history.bars.close.tolist(), strict=True))


def test_json_by_paths_with_its_own_currency(place: Place, tmp_path: Path) -> None:
    history = asked(tmp_path, place.give("/a", NESTED), currency_path="data.ccy")
    assert closes(history) == {"2024-01-03": 12.5, "2024-01-04": 12.605}
    assert (history.currency, history.price_unit, history.provider) == ("GBP", "GBp", "url")


def test_lists_side_by_side_epochs_and_positions(place: Place, tmp_path: Path) -> None:
    day = int(datetime(2024, 1, 3, 12, tzinfo=UTC).timestamp())
    body = {"series": [{"t": [day, day + 86_400], "v": [1, 2.5]}]}
    paths = {"date_path": "series[0].t[*]", "close_path": "series[0].v[*]", "date_format": "unix"}
    assert closes(asked(tmp_path, place.give("/b", body), **paths)) == {"2024-01-03": 1.0, "2024-01-04": 2.5}


def test_csv_by_columns_in_its_own_date_format(place: Place, tmp_path: Path) -> None:
    body = b"Tag;Kurs;Waehrung\n03.01.2024;12.5;EUR\n04.01.2024;13;EUR\n"
    paths = {"format": "csv", "date_path": "Tag", "close_path": "Kurs", "currency_path": "Waehrung"}
    history = asked(tmp_path, place.give("/c", body), date_format="%d.%m.%Y", **paths)
    assert (closes(history), history.currency) == ({"2024-01-03": 12.5, "2024-01-04": 13.0}, "EUR")


def rows(*pairs: tuple[object, object]) -> dict[str, object]:
    return {"data": {"prices": [{"d": day, "c": close} for day, close in pairs]}}


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        (b"<!doctype html><html><body>Log in</body></html>", UnreadableAnswer, "it is HTML"),
        (b'{"data": {"prices": [{"d": "2024-01-03", "c": 1', UnreadableAnswer, "cut off or no JSON"),
        (b"", UnreadableAnswer, "cut off or no JSON"),
        (rows(), NoPrices, "without a price"),
        ({"data": {}}, UnreadableAnswer, "no list where"),
        ([1, 2], UnreadableAnswer, "no list where"),
        (rows(("soon", 1)), UnreadableAnswer, "'soon' is not a date"),
        (b"[" * 100_000, UnreadableAnswer, "cut off or no JSON"),
    ],
    ids=["html", "half", "nothing", "empty list", "no list", "another shape", "no date", "deep"],
)
def test_what_is_no_answer_is_a_typed_reason(
    place: Place, tmp_path: Path, body: object, error: type[ProviderError], words: str
) -> None:
    with pytest.raises(error, match=words):
        asked(tmp_path, place.give("/bad", body))


def test_bars_that_cannot_be_are_left_out_by_name_and_the_others_taken(place: Place, tmp_path: Path) -> None:
    tomorrow = days_ago(-3).isoformat()
    body = rows(("2024-01-03", 5), ("2024-01-03", 6), ("2024-01-04", float("nan")), ("2024-01-05", -1), (tomorrow, 7),
                ("2024-01-08", None), ("2024-01-09", True), ("2024-01-10", 8))  # fmt: skip
    history = asked(tmp_path, place.give("/odd", body))
    assert closes(history) == {"2024-01-03": 6.0, "2024-01-10": 8.0}
    left_out = sorted((str(bar.date), bar.issue.value) for bar in history.rejected)
    assert left_out == [
        ("2024-01-03", "duplicate"), ("2024-01-04", "missing_close"), ("2024-01-05", "not_positive"),
        ("2024-01-08", "missing_close"), ("2024-01-09", "missing_close"), (tomorrow, "future"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"currency_path": "data.prices[*].k"}, "several currencies"),
        ({"close_path": "other[*]"}, "2 dates and 1 closes"),
    ],
)
def test_answers_that_contradict_themselves_are_refused(
    place: Place, tmp_path: Path, parts: dict[str, str], words: str
) -> None:
    body = rows(("2024-01-03", 1), ("2024-01-04", 2)) | {"other": [1]}
    for row, currency in zip(body["data"]["prices"], ("EUR", "USD"), strict=True):  # type: ignore[index]
        row["k"] = currency
    with pytest.raises(UnreadableAnswer, match=words):
        asked(tmp_path, place.give("/mixed", body), **parts)


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, ProviderUnavailable), (404, ProviderUnavailable), (403, ProviderRefused), (429, RateLimited)],
)
def test_statuses_are_typed(place: Place, tmp_path: Path, status: int, error: type[ProviderError]) -> None:
    with pytest.raises(error):
        asked(tmp_path, place.give("/status", b"", status))


def test_what_has_not_changed_is_not_sent_again(place: Place, tmp_path: Path) -> None:
    url = place.give("/kept", NESTED, ETag='"v1"')
    first, second = asked(tmp_path, url), asked(tmp_path, url)
    assert closes(first) == closes(second)
    assert [headers.get("if-none-match") for _, headers in place.asked] == [None, '"v1"']


def test_headers_come_from_the_settings_and_never_go_to_another_host(place: Place, tmp_path: Path) -> None:
    elsewhere = place.address.replace("127.0.0.1", "localhost")
    place.give("/real", NESTED)
    url = place.give("/moved", b"", 302, Location=f"{elsewhere}/real")
    request = HistoryRequest("FLAT", symbol="FLAT", provider=ADDRESS, source=source_of(url, headers="house"))
    provider(tmp_path, house=("X-Api-Key", "secret")).history(request)
    assert [(path, headers.get("x-api-key")) for path, headers in place.asked] == [
        ("/moved", "secret"),
        ("/real", None),
    ]
    with pytest.raises(ProviderRefused, match="URL_HEADERS has no entry house"):
        provider(tmp_path).history(request)


def test_private_addresses_are_refused_before_anything_is_sent(place: Place, tmp_path: Path) -> None:
    port = place.address.rpartition(":")[2]
    place.give("/a", NESTED)
    for host in (
        "127.0.0.1",
        "localhost",
        "2130706433",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "10.0.0.1",
        "0.0.0.0",
    ):
        request = HistoryRequest("X", symbol="X", provider=ADDRESS, source=source_of(f"http://{host}:{port}/a"))
        with pytest.raises(ProviderRefused, match="not a public address"):
            provider(tmp_path, private=False).history(request)
    assert place.asked == []


def test_redirects_are_followed_a_few_times_and_by_http_alone(place: Place, tmp_path: Path) -> None:
    with pytest.raises(ProviderUnavailable, match="redirects without an end"):
        asked(tmp_path, place.give("/round", b"", 302, Location="/round"))
    with pytest.raises(ProviderRefused, match="no http address"):
        asked(tmp_path, place.give("/file", b"", 302, Location="file:///etc/passwd"))


def test_an_instrument_without_an_address_is_not_found_here(tmp_path: Path) -> None:
    with pytest.raises(InstrumentNotFound):
        provider(tmp_path).history(HistoryRequest("FLAT", symbol="FLAT", provider=ADDRESS))


def test_only_the_days_that_are_asked_for_come(place: Place, tmp_path: Path) -> None:
    request = HistoryRequest(
        "F", date(2024, 1, 4), symbol="F", provider=ADDRESS, source=source_of(place.give("/a", NESTED))
    )
    assert closes(provider(tmp_path).history(request)) == {"2024-01-04": 1260.5}
