"""Pauses after a refusal, and the circuit breaker."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from dashboard.errors import ProviderError, ProviderRefused, ProviderUnavailable, RateLimited, UnreadableAnswer
from dashboard.providers.base import HistoryRequest
from dashboard.providers.budget import BudgetSpent
from dashboard.providers.circuits import LocalCircuits, Rule
from dashboard.providers.guard import GuardedProvider, Habits, LocalPauses
from tests.unit.providers.fakes import FakeProvider


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def refused(symbol: str | None) -> ProviderError:
    return RateLimited("slow down", provider="fake", symbol=symbol, retry_after_seconds=30)


def down(symbol: str | None) -> ProviderError:
    return ProviderUnavailable("down", provider="fake", symbol=symbol)


def guarded(fake: FakeProvider, clock: Clock) -> GuardedProvider:
    rule = Rule(failures=3, window_seconds=60, rest_seconds=20)
    return GuardedProvider(fake, LocalPauses(clock), LocalCircuits(rule, clock))


def ask(provider: GuardedProvider, symbol: str = "ABC") -> None:
    provider.history(HistoryRequest(symbol))


def test_a_refused_symbol_is_left_alone_for_as_long_as_was_asked_and_others_are_not() -> None:
    clock, fake = Clock(), FakeProvider(symbols=("ABC", "XYZ"), failure=refused)
    provider = guarded(fake, clock)
    with pytest.raises(RateLimited):
        ask(provider)
    fake.failure = None
    clock.now += 10
    with pytest.raises(RateLimited) as waiting:
        ask(provider)
    assert (waiting.value.retry_after_seconds, waiting.value.symbol) == (20, "ABC")
    ask(provider, "XYZ")
    clock.now += 20
    ask(provider)
    assert fake.asked == ["ABC", "XYZ", "ABC"]


def test_a_second_refusal_in_a_row_pauses_every_symbol_but_not_other_kinds_of_calls() -> None:
    clock, fake = Clock(), FakeProvider(symbols=("ABC", "DEF", "XYZ"), failure=refused)
    provider = guarded(fake, clock)
    for symbol in ("ABC", "DEF", "XYZ"):
        with pytest.raises(RateLimited):
            ask(provider, symbol)
    assert fake.asked == ["ABC", "DEF"]
    fake.failure = None
    assert set(provider.quotes(["XYZ"])) == {"XYZ"}
    assert provider.search("XY")


def test_after_failures_in_a_row_one_trial_at_a_time_goes_out() -> None:
    clock, fake = Clock(), FakeProvider(failure=down)
    provider = guarded(fake, clock)
    for _ in range(5):
        with pytest.raises(ProviderUnavailable):
            ask(provider)
    assert len(fake.asked) == 3
    clock.now += 20
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            ask(provider)
    assert len(fake.asked) == 4
    fake.failure = None
    clock.now += 20
    for _ in range(2):
        ask(provider)
    assert len(fake.asked) == 6


def test_an_unknown_symbol_is_an_answer_and_no_failure() -> None:
    fake = FakeProvider(failure=down)
    provider = guarded(fake, Clock())
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            ask(provider)
    fake.failure = None
    with pytest.raises(ProviderError, match="unknown"):
        ask(provider, "NOPE")
    fake.failure = down
    for _ in range(2):
        with pytest.raises(ProviderUnavailable, match="down"):
            ask(provider)


def test_failures_that_lie_far_apart_do_not_open_the_circuit() -> None:
    clock, fake = Clock(), FakeProvider(failure=down)
    provider = guarded(fake, clock)
    for _ in range(6):
        with pytest.raises(ProviderUnavailable, match=r"^down$"):
            ask(provider)
        clock.now += 30
    assert len(fake.asked) == 6


def test_an_open_circuit_repeats_why_the_last_call_failed() -> None:
    def wrong_key(symbol: str | None) -> ProviderError:
        return ProviderRefused("The key is wrong.", provider="fake", symbol=symbol)

    fake = FakeProvider(failure=wrong_key)
    provider = guarded(fake, Clock())
    for _ in range(3):
        with pytest.raises(ProviderRefused):
            ask(provider)
    with pytest.raises(ProviderUnavailable, match=r"in a row \(The key is wrong\) and"):
        ask(provider)
    assert len(fake.asked) == 3


def test_answers_that_cannot_be_read_say_nothing_about_other_symbols() -> None:
    def broken(symbol: str | None) -> ProviderError:
        return UnreadableAnswer("half", provider="fake", symbol=symbol)

    fake = FakeProvider(failure=broken)
    provider = guarded(fake, Clock())
    for _ in range(9):
        with pytest.raises(UnreadableAnswer):
            ask(provider)
    fake.failure = None
    ask(provider)


def test_a_refusal_of_the_key_pauses_every_kind_of_call() -> None:
    clock, fake = Clock(), FakeProvider(failure=refused)
    provider = GuardedProvider(fake, LocalPauses(clock), habits=Habits(by_key=True))
    with pytest.raises(RateLimited):
        ask(provider)
    fake.failure = None
    with pytest.raises(RateLimited):
        provider.quotes(["ABC"])
    clock.now += 30
    assert provider.quotes(["ABC"])


def test_a_spent_budget_is_no_refusal_of_the_provider() -> None:
    def spent(symbol: str | None) -> ProviderError:
        return BudgetSpent("wait", provider="fake", symbol=symbol, retry_after_seconds=500)

    fake = FakeProvider(failure=spent)
    provider = guarded(fake, Clock())
    for _ in range(3):
        with pytest.raises(BudgetSpent):
            ask(provider)
    fake.failure = None
    ask(provider)
