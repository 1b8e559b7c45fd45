"""Live prices for a page that cannot have the stream, behind a proxy that holds it back: asked every few seconds."""

from __future__ import annotations

import orjson
from flask import Blueprint, Flask, Response, request

from dashboard.domain.access import Permission, PortfolioId
from dashboard.redis_store import Json
from dashboard.services import live_frames
from dashboard.web.callback import permitted

blueprint = Blueprint("polling", __name__, url_prefix="/live")
FEED, VERSION = "Live-Feed", "Live-Version"


def install(server: Flask) -> None:
    """Add the addresses; the guard before every request has turned strangers away."""
    server.register_blueprint(blueprint)


@blueprint.get("/quotes")
def quotes() -> Response:
    """The quotes of ``symbols``, as the stream's event ``quotes`` has them."""
    permitted(Permission.INSTRUMENT_VIEW)
    known, _ = live_frames.asked_symbols(request.args.get("symbols", ""))
    return _answer(live_frames.quotes_now(known))


@blueprint.get("/portfolios/<int:portfolio_id>")
def portfolio(portfolio_id: int) -> Response:
    """A portfolio, as the stream's event ``portfolio`` has it; nothing (204) while no quote of it is known."""
    frame, version = live_frames.portfolio_now(permitted(Permission.PORTFOLIO_VIEW), PortfolioId(portfolio_id))
    response = _answer(frame)
    response.headers[VERSION] = version
    return response


def _answer(frame: Json) -> Response:
    """``frame`` as JSON; whether the feed goes on is in a header, as the stream's event ``feed`` says it."""
    response = Response(status=204) if frame is None else Response(orjson.dumps(frame), mimetype="application/json")
    response.headers[FEED] = "ok" if live_frames.feed_is_up() else "down"
    response.headers["Cache-Control"] = "no-store"
    return response
