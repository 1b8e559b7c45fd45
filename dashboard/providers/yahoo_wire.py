"""Yahoo's answers, from JSON to typed values. Pure; a shape that is not Yahoo's raises ``MalformedAnswer``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from dashboard.domain.instruments import AssetClass
from dashboard.providers.base import InstrumentMeta, MarketState, Quote, SearchHit
from dashboard.providers.intraday import RawIntraday
from dashboard.providers.json_answers import MalformedAnswer, Node
from dashboard.providers.normalise import RawHistory, major_unit, session_range

ASSET_CLASSES = {
    "EQUITY": AssetClass.EQUITY,
    "ETF": AssetClass.ETF,
    "MUTUALFUND": AssetClass.FUND,
    "MONEYMARKET": AssetClass.FUND,
    "BOND": AssetClass.BOND,
    "CRYPTOCURRENCY": AssetClass.CRYPTO,
    "CURRENCY": AssetClass.CURRENCY,
    "INDEX": AssetClass.INDEX,
    "OPTION": AssetClass.OPTION,
    "FUTURE": AssetClass.FUTURE,
}
# Yahoo's exchange codes and the market identifier codes (ISO 10383) of their calendars.
MICS = {
    "NMS": "XNAS", "NGM": "XNAS", "NCM": "XNAS", "NAS": "XNAS", "NIM": "XNAS",
    "NYQ": "XNYS", "NYS": "XNYS", "ASE": "XNYS", "PCX": "XNYS", "BTS": "XNYS", "PNK": "XNYS", "OQB": "XNYS",
    "OQX": "XNYS", "YHD": "XNYS", "SNP": "XNYS", "DJI": "XNYS", "NIY": "XNAS",
    "LSE": "XLON", "IOB": "XLON", "GER": "XETR", "FRA": "XFRA", "PAR": "XPAR", "AMS": "XAMS", "BRU": "XBRU",
    "MIL": "XMIL", "MCE": "XMAD", "LIS": "XLIS", "VIE": "XWBO", "EBS": "XSWX", "STO": "XSTO", "CPH": "XCSE",
    "HEL": "XHEL", "OSL": "XOSL", "ISE": "XDUB", "WSE": "XWAR", "JPX": "XTKS", "HKG": "XHKG", "TOR": "XTSE",
    "VAN": "XTSX", "ASX": "XASX", "NZE": "XNZE", "SES": "XSES", "KSC": "XKRX", "KOE": "XKRX", "TAI": "XTAI",
    "SHH": "XSHG", "SHZ": "XSHE", "NSI": "XNSE", "BSE": "XBOM", "JNB": "XJSE", "TLV": "XTAE", "SAO": "BVMF",
    "MEX": "XMEX", "IST": "XIST",
}  # fmt: skip
MARKET_STATES = {"REGULAR": MarketState.OPEN, "PRE": MarketState.PRE, "POST": MarketState.POST}
SESSION = ("regularMarketOpen", "regularMarketDayHigh", "regularMarketDayLow")
# A daily bar stamped late in the evening belongs to the next day: the source took the wrong side of a clock change.
EVENING_HOUR = 22
# Years 1800 and 2200.
EARLIEST, LATEST = -5.4e9, 7.3e9


@dataclass(frozen=True, slots=True)
class Chart:
    """A daily chart: raw bars and events by the exchange's own days, and who it is about."""

    raw: RawHistory
    unit: str
    meta: InstrumentMeta
    session_ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class IntradayChart:
    """A chart of bars within days: raw bars by their moments, the splits in its time, and who it is about."""

    raw: RawIntraday
    splits: tuple[tuple[date, Decimal, Decimal], ...]
    unit: str
    currency: str
    zone: ZoneInfo


def parse_chart(symbol: str, answer: object) -> Chart:
    """The one series of a chart answer. Raises: MalformedAnswer."""
    result, meta, unit, zone = _series(symbol, answer)
    end = meta.node("currentTradingPeriod").node("regular").number("end")
    return Chart(
        _raw_history(result, zone), unit, _meta(meta, symbol, unit, zone), _moment(end) if end is not None else None
    )


def parse_intraday(symbol: str, answer: object) -> IntradayChart:
    """The one series of a chart answer of less than a day a bar. Raises: MalformedAnswer."""
    result, _, unit, zone = _series(symbol, answer)
    stamps = result.items("timestamp")
    quote = _quote_columns(result)
    columns = [quote.column(name, len(stamps)) for name in ("open", "high", "low", "close", "volume")]
    raw = RawIntraday(np.array([_usable(stamp) for stamp in stamps], dtype=np.int64), *columns)
    return IntradayChart(raw, _splits(result, zone), unit, major_unit(unit)[0], zone)


def _series(symbol: str, answer: object) -> tuple[Node, Node, str, ZoneInfo]:
    """The one series, what it says of itself, its unit and its time zone."""
    results = Node(answer).required("chart").required_items("result")
    if len(results) != 1:
        raise MalformedAnswer("one series was expected")
    result = Node(results[0])
    meta = result.node("meta")
    if (sent := meta.text("symbol")) and canonical(sent) != canonical(symbol):
        raise MalformedAnswer(f"the series of {sent} came instead")
    unit = meta.text("currency")
    if not unit:
        raise MalformedAnswer("the quote names no currency")
    return result, meta, unit, _zone(meta.text("exchangeTimezoneName"))


def parse_quotes(provider: str, symbols: Sequence[str], answer: object) -> dict[str, Quote]:
    """The usable quotes of a quote answer, by the symbol that was asked for. Raises: MalformedAnswer."""
    asked = {canonical(symbol): symbol for symbol in symbols}
    quotes = {}
    for node in map(Node, Node(answer).required("quoteResponse").required_items("result")):
        price, at, unit = node.number("regularMarketPrice"), node.number("regularMarketTime"), node.text("currency")
        symbol = asked.get(canonical(node.text("symbol")))
        if symbol is None or price is None or price <= 0 or at is None or not unit:
            continue
        currency, per_major = major_unit(unit)
        previous = node.number("regularMarketPreviousClose")
        quotes[symbol] = Quote(
            provider,
            symbol,
            price / per_major,
            previous / per_major if previous and previous > 0 else None,
            currency,
            _moment(at),
            MARKET_STATES.get(node.text("marketState"), MarketState.CLOSED),
            int((node.number("exchangeDataDelayedBy") or 0) * 60),
            session_range(map(node.number, SESSION), per_major),
        )
    return quotes


def parse_search(provider: str, answer: object) -> tuple[SearchHit, ...]:
    """The instruments of a search answer, best first. Raises: MalformedAnswer."""
    return tuple(
        SearchHit(
            provider,
            node.text("symbol"),
            node.text("longname", "shortname") or node.text("symbol"),
            ASSET_CLASSES.get(node.text("quoteType"), AssetClass.OTHER),
            node.text("exchDisp", "exchange"),
            sector=node.text("sector"),
            industry=node.text("industry"),
        )
        for node in map(Node, Node(answer).required_items("quotes"))
        if node.text("symbol")
    )


def canonical(symbol: str) -> str:
    """Yahoo calls the pairs against the dollar both ``USDJPY=X`` and ``JPY=X``."""
    symbol = symbol.upper()
    return symbol.removeprefix("USD") if symbol.endswith("=X") and len(symbol) == 8 else symbol


def _meta(meta: Node, symbol: str, unit: str, zone: ZoneInfo) -> InstrumentMeta:
    exchange = meta.text("exchangeName")
    return InstrumentMeta(
        name=meta.text("longName", "shortName") or symbol,
        currency=major_unit(unit)[0],
        asset_class=ASSET_CLASSES.get(meta.text("instrumentType"), AssetClass.OTHER),
        exchange=meta.text("fullExchangeName") or exchange,
        mic=MICS.get(exchange, ""),
        timezone=zone.key,
    )


def _raw_history(result: Node, zone: ZoneInfo) -> RawHistory:
    stamps = result.items("timestamp")
    quote = _quote_columns(result)
    length = len(stamps)
    events = result.node("events")
    return RawHistory(
        np.array([_day(stamp, zone) for stamp in stamps], dtype="datetime64[D]"),
        quote.column("open", length),
        quote.column("high", length),
        quote.column("low", length),
        quote.column("close", length),
        quote.column("volume", length),
        splits=_splits(result, zone),
        dividends=tuple(
            (_day(node.number("date"), zone), node.number("amount") or math.nan, node.text("currency"))
            for kind in ("dividends", "capitalGains")
            for node in events.children(kind)
        ),
    )


def _quote_columns(result: Node) -> Node:
    columns = result.node("indicators").items("quote")
    return Node(columns[0] if columns else {})


def _splits(result: Node, zone: ZoneInfo) -> tuple[tuple[date, Decimal, Decimal], ...]:
    return tuple(
        (_day(node.number("date"), zone), node.decimal("numerator"), node.decimal("denominator"))
        for node in result.node("events").children("splits")
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise MalformedAnswer(f"there is no time zone {name}") from error


def _moment(stamp: float) -> datetime:
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=stamp)
    except OverflowError as error:
        raise MalformedAnswer(f"{stamp} is no time") from error


def _day(stamp: object, zone: ZoneInfo) -> date:
    """The exchange's own day of a bar or event."""
    local = _moment(_usable(stamp)).astimezone(zone)
    wrong_side = local.hour >= EVENING_HOUR and local.minute == local.second == 0
    return local.date() + timedelta(days=1) if wrong_side else local.date()


def _usable(stamp: object) -> float:
    """The seconds of a time that can be one."""
    seconds = Node({"at": stamp}).number("at")
    if seconds is None or not EARLIEST < seconds < LATEST:
        raise MalformedAnswer("a bar or an event has no usable time")
    return seconds
