"""Yahoo's summary of an instrument, from JSON to a description. Pure; another shape raises ``MalformedAnswer``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dashboard.providers.descriptions import Description, Share
from dashboard.providers.json_answers import MalformedAnswer, Node
from dashboard.providers.yahoo_wire import MICS

MODULES = "quoteType,price,assetProfile,summaryProfile,topHoldings"
SECTORS = {
    "basic_materials": "Basic Materials",
    "communication_services": "Communication Services",
    "consumer_cyclical": "Consumer Cyclical",
    "consumer_defensive": "Consumer Defensive",
    "energy": "Energy",
    "financial_services": "Financial Services",
    "healthcare": "Healthcare",
    "industrials": "Industrials",
    "realestate": "Real Estate",
    "technology": "Technology",
    "utilities": "Utilities",
}


def parse_description(provider: str, answer: object) -> Description:
    """The description in a summary. Raises: MalformedAnswer."""
    results = Node(answer).required("quoteSummary").required_items("result")
    if len(results) != 1:
        raise MalformedAnswer("one instrument was expected")
    found = Node(results[0])
    kind, price, funds = found.node("quoteType"), found.node("price"), found.node("topHoldings")
    profile = found.node("assetProfile")
    if not profile.text("sector", "country", "industry"):
        profile = found.node("summaryProfile")
    exchange = kind.text("exchange")
    return Description(
        provider,
        name=kind.text("longName", "shortName"),
        exchange=price.text("exchangeName"),
        mic=MICS.get(exchange, ""),
        sector=profile.text("sector"),
        industry=profile.text("industry"),
        country=profile.text("country"),
        holdings=_shares(_holdings(funds)),
        sectors=_shares(_sectors(funds)),
    )


def _holdings(funds: Node) -> Iterator[Share]:
    for node in map(Node, funds.items("holdings")):
        symbol = node.text("symbol")
        name = node.text("holdingName") or symbol
        if name:
            yield Share(name, _weight(node, "holdingPercent"), symbol)


def _sectors(funds: Node) -> Iterator[Share]:
    for item in funds.items("sectorWeightings"):
        for key, name in SECTORS.items():
            yield Share(name, _weight(Node(item), key))


def _weight(node: Node, key: str) -> float:
    """The fraction under ``key``, plain or as ``{"raw": 0.05}``; 0 where there is none."""
    number = node.number(key)
    if number is None:
        try:
            number = node.node(key).number("raw")
        except MalformedAnswer:
            return 0.0
    return number or 0.0


def _shares(found: Iterable[Share]) -> tuple[Share, ...]:
    """Those that are a part, each name once, the largest first."""
    named = {share.name: share for share in found if 0.0 < share.weight <= 1.0}
    return tuple(sorted(named.values(), key=lambda share: (-share.weight, share.name)))
