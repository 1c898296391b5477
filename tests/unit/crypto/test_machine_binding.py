"""Key slots bound to a computer: what does not open elsewhere, and what takes the layer off again."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest

from muster.crypto.key_slots import Argon2Cost, KeySlot
from muster.crypto.machine_binding import (
    MachineBinding,
    Place,
    bind,
    binding_from_json,
    binding_to_json,
    new_machine_secret,
    release,
)
from muster.crypto.os_keyring import KEYRING_KEY_GONE
from muster.errors import KeyUnavailable
from simulators.account_keyring import Account
from swtpm import SoftwareTpm

_SECRET = bytes(range(32))
_SLOT = KeySlot("erika", bytes(16), Argon2Cost(), b"what the password opens")


@pytest.fixture
def account() -> Iterator[Account]:
    before, account = keyring.get_keyring(), Account()
    keyring.set_keyring(account)
    yield account
    keyring.set_keyring(before)


def test_nothing_keeps_no_secret() -> None:
    with pytest.raises(ValueError, match="no secret"):
        MachineBinding.make(Place.NOTHING, _SECRET)


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"to": "tpm"},
        {"to": "nothing", "sealed": "00"},
        {"to": "somewhere", "sealed": "00"},
        {"to": "tpm", "sealed": "xx"},
        {"to": "tpm", "sealed": 3},
    ],
)
def test_a_binding_that_nobody_wrote_is_refused(content: dict[str, object]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        binding_from_json(content)


def test_a_binding_is_read_as_it_was_written() -> None:
    binding = MachineBinding(Place.KEYRING, b"sealed")
    assert binding_from_json(binding_to_json(binding)) == binding


def test_a_bound_slot_is_not_released_by_the_secret_of_another_machine() -> None:
    with pytest.raises(KeyUnavailable) as caught:
        release(bind(_SLOT, _SECRET), new_machine_secret(), KEYRING_KEY_GONE)
    assert caught.value.code is KEYRING_KEY_GONE


def test_a_bound_slot_is_the_same_again_after_its_release() -> None:
    bound = bind(_SLOT, _SECRET)
    assert _SLOT.wrapped_key not in bound.wrapped_key
    assert release(bound, _SECRET) == _SLOT


def test_the_keyring_gives_the_secret_back_until_it_is_to_forget_it(account: Account) -> None:
    binding = MachineBinding.make(Place.KEYRING, _SECRET)
    assert binding.secret() == _SECRET
    binding.forget()
    with pytest.raises(KeyUnavailable) as caught:
        binding.secret()
    assert caught.value.code.name == "KEYRING_KEY_GONE"


def test_a_tpm_is_the_best_place_and_gives_back_what_it_sealed_but_nothing_of_another_length(
    software_tpm: SoftwareTpm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TPM2TOOLS_TCTI", software_tpm.tcti)
    assert Place.best() is Place.TPM

    binding = MachineBinding.make(Place.TPM, _SECRET)
    binding.forget()  # a TPM holds nothing of it
    assert binding.secret() == _SECRET
    with pytest.raises(KeyUnavailable) as caught:
        MachineBinding.make(Place.TPM, b"short").secret()
    assert caught.value.code.name == "TPM_KEY_GONE"
