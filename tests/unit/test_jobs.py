"""Jobs as they are declared, and how they are tried again."""

from __future__ import annotations

import datetime as dt
from importlib import import_module

import pytest

from dashboard.db.repositories.schedules import ScheduleRow
from dashboard.errors import InvalidInput, ProviderUnavailable, RateLimited
from dashboard.queue import OPTIONS, JobName, QueueName
from dashboard.services.schedules import due_times
from jobs import runtime
from jobs.schedule import DECLARED

START = dt.datetime(2026, 3, 29, 0, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize("name", JobName)
def test_every_job_can_be_imported_and_has_a_queue_and_a_timeout(name: JobName) -> None:
    module, _, function = name.value.rpartition(".")
    assert callable(getattr(import_module(module), function))
    assert OPTIONS[name].queue in QueueName
    assert OPTIONS[name].timeout_seconds > 0


def test_declared_schedules_have_a_key_each() -> None:
    assert len({schedule.key for schedule in DECLARED}) == len(DECLARED)


@pytest.mark.parametrize("late_minutes", [0, 1, 59])
def test_a_time_that_has_come_is_due_and_the_next_lies_ahead(late_minutes: int) -> None:
    row = ScheduleRow(1, "hourly", JobName.CLEAN_UP, dt.timedelta(hours=1), "latest", START)
    now = START + dt.timedelta(minutes=late_minutes)
    assert due_times(row, now) == ([START], START + dt.timedelta(hours=1))


def test_a_missed_time_is_skipped_but_one_on_time_is_not() -> None:
    row = ScheduleRow(1, "hourly", JobName.CLEAN_UP, dt.timedelta(hours=1), "skip", START)
    assert due_times(row, START + dt.timedelta(hours=3, minutes=30))[0] == []
    assert due_times(row, START + dt.timedelta(hours=3, seconds=30))[0] == [START + dt.timedelta(hours=3)]


def test_a_failure_that_may_pass_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "FIRST_PAUSE_SECONDS", 0.0)
    tries = []

    def work() -> str:
        tries.append(1)
        if len(tries) < 3:
            raise ProviderUnavailable("timeout", provider="yahoo")
        return "done"

    assert runtime._with_retries(work, 2) == "done"
    assert len(tries) == 3


def test_a_failure_that_cannot_pass_is_not_tried_again() -> None:
    tries = []

    def work() -> None:
        tries.append(1)
        raise InvalidInput("wrong")

    with pytest.raises(InvalidInput):
        runtime._with_retries(work, 5)
    assert len(tries) == 1


def test_a_provider_that_says_how_long_to_wait_is_waited_for_within_reason() -> None:
    def limited(seconds: float) -> RateLimited:
        return RateLimited("slow down", provider="yahoo", retry_after_seconds=seconds)

    assert runtime._pause(0, limited(7.0)) == 7.0
    assert runtime._pause(0, limited(3600.0)) == runtime.LONGEST_PAUSE_SECONDS
