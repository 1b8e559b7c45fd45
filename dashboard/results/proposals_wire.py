"""The JSON form of proposals, their rules, and decisions about them."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.domain.proposals import Proposal, ProposalState
from dashboard.results import wire
from dashboard.results.ledger_wire import transaction
from dashboard.results.proposals import Decided, ProposalBoard
from dashboard.results.scalars import Json, amount, day, ratio

STATES = tuple(map(str, ProposalState))


def board(found: ProposalBoard, states: Iterable[ProposalState]) -> dict[str, Json]:
    """The proposals in some states, newest first, how many there are in each, and the rules."""
    return {
        "portfolio": wire.portfolio(found.portfolio),
        "counts": {state.value: found.count(state) for state in ProposalState},
        "rules": [
            {"kind": kind.value, "symbol": symbol, "rule": rule.rule.value, "reinvest": rule.reinvest}
            for (kind, symbol), rule in found.rules.items()
        ],
        "withholding": [
            {"account": account, "country": country, "rate": ratio(rate)}
            for (account, country), rate in found.rates.items()
        ],
        "proposals": [_proposal(one, found) for one in found.of(states)],
    }


def decided(found: Decided) -> dict[str, Json]:
    """What a decision was about, and the rows that it booked or deleted."""
    return {
        "proposals": [one.id for one in found.proposals],
        "transactions": list(found.row_ids),
        "already": found.already,
    }


def _proposal(one: Proposal, found: ProposalBoard) -> dict[str, Json]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "state": one.state.value,
        "date": day(one.date),
        "symbol": one.symbol,
        "name": found.names.get(one.symbol, ""),
        "account": one.account,
        "quantity": amount(one.quantity),
        "per_unit": amount(one.per_unit),
        "currency": one.currency,
        "amount": amount(one.amount),
        "tax": amount(one.tax),
        "reasons": list(one.reasons),
        "row": None if one.row is None else transaction(one.row),
        "booked": [{"id": row.id, **transaction(row)} for row in one.booked],
    }
