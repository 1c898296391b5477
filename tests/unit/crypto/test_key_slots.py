from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from muster.crypto.key_slots import (
    SIGN_IN_REFUSED,
    Argon2Cost,
    KeySlot,
    make_slot,
    open_slot,
    slot_from_json,
    slot_to_json,
)
from muster.errors import SignInRefused

STATION_KEY = bytes(range(32))
CHEAP = Argon2Cost(memory_kib=64, iterations=1, lanes=1)


@pytest.fixture
def slot() -> KeySlot:
    return make_slot("erika", "a long password", STATION_KEY, CHEAP)


def refused(slot: KeySlot, password: str) -> bool:
    try:
        open_slot(slot, password)
    except SignInRefused as error:
        return error.code is SIGN_IN_REFUSED
    return False


@pytest.mark.parametrize("password", ["", "a long passwor", "a long password ", "A long password", "\0"])
def test_a_wrong_password_is_refused(slot: KeySlot, password: str) -> None:
    with pytest.raises(SignInRefused) as caught:
        open_slot(slot, password)

    assert caught.value.code is SIGN_IN_REFUSED


def test_a_slot_moved_to_another_user_does_not_open_with_the_right_password(slot: KeySlot) -> None:
    assert refused(replace(slot, user_id="anton"), "a long password")


def test_the_key_of_another_slot_does_not_open_under_this_name(slot: KeySlot) -> None:
    antons = make_slot("anton", "a long password", STATION_KEY, CHEAP)

    assert refused(replace(slot, salt=antons.salt, wrapped_key=antons.wrapped_key), "a long password")


def test_a_flipped_byte_of_the_wrapped_key_is_refused(slot: KeySlot) -> None:
    wrapped = slot.wrapped_key
    copies = [
        replace(slot, wrapped_key=wrapped[:at] + bytes((wrapped[at] ^ 1,)) + wrapped[at + 1 :])
        for at in range(len(wrapped))
    ]

    assert len(copies) == 48
    assert all(refused(copy, "a long password") for copy in copies)


def test_a_wrapped_key_cut_off_anywhere_is_refused(slot: KeySlot) -> None:
    copies = [replace(slot, wrapped_key=slot.wrapped_key[:length]) for length in range(48)]

    assert all(refused(copy, "a long password") for copy in copies)


def test_a_changed_salt_is_refused(slot: KeySlot) -> None:
    assert refused(replace(slot, salt=bytes(16)), "a long password")


def test_a_cost_made_cheaper_is_refused(slot: KeySlot) -> None:
    assert refused(replace(slot, cost=replace(CHEAP, memory_kib=32)), "a long password")


@pytest.mark.parametrize(
    ("memory_kib", "iterations", "lanes"),
    [
        (0, 1, 1),
        (7, 1, 1),
        (31, 1, 4),  # RFC 9106: eight blocks of a KiB for each lane
        (-64, 1, 1),
        (2 * 1024 * 1024 + 1, 1, 1),
        (64, 0, 1),
        (64, -3, 1),
        (64, 65, 1),
        (64, 1, 0),
        (64, 1, -1),
        (1024, 1, 17),
    ],
)
def test_a_cost_that_cannot_be_meant_is_no_cost(memory_kib: int, iterations: int, lanes: int) -> None:
    with pytest.raises(ValueError, match="cost"):
        Argon2Cost(memory_kib, iterations, lanes)


@pytest.mark.parametrize("value", ["64", 64.0, None, True, [64]])
@pytest.mark.parametrize("name", ["memory_kib", "iterations", "lanes"])
def test_a_cost_is_made_of_whole_numbers(name: str, value: Any) -> None:
    with pytest.raises(TypeError):
        Argon2Cost(**{name: value})


@pytest.mark.parametrize("cost", [(8, 1, 1), (128, 64, 16), (2 * 1024 * 1024, 3, 4)])
def test_the_cheapest_and_the_dearest_cost_are_costs(cost: tuple[int, int, int]) -> None:
    memory_kib, iterations, lanes = cost
    assert Argon2Cost(*cost) == Argon2Cost(memory_kib=memory_kib, iterations=iterations, lanes=lanes)


def test_a_salt_too_short_for_argon2_makes_no_slot(slot: KeySlot) -> None:
    with pytest.raises(ValueError, match="salt"):
        replace(slot, salt=bytes(7))


def test_each_operators_password_opens_the_same_station_key(slot: KeySlot) -> None:
    antons = make_slot("anton", "another password", STATION_KEY, CHEAP)

    assert open_slot(slot, "a long password") == open_slot(antons, "another password") == STATION_KEY


def test_a_password_of_any_alphabet_opens_its_slot() -> None:
    slot = make_slot("erika", "كلمة السر 🔑", STATION_KEY, CHEAP)

    assert open_slot(slot, "كلمة السر 🔑") == STATION_KEY


def test_the_same_password_twice_gives_slots_that_share_nothing(slot: KeySlot) -> None:
    again = make_slot("erika", "a long password", STATION_KEY, CHEAP)

    assert again.salt != slot.salt
    assert again.wrapped_key != slot.wrapped_key


def test_the_station_key_does_not_show_in_the_slot(slot: KeySlot) -> None:
    assert STATION_KEY not in slot.wrapped_key
    assert slot.wrapped_key[:32] != STATION_KEY


def test_an_operators_slot_costs_what_rfc_9106_recommends() -> None:
    """Its second recommended option, for machines with little memory: 64 MiB, 3 passes, 4 lanes."""
    slot = make_slot("erika", "a long password", STATION_KEY)

    assert slot.cost == Argon2Cost(memory_kib=65536, iterations=3, lanes=4)
    assert open_slot(slot, "a long password") == STATION_KEY


@pytest.mark.parametrize(
    "changes",
    [
        {"user_id": 5},
        {"salt": "xyz"},
        {"salt": 5},
        {"salt": "00"},
        {"wrapped_key": None},
        {"kdf": None},
        {"kdf": {"name": "md5"}},
        {"kdf": {"name": "argon2id", "memory_kib": 64, "iterations": 1, "lanes": 1, "more": 1}},
        {"kdf": {"name": "argon2id", "memory_kib": 2**40, "iterations": 1, "lanes": 1}},
    ],
)
def test_a_slot_that_was_not_written_so_is_not_read(slot: KeySlot, changes: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        slot_from_json({**slot_to_json(slot), **changes})


def test_a_slot_is_read_as_it_was_written(slot: KeySlot) -> None:
    assert slot_from_json(slot_to_json(slot)) == slot
