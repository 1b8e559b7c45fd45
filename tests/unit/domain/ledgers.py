"""Ledgers and markets as text, for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from dashboard.domain.calendar import Period
from dashboard.domain.fx import RateSeries
from dashboard.domain.instruments import Instrument, Split
from dashboard.domain.performance import PeriodPerformance, measure
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.domain.transactions import LotMethod, Transaction, TransactionType
from dashboard.domain.valuation import PortfolioHistory, value_portfolio

Fields = dict[str, object]

SHAPES: dict[TransactionType, tuple[str, ...]] = {
    TransactionType.BUY: ("symbol", "quantity", "price"),
    TransactionType.SELL: ("symbol", "quantity", "price"),
    TransactionType.DIVIDEND: ("symbol", "amount"),
    TransactionType.INTEREST: ("amount",),
    TransactionType.FEE: ("amount",),
    TransactionType.TAX: ("amount",),
    TransactionType.DEPOSIT: ("amount",),
    TransactionType.WITHDRAWAL: ("amount",),
    TransactionType.EXCHANGE: ("amount", "target_amount", "target_currency"),
    TransactionType.SPLIT: ("symbol", "ratio"),
    TransactionType.REINVEST: ("symbol", "quantity", "amount"),
    TransactionType.TRANSFER_IN: ("symbol", "quantity"),
    TransactionType.TRANSFER_OUT: ("symbol", "quantity"),
    TransactionType.SPIN_OFF: ("symbol", "target_symbol", "ratio", "cost_fraction"),
    TransactionType.MERGER: ("symbol",),
    TransactionType.SYMBOL_CHANGE: ("symbol", "target_symbol"),
    TransactionType.RETURN_OF_CAPITAL: ("symbol", "amount"),
    TransactionType.STAKING: ("symbol", "quantity"),
    TransactionType.AIRDROP: ("symbol", "quantity"),
}
NAMES = {
    "ccy": "currency",
    "fx": "fx_rate",
    "cash": "cash_currency",
    "to": "target_symbol",
    "fee_ccy": "fee_currency",
    "settles": "settle_date",
    "lots": "lot_ids",
}
TEXTS = frozenset(
    {"symbol", "currency", "cash_currency", "target_currency", "target_symbol", "fee_currency", "account"}
)
DATES = frozenset({"acquired", "settle_date"})


def ledger(text: str, currency: str = "EUR") -> list[Transaction]:
    """One row a line: ``date type`` and then what the type needs (a buy: symbol, quantity, price), ``name=value``."""
    lines = [line.split("#")[0].split() for line in text.strip().splitlines()]
    return [_row(words, number, currency) for number, words in enumerate(lines) if words]


def _row(words: list[str], number: int, currency: str) -> Transaction:
    kind = TransactionType(words[1])
    found = dict(zip(SHAPES[kind], (word for word in words[2:] if "=" not in word), strict=True))
    found |= {NAMES.get(name, name): value for name, value in (word.split("=") for word in words[2:] if "=" in word)}
    fields: Fields = {name: _value(name, value) for name, value in found.items()}
    fields.setdefault("currency", currency)
    if kind in (TransactionType.BUY, TransactionType.SELL) and "amount" not in fields:
        fields["amount"] = Decimal(found["quantity"]) * Decimal(found["price"])
    build: Callable[..., Transaction] = Transaction
    return build(date=date.fromisoformat(words[0]), type=kind, sequence=number, **fields)


def _value(name: str, text: str) -> object:
    if name in TEXTS:
        return text
    if name in DATES:
        return date.fromisoformat(text)
    if name == "lot_ids":
        return tuple(text.split(","))
    return int(text) if name == "id" else Decimal(text)


def closes(text: str) -> PriceSeries:
    """``date close`` a line."""
    rows = [line.split() for line in text.strip().splitlines()]
    return PriceSeries.of([row[0] for row in rows], [float(row[1]) for row in rows])


def daily(start: str, *values: float) -> PriceSeries:
    """A close on each calendar day from ``start``."""
    first = date.fromisoformat(start)
    return PriceSeries.of([str(first + timedelta(days=number)) for number in range(len(values))], values)


def rates(start: str, *values: float) -> RateSeries:
    """A rate on each calendar day from ``start``."""
    series = daily(start, *values)
    return RateSeries(series.dates, series.closes)


def market(
    prices: Mapping[str, PriceSeries] | None = None,
    *,
    currencies: Mapping[str, str] | None = None,
    splits: Mapping[str, tuple[Split, ...]] | None = None,
    fx: Mapping[tuple[str, str], RateSeries] | None = None,
    multipliers: Mapping[str, str] | None = None,
) -> MarketData:
    """Market data of instruments in euros, or in ``currencies``."""
    found = prices or {}
    known = currencies or {}
    sizes = multipliers or {}
    instruments = {
        symbol: Instrument(symbol, known.get(symbol, "EUR"), multiplier=Decimal(sizes.get(symbol, "1")))
        for symbol in {**found, **known, **sizes}
    }
    return MarketData(prices=found, splits=splits or {}, rates=fx or {}, instruments=instruments)


def history(
    text: str,
    data: MarketData,
    end: str,
    *,
    base: str = "EUR",
    cash: bool = True,
    method: LotMethod = LotMethod.FIFO,
    currency: str | None = None,
    shorts: bool = False,
) -> PortfolioHistory:
    """The valuation of a ledger written as text."""
    return value_portfolio(
        ledger(text, base),
        data,
        base_currency=base,
        end=date.fromisoformat(end),
        cash_tracked=cash,
        method=method,
        currency=currency,
        allow_shorts=shorts,
    )


def measured(found: PortfolioHistory, start: str | None = None, end: str | None = None) -> PeriodPerformance:
    """The performance of a period, of all the history by default."""
    first = date.fromisoformat(start) if start else date.fromisoformat(str(found.days[1]))
    last = date.fromisoformat(end) if end else date.fromisoformat(str(found.days[-1]))
    return measure(found, Period(first, last))
