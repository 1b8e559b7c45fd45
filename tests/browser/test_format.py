"""Figures in the browser read as they do in files: one table of cases for both."""

from __future__ import annotations

import json
from pathlib import Path

from dashboard.domain.access import Actor
from tests.browser.driver import Browser

CASES = json.loads((Path(__file__).parents[1] / "data" / "format_cases.json").read_text())
PLACE_OF_OPTIONS = {
    "number": 2,
    "money": 3,
    "percent": 2,
    "percentage_points": 2,
    "price": 2,
    "quantity": 1,
    "compact": 2,
}
ASK = """
const [cases, places] = arguments;
return cases.map(({fn, args, options}) => {
  const given = args.map((one) => one === null ? undefined : one);
  if (options) given[places[fn] ?? args.length] = options;
  return window.basis.format[fn](...given);
});
"""


def test_every_case_of_the_table(browser: Browser, person: Actor) -> None:
    browser.sign_in(path="/new")
    said = browser.run(ASK, CASES, PLACE_OF_OPTIONS | {"day": 1, "moment": 2})
    assert isinstance(said, list) and len(said) == len(CASES) > 100
    wrong = [(case, text) for case, text in zip(CASES, said, strict=True) if case["text"] != text]
    assert wrong == []
