"""The types of transaction in plain words, for pages, mail and reports."""

from __future__ import annotations

from dashboard.domain.transactions import TransactionType

_WORDS = {
    TransactionType.REINVEST: "Reinvested",
    TransactionType.SPIN_OFF: "Spin-off",
}
_ABOUT = {
    TransactionType.REINVEST: "Income that bought units at once. The amount is gross: units, fee and tax together.",
    TransactionType.TRANSFER_IN: "Units that came from another broker, with what they cost there. "
    "A transfer out of the same day in another account makes it a move within the portfolio.",
    TransactionType.TRANSFER_OUT: "Units that went to another broker or account; nothing was sold.",
    TransactionType.SPLIT: "New units for old ones. An amount is what was paid for a fraction of a unit.",
    TransactionType.SPIN_OFF: "Holders receive units of a new instrument, and a share of the cost moves to it.",
    TransactionType.MERGER: "Units become those of another instrument, or cash, or both.",
    TransactionType.SYMBOL_CHANGE: "The same holding under another symbol; cost and dates stay.",
    TransactionType.RETURN_OF_CAPITAL: "Money back from the capital: it lowers the cost of what is held.",
    TransactionType.STAKING: "Units received as income, at the price of the day.",
    TransactionType.AIRDROP: "Units received for nothing, income at the price of the day.",
}


def type_name(kind: TransactionType) -> str:
    """What a type is called: ``Return of capital``."""
    return _WORDS.get(kind) or kind.value.replace("_", " ").capitalize()


def type_meaning(kind: TransactionType) -> str:
    """One sentence about a type that is not known to everybody, else ""."""
    return _ABOUT.get(kind, "")
