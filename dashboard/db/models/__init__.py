"""The tables. Ledger money and quantities are NUMERIC, prices and rates double precision, times ``timestamptz``."""

from dashboard.db.models.actions import ActionCount, ActionDecision, PortfolioActionRule, WithholdingRate
from dashboard.db.models.audit import AuditEntry
from dashboard.db.models.base import Base
from dashboard.db.models.benchmarks import BenchmarkBlend, BenchmarkWeight
from dashboard.db.models.embeds import Embed
from dashboard.db.models.identity import User, UserSession
from dashboard.db.models.instruments import FormerSymbol, InstrumentHolding, InstrumentSource, InstrumentSymbol
from dashboard.db.models.intraday import IntradayBar
from dashboard.db.models.jobs import JobOccurrence, ReportRun, Schedule
from dashboard.db.models.ledger import Account, ImportBatch, LedgerTransaction, Portfolio, PortfolioTag
from dashboard.db.models.market import Dividend, ExchangeSession, FxPair, FxRate, InstrumentRow, Price, SplitRow
from dashboard.db.models.quality import PriceFinding
from dashboard.db.models.restatements import RestatedValue, Restatement, RestatementEffect
from dashboard.db.models.visits import PortfolioVisit
from dashboard.db.models.watchlists import WatchlistEntry, WatchlistRow

__all__ = [
    "Account",
    "ActionCount",
    "ActionDecision",
    "AuditEntry",
    "Base",
    "BenchmarkBlend",
    "BenchmarkWeight",
    "Dividend",
    "Embed",
    "ExchangeSession",
    "FormerSymbol",
    "FxPair",
    "FxRate",
    "ImportBatch",
    "InstrumentHolding",
    "InstrumentRow",
    "InstrumentSource",
    "InstrumentSymbol",
    "IntradayBar",
    "JobOccurrence",
    "LedgerTransaction",
    "Portfolio",
    "PortfolioActionRule",
    "PortfolioTag",
    "PortfolioVisit",
    "Price",
    "PriceFinding",
    "ReportRun",
    "RestatedValue",
    "Restatement",
    "RestatementEffect",
    "Schedule",
    "SplitRow",
    "User",
    "UserSession",
    "WatchlistEntry",
    "WatchlistRow",
    "WithholdingRate",
]
