"""Instruments as people change them: fields, symbols, merges, delistings, prices by hand, addresses of their own."""

from dashboard.services.instruments.adding import add, add_found, join_found
from dashboard.services.instruments.describing import describe, fund_holdings_of
from dashboard.services.instruments.editing import edit
from dashboard.services.instruments.manual_prices import prices_by_hand, set_price, unset_price
from dashboard.services.instruments.merging import merge, plan_merge
from dashboard.services.instruments.naming import delete, delist, relist, remap, rename
from dashboard.services.instruments.reading import editable_instrument
from dashboard.services.instruments.searching import search_elsewhere, search_providers
from dashboard.services.instruments.sources import set_address

__all__ = [
    "add",
    "add_found",
    "delete",
    "delist",
    "describe",
    "edit",
    "editable_instrument",
    "fund_holdings_of",
    "join_found",
    "merge",
    "plan_merge",
    "prices_by_hand",
    "relist",
    "remap",
    "rename",
    "search_elsewhere",
    "search_providers",
    "set_address",
    "set_price",
    "unset_price",
]
