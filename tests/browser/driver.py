"""What tests do with a browser: open, look, click, wait for a condition, read the console."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.web import EMAIL, PASSWORD

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--lang=en-GB",
)
DEADLINE_SECONDS = 20.0
DESKTOP, PHONE = (1440, 900), (390, 844)
CUT_OFF = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING")
STREAM = re.compile(r"/(quotes[?]symbols=|portfolios/)\S+ - ")
STANDS_STILL = """
const [element, answer] = arguments;
const box = () => Object.values(element.getBoundingClientRect().toJSON()).join();
element.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
const before = box();
requestAnimationFrame(() => requestAnimationFrame(() => answer(box() === before)));
"""  # a click is sent to where the element was: into nothing, while a panel slides in or a page is put together
PASSING = (NoSuchElementException, StaleElementReferenceException, StopIteration, IndexError)

Found = TypeVar("Found")


def options(profile: Path) -> webdriver.ChromeOptions:
    """Chromium without a window, with a profile of its own and nothing that talks to the network by itself."""
    chosen = webdriver.ChromeOptions()
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        chosen.add_argument(flag)
    chosen.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return chosen


class Browser:
    """The browser of a test."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self.driver = driver
        self.address = address

    def forget(self, downloads: Path) -> None:
        """Become a newcomer's browser of desktop size: no cookies, no storage, an empty folder for downloads."""
        self.resize(*DESKTOP)
        self.command("Network.clearBrowserCookies")
        self.command("Storage.clearDataForOrigin", origin=self.address, storageTypes="all")
        self.command("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads))
        self.prefer("light")
        self.complaints()

    def leave(self) -> None:
        """Leave the page, so that it asks nothing of the server any more."""
        self.driver.get("about:blank")

    def command(self, name: str, **parameters: object) -> None:
        """A command of the DevTools protocol."""
        self.driver.execute_cdp_cmd(name, parameters)

    def resize(self, width: int, height: int) -> None:
        """Show the page at this size; a narrow one is a phone."""
        phone = width < 768
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
        self.command("Emulation.setDeviceMetricsOverride", **size)

    def prefer(self, scheme: str) -> None:
        """Make the system prefer ``light`` or ``dark``, and little motion."""
        wishes = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        features = [{"name": name, "value": value} for name, value in wishes.items()]
        self.command("Emulation.setEmulatedMedia", features=features)

    def open(self, path: str) -> None:
        """Go to a path of the application."""
        self.driver.get(self.address + path)

    def sign_in(self, email: str = EMAIL, password: str = PASSWORD, *, path: str = "/") -> None:
        """Sign in through the form, and arrive at ``path``."""
        self.open("/sign-in" if path == "/" else f"/sign-in?next={path}")
        self.type("#email", email)
        self.type("#password", password)
        self.click("button[type=submit]")
        self.find(".shell")

    def find(self, selector: str) -> WebElement:
        """The first element that fits, once it is shown."""

        def shown() -> WebElement | None:
            element = self.driver.find_element(By.CSS_SELECTOR, selector)
            return element if element.is_displayed() else None

        return self.wait_for(shown, f"{selector} to be shown")

    def find_all(self, selector: str) -> list[WebElement]:
        """All elements that fit now."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def click(self, selector: str, text: str = "") -> None:
        """Click the first element that fits, with ``text`` the last one that reads so, once it stands still."""

        def clicked() -> bool:
            fitting = self.find_all(selector)
            element = next(one for one in reversed(fitting) if one.text == text) if text else fitting[0]
            if not self.driver.execute_async_script(STANDS_STILL, element):
                return False
            element.click()
            return True

        self.find(selector)
        self.wait_for(clicked, f"{selector} {text} to be clickable")

    def type(self, selector: str, text: str) -> None:
        """Put ``text`` into a field in place of what it has."""
        field = self.find(selector)
        field.clear()
        field.send_keys(text)

    def edit_cell(self, selector: str, text: str) -> None:
        """Double-click a cell of a grid, put ``text`` in place of what it has, and press Enter."""

        def opened() -> WebElement | None:
            if fields := self.find_all(f"{selector} input"):
                return fields[0]
            element = self.driver.find_element(By.CSS_SELECTOR, selector)
            if self.driver.execute_async_script(STANDS_STILL, element):
                ActionChains(self.driver).double_click(element).perform()
                return self.driver.find_element(By.CSS_SELECTOR, f"{selector} input")
            return None

        field = self.wait_for(opened, f"{selector} to be edited")
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(text, Keys.ENTER)

    def text(self, selector: str) -> str:
        """The text of the first element that fits."""
        return self.find(selector).text

    def wait_for_text(self, selector: str, text: str) -> None:
        """Wait until the first element that fits has ``text`` in it."""
        self.wait_for(
            lambda: text in self.driver.find_element(By.CSS_SELECTOR, selector).text, f"{text!r} in {selector}"
        )

    def wait_for_path(self, path: str) -> None:
        """Wait until the address has this path (and query, where it is given)."""
        self.wait_for(lambda: self.path() == path, f"the address to be {path}")

    def path(self) -> str:
        """Path and query of the address."""
        return str(self.run("return location.pathname + location.search"))

    def run(self, script: str, *arguments: object) -> object:
        """What a script of ours answers in the page."""
        return self.driver.execute_script(script, *arguments)

    def settle(self) -> None:
        """Wait until no callback is running."""
        idle = "return !document.querySelector('._dash-loading-callback, [data-dash-is-loading=true]')"
        self.wait_for(lambda: bool(self.run(idle)), "the callbacks to end")

    def wait_for(self, condition: Callable[[], Found | None], what: str) -> Found:
        """What ``condition`` answers, as soon as it is something true."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            try:
                found = condition()
            except PASSING:
                found = None
            if found:
                return found
            assert time.monotonic() < deadline, f"waited {DEADLINE_SECONDS:.0f} s for {what}, at {self.path()}"
            time.sleep(0.05)  # between two looks at the condition

    def complaints(self) -> list[str]:
        """What the console has said since it was last read, but for notes, and for the stream, which need not run."""
        entries = self.driver.get_log("browser")  # type: ignore[no-untyped-call]  # selenium's own
        errors = [entry["message"] for entry in entries if entry["level"] == "SEVERE"]
        return [text for text in errors if not (STREAM.search(text) and text.endswith(CUT_OFF))]

    def picture(self, path: Path) -> None:
        """A picture of what is shown."""
        self.driver.save_screenshot(str(path))
