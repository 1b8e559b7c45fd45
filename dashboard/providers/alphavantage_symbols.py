"""What Alpha Vantage calls instruments: shares with a suffix for the exchange, and coins."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dashboard.domain.instruments import AssetClass

COIN = re.compile(r"([A-Z0-9]{2,10})[-/]([A-Z]{3})")
# What coins are commonly quoted in; BRK-B and the like are shares.
COIN_MARKETS = frozenset({"USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "CNY", "INR", "KRW", "BRL"})


@dataclass(frozen=True, slots=True)
class Market:
    """An exchange: its name, its market identifier code (ISO 10383) and its time zone."""

    name: str
    mic: str
    time_zone: str


HOME = Market("US", "XNYS", "America/New_York")
# By Alpha Vantage's suffix. Where Yahoo's differs it is named in YAHOO_SUFFIXES.
MARKETS = {
    "LON": Market("LSE", "XLON", "Europe/London"),
    "DEX": Market("XETRA", "XETR", "Europe/Berlin"),
    "FRK": Market("Frankfurt", "XFRA", "Europe/Berlin"),
    "PAR": Market("Paris", "XPAR", "Europe/Paris"),
    "AMS": Market("Amsterdam", "XAMS", "Europe/Amsterdam"),
    "TRT": Market("Toronto", "XTSE", "America/Toronto"),
    "TRV": Market("Toronto Venture", "XTSX", "America/Toronto"),
    "HKG": Market("Hong Kong", "XHKG", "Asia/Hong_Kong"),
    "SHH": Market("Shanghai", "XSHG", "Asia/Shanghai"),
    "SHZ": Market("Shenzhen", "XSHE", "Asia/Shanghai"),
    "BSE": Market("BSE", "XBOM", "Asia/Kolkata"),
    "SAO": Market("São Paulo", "BVMF", "America/Sao_Paulo"),
    "T": Market("Tokyo", "XTKS", "Asia/Tokyo"),
    "MC": Market("Madrid", "XMAD", "Europe/Madrid"),
    "MI": Market("Milan", "XMIL", "Europe/Rome"),
}
YAHOO_SUFFIXES = {
    "L": "LON",
    "DE": "DEX",
    "F": "FRK",
    "PA": "PAR",
    "AS": "AMS",
    "TO": "TRT",
    "V": "TRV",
    "HK": "HKG",
    "SS": "SHH",
    "SZ": "SHZ",
    "BO": "BSE",
    "SA": "SAO",
}


def coin_of(symbol: str, asset_class: AssetClass | None) -> tuple[str, str] | None:
    """The coin and the currency it is quoted in, ``BTC-USD``; None for what is no coin."""
    found = COIN.fullmatch(symbol.upper())
    if found is None or (asset_class is not AssetClass.CRYPTO and found[2] not in COIN_MARKETS):
        return None
    return found[1], found[2]


def names_of(symbol: str) -> tuple[str, ...]:
    """What a share may be listed as: with Alpha Vantage's own suffix in place of Yahoo's, and as it is written."""
    stem, _, suffix = symbol.rpartition(".")
    own = YAHOO_SUFFIXES.get(suffix.upper())
    return (f"{stem}.{own}", symbol) if stem and own else (symbol,)


def market_of(symbol: str) -> Market | None:
    """The exchange that the suffix of ``symbol`` names; None for a suffix that is not known."""
    stem, _, suffix = symbol.upper().rpartition(".")
    return MARKETS.get(YAHOO_SUFFIXES.get(suffix, suffix)) if stem else HOME
