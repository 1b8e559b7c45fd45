"""What the figures of a portfolio rest on, as one text that changes whenever any of it does."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from dashboard.db.repositories.bulk import AnySession

_VERSION = text("""
    select p.ledger_version || '|' || p.method || p.track_cash
           || '|' ||
           coalesce((select string_agg(i.symbol || ':' || i.price_version || i.state || i.problem_code, ','
                                       order by i.symbol)
                     from instruments i
                     where i.id in (select t.instrument_id from transactions t where t.portfolio_id = p.id)
                        or i.symbol = any(:symbols)), '')
           || '|' ||
           coalesce((select string_agg(base || quote || rate_version, ',' order by base, quote) from fx_pairs), '')
    from portfolios p
    where p.id = :portfolio_id
    """)


def of_portfolio(session: AnySession, portfolio_id: int, symbols: Sequence[str]) -> str:
    """Versions of the ledger, of the prices of what is in it and of ``symbols``, and of all rates; "" if it is gone."""
    return str(session.scalar(_VERSION, {"portfolio_id": portfolio_id, "symbols": list(symbols)}) or "")
