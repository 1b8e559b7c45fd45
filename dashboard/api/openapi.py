"""The OpenAPI 3.1 document, made from the resources and their models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import orjson
from flask import Response
from pydantic.json_schema import models_json_schema

from dashboard.api.parameters import Parameters
from dashboard.api.resource import Resource
from dashboard.api.schemas import Problem
from dashboard.results.scalars import Json
from dashboard.security.cookies import SESSION

VERSION = "3.1.0"
REFERENCE = "#/components/schemas/{model}"
VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")
ABOUT = """What the pages show, as the JSON that the command line prints with `--json`.

Money, prices and quantities are decimal strings, ratios are numbers, times are UTC. A `null` stands beside an entry in
`status` that says why. Failures are problem+json with a stable `code`. Send `If-None-Match` with the `ETag` of an
earlier answer to get 304 while nothing has changed. A write carries the token of the cookie `basis_csrf` as
`X-CSRFToken`."""


def document(prefix: str, resources: Iterable[Resource]) -> dict[str, Json]:
    """The whole document."""
    known = tuple(resources)
    bodies = {resource.body for resource in known if resource.body is not None}
    models = sorted({Problem, *bodies, *(resource.model for resource in known)}, key=lambda model: model.__name__)
    _, schemas = models_json_schema([(model, "serialization") for model in models], ref_template=REFERENCE)
    return {
        "openapi": VERSION,
        "info": {"title": "Basis", "version": "1", "description": ABOUT},
        "paths": _paths(prefix, known),
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": SESSION,
                    "description": "The cookie of a signed-in session (with the prefix `__Host-` over https).",
                }
            },
        },
        "security": [{"session": []}],
    }


def answer(content: dict[str, Json]) -> Response:
    """The document as an answer; it is the same for everybody."""
    return Response(orjson.dumps(content, option=orjson.OPT_INDENT_2), mimetype="application/json")


def _paths(prefix: str, resources: Iterable[Resource]) -> dict[str, Json]:
    paths: dict[str, dict[str, Json]] = {}
    for resource in resources:
        methods = paths.setdefault(_template(prefix + resource.path), {})
        methods[resource.method.lower()] = _operation(resource)
    return {**paths}


def _operation(resource: Resource) -> dict[str, Json]:
    operation: dict[str, Json] = {
        "operationId": resource.name,
        "summary": resource.summary,
        "parameters": [*_variables(resource), *_query(resource.parameters)],
        "responses": {
            "200": {"description": "The result.", "content": _content("application/json", resource.model.__name__)},
            **_unchanged(resource),
            "default": {"description": "A failure.", "content": _content("application/problem+json", Problem.__name__)},
        },
    }
    if resource.body is not None:
        operation["requestBody"] = {"required": True, "content": _content("application/json", resource.body.__name__)}
    return operation | {"security": []} if resource.is_open else operation


def _unchanged(resource: Resource) -> dict[str, Json]:
    return {"304": {"description": "Nothing has changed since the answer with this ETag."}} if resource.reads else {}


def _variables(resource: Resource) -> Iterator[Json]:
    for name in VARIABLE.findall(resource.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": resource.variables[name]}}


def _query(model: type[Parameters]) -> Iterator[Json]:
    schema = model.model_json_schema(by_alias=True)
    definitions = schema.get("$defs", {})
    for name, described in schema.get("properties", {}).items():
        kind = {key: part for key, part in described.items() if key not in {"title", "description"}}
        shown = _without_null(_inlined(kind, definitions))
        required: dict[str, Json] = {"required": True} if name in schema.get("required", ()) else {}
        about = described.get("description", "")
        yield {"name": name, "in": "query", **required, "description": about, "schema": shown}


def _without_null(schema: Json) -> Json:
    """A query has a parameter or has it not: there is no null in it."""
    choices = schema.get("anyOf") if isinstance(schema, dict) else None
    if not isinstance(choices, list):
        return schema
    kept = [choice for choice in choices if choice != {"type": "null"}]
    return kept[0] if len(kept) == 1 else {"anyOf": kept}


def _inlined(part: Json, definitions: dict[str, Json]) -> Json:
    """``part`` with the definitions that it refers to in their place."""
    if isinstance(part, list):
        return [_inlined(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return definitions[str(part["$ref"]).rpartition("/")[2]]
    return {key: _inlined(value, definitions) for key, value in part.items()}


def _content(media_type: str, model: str) -> Json:
    return {media_type: {"schema": {"$ref": REFERENCE.format(model=model)}}}


def _template(path: str) -> str:
    return VARIABLE.sub(r"{\1}", path)
