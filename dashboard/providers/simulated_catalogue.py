"""The instruments of the simulated market: every name and ticker is invented, and so is every price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from dashboard.domain.instruments import AssetClass

NEW_YORK, LONDON, FRANKFURT, TOKYO = "XNYS", "XLON", "XETR", "XTKS"
WEEKDAYS, ALWAYS = "24/5", "24/7"
CURRENCIES = ("USD", "EUR", "GBP", "JPY")
FIRST_DAY = date(2005, 1, 3)
# Shown wherever an exchange is shown: nobody should take a simulated price for a real one.
EXCHANGES = {
    NEW_YORK: "Simulated New York",
    LONDON: "Simulated London",
    FRANKFURT: "Simulated Frankfurt",
    TOKYO: "Simulated Tokyo",
    WEEKDAYS: "Simulated Forex",
    ALWAYS: "Simulated Crypto",
}
ZONES = {
    NEW_YORK: "America/New_York",
    LONDON: "Europe/London",
    FRANKFURT: "Europe/Berlin",
    TOKYO: "Asia/Tokyo",
    WEEKDAYS: "Europe/London",
    ALWAYS: "UTC",
}


@dataclass(frozen=True, slots=True)
class SimulatedInstrument:
    """Master data, and how the price moves.

    ``drift`` and ``volatility`` (of the instrument alone, beside its factors) are a year's; ``loadings`` are the
    instrument's shares in the factors of the market; ``dividend_yield`` is paid in equal parts in ``dividend_months``;
    a price above ``split_above`` is split ``split_ratio`` for 1.
    """

    symbol: str
    name: str
    asset_class: AssetClass
    currency: str
    calendar: str
    first_price: float
    drift: float
    volatility: float
    loadings: Mapping[str, float]
    sector: str = ""
    industry: str = ""
    country: str = ""
    dividend_yield: float = 0.0
    dividend_months: tuple[int, ...] = ()
    split_above: float | None = None
    split_ratio: int = 2
    first_day: date = FIRST_DAY
    daily_volume: float = 0.0
    priced_once_a_day: bool = False
    decimals: int = 2
    provider: str = field(default="simulated")

    @property
    def provider_symbol(self) -> str:
        """The provider knows the instrument by its symbol."""
        return self.symbol

    @property
    def exchange(self) -> str:
        """The name of the exchange."""
        return EXCHANGES[self.calendar]

    @property
    def mic(self) -> str:
        """The market identifier code of the calendar; "" where there is none."""
        return "" if self.calendar in (WEEKDAYS, ALWAYS) else self.calendar

    @property
    def timezone(self) -> str:
        """The exchange's time zone."""
        return ZONES[self.calendar]


QUARTERS = (2, 5, 8, 11)
MARKETS = {
    NEW_YORK: ("USD", "us", "United States", QUARTERS),
    LONDON: ("GBP", "uk", "United Kingdom", (4, 10)),
    FRANKFURT: ("EUR", "eu", "Germany", (5,)),
    TOKYO: ("JPY", "jp", "Japan", (3, 9)),
}


def _share(
    calendar: str,
    symbol: str,
    name: str,
    sector: str,
    industry: str,
    factor: str,
    *,
    price: float,
    drift: float,
    pays: float = 0.0,
    beta: float = 1.0,
    volatility: float = 0.19,
    volume: float = 2e6,
    country: str = "",
    first_day: date = FIRST_DAY,
    split: tuple[float, int] | None = None,
) -> SimulatedInstrument:
    currency, region, home, months = MARKETS[calendar]
    return SimulatedInstrument(
        symbol,
        name,
        AssetClass.EQUITY,
        currency,
        calendar,
        price,
        drift,
        volatility,
        {"world": beta, region: 1.0, factor: 1.0},
        sector,
        industry,
        country or home,
        pays,
        months if pays else (),
        split[0] if split else None,
        split[1] if split else 2,
        first_day,
        volume,
        decimals=0 if currency == "JPY" else 2,
    )


def _basket(
    asset_class: AssetClass,
    calendar: str,
    symbol: str,
    name: str,
    sector: str,
    loadings: Mapping[str, float],
    *,
    price: float,
    drift: float,
    pays: float = 0.0,
    volatility: float = 0.01,
    volume: float = 0.0,
    country: str = "",
    months: tuple[int, ...] = QUARTERS,
    first_day: date = FIRST_DAY,
    decimals: int = 2,
    currency: str = "",
) -> SimulatedInstrument:
    return SimulatedInstrument(
        symbol,
        name,
        asset_class,
        currency or MARKETS[calendar][0],
        calendar,
        price,
        drift,
        volatility,
        loadings,
        sector,
        country=country,
        dividend_yield=pays,
        dividend_months=months if pays else (),
        first_day=first_day,
        daily_volume=volume,
        priced_once_a_day=asset_class is AssetClass.FUND,
        decimals=decimals,
    )


TECH, HEALTH, ENERGY = "Technology", "Healthcare", "Energy"
FINANCE, STAPLES, INDUSTRY, UTILITIES = "Financial Services", "Consumer Defensive", "Industrials", "Utilities"
CYCLICAL, MATERIALS = "Consumer Cyclical", "Basic Materials"

SHARES = (
    _share(NEW_YORK, "NWRB", "Northwind Robotics", TECH, "Automation", "tech", price=24, drift=0.065, beta=1.2,
           volume=6.5e6, split=(280, 4)),
    _share(NEW_YORK, "HLCN", "Halcyon Cloudworks", TECH, "Software", "tech", price=31, drift=0.06, pays=0.006,
           beta=1.15, volume=9e6, split=(350, 5)),
    _share(NEW_YORK, "QVLT", "Quillvolt Semiconductors", TECH, "Semiconductors", "tech", price=18, drift=0.055,
           pays=0.01, beta=1.3, volatility=0.2, volume=1.2e7, split=(240, 3)),
    _share(NEW_YORK, "MRDB", "Meridian Biologics", HEALTH, "Biotechnology", "health", price=46, drift=0.03, pays=0.018,
           beta=0.75, volume=3.1e6),
    _share(NEW_YORK, "ORVF", "Orchard & Vane Foods", STAPLES, "Packaged Foods", "consumer", price=38, drift=0.02,
           pays=0.029, beta=0.6, volatility=0.14, volume=4.2e6),
    _share(NEW_YORK, "CXRG", "Cedarcross Energy", ENERGY, "Oil & Gas", "energy", price=52, drift=0.01, pays=0.042,
           beta=0.95, volume=7.4e6),
    _share(NEW_YORK, "FTBK", "Fort Tamarack Bancorp", FINANCE, "Banks", "finance", price=41, drift=0.025, pays=0.03,
           beta=1.15, volume=8.3e6),
    _share(NEW_YORK, "GLDR", "Glidera Motors", CYCLICAL, "Auto Manufacturers", "consumer", price=17, drift=0.07,
           beta=1.4, volatility=0.25, volume=2.1e7, first_day=date(2012, 6, 14), split=(260, 5)),
    _share(LONDON, "THMW", "Thamesward Utilities", UTILITIES, "Water", "finance", price=6.2, drift=0.015, pays=0.048,
           beta=0.55, volatility=0.13, volume=2.4e6),
    _share(LONDON, "KRWE", "Kestrel & Rowe", STAPLES, "Household Products", "consumer", price=11.4, drift=0.025,
           pays=0.034, beta=0.65, volatility=0.15, volume=3.3e6),
    _share(LONDON, "PNMN", "Penmoor Mining", MATERIALS, "Metals", "energy", price=9.1, drift=0.02, pays=0.045,
           beta=1.15, volatility=0.23, volume=5.5e6),
    _share(LONDON, "ALBX", "Albionix Pharma", HEALTH, "Drug Manufacturers", "health", price=14.6, drift=0.03, pays=0.03,
           beta=0.65, volume=2.2e6),
    _share(FRANKFURT, "RHNW", "Rheinwerk Maschinen", INDUSTRY, "Machinery", "industry", price=44, drift=0.035,
           pays=0.026, beta=1.1, volume=9e5, split=(220, 2)),
    _share(FRANKFURT, "SLBR", "Silberbach Chemie", MATERIALS, "Chemicals", "industry", price=35, drift=0.015,
           pays=0.038, beta=1.05, volume=1.4e6),
    _share(FRANKFURT, "LMNL", "Luminelle Cosmétique", STAPLES, "Personal Care", "consumer", price=58, drift=0.05,
           pays=0.017, beta=0.85, volume=6e5, country="France"),
    _share(FRANKFURT, "VNRV", "Ventorra Renovables", UTILITIES, "Renewable Power", "energy", price=9.8, drift=0.03,
           pays=0.03, beta=0.8, volume=4e6, country="Spain"),
    _share(TOKYO, "HKZD", "Hokuzan Denki", TECH, "Electronic Components", "tech", price=2140, drift=0.035, pays=0.017,
           beta=1.1, volume=1.9e6, split=(9000, 3)),
    _share(TOKYO, "MRSW", "Marusaki Motor Works", CYCLICAL, "Auto Manufacturers", "industry", price=1480, drift=0.015,
           pays=0.029, beta=1.05, volume=5.2e6),
    _share(TOKYO, "AOYF", "Aoyama Foods", STAPLES, "Packaged Foods", "consumer", price=1920, drift=0.02, pays=0.02,
           beta=0.55, volatility=0.14, volume=1.1e6),
)  # fmt: skip

BASKETS = (
    _basket(AssetClass.ETF, NEW_YORK, "SMWX", "Simworld All-Country ETF", "World", {"world": 1, "us": 0.6, "eu": 0.2,
            "jp": 0.1}, price=50, drift=0.012, pays=0.02, volume=4e6),
    _basket(AssetClass.ETF, NEW_YORK, "SMTQ", "Simworld Technology ETF", "Technology", {"world": 1.15, "us": 1,
            "tech": 1}, price=30, drift=0.035, pays=0.007, volatility=0.03, volume=6e6),
    _basket(AssetClass.ETF, FRANKFURT, "SMEU", "Simworld Eurozone ETF", "Europe", {"world": 1, "eu": 1}, price=28,
            drift=0.008, pays=0.026, volume=8e5, months=(6, 12)),
    _basket(AssetClass.ETF, LONDON, "SMUK", "Simworld UK 100 ETF", "United Kingdom", {"world": 0.85, "uk": 1},
            price=5.4, drift=0.004, pays=0.036, volume=1.5e6, months=(3, 6, 9, 12)),
    _basket(AssetClass.ETF, TOKYO, "SMJP", "Simworld Kanto 225 ETF", "Japan", {"world": 0.95, "jp": 1}, price=11200,
            drift=0.006, pays=0.018, volume=3e5, months=(7,), decimals=0),
    _basket(AssetClass.FUND, NEW_YORK, "BLFX", "Bellflower Balanced Fund", "Allocation", {"world": 0.6, "us": 0.5,
            "rates": 0.4}, price=22, drift=0.008, pays=0.022, volatility=0.02, months=(6, 12)),
    _basket(AssetClass.FUND, FRANKFURT, "WNDX", "Windrose Climate Fonds", "Sustainable", {"world": 0.9, "eu": 0.8,
            "industry": 0.4}, price=41, drift=0.012, pays=0.012, volatility=0.04, months=(11,)),
    _basket(AssetClass.BOND, NEW_YORK, "SMTB", "Simworld US Treasury 7-10", "Government", {"rates": 1.2}, price=96,
            drift=0.001, pays=0.031, volatility=0.005, volume=2.8e6, months=tuple(range(1, 13)),
            country="United States"),
    _basket(AssetClass.BOND, NEW_YORK, "HYCB", "Simworld High Yield Credit", "Corporate", {"rates": 0.5, "world": 0.35},
            price=82, drift=-0.014, pays=0.058, volatility=0.015, volume=3.6e6, months=tuple(range(1, 13)),
            country="United States"),
    _basket(AssetClass.BOND, FRANKFURT, "EUGB", "Simworld Euro Government", "Government", {"rates": 1.0}, price=104,
            drift=0.002, pays=0.022, volatility=0.006, volume=4e5, months=(3, 9), country="Germany"),
    _basket(AssetClass.BOND, LONDON, "UKGL", "Simworld UK Gilts", "Government", {"rates": 1.4}, price=11.6, drift=0.001,
            pays=0.029, volatility=0.008, volume=5e5, months=(1, 7), country="United Kingdom", decimals=3),
    _basket(AssetClass.CRYPTO, ALWAYS, "BRYL-USD", "Beryl", "Digital Assets", {"crypto": 1.0, "world": 0.4}, price=210,
            drift=0.17, volatility=0.15, volume=9e5, first_day=date(2013, 4, 29), currency="USD"),
    _basket(AssetClass.CRYPTO, ALWAYS, "OPLT-USD", "Opalith", "Digital Assets", {"crypto": 1.15, "world": 0.5},
            price=14, drift=0.07, volatility=0.22, volume=7e6, first_day=date(2016, 8, 8), currency="USD"),
    _basket(AssetClass.CRYPTO, ALWAYS, "JADE-EUR", "Jadecoin", "Digital Assets", {"crypto": 1.1, "world": 0.5},
            price=1.8, drift=0.04, volatility=0.26, volume=4e7, first_day=date(2018, 1, 15), decimals=4,
            currency="EUR"),
    _basket(AssetClass.COMMODITY, NEW_YORK, "AURS", "Simulated Gold", "Precious Metals", {"gold": 1.0}, price=430,
            drift=0.055, volume=1.8e5),
    _basket(AssetClass.COMMODITY, NEW_YORK, "OILS", "Simulated Crude Oil", "Energy", {"oil": 1.0, "world": 0.45},
            price=58, drift=-0.01, volume=3.3e5),
    _basket(AssetClass.COMMODITY, NEW_YORK, "GRNS", "Simulated Wheat", "Agriculture", {"grain": 1.0}, price=4.2,
            drift=0.015, volume=9e4),
    _basket(AssetClass.INDEX, NEW_YORK, "^SIM500", "Simulated 500", "United States", {"world": 1, "us": 1}, price=1180,
            drift=0.022, volatility=0.0, country="United States"),
    _basket(AssetClass.INDEX, FRANKFURT, "^SIMEZ50", "Simulated Eurozone 50", "Europe", {"world": 1, "eu": 1},
            price=2950, drift=0.008, volatility=0.0),
    _basket(AssetClass.INDEX, LONDON, "^SIMUK100", "Simulated UK 100", "United Kingdom", {"world": 0.85, "uk": 1},
            price=4850, drift=0.002, volatility=0.0, country="United Kingdom"),
    _basket(AssetClass.INDEX, TOKYO, "^SIMJP225", "Simulated Kanto 225", "Japan", {"world": 0.95, "jp": 1}, price=11400,
            drift=0.006, volatility=0.0, country="Japan"),
)  # fmt: skip

# Dollars for 1 unit: where each currency started, and the level that it keeps returning to.
DOLLARS = {"EUR": (1.34, 1.18), "GBP": (1.87, 1.42), "JPY": (1 / 103.0, 1 / 112.0)}


def pair(base: str, quote: str) -> SimulatedInstrument:
    """The instrument "units of ``quote`` for 1 ``base``"; its price is a ratio of two dollar rates."""
    return SimulatedInstrument(
        f"{base}{quote}=X",
        f"{base}/{quote}",
        AssetClass.CURRENCY,
        quote,
        WEEKDAYS,
        0.0,
        0.0,
        0.0,
        {},
        decimals=3 if quote == "JPY" else 5,
    )


PAIRS = tuple(pair(base, quote) for base in CURRENCIES for quote in CURRENCIES if base != quote)
# What a demo workspace lists; the other pairs are there for conversion.
SHOWN_PAIRS = ("EURUSD=X", "GBPUSD=X", "USDJPY=X")
DEMO_INSTRUMENTS = (*SHARES, *BASKETS, *(fx for fx in PAIRS if fx.symbol in SHOWN_PAIRS))
