"""Trying again, with a clock of the test's own."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from dashboard.errors import InstrumentNotFound, ProviderUnavailable
from dashboard.providers.retry import Retry


@dataclass
class Time:
    now: float = 0.0
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def patient(time: Time, *, attempts: int = 5, total_seconds: float = 60.0) -> Retry:
    return Retry(attempts, total_seconds, 1.0, 4.0, clock=lambda: time.now, sleep=time.sleep, jitter=lambda: 1.0)


@dataclass
class Flaky:
    """Fails ``times`` times, each after ``lasts_seconds`` or when no time is left."""

    time: Time
    times: int
    lasts_seconds: float = 0.0
    left: list[float] = field(default_factory=list)

    def __call__(self, seconds_left: float) -> str:
        self.left.append(seconds_left)
        self.time.now += min(self.lasts_seconds, seconds_left)
        if len(self.left) <= self.times:
            raise ProviderUnavailable("later", provider="test")
        return "answer"


def test_an_answer_after_failures_is_returned_and_the_waits_grow_to_a_limit() -> None:
    time = Time()
    flaky = Flaky(time, times=4)
    assert patient(time).call(flaky) == "answer"
    assert time.waits == [1.0, 2.0, 4.0, 4.0]
    assert flaky.left == [60.0, 59.0, 57.0, 53.0, 49.0]


def test_the_last_failure_comes_out_when_no_attempt_is_left() -> None:
    time = Time()
    flaky = Flaky(time, times=9)
    with pytest.raises(ProviderUnavailable):
        patient(time, attempts=3).call(flaky)
    assert len(flaky.left) == 3


def test_all_attempts_together_keep_to_the_total_time() -> None:
    time = Time()
    flaky = Flaky(time, times=9, lasts_seconds=10)
    with pytest.raises(ProviderUnavailable):
        patient(time, total_seconds=25).call(flaky)
    assert flaky.left == [25.0, 14.0, 2.0]
    assert time.now == 25


def test_what_trying_again_cannot_help_comes_out_at_once() -> None:
    def unknown(_: float) -> str:
        raise InstrumentNotFound("no", provider="test")

    time = Time()
    with pytest.raises(InstrumentNotFound):
        patient(time).call(unknown)
    assert not time.waits
