"""Files by link: a finished report, to its owner alone, and the prices of an instrument."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, request

from dashboard.domain.access import Permission
from dashboard.domain.intraday import BarInterval
from dashboard.figures.intervals import Interval
from dashboard.results.reports import ReportFile
from dashboard.services import price_files, reports
from dashboard.web import state
from dashboard.web.callback import permitted

blueprint = Blueprint("downloads", __name__)
AS_TRADED = "traded"


def install(server: Flask) -> None:
    """Add the addresses of files; the guard before every request has turned strangers away."""
    server.register_blueprint(blueprint)


@blueprint.get("/reports/runs/<int:run_id>/file")
def report_file(run_id: int) -> Response:
    """The file of a run; another's is not found, and the audit trail says who asked."""
    return attachment(reports.file(permitted(Permission.REPORT_RUN), run_id))


@blueprint.get("/i/<symbol>/prices.csv")
def prices(symbol: str) -> Response:
    """Bars as CSV: ``from``, ``to``, ``adj=traded`` for prices as they were, ``iv=W`` or ``M`` for longer bars."""
    actor = permitted(Permission.INSTRUMENT_VIEW)
    view = state.parse(request.query_string.decode(errors="replace"))
    interval = Interval(view.get("iv")) if view.get("iv") in set(Interval) else Interval.DAY
    adjusted = view.get("adj") != AS_TRADED
    found = price_files.prices_csv(actor, symbol, start=view.start, end=view.end, adjusted=adjusted, interval=interval)
    return attachment(found)


@blueprint.get("/i/<symbol>/intraday.csv")
def intraday(symbol: str) -> Response:
    """Bars within days as CSV, as traded, by the clock of the exchange: ``from``, ``to``, ``iv`` for their length."""
    actor = permitted(Permission.INSTRUMENT_VIEW)
    view = state.parse(request.query_string.decode(errors="replace"))
    interval = BarInterval(view.get("iv")) if view.get("iv") in set(BarInterval) else BarInterval.FIVE_MINUTES
    return attachment(price_files.intraday_csv(actor, symbol, interval, start=view.start, end=view.end))


def attachment(file: ReportFile) -> Response:
    """A response that a browser saves and never shows or keeps."""
    response = Response(file.content, content_type=file.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=file.filename)
    response.headers["Cache-Control"] = "no-store"
    return response
