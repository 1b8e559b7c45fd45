"""Files in and out of a ledger: multipart uploads that answer in JSON, and the ledger as a file.

A body that is too large is refused by its announced length, before any of it is read; without one, as soon as it has
grown past the limit.
"""

from __future__ import annotations

from typing import TypeVar

import orjson
from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import BadRequest

from dashboard.domain.access import Actor, Permission
from dashboard.errors import InvalidInput, PayloadTooLarge
from dashboard.results import ledger_wire
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.scalars import Json
from dashboard.results.transactions import ImportPreview, RowVerdict, VerdictKind
from dashboard.services import imports, market_data, portfolios, transactions
from dashboard.services.imports import DateOrder, DecimalMark, ImportOptions
from dashboard.web.callback import permitted
from dashboard.web.form_files import FormRequest

# Room for the other fields of the form and for what stands between its parts.
FORM_BYTES = 64_000
MAX_FIELDS = 20
SHOWN_ROWS = 5_000
ORDER = {VerdictKind.ERROR: 0, VerdictKind.NEW: 2, VerdictKind.DUPLICATE: 3}
KEPT_OUT = 1

blueprint = Blueprint("uploads", __name__)
Choice = TypeVar("Choice", DateOrder, DecimalMark)


def install(server: Flask) -> None:
    """Add the routes. Their limit stands before anything reads a body, the check of the token too."""
    server.request_class = FormRequest
    server.register_blueprint(blueprint)


@blueprint.url_value_preprocessor
def _limit_body(_endpoint: str | None, _values: dict[str, str] | None) -> None:
    request.max_content_length = imports.MAX_BYTES + FORM_BYTES
    request.max_form_parts = MAX_FIELDS


@blueprint.post("/p/<slug>/import/preview")
def preview(slug: str) -> Response:
    """What the uploaded file would do: a verdict on each row. Nothing is written."""
    actor, portfolio = _opened(slug, Permission.PORTFOLIO_EDIT)
    content, name = _upload()
    found = imports.preview(actor, portfolio.id, content, name, options=_options())
    return _answer(previewed(found))


@blueprint.post("/p/<slug>/import/commit")
def commit(slug: str) -> Response:
    """Write the uploaded file's new rows; with ``skip_errors`` also where other rows have errors."""
    actor, portfolio = _opened(slug, Permission.PORTFOLIO_EDIT)
    content, name = _upload()
    done = imports.commit(
        actor,
        portfolio.id,
        content,
        name,
        skip_errors=request.form.get("skip_errors") == "yes",
        options=_options(),
    )
    fetching = done.added > 0 and market_data.ask_for_missing(done.new_symbols)
    return _answer({**ledger_wire.result(done), "fetching_prices": fetching})


@blueprint.get("/p/<slug>/transactions.csv")
def download(slug: str) -> Response:
    """The ledger as a canonical file; importing it again adds nothing."""
    actor, portfolio = _opened(slug, Permission.PORTFOLIO_VIEW)
    response = Response(transactions.export_csv(actor, portfolio.id), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"{portfolio.slug}-transactions.csv")
    return response


def previewed(found: ImportPreview) -> dict[str, Json]:
    """A preview for the page: of a long file what needs a look first, and no more rows than a person looks at."""
    chosen: tuple[RowVerdict, ...] = found.rows
    if len(chosen) > SHOWN_ROWS:
        kept = sorted(chosen, key=lambda row: (KEPT_OUT if row.kept_out else ORDER[row.kind], row.row))[:SHOWN_ROWS]
        chosen = tuple(sorted(kept, key=lambda row: row.row))
    rows: list[Json] = [ledger_wire.verdict(row) | {"cells": dict(row.cells)} for row in chosen]
    return ledger_wire.preview(_without_rows(found)) | {
        **{kind.value: found.count(kind) for kind in VerdictKind},
        "rows": rows,
        "total": len(found.rows),
        "kept_out": sum(1 for row in found.rows if row.kept_out),
    }


def _without_rows(found: ImportPreview) -> ImportPreview:
    return ImportPreview(
        filename=found.filename,
        format=found.format,
        file_hash=found.file_hash,
        rows=(),
        new_symbols=found.new_symbols,
        suggest_untracked=found.suggest_untracked,
        problems=found.problems,
        questions=found.questions,
    )


def _opened(slug: str, permission: Permission) -> tuple[Actor, PortfolioRef]:
    actor = permitted(permission)
    return actor, portfolios.portfolio_by_slug(actor, slug)


def _upload() -> tuple[bytes, str]:
    """The file of the form. Raises: PayloadTooLarge, InvalidInput."""
    try:
        given = request.files.get("file")
    except BadRequest:
        raise InvalidInput("The upload ended early. Send the file again.") from None
    if given is None or not given.filename:
        raise InvalidInput("No file came with the upload.", field="file")
    content = given.stream.read(imports.MAX_BYTES + 1)
    if len(content) > imports.MAX_BYTES:
        raise PayloadTooLarge(imports.MAX_BYTES)
    return content, given.filename


def _options() -> ImportOptions:
    return ImportOptions(_choice(DateOrder, "date_order"), _choice(DecimalMark, "decimal_mark"))


def _choice(kind: type[Choice], field: str) -> Choice | None:
    text = request.form.get(field, "")
    try:
        return kind(text) if text else None
    except ValueError:
        raise InvalidInput(f"{text[:20]!r} is not an answer to {field}.", field=field) from None


def _answer(body: dict[str, Json]) -> Response:
    return Response(orjson.dumps(body), mimetype="application/json")
