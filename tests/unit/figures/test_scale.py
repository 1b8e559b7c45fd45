"""Axes and colours."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from dashboard.figures.colors import DARK, LIGHT, SAFE_DARK, SAFE_LIGHT, color, theme_name
from dashboard.figures.scale import date_ticks, money_labels, nice_ticks, padded, percent_labels

TOKENS = Path(__file__).parents[3] / "assets" / "02-tokens.css"


def test_ticks_are_round_and_inside() -> None:
    assert nice_ticks(940_000, 1_190_000, 6) == [950_000, 1_000_000, 1_050_000, 1_100_000, 1_150_000]
    assert nice_ticks(-0.021, 0.043, 6) == [-0.02, 0.0, 0.02, 0.04]
    assert nice_ticks(1, 1, 6) == []
    assert nice_ticks(float("nan"), 1, 6) == []


def test_what_rounding_leaves_between_equal_figures_is_no_span() -> None:
    assert padded(14.55, 14.55 + 4e-10) == pytest.approx((14.259, 14.841))
    assert padded(0.0, 0.0) == (-1.0, 1.0)
    assert padded(-1e-9, 1e-9) == (-1e-9, 1e-9)
    assert padded(14.55, 14.56) == (14.55, 14.56)


def test_labels_have_as_many_digits_as_say_every_tick_exactly() -> None:
    assert money_labels([950_000, 1_000_000, 1_050_000], "EUR") == ["€950k", "€1.00M", "€1.05M"]
    assert money_labels([1_187_000, 1_187_500], "EUR") == ["€1.1870M", "€1.1875M"]
    assert percent_labels([-0.1, 0.0, 0.1]) == ["−10%", "0%", "+10%"]
    assert percent_labels([0.0, 0.005, 0.01]) == ["0.0%", "+0.5%", "+1.0%"]


@pytest.mark.parametrize(
    ("days", "tick"), [(5, 86_400_000), (30, 604_800_000), (365, "M1"), (1095, "M3"), (1826, "M6"), (20000, "M60")]
)
def test_a_time_axis_names_at_most_about_a_dozen_dates(days: int, tick: str | int) -> None:
    first = dt.date(2000, 1, 3)
    assert date_ticks(first, first + dt.timedelta(days=days))["dtick"] == tick


def test_references_become_colours_opacities_and_ink() -> None:
    assert color("@{c1}", "dark") == "#949dff"
    assert color("@{c1/tint}", "light") == "rgba(68,80,207,0.13)"
    assert color("@{ink:accent-solid}", "light") == "#ffffff"
    assert color("@{ink:c3}", "dark") == "#0c0e13"
    assert color("<b style='color:@{up-text}'>x</b>", "light-cvd") == "<b style='color:#1261bd'>x</b>"
    assert theme_name("no such theme") == theme_name(None) == "light"


@pytest.mark.skipif(not TOKENS.is_file(), reason="the style sheet is not there")
def test_the_colours_of_figures_are_those_of_the_style_sheet() -> None:
    text = re.sub(r"/\*.*?\*/", "", TOKENS.read_text(), flags=re.S)
    found: dict[str, dict[str, str]] = {}
    for selectors, body in re.findall(r"([^{}]*)\{([^}]*)\}", text):
        for selector in selectors.split(","):
            found.setdefault(selector.strip(), {}).update(re.findall(r"--([a-z0-9-]+):\s*([^;]+);", body))
    themes = {
        '[data-bs-theme="light"]': LIGHT,
        '[data-bs-theme="dark"]': DARK,
        '[data-palette="cvd"]': SAFE_LIGHT,
        '[data-bs-theme="dark"] [data-palette="cvd"]': SAFE_DARK,
    }
    for selector, colors in themes.items():
        assert {name: found[selector][name].strip() for name in colors} == colors
