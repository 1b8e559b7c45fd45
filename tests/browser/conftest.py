"""A real browser against the real application: one of each a process, over an empty database for each test."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from dash import Dash
from flask import Flask
from selenium import webdriver
from werkzeug.serving import make_server

from tests.browser.driver import Browser, options

# The same fixtures as the integration tests have; there is one application a process.
from tests.integration.conftest import clean_database, cleaner, migrated_database, quick_passwords
from tests.integration.web.conftest import dash_app, mail_server, person, server

__all__ = [
    "clean_database",
    "cleaner",
    "dash_app",
    "mail_server",
    "migrated_database",
    "person",
    "quick_passwords",
    "server",
]

os.environ.setdefault("SE_OFFLINE", "true")


@pytest.fixture(scope="session")
def live_server(dash_app: Dash) -> Iterator[str]:
    """The address of the application, served by threads of this process on a free port."""
    listening = make_server("127.0.0.1", 0, dash_app.server, threaded=True)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}"
    listening.shutdown()
    thread.join(timeout=10)
    listening.server_close()


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """Chromium, started once a process."""
    profile = tmp_path_factory.mktemp("browser")
    driver = webdriver.Chrome(options=options(profile), service=webdriver.ChromeService(shutil.which("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture
def browser(
    driver: webdriver.Chrome, live_server: str, server: Flask, redis_client: redis.Redis, tmp_path: Path
) -> Iterator[Browser]:
    """The browser as a newcomer has it, over an empty database; at the end its console must be clean of errors."""
    browser = Browser(driver, live_server)
    browser.forget(tmp_path)
    yield browser
    complaints = browser.complaints()
    browser.leave()
    assert not complaints, "\n".join(complaints)
