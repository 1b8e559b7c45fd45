"""Every golden case by name, and that each says where its number comes from."""

from __future__ import annotations

import math

import pytest

from tests.golden import GoldenCase, collected
from tests.unit import golden

CASES = collected(golden)
SHORTEST_SOURCE = 12
LEAST_CASES = 120


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_published_number_is_ours(case: GoldenCase) -> None:
    assert case.compute() == pytest.approx(case.expected, rel=0.0, abs=case.tolerance)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_case_cites_a_work_and_a_place_in_it(case: GoldenCase) -> None:
    work, separator, place = case.source.partition(", ")
    assert separator
    assert len(work) > 3
    assert len(place) > 3
    assert len(case.source) >= SHORTEST_SOURCE


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_tolerance_leaves_something_to_fail(case: GoldenCase) -> None:
    assert math.isfinite(case.expected)
    assert 0.0 < case.tolerance <= max(0.01, 0.01 * abs(case.expected))


def test_no_two_cases_share_a_name() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names))


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= LEAST_CASES
