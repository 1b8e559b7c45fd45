"""What is proposed to a ledger, its rules, and what a decision did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.action_rules import ActionKind, ActionRule
from dashboard.domain.proposals import Proposal, ProposalState
from dashboard.results.portfolios import PortfolioRef

TO_DECIDE = frozenset({ProposalState.OPEN, ProposalState.DIFFERS})


@dataclass(frozen=True, slots=True)
class ProposalBoard:
    """Every corporate action that touches a ledger, newest first, in whatever state.

    ``names`` are those of the instruments by symbol; ``rules`` by kind and symbol (None: the portfolio's own);
    ``rates`` what is withheld by account (None: every one) and country in lower case ("": any).
    """

    portfolio: PortfolioRef
    proposals: tuple[Proposal, ...]
    names: Mapping[str, str]
    rules: Mapping[tuple[ActionKind, str | None], ActionRule]
    rates: Mapping[tuple[str | None, str], Decimal]

    def of(self, states: Iterable[ProposalState]) -> tuple[Proposal, ...]:
        """Those in one of the states."""
        wanted = frozenset(states)
        return tuple(one for one in self.proposals if one.state in wanted)

    def count(self, state: ProposalState) -> int:
        """How many are in a state."""
        return sum(1 for one in self.proposals if one.state is state)


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision did: the proposals that it was about, the ids of the rows that it booked or removed.

    ``already`` counts those that stood so before.
    """

    proposals: tuple[Proposal, ...]
    row_ids: tuple[int, ...] = ()
    already: int = 0
