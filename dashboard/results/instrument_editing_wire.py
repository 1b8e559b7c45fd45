"""The one JSON form of instruments that can be changed: all that is kept, plans of merges, prices by hand."""

from __future__ import annotations

from dataclasses import asdict

from dashboard.results.instrument_editing import EditableInstrument, ManualPrice, MergePlan, ProviderSearch
from dashboard.results.instruments import SearchResult
from dashboard.results.market_wire import instrument, search_result
from dashboard.results.scalars import Json, amount, day


def editable_instrument(found: EditableInstrument) -> dict[str, Json]:
    """An instrument and what can be done with it."""
    return {
        **instrument(found.detail),
        "mic": found.detail.mic,
        "time_zone": found.detail.time_zone,
        "multiplier": amount(found.detail.multiplier),
        "price_unit": found.detail.price_unit,
        "stale_after_days": found.detail.stale_after_days,
        "delisted_on": day(found.detail.delisted_on),
        "edited": list(found.detail.edited),
        "symbols": dict(found.symbols),
        "former_symbols": list(found.former),
        "same_isin": list(found.same_isin),
        "source": asdict(found.address) if found.address else None,
        "may_edit": found.may_edit,
    }


def provider_search(found: ProviderSearch) -> dict[str, Json]:
    """What the providers know, and why some did not say."""
    return {
        "text": found.text,
        "answered": found.answered,
        "hits": [_hit(found, hit) for hit in found.hits],
        "failures": [{"provider": one.provider, "code": one.code, "message": one.message} for one in found.failures],
    }


def _hit(found: ProviderSearch, hit: SearchResult) -> dict[str, Json]:
    known, twin = found.instrument_of(hit), found.twin_of(hit)
    return {
        **search_result(hit),
        "stored": known is not None,
        "instrument": known,
        "same_isin": twin.symbol if twin else None,
    }


def merge_plan(plan: MergePlan) -> dict[str, Json]:
    """What a merge does, or has done."""
    return {
        "double": plan.double,
        "into": plan.kept,
        "currency": plan.currency,
        "transactions": plan.transactions,
        "portfolios": list(plan.portfolios),
        "prices": plan.prices,
        "added": plan.added,
        "splits": plan.splits,
        "dividends": plan.dividends,
        "findings": plan.findings,
        "differing": [
            {"date": day(one.date), "dropped": amount(one.dropped), "kept": amount(one.kept)} for one in plan.differing
        ],
        "merged": plan.merged,
    }


def manual_price(found: ManualPrice) -> dict[str, Json]:
    """A price that a person has entered."""
    return {"date": day(found.date), "price": amount(found.price)}
