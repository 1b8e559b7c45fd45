"""Signing in and out in a browser, and the frame that every page has."""

from __future__ import annotations

import pytest
from flask import Flask

from dashboard.domain.access import Actor
from dashboard.services import portfolios
from tests.browser.driver import PHONE, Browser
from tests.web import EMAIL, PASSWORD

BACKGROUND = "return getComputedStyle(document.body).backgroundColor"
DARK, LIGHT = "rgb(12, 14, 19)", "rgb(246, 247, 249)"


def test_the_first_person_sets_up_and_sees_how_to_begin(browser: Browser) -> None:
    browser.open("/")
    browser.wait_for_path("/set-up")
    browser.type("#email", EMAIL)
    browser.type("#password", PASSWORD)
    browser.type("#repeat", PASSWORD)
    browser.click("button[type=submit]")
    browser.wait_for_text("#main", "Start with a portfolio")
    assert browser.text(".side-foot .person").startswith("analyst")


def test_a_person_signs_in_makes_a_portfolio_and_signs_out(browser: Browser, person: Actor) -> None:
    browser.open("/new")
    browser.wait_for_path("/sign-in?next=/new")
    browser.type("#email", EMAIL)
    browser.type("#password", PASSWORD)
    browser.click("button[type=submit]")
    browser.type("#new-name", "Long-term savings")
    browser.click("#new-create")
    browser.wait_for_path("/p/long-term-savings")
    browser.wait_for_text("#switcher-name", "Long-term savings")
    browser.click("#person-menu button")
    browser.click("#sign-out")
    browser.wait_for_path("/sign-in")
    browser.open("/p/long-term-savings")
    browser.wait_for_path("/sign-in?next=/p/long-term-savings")


def test_a_wrong_password_is_told_without_saying_what_was_wrong(browser: Browser, person: Actor) -> None:
    browser.open("/sign-in")
    browser.type("#email", EMAIL)
    browser.type("#password", "not the password")
    browser.click("button[type=submit]")
    assert browser.text("[role=alert]") == "That e-mail and password do not match."
    assert browser.find("#email").get_attribute("value") == EMAIL
    assert [text for text in browser.complaints() if "401" not in text] == []


def test_the_password_can_be_shown(browser: Browser, person: Actor) -> None:
    browser.open("/sign-in")
    browser.type("#password", "visible")
    browser.click("[data-reveal=password]")
    assert browser.find("#password").get_attribute("type") == "text"


@pytest.mark.parametrize(("scheme", "color"), [("light", LIGHT), ("dark", DARK)])
def test_the_theme_follows_the_system_before_the_first_paint(
    browser: Browser, person: Actor, scheme: str, color: str
) -> None:
    browser.prefer(scheme)
    browser.open("/sign-in")
    assert browser.run(BACKGROUND) == color


def test_the_theme_is_switched_by_button_and_key_and_kept(browser: Browser, person: Actor) -> None:
    browser.sign_in()
    browser.click("#theme-toggle")
    assert browser.run(BACKGROUND) == DARK
    assert "basis_theme=dark" in str(browser.run("return document.cookie"))
    browser.open("/new")
    browser.find("#new-name")
    assert browser.run(BACKGROUND) == DARK
    browser.run("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'D', shiftKey: true, bubbles: true}))")
    assert browser.run(BACKGROUND) == LIGHT


def test_a_session_that_ended_leads_to_sign_in_from_within_a_page(
    browser: Browser, person: Actor, server: Flask
) -> None:
    from dashboard.services import sessions

    browser.sign_in(path="/new")
    browser.find("#new-name")
    with server.app_context():
        assert person.user_id is not None
        sessions.end_all(person.user_id)
    browser.click("#new-create")
    browser.wait_for_path("/sign-in?next=%2Fnew")
    assert all("401" in text for text in browser.complaints())


def test_on_a_phone_the_menu_slides_in(browser: Browser, person: Actor, server: Flask) -> None:
    with server.app_context():
        portfolios.create_portfolio(person, "Long-term", "EUR")
    browser.resize(*PHONE)
    browser.sign_in(path="/new")
    browser.find("#new-name")
    assert not browser.find_all(".side")[0].is_displayed()
    browser.click(".mtab [data-menu=open]")
    assert browser.find(".side").is_displayed()
    browser.run("document.querySelector('.menu-scrim').click()")
    browser.wait_for(lambda: not browser.find_all(".side")[0].is_displayed(), "the menu to be gone")
    assert browser.run("return document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out sideways"
