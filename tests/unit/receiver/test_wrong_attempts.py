"""Who is wrong too often waits, whoever they say they are."""

from __future__ import annotations

from muster.receiver.wrong_attempts import FREE, WAIT_S, WrongAttempts


def _tried(attempts: WrongAttempts, name: str, times: int) -> None:
    for _ in range(times):
        attempts.begin(name)


def test_after_some_wrong_attempts_there_is_one_in_a_while() -> None:
    now = [1000.0]
    attempts = WrongAttempts(lambda: now[0])
    _tried(attempts, "erika", FREE - 1)
    assert not attempts.has_to_wait("erika")
    for _ in range(3):
        attempts.begin("erika")
        assert attempts.has_to_wait("erika")
        now[0] += WAIT_S - 1
        assert attempts.has_to_wait("erika")
        now[0] += 1
        assert not attempts.has_to_wait("erika")


def test_somebody_else_need_not_wait() -> None:
    attempts = WrongAttempts(lambda: 0.0)
    _tried(attempts, "erika", FREE)
    assert not attempts.has_to_wait("max")


def test_who_was_right_begins_anew() -> None:
    attempts = WrongAttempts(lambda: 0.0)
    _tried(attempts, "erika", FREE)
    attempts.forget("erika")
    _tried(attempts, "erika", FREE - 1)
    assert not attempts.has_to_wait("erika")


def test_names_that_nobody_has_do_not_fill_the_memory() -> None:
    attempts = WrongAttempts(lambda: 0.0)
    _tried(attempts, "erika", FREE)
    for number in range(10_000):
        attempts.begin(f"name {number}")
    assert not attempts.has_to_wait("erika")
