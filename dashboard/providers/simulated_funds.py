"""What the funds of the simulated market hold: its own shares and bonds, as a provider would name the largest."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.providers.descriptions import Description, Share
from dashboard.providers.simulated_catalogue import (
    BASKETS,
    CYCLICAL,
    ENERGY,
    FINANCE,
    HEALTH,
    INDUSTRY,
    MATERIALS,
    SHARES,
    STAPLES,
    TECH,
    UTILITIES,
    SimulatedInstrument,
)

NAMES = {instrument.symbol: instrument.name for instrument in (*SHARES, *BASKETS)}

HOLDINGS: Mapping[str, Mapping[str, float]] = {
    "SMWX": {"HLCN": 0.082, "QVLT": 0.071, "NWRB": 0.058, "CXRG": 0.031, "FTBK": 0.03, "MRDB": 0.029, "HKZD": 0.024,
             "GLDR": 0.022, "RHNW": 0.021, "LMNL": 0.019},
    "SMTQ": {"QVLT": 0.19, "HLCN": 0.18, "NWRB": 0.15, "HKZD": 0.06, "GLDR": 0.03},
    "SMEU": {"RHNW": 0.11, "LMNL": 0.09, "SLBR": 0.07, "VNRV": 0.05},
    "SMUK": {"KRWE": 0.1, "PNMN": 0.09, "ALBX": 0.09, "THMW": 0.05},
    "SMJP": {"MRSW": 0.12, "HKZD": 0.1, "AOYF": 0.05},
    "BLFX": {"SMTB": 0.28, "SMWX": 0.22, "HYCB": 0.1, "HLCN": 0.06, "ORVF": 0.03},
    "WNDX": {"VNRV": 0.12, "RHNW": 0.09, "THMW": 0.07, "HKZD": 0.06, "ALBX": 0.04},
}  # fmt: skip
SECTORS: Mapping[str, Mapping[str, float]] = {
    "SMWX": {TECH: 0.31, FINANCE: 0.15, HEALTH: 0.11, CYCLICAL: 0.1, INDUSTRY: 0.1, STAPLES: 0.07, ENERGY: 0.05,
             MATERIALS: 0.04, UTILITIES: 0.03},
    "SMTQ": {TECH: 0.88, CYCLICAL: 0.08, INDUSTRY: 0.03},
    "SMEU": {INDUSTRY: 0.22, STAPLES: 0.19, FINANCE: 0.18, MATERIALS: 0.11, TECH: 0.1, HEALTH: 0.07, UTILITIES: 0.07,
             ENERGY: 0.04},
    "SMUK": {FINANCE: 0.23, STAPLES: 0.19, MATERIALS: 0.14, HEALTH: 0.13, ENERGY: 0.12, INDUSTRY: 0.1, UTILITIES: 0.06},
    "SMJP": {TECH: 0.24, CYCLICAL: 0.22, INDUSTRY: 0.2, FINANCE: 0.12, STAPLES: 0.1, HEALTH: 0.08},
    "BLFX": {"Government": 0.28, TECH: 0.17, "Corporate": 0.1, FINANCE: 0.08, HEALTH: 0.07, STAPLES: 0.07,
             INDUSTRY: 0.05, CYCLICAL: 0.05, ENERGY: 0.03},
    "WNDX": {UTILITIES: 0.3, INDUSTRY: 0.28, TECH: 0.22, HEALTH: 0.08, MATERIALS: 0.05},
}  # fmt: skip


def describe(instrument: SimulatedInstrument, provider: str) -> Description:
    """What ``instrument`` is, and what it holds where it is a fund."""
    symbol = instrument.symbol
    return Description(
        provider,
        name=instrument.name,
        exchange=instrument.exchange,
        mic=instrument.mic,
        sector=instrument.sector,
        industry=instrument.industry,
        country=instrument.country,
        holdings=tuple(Share(NAMES[one], weight, one) for one, weight in HOLDINGS.get(symbol, {}).items()),
        sectors=tuple(Share(sector, weight) for sector, weight in SECTORS.get(symbol, {}).items()),
    )
