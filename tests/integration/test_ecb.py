"""The ECB's client over real HTTP, against a server that answers as it does, or badly."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dashboard.errors import InstrumentNotFound, ProviderUnavailable
from dashboard.providers.base import HistoryRequest
from dashboard.providers.ecb import EcbProvider
from dashboard.providers.retry import Retry
from tests.yahoo_loopback import Answer, Loopback, loopback

DATA = Path(__file__).parents[1] / "data" / "ecb"
XML = (DATA / "eurofxref-hist-90d.xml").read_bytes()
RECENT = "/stats/eurofxref/eurofxref-hist-90d.xml"
HISTORY = "/stats/eurofxref/eurofxref-hist.xml"
ARCHIVE = "/stats/eurofxref/eurofxref-hist.zip"
DAILY = "/stats/eurofxref/eurofxref-daily.xml"
SINCE = HistoryRequest("EUR/USD", date(2026, 10, 27))


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


def provider(server: Loopback, cache: Path, clock: Clock) -> EcbProvider:
    return EcbProvider(
        cache_directory=cache,
        base_url=server.address,
        timeout_seconds=1.0,
        retry=Retry(attempts=2, total_seconds=5, first_wait_seconds=0.0),
        now=lambda: datetime(2026, 10, 30, 17, tzinfo=UTC),
        clock=clock,
    )


def test_recent_rates_come_from_the_short_file_and_older_ones_from_the_history(
    server: Loopback, tmp_path: Path, clock: Clock
) -> None:
    server.will_answer(RECENT, Answer(body=XML))
    server.will_answer(HISTORY, Answer(body=XML))
    client = provider(server, tmp_path, clock)
    history = client.history(SINCE)
    assert history.bars.dates.astype(str).tolist() == ["2026-10-27", "2026-10-28", "2026-10-29", "2026-10-30"]
    assert history.bars.close[-1] == 1.1172
    assert (history.currency, history.provider_symbol, history.provisional_from) == ("USD", "EUR/USD", None)
    assert len(client.history(HistoryRequest("EURGBP=X")).bars) == 5
    assert [path for path, _ in server.requests] == [RECENT, HISTORY]


def test_one_request_serves_every_pair_and_later_ones_ask_only_for_what_has_changed(
    server: Loopback, tmp_path: Path, clock: Clock
) -> None:
    validators = {"ETag": '"one"', "Last-Modified": "Fri, 30 Oct 2026 15:00:00 GMT"}
    server.will_answer(RECENT, Answer(body=XML, headers=validators), Answer(304))
    client = provider(server, tmp_path, clock)
    client.history(SINCE)
    client.history(HistoryRequest("GBP/JPY", date(2026, 10, 27)))
    assert server.asked(RECENT) == 1

    clock.now += 301
    assert client.history(SINCE).bars.close[-1] == 1.1172
    # Another process finds the file where the first one left it.
    assert provider(server, tmp_path, clock).history(SINCE).bars.close[-1] == 1.1172
    for headers in server.headers[1:]:
        assert (headers["If-None-Match"], headers["If-Modified-Since"]) == (
            validators["ETag"],
            validators["Last-Modified"],
        )
    assert "If-None-Match" not in server.headers[0]


def test_a_kept_file_that_was_spoiled_is_asked_for_anew(server: Loopback, tmp_path: Path, clock: Clock) -> None:
    server.will_answer(RECENT, Answer(body=XML, headers={"ETag": '"one"'}))
    provider(server, tmp_path, clock).history(SINCE)
    (tmp_path / "eurofxref-hist-90d.xml").write_bytes(XML[:700])
    assert len(provider(server, tmp_path, clock).history(SINCE).bars) == 4
    assert "If-None-Match" not in server.headers[1]


def test_where_the_xml_cannot_be_read_the_archive_serves(server: Loopback, tmp_path: Path, clock: Clock) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("eurofxref-hist.csv", (DATA / "eurofxref-hist.csv").read_text())
    server.will_answer(HISTORY, Answer(body="<html>busy</html>"))
    server.will_answer(ARCHIVE, Answer(body=packed.getvalue()))
    history = provider(server, tmp_path, clock).history(HistoryRequest("EUR/ILS"))
    assert history.bars.dates[0].item() == date(2026, 10, 26)


def test_a_quote_is_the_last_reference_rate(server: Loopback, tmp_path: Path, clock: Clock) -> None:
    daily = XML[: XML.index(b'\t\t<Cube time="2026-10-29">')] + b"\t</Cube>\n</gesmes:Envelope>"
    server.will_answer(DAILY, Answer(body=daily))
    client = provider(server, tmp_path, clock)
    (quote,) = client.quotes(["USDJPY=X", "ABC"]).values()
    assert quote.price == pytest.approx(175.68 / 1.1172)
    assert (quote.provider_symbol, quote.at) == ("USDJPY=X", datetime(2026, 10, 30, 15, tzinfo=UTC))
    assert [hit.provider_symbol for hit in client.search("eurusd")] == ["EUR/USD"]
    assert client.search("Apple") == ()
    assert client.search("EURXXX") == ()


def test_what_is_no_pair_or_not_quoted_is_not_found(server: Loopback, tmp_path: Path, clock: Clock) -> None:
    server.will_answer(HISTORY, Answer(body=XML))
    for symbol in ("ABC", "EUR/XXX"):
        with pytest.raises(InstrumentNotFound):
            provider(server, tmp_path, clock).history(HistoryRequest(symbol))


@pytest.mark.parametrize(
    "answer",
    [Answer(500), Answer(body=XML[:600]), Answer(body=XML, announced=len(XML) + 9), Answer(304), Answer(stall=True)],
)
def test_every_bad_answer_is_a_typed_failure_and_what_was_kept_stays(
    server: Loopback, tmp_path: Path, clock: Clock, answer: Answer
) -> None:
    server.will_answer(RECENT, answer)
    with pytest.raises(ProviderUnavailable):
        provider(server, tmp_path, clock).history(SINCE)
    assert list(tmp_path.iterdir()) == []


def test_days_that_cannot_be_are_left_out_with_a_reason(server: Loopback, tmp_path: Path, clock: Clock) -> None:
    body = XML.replace(b"2026-10-30", b"2026-10-31").replace(b'1.113"', b'0"').replace(b"2026-10-27", b"2026-10-28")
    server.will_answer(RECENT, Answer(body=body))
    history = provider(server, tmp_path, clock).history(SINCE)
    assert history.bars.dates.astype(str).tolist() == ["2026-10-28"]
    assert {bar.issue.value for bar in history.rejected} == {"future", "not_positive", "duplicate"}
