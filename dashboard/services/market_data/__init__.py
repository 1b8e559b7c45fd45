"""Market data: refreshing it from providers, importing it from files, and reading what is stored."""

from dashboard.services.market_data.asking import ask_for_missing
from dashboard.services.market_data.blends import benchmark_text
from dashboard.services.market_data.due import trading
from dashboard.services.market_data.facts import price_facts
from dashboard.services.market_data.files import import_prices
from dashboard.services.market_data.finding import search
from dashboard.services.market_data.flights import FRESH_SECONDS
from dashboard.services.market_data.intraday_reading import intraday, intraday_days, session_bars
from dashboard.services.market_data.listing import benchmarks, list_instruments
from dashboard.services.market_data.market_hours import market_state
from dashboard.services.market_data.master_data import import_instruments
from dashboard.services.market_data.reading import (
    bars,
    details_of,
    ensure_instruments,
    instrument,
    market_data_for,
    problems_of,
    rate_problems_of,
    versions_for,
)
from dashboard.services.market_data.refresh import refresh, refresh_due, refresh_rates
from dashboard.services.market_data.within_days import forget_intraday, refresh_intraday

__all__ = [
    "FRESH_SECONDS",
    "ask_for_missing",
    "bars",
    "benchmark_text",
    "benchmarks",
    "details_of",
    "ensure_instruments",
    "forget_intraday",
    "import_instruments",
    "import_prices",
    "instrument",
    "intraday",
    "intraday_days",
    "list_instruments",
    "market_data_for",
    "market_state",
    "price_facts",
    "problems_of",
    "rate_problems_of",
    "refresh",
    "refresh_due",
    "refresh_intraday",
    "refresh_rates",
    "search",
    "session_bars",
    "trading",
    "versions_for",
]
