"""Cells that a spreadsheet would run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.security.csv_safety import is_dangerous, neutralise, restore


@pytest.mark.parametrize(
    "text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "\0", "  =1", "'=1", "''\t", "-1+2"]
)
def test_what_a_spreadsheet_may_run_is_neutralised(text: str) -> None:
    assert neutralise(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "-5.20", "+3", "-1,5", "-1e-7", "a=b", "it's", "'", "O'Neill", "1-2", " -5 "])
def test_numbers_and_plain_words_stay_as_they_are(text: str) -> None:
    assert neutralise(text) == text


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r\n\0 1a,."), max_size=8))
def test_restoring_is_the_inverse_of_neutralising(text: str) -> None:
    safe = neutralise(text)
    assert restore(safe) == text
    assert safe.startswith("'") or not is_dangerous(safe)
