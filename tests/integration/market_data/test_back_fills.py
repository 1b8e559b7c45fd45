"""Histories on demand: how far it is, what failed, asked for twice, cancelled, and with Redis emptied meanwhile."""

from __future__ import annotations

import os
from datetime import date

import pytest
import redis
from flask import Flask

from dashboard.domain.access import SYSTEM
from dashboard.errors import InvalidInput, ProviderUnavailable
from dashboard.providers.chain import ProviderChain
from dashboard.queue import JobName, QueueName, queue
from dashboard.results.back_fills import BackFill, BackFillState, SeriesFailure
from dashboard.services import back_fills, market_data
from dashboard.services.market_data import sources
from tests.integration.market_data.test_refresh import FakeProvider, history

START = date(2000, 1, 1)


@pytest.fixture
def fake(app_context: Flask, monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    """The only provider of the application."""
    provider = FakeProvider({name: history(name, [1.0, 2.0]) for name in "ABC"})
    chain = ProviderChain([provider])
    monkeypatch.setitem(app_context.extensions, sources.EXTENSION, (os.getpid(), chain))
    return provider


def asked(client: redis.Redis) -> list[list[object]]:
    """What workers were asked for."""
    jobs = queue(client, QueueName.LOW).jobs
    assert {job.func_name for job in jobs} <= {JobName.FETCH_HISTORY.value}
    return [list(job.args) for job in jobs]


def known(back_fill_id: str) -> BackFill:
    found = back_fills.progress(back_fill_id)
    assert found is not None
    return found


def test_what_was_asked_for_is_fetched_from_the_day_that_was_named(
    fake: FakeProvider, redis_client: redis.Redis
) -> None:
    fake.answers["B"] = ProviderUnavailable("down", provider="fake")
    found = back_fills.ask(SYSTEM, ["C", "A", "B", "NOSUCH", "A"], START)
    assert (found.state, found.total) == (BackFillState.WAITING, 4)
    assert asked(redis_client) == [[found.id, ["A", "B", "C", "NOSUCH"], "2000-01-01"]]

    back_fills.run(found.id, ["A", "B", "C", "NOSUCH"], START)

    failures = (
        SeriesFailure("B", "provider_unavailable", "down"),
        SeriesFailure("NOSUCH", "instrument_not_found", "unknown"),
    )
    assert known(found.id) == BackFill(found.id, BackFillState.DONE, 4, 4, 4, "", 2, failures)
    assert {request.start for request in fake.asked} == {START}
    assert len(market_data.bars("C").dates) == 2


def test_while_it_runs_the_series_that_is_being_fetched_is_named(fake: FakeProvider) -> None:
    seen: list[tuple[BackFillState, int, str]] = []
    answer = fake.history

    def watched(request: object) -> object:
        now = known(found.id)
        seen.append((now.state, now.done, now.current))
        return answer(request)  # type: ignore[arg-type]  # what the chain asks

    fake.history = watched  # type: ignore[method-assign,assignment]  # the same provider, looked at from within
    found = back_fills.ask(SYSTEM, ["A", "B"], START)
    back_fills.run(found.id, ["A", "B"], START)

    assert seen == [(BackFillState.RUNNING, 0, "A"), (BackFillState.RUNNING, 1, "B")]


def test_an_equal_request_joins_the_open_one_and_a_later_one_is_new(
    fake: FakeProvider, redis_client: redis.Redis
) -> None:
    first = back_fills.ask(SYSTEM, ["A", "B"], START)
    assert back_fills.ask(SYSTEM, ["B", "A"], START).id == first.id
    assert back_fills.ask(SYSTEM, ["A", "B"], date(2010, 1, 1)).id != first.id
    back_fills.run(first.id, ["A", "B"], START)
    assert back_fills.ask(SYSTEM, ["A", "B"], START).id != first.id
    assert len(asked(redis_client)) == 3


def test_a_cancelled_request_stops_before_the_next_series_and_keeps_what_came(fake: FakeProvider) -> None:
    found = back_fills.ask(SYSTEM, ["A", "B"], START)
    answer = fake.history

    def cancelling(request: object) -> object:
        back_fills.cancel(SYSTEM, found.id)
        return answer(request)  # type: ignore[arg-type]  # what the chain asks

    fake.history = cancelling  # type: ignore[method-assign,assignment]  # as above
    back_fills.run(found.id, ["A", "B"], START)

    assert (known(found.id).state, known(found.id).done) == (BackFillState.CANCELLED, 1)
    assert [request.provider_symbol for request in fake.asked] == ["A"]
    assert len(market_data.bars("A").dates) == 2


def test_one_that_is_cancelled_while_it_waits_is_not_begun(fake: FakeProvider) -> None:
    found = back_fills.ask(SYSTEM, ["A"], START)
    back_fills.cancel(SYSTEM, found.id)
    assert known(found.id).state is BackFillState.CANCELLED
    assert back_fills.run(found.id, ["A"], START) is None
    assert fake.asked == []


def test_a_long_one_goes_on_in_a_job_of_its_own(fake: FakeProvider, redis_client: redis.Redis) -> None:
    found = back_fills.ask(SYSTEM, ["A", "B", "C"], START)
    back_fills.run(found.id, ["A", "B", "C"], START, slice_seconds=0.0)

    assert asked(redis_client)[1:] == [[found.id, ["B", "C"], "2000-01-01"]]
    assert (known(found.id).state, known(found.id).done) == (BackFillState.RUNNING, 1)
    back_fills.run(found.id, ["B", "C"], START)
    assert (known(found.id).state, known(found.id).done, known(found.id).total) == (BackFillState.DONE, 3, 3)


def test_a_redis_that_was_emptied_loses_the_progress_and_not_the_prices(
    fake: FakeProvider, redis_client: redis.Redis
) -> None:
    found = back_fills.ask(SYSTEM, ["A"], START)
    redis_client.flushdb()
    assert back_fills.progress(found.id) is None
    back_fills.run(found.id, ["A"], START)
    assert known(found.id).state is BackFillState.DONE
    assert len(market_data.bars("A").dates) == 2


def test_at_least_one_symbol_is_named(fake: FakeProvider) -> None:
    with pytest.raises(InvalidInput):
        back_fills.ask(SYSTEM, [], START)
