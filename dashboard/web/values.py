"""What a browser sends to a callback, held to what its page would send: never authority, and never a surprise."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Sequence
from typing import Any, TypeGuard

import orjson
from flask import Request

from dashboard.errors import InvalidInput

Body = dict[str, Any]  # JSON from a browser: nothing is known of it yet
Kinds = tuple[type, ...]
ADDRESS_STORE = "address"
LOCATION = "_pages_location"
NOT_SENT = "This is not what the page sends. Load it again."
NUMBERS: Kinds = (int, float)


def body_of(request: Request) -> object:
    """The JSON that a request carries; None where it has none, or what no answer could repeat: broken text, say."""
    try:
        body: object = request.get_json(silent=True)
        orjson.dumps(body)
    except (RecursionError, orjson.JSONEncodeError):
        return None
    return body


def is_call(body: object) -> TypeGuard[Body]:
    """Whether ``body`` has the form of a call of a callback, and the address in it the form of an address."""
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        return False
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(name, str) for name in changed):
        return False
    lists = [body.get("inputs", []), body.get("state", [])]
    return all(isinstance(each, list) and all(map(_is_given, each)) for each in lists)


def fits(body: Body, entry: Body) -> bool:
    """Whether a call has as many inputs and states as the callback ``entry`` of Dash's map, and names its outputs."""
    counts = all(len(body.get(name, [])) == len(entry[name]) for name in ("inputs", "state"))
    return counts and _is_named(body.get("outputs", []))


def checked_values(function: Callable[..., object]) -> Callable[[Sequence[object]], None]:
    """What refuses values that ``function(actor, *values)`` does not take by its annotations; None is always taken.

    What it returns raises: InvalidInput.
    """
    hints = typing.get_type_hints(function)
    kinds = [_kinds(hints.get(name, object)) for name in list(_positional(function))[1:]]

    def check(values: Sequence[object]) -> None:
        if len(values) < len(kinds):
            raise InvalidInput(NOT_SENT)
        for value, allowed in zip(values, kinds, strict=False):
            if allowed and value is not None and not isinstance(value, allowed):
                raise InvalidInput(NOT_SENT)

    return check


def _positional(function: Callable[..., object]) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [each.name for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]


def _kinds(hint: object) -> Kinds:
    """The classes of JSON values that an annotation takes; empty where it takes any."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        parts = [_kinds(part) for part in typing.get_args(hint) if part is not types.NoneType]
        return tuple(kind for part in parts for kind in part) if all(parts) else ()
    plain = origin or hint
    if plain in NUMBERS:
        return NUMBERS
    return (plain,) if plain in (str, bool, dict, list) and isinstance(plain, type) else ()


def _is_given(part: object) -> bool:
    """One input or state: of one component, or of each that a pattern fits."""
    if not _is_named(part):
        return False
    if not isinstance(part, dict) or part["id"] not in (ADDRESS_STORE, LOCATION):
        return True
    value = part.get("value")
    return _is_address(value) if part["id"] == ADDRESS_STORE else isinstance(value, str)


def _is_named(part: object) -> bool:
    if isinstance(part, list):
        return all(map(_is_named, part))
    return isinstance(part, dict) and isinstance(part.get("id"), (str, dict)) and isinstance(part.get("property"), str)


def _is_address(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
