"""What the figures of a portfolio rest on, as one text that changes whenever any of it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from dashboard.db.reading import Reading

_version = Reading(text("""
    select p.ledger_version || '|' || p.method || p.track_cash || p.allow_shorts
           || '|' ||
           coalesce((select string_agg(i.symbol || ':' || i.price_version || i.state || i.problem_code, ','
                                       order by i.symbol)
                     from instruments i
                     where i.id in (select t.instrument_id from transactions t where t.portfolio_id = p.id)
                        or i.id in (select t.target_instrument_id from transactions t
                                    where t.portfolio_id = p.id and t.target_instrument_id is not null)
                        or i.symbol = any(:symbols)), '')
           || '|' ||
           coalesce((select string_agg(base || quote || rate_version, ',' order by base, quote) from fx_pairs), '')
           || '|' || (select count(*) from instruments where price_version > 0)
           || '|' || coalesce((select string_agg(instrument_id || ':' || tag, ',' order by instrument_id, tag)
                               from portfolio_tags where portfolio_id = p.id), '') as version,
           (select min(t.date) from transactions t where t.portfolio_id = p.id) as first_date
    from portfolios p
    where p.id = :portfolio_id
    """))


@dataclass(frozen=True, slots=True)
class LedgerVersion:
    """The version of a ledger and of all that it is valued with, and the day of its first row (None: it has none)."""

    text: str
    first_date: date | None


def of_portfolio(portfolio_id: int, symbols: Sequence[str]) -> LedgerVersion:
    """Versions of the ledger, of the prices of what is in it and of ``symbols``, and of all rates; "" if it is gone.

    How many instruments have prices is part of it: what a portfolio can be compared with is shown beside its figures.
    """
    found = _version(portfolio_id=portfolio_id, symbols=list(symbols))
    return LedgerVersion(str(found[0].version), found[0].first_date) if found else LedgerVersion("", None)
