"""What an address of the API is, and how a result becomes its answer: JSON, an ETag, 304 where nothing has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version as version_of
from typing import Any  # Any: handlers take the parameters and path variables of their own address

import orjson
from flask import Response, request

from dashboard.api.parameters import Body, Parameters, parse, parse_body
from dashboard.domain.access import SYSTEM, Permission
from dashboard.errors import NotFound
from dashboard.results.scalars import Json
from dashboard.web.callback import permitted

CACHE = "private, no-cache"
PRODUCT = version_of("basis-dashboard")


@dataclass(frozen=True, slots=True)
class Answer:
    """A result that is had from ``data`` once it is needed.

    ``version`` changes whenever the result does; where there is none, the ETag is made from the JSON itself.
    """

    data: Callable[[], Json]
    version: str | None = None
    status: int = 200


@dataclass(frozen=True, slots=True)
class Resource:
    """An address and a method: ``handler(actor, parameters, **variables)``, and what the OpenAPI document says of it.

    ``model`` describes the answer. Open to everybody where ``permission`` is PUBLIC. What writes gets its ``body`` in
    the place of the parameters, where it has one.
    """

    name: str
    path: str
    summary: str
    handler: Callable[..., Answer]
    model: Any
    permission: Permission
    parameters: type[Parameters] = Parameters
    variables: dict[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: type[Body] | None = None

    @property
    def reads(self) -> bool:
        """Whether asking for it changes nothing."""
        return self.method == "GET"

    @property
    def is_open(self) -> bool:
        """Whether it answers without a session."""
        return self.permission is Permission.PUBLIC


def view(resource: Resource) -> Callable[..., Response]:
    """The function that Flask calls for ``resource``."""

    def run(**variables: Any) -> Response:
        actor = SYSTEM if resource.is_open else permitted(resource.permission)
        if any(isinstance(value, str) and not value.isprintable() for value in variables.values()):
            raise NotFound("There is nothing at this address of the API.")
        parameters: Parameters = parse(resource.parameters, request.args)
        if resource.body is not None:
            parameters = parse_body(resource.body, request.get_json(silent=True))
        answer = resource.handler(actor, parameters, **variables)
        return respond(answer) if resource.reads else _json(answer)

    run.permission = resource.permission  # type: ignore[attr-defined]  # as callbacks carry theirs
    return run


def respond(answer: Answer) -> Response:
    """``answer`` as JSON that only this client may keep, or 304 where it has this version already."""
    if answer.version is not None:
        tag = _digest(f"{PRODUCT}|{request.full_path}|{answer.version}".encode())
        if request.if_none_match.contains_weak(tag):
            return _kept(Response(status=304), tag)
        return _kept(_json(answer), tag)
    response = _json(answer)
    if answer.status != 200:
        return response
    tag = _digest(response.get_data())
    return _kept(Response(status=304) if request.if_none_match.contains_weak(tag) else response, tag)


def _json(answer: Answer) -> Response:
    return Response(orjson.dumps(answer.data()), answer.status, mimetype="application/json")


def _kept(response: Response, tag: str) -> Response:
    """A weak tag: the same figures may have been computed at another time."""
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = CACHE
    response.vary.add("Cookie")
    return response


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
