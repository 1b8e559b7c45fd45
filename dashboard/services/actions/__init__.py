"""Corporate actions of a ledger: what is proposed, what is decided about it, and the rules that decide."""

from __future__ import annotations

from dashboard.services.actions.deciding import accept, accept_all, dismiss, reopen
from dashboard.services.actions.following import follow, problems
from dashboard.services.actions.proposing import board
from dashboard.services.actions.rules import remove_rule, rules_of, set_rule, set_withholding

__all__ = [
    "accept",
    "accept_all",
    "board",
    "dismiss",
    "follow",
    "problems",
    "remove_rule",
    "reopen",
    "rules_of",
    "set_rule",
    "set_withholding",
]
