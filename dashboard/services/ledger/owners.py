"""Who owns what: a portfolio that the command line makes, and rows that somebody names."""

from __future__ import annotations

from collections.abc import Collection

from dashboard.db.repositories import users
from dashboard.db.repositories.ledger import portfolios, transactions
from dashboard.db.repositories.ledger.portfolios import Owner
from dashboard.domain.access import Actor
from dashboard.errors import InvalidInput, NotFound, PermissionDenied
from dashboard.services import audit


def owner_for(actor: Actor, email: str | None) -> Owner | None:
    """The owner of what ``actor`` makes: himself; for the system, the user ``email`` or the only administrator.

    None while there is no user at all: the first one will own it. Raises: InvalidInput, NotFound, PermissionDenied.
    """
    if actor.user_id is not None:
        if email is not None and email.strip().lower() != actor.email:
            raise PermissionDenied("A portfolio can be made for oneself only.")
        return portfolios.owner_by_id(actor.user_id)
    if email is not None:
        owner = portfolios.owner_by_email(email)
        if owner is None:
            raise NotFound(f"There is no user {email.strip().lower()}.")
        return owner
    return _only_administrator()


def refuse_rows_of_others(actor: Actor, ids: Collection[int]) -> None:
    """Refuse a change that names a row of another's ledger; the audit trail says who tried. Raises: NotFound."""
    if actor.user_id is None or not ids:
        return
    foreign = transactions.of_others(actor.user_id, ids)
    if foreign:
        row = foreign[0]
        audit.record(actor, "transaction.denied", object_type="transaction", object_id=row, result="denied")
        raise NotFound(f"The transaction {row} is not there any more.")


def _only_administrator() -> Owner | None:
    found = portfolios.administrators()
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(owner.email for owner in found)
        raise InvalidInput(f"There are several administrators ({names}): name the owner.", field="owner")
    if users.exists():
        raise InvalidInput("There is no administrator who could own it: name the owner.", field="owner")
    return None
