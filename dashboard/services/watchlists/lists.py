"""The lists themselves: made, found, renamed, ordered, deleted. Another's is not found, and the audit trail says so."""

from __future__ import annotations

from collections.abc import Collection

from dashboard.db.engine import db
from dashboard.db.repositories import watchlists as rows
from dashboard.db.repositories.watchlists import NameTakenError
from dashboard.domain.access import Actor, UserId
from dashboard.errors import Conflict, InvalidInput, NotFound
from dashboard.results.watchlists import USUAL_COLUMNS, WatchColumn, Watchlist
from dashboard.services import audit
from dashboard.services.ledger.owners import owner_for
from dashboard.services.names import checked_name

MOST_LISTS = 50
NAME_LENGTH = 60
LONGEST_ID = 18


def begin(actor: Actor, name: str, owner_email: str | None) -> Watchlist:
    """An empty list in the caller's transaction. Raises: InvalidInput, NotFound (no such owner), Conflict."""
    name = checked_name(name, "watchlist", NAME_LENGTH)
    owner_id = _owner(actor, owner_email)
    rows.lock_owner(owner_id)
    if len(rows.items(owner_id, everyone=False)) >= MOST_LISTS:
        raise InvalidInput(f"There are {MOST_LISTS} watchlists already, which is the most.", field="name")
    try:
        made = rows.insert_list(owner_id, name, [column.value for column in USUAL_COLUMNS])
    except NameTakenError:
        raise _taken(name) from None
    audit.record(actor, "watchlist.create", object_type="watchlist", object_id=made, details={"name": name})
    return watchlist(actor, made)


def list_watchlists(actor: Actor) -> tuple[Watchlist, ...]:
    """The actor's lists in their order; the system sees everyone's."""
    return rows.items(actor.user_id, everyone=actor.is_system)


def watchlist(actor: Actor, watchlist_id: int) -> Watchlist:
    """The list ``watchlist_id``. Raises: NotFound, where it is another's too."""
    found = rows.by_id(watchlist_id)
    unknown = NotFound(f"There is no watchlist {watchlist_id}.")
    if found is None:
        raise unknown
    if not actor.is_system and found.owner_id != actor.user_id:
        audit.record(actor, "watchlist.denied", object_type="watchlist", object_id=found.found.id, result="denied")
        raise unknown
    return found.found


def watchlist_at(actor: Actor, text: str) -> Watchlist:
    """The list whose id an address has as ``text``. Raises: NotFound, for what is no number too."""
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_ID:
        raise NotFound("There is no such watchlist.")
    return watchlist(actor, int(text))


def watchlist_by_name(actor: Actor, name: str, owner_email: str | None = None) -> Watchlist:
    """The list called ``name`` in any case.

    Raises: NotFound; InvalidInput where several people have one and ``owner_email`` does not say which.
    """
    found = [one.found for one in rows.named(name) if actor.is_system or one.owner_id == actor.user_id]
    if owner_email is not None:
        found = [one for one in found if one.owner_email == owner_email.strip().lower()]
    if not found:
        raise NotFound(f"There is no watchlist {name.strip()}.")
    if len(found) > 1:
        owners = ", ".join(one.owner_email for one in found)
        raise InvalidInput(f"Several people have a watchlist {name.strip()}: {owners}. Name the owner.", field="owner")
    return found[0]


def rename(actor: Actor, watchlist_id: int, name: str) -> Watchlist:
    """Give a list another name. Raises: NotFound, InvalidInput, Conflict."""
    found, name = watchlist(actor, watchlist_id), checked_name(name, "watchlist", NAME_LENGTH)
    if name != found.name:
        try:
            rows.rename(found.id, name)
        except NameTakenError:
            raise _taken(name) from None
        audit.record(actor, "watchlist.rename", object_type="watchlist", object_id=found.id, details={"name": name})
        db.session.commit()
    return watchlist(actor, found.id)


def set_columns(actor: Actor, watchlist_id: int, columns: Collection[str]) -> Watchlist:
    """Show these columns, in the order in which there are columns. Raises: NotFound, InvalidInput."""
    found = watchlist(actor, watchlist_id)
    for name in columns:
        if name not in set(WatchColumn):
            raise InvalidInput(f"There is no column {name}; there is {', '.join(WatchColumn)}.", field="columns")
    rows.set_columns(found.id, [column.value for column in WatchColumn if column in columns])
    db.session.commit()
    return watchlist(actor, found.id)


def place(actor: Actor, watchlist_id: int, position: int) -> Watchlist:
    """Put a list at a place among its owner's, the first is 0; after the last is last. Raises: NotFound."""
    found = watchlist(actor, watchlist_id)
    others = [one.id for one in list_watchlists(actor) if one.owner_email == found.owner_email and one.id != found.id]
    at = max(position, 0)
    rows.place_lists([*others[:at], found.id, *others[at:]])
    db.session.commit()
    return watchlist(actor, found.id)


def delete(actor: Actor, watchlist_id: int) -> None:
    """Delete a list; the instruments stay. Raises: NotFound."""
    found = watchlist(actor, watchlist_id)
    rows.remove(found.id)
    audit.record(actor, "watchlist.delete", object_type="watchlist", object_id=found.id, details={"name": found.name})
    db.session.commit()


def _owner(actor: Actor, email: str | None) -> UserId:
    owner = owner_for(actor, email)
    if owner is None:
        raise InvalidInput("A watchlist is a person's, and there is no user yet.", field="owner")
    return owner.id


def _taken(name: str) -> Conflict:
    return Conflict(f"There is a watchlist {name} already.")
