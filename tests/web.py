"""The web application for tests: one a process (Dash keeps its pages in one registry), over this worker's services."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from dash import Dash
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.app import create_app
from dashboard.domain.access import SYSTEM, Actor, Role
from dashboard.services import accounts
from dashboard.settings import Settings

EMAIL, PASSWORD = "analyst@example.org", "an honest sentence of words"
SECRET_KEY = "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz"
HTML = {"Accept": "text/html"}
ROUTER = ".._pages_content.children..._pages_store.data.."
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')

Json = Any  # what Dash sends and answers is free-form JSON


@cache
def application(database_url: str, redis_url: str, home: Path) -> Dash:
    """The application; the same for every test of this process."""
    settings = Settings.build(
        database_url=database_url,
        redis_url=redis_url,
        dashboard_home=home,
        secret_key=SECRET_KEY,
        providers=("simulated",),
    )
    return create_app(settings)


def make_person(server: Flask, email: str = EMAIL, *, role: Role = Role.USER) -> Actor:
    """A user who can sign in with :data:`PASSWORD`, as an actor."""
    with server.app_context():
        made = accounts.create_user(SYSTEM, email, PASSWORD, role=role)
        return Actor(made.id, made.email, made.role)


def form_token(client: FlaskClient, path: str = "/sign-in") -> str:
    """The token that the form at ``path`` carries."""
    found = TOKEN.search(client.get(path, headers=HTML).get_data(as_text=True))
    assert found, f"no form at {path}"
    return found[1]


def sign_in(client: FlaskClient, email: str = EMAIL, password: str = PASSWORD, **fields: str) -> TestResponse:
    """Send the sign-in form as a browser does."""
    form = {"csrf_token": form_token(client), "email": email, "password": password, **fields}
    return client.post("/sign-in", data=form, headers=HTML)


def signed_in(server: Flask, email: str = EMAIL) -> FlaskClient:
    """A client with a session."""
    client = server.test_client()
    response = sign_in(client, email)
    assert response.status_code == 302, response.get_data(as_text=True)
    return client


def csrf(client: FlaskClient) -> dict[str, str]:
    """The header that a write of this client must carry."""
    cookie = client.get_cookie("basis_csrf")
    return {"X-CSRFToken": cookie.value} if cookie else {}


def dispatch(client: FlaskClient, body: Json, **headers: str) -> TestResponse:
    """Call a callback with a body of one's own."""
    return client.post("/_dash-update-component", json=body, headers=csrf(client) | headers)


def open_page(client: FlaskClient, path: str, search: str = "") -> TestResponse:
    """Ask the router for the layout of a page, as the browser does."""
    place = {"id": "_pages_location"}
    return dispatch(
        client,
        {
            "output": ROUTER,
            "outputs": [
                {"id": "_pages_content", "property": "children"},
                {"id": "_pages_store", "property": "data"},
            ],
            "inputs": [
                {**place, "property": "pathname", "value": path},
                {**place, "property": "search", "value": search},
            ],
            "changedPropIds": ["_pages_location.pathname"],
        },
    )
