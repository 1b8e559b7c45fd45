"""How was this computed: the working of a figure beside it, and as a workbook whose formulas give it again."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Flask, Response, make_response, render_template, request
from latex2mathml.converter import convert

from dashboard.domain.access import Permission
from dashboard.errors import InvalidInput
from dashboard.formatting import dates, numbers
from dashboard.reports.workings import to_workbook
from dashboard.results.explanations import METHOD, Explanation, Step, Unit, day_of
from dashboard.results.reports import ReportFile
from dashboard.services import explain as service
from dashboard.services import portfolios
from dashboard.web.callback import permitted
from dashboard.web.downloads import attachment

blueprint = Blueprint("explanations", __name__)
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def install(server: Flask) -> None:
    """Add the addresses; the guard before every request has turned strangers away."""
    server.register_blueprint(blueprint)


@blueprint.get("/p/<slug>/explain/<metric>")
def shown(slug: str, metric: str) -> Response:
    """The formula, the convention and the steps, as a piece of a page."""
    found = _explained(slug, metric, with_tables=False)
    query = request.query_string.decode(errors="replace")
    address = f"{request.path}.xlsx{'?' + query if query else ''}"
    body = render_template(
        "explanation.html",
        found=found,
        formula=convert(found.working.formula, display="block"),
        steps=[(step.title, _figure(step, found.currency), step.note) for step in found.working.steps],
        workbook=address,
        method=METHOD,
    )
    response = make_response(body)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/p/<slug>/explain/<metric>.xlsx")
def workbook(slug: str, metric: str) -> Response:
    """The workbook."""
    found = _explained(slug, metric, with_tables=True)
    name = f"{found.portfolio.slug}-{metric}-{found.period.start}-{found.period.end}.xlsx"
    return attachment(ReportFile(name, WORKBOOK, to_workbook(found)))


def _explained(slug: str, metric: str, *, with_tables: bool) -> Explanation:
    actor = permitted(Permission.PORTFOLIO_VIEW)
    portfolio = portfolios.portfolio_by_slug(actor, slug)
    return service.explain(
        actor,
        portfolio.id,
        metric,
        start=_day("from"),
        end=_day("to"),
        currency=request.args.get("currency") or None,
        benchmark=request.args.get("benchmark") or None,
        with_tables=with_tables,
    )


def _day(name: str) -> date | None:
    text = request.args.get(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is not a day: write it as 2026-03-31.", field=name) from error


def _figure(step: Step, currency: str) -> str:
    """A step as people read it."""
    if step.unit is Unit.MONEY:
        return numbers.money(step.value, currency)
    if step.unit is Unit.DATE:
        return dates.day(None if step.value is None else day_of(step.value))
    if step.unit is Unit.FRACTION:
        return numbers.percent(step.value, 4)
    return numbers.number(step.value, 6, min_decimals=0)
