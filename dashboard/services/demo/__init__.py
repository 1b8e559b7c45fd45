"""The demo workspace: a person, the simulated market and three portfolios, made once a home."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from dashboard.db.engine import db
from dashboard.db.models import Dividend, InstrumentRow
from dashboard.domain.access import SYSTEM, Role
from dashboard.domain.instruments import AssetClass
from dashboard.providers.simulated_catalogue import DEMO_INSTRUMENTS
from dashboard.runtime import settings
from dashboard.services import accounts, imports, instruments, market_data, portfolios, revaluation, watchlists
from dashboard.services.demo.ledger import ExDividend, plan_ledger
from dashboard.services.demo.plans import PLANS, Plan
from dashboard.services.ledger.export import canonical_csv

EMAIL = "demo@basis.example"
FUNDS = [one.symbol for one in DEMO_INSTRUMENTS if one.asset_class in (AssetClass.ETF, AssetClass.FUND)]
WATCHED_NAME = "Ideas"
WATCHED = {
    "NWRB": "Results in two weeks",
    "HLCN": "",
    "BRYL-USD": "Too large already",
    "THMW": "Add below the 200-day average",
    "OPLT-USD": "",
    "LMNL": "",
    "AURS": "Hedge",
    "EUGB": "",
}


@dataclass(frozen=True, slots=True)
class Workspace:
    """How to sign in to the demo."""

    email: str
    password: str


def load_demo(say: Callable[[str], None]) -> Workspace:
    """Make what is missing of the workspace. Running it again adds nothing."""
    workspace = Workspace(EMAIL, _password(settings().dashboard_home))
    if not any(user.email == EMAIL for user in accounts.list_users(SYSTEM)):
        accounts.create_user(SYSTEM, EMAIL, workspace.password, role=Role.ADMIN, name="Demo")
    missing = _missing_plans()
    if missing:
        say("Making the simulated market and three portfolios ...")
        market_data.import_instruments(SYSTEM, _instruments_csv(), "demo.csv")
        market_data.refresh(SYSTEM, [instrument.symbol for instrument in DEMO_INSTRUMENTS])
        instruments.describe(SYSTEM, FUNDS)
        for plan in missing:
            _make(plan)
    if not watchlists.list_watchlists(SYSTEM):
        made = watchlists.create(SYSTEM, WATCHED_NAME, list(WATCHED), owner_email=EMAIL)
        for symbol, note in WATCHED.items():
            watchlists.set_note(SYSTEM, made.id, symbol, note)
    return workspace


def _password(home: Path) -> str:
    """The password of this home's demo, made once; the file is the person's own."""
    path = home / "demo_password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9))
    return path.read_text().strip()


def _missing_plans() -> list[Plan]:
    names = {item.portfolio.name for item in portfolios.list_portfolios(SYSTEM) if item.transactions}
    return [plan for plan in PLANS if plan.name not in names]


def _make(plan: Plan) -> None:
    existing = {item.portfolio.name: item.portfolio for item in portfolios.list_portfolios(SYSTEM)}
    portfolio = existing.get(plan.name) or portfolios.create_portfolio(
        SYSTEM,
        plan.name,
        plan.base_currency,
        method=plan.method,
        benchmark=plan.benchmark,
        track_cash=plan.track_cash,
        owner_email=EMAIL,
    )
    currencies = sorted({plan.base_currency, *(_currencies(plan))})
    market_data.refresh_rates(SYSTEM, currencies)
    today = datetime.now(UTC).date()
    market = market_data.market_data_for(sorted(plan.weights), currencies, end=today)
    ledger = plan_ledger(plan, market, _dividends(plan), today)
    imports.commit(SYSTEM, portfolio.id, canonical_csv(ledger), f"{plan.name}.csv", "canonical")
    revaluation.revalue(portfolio.id)


def _currencies(plan: Plan) -> set[str]:
    return {instrument.currency for instrument in DEMO_INSTRUMENTS if instrument.symbol in plan.weights}


def _dividends(plan: Plan) -> list[ExDividend]:
    rows = db.session.execute(
        select(InstrumentRow.symbol, Dividend.date, Dividend.amount)
        .join(Dividend, Dividend.instrument_id == InstrumentRow.id)
        .where(InstrumentRow.symbol.in_(plan.weights))
    )
    return [ExDividend(symbol, day, amount) for symbol, day, amount in rows]


def _instruments_csv() -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    columns = ("symbol", "name", "asset_class", "currency", "exchange", "sector", "industry", "country", "provider")
    writer.writerow(columns)
    for instrument in DEMO_INSTRUMENTS:
        writer.writerow([getattr(instrument, column) for column in columns])
    return text.getvalue().encode()
