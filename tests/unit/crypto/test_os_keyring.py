"""The machine secret and the keyring of an account: kept, found, refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.backends.chainer import ChainerBackend

from muster.crypto import os_keyring
from muster.crypto.machine_binding import MachineBinding, Place
from muster.errors import KeyUnavailable
from simulators.account_keyring import Account

_SECRET = bytes(range(32))


class WrittenInTheClear(Account):
    """As the package's own files without a password: it says itself that it is not recommended."""

    priority = 0.5  # type: ignore[assignment]


class Broken(Account):
    """A desktop whose other side went away."""

    def get_password(self, service: str, username: str) -> str | None:
        raise OSError("no bus")


class Forgetful(Account):
    """Says yes and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Unasked(Account):
    @property
    def priority(self) -> float:  # type: ignore[override]
        raise RuntimeError("no bus")


def _chain(*keyrings: KeyringBackend) -> KeyringBackend:
    """What the package makes of several: it recommends itself, whatever they are."""
    chain: type[KeyringBackend] = type("Chain", (ChainerBackend,), {"viable": False, "backends": keyrings})
    return chain()


@pytest.fixture
def account() -> Iterator[Account]:
    before, account = keyring.get_keyring(), Account()
    keyring.set_keyring(account)
    yield account
    keyring.set_keyring(before)


def _code_of(ask: Callable[[], object]) -> str:
    with pytest.raises(KeyUnavailable) as caught:
        ask()
    return caught.value.code.name


@pytest.mark.parametrize(
    "none",
    [
        fail.Keyring(),
        null.Keyring(),
        WrittenInTheClear(),
        _chain(),
        _chain(WrittenInTheClear(), WrittenInTheClear()),
    ],
)
def test_what_protects_nothing_is_given_nothing(account: Account, none: KeyringBackend) -> None:
    keyring.set_keyring(none)
    assert not os_keyring.is_usable()
    assert _code_of(lambda: os_keyring.seal(_SECRET)) == "KEYRING_ABSENT"


def test_a_keyring_whose_other_side_went_away_is_absent(account: Account) -> None:
    sealed = os_keyring.seal(_SECRET)
    keyring.set_keyring(Broken())
    assert _code_of(lambda: os_keyring.unseal(sealed)) == "KEYRING_ABSENT"
    assert _code_of(lambda: os_keyring.seal(_SECRET)) == "KEYRING_ABSENT"


def test_a_locked_keyring_says_that_it_is(account: Account) -> None:
    sealed = os_keyring.seal(_SECRET)
    account.locked = True
    assert _code_of(lambda: os_keyring.unseal(sealed)) == "KEYRING_ABSENT"


def test_another_accounts_keyring_opens_nothing(account: Account) -> None:
    sealed = os_keyring.seal(_SECRET)
    keyring.set_keyring(Account())
    assert _code_of(lambda: os_keyring.unseal(sealed)) == "KEYRING_KEY_GONE"


@pytest.mark.parametrize("put_there", ["00" * 32, "", "no key"])
def test_an_entry_that_was_replaced_opens_nothing(account: Account, put_there: str) -> None:
    sealed = os_keyring.seal(_SECRET)
    account.held = dict.fromkeys(account.held, put_there)
    assert _code_of(lambda: os_keyring.unseal(sealed)) == "KEYRING_KEY_GONE"


@pytest.mark.parametrize("length", [0, 15, 16, 40])
def test_what_was_cut_off_opens_nothing(account: Account, length: int) -> None:
    sealed = os_keyring.seal(_SECRET)
    assert _code_of(lambda: os_keyring.unseal(sealed[:length])) == "KEYRING_KEY_GONE"


def test_the_keyring_gives_back_what_it_was_given_and_holds_nothing_of_it_itself(account: Account) -> None:
    sealed = os_keyring.seal(_SECRET)
    assert os_keyring.unseal(sealed) == _SECRET
    assert _SECRET not in sealed
    assert _SECRET.hex() not in repr(account.held)


def test_of_several_keyrings_the_best_is_given_the_key(account: Account) -> None:
    other = WrittenInTheClear()
    keyring.set_keyring(_chain(account, other))
    sealed = os_keyring.seal(_SECRET)
    assert (len(account.held), len(other.held)) == (1, 0)
    assert os_keyring.unseal(sealed) == _SECRET


def test_behind_a_keyring_that_came_later_the_key_is_found_and_forgotten(account: Account) -> None:
    sealed = os_keyring.seal(_SECRET)
    keyring.set_keyring(_chain(Account(), account))
    assert os_keyring.unseal(sealed) == _SECRET
    os_keyring.forget(sealed)
    assert account.held == {}


def test_forgotten_it_opens_no_more(account: Account) -> None:
    sealed = os_keyring.seal(_SECRET)
    os_keyring.forget(sealed)
    assert account.held == {}
    assert _code_of(lambda: os_keyring.unseal(sealed)) == "KEYRING_KEY_GONE"


def test_forgetting_what_is_not_there_is_no_error(account: Account) -> None:
    os_keyring.forget(bytes(60))


def test_a_secret_of_another_length_is_not_the_machines(account: Account) -> None:
    binding = MachineBinding(Place.KEYRING, os_keyring.seal(b"short"))
    assert _code_of(binding.secret) == "KEYRING_KEY_GONE"


def test_without_a_tpm_the_keyring_is_the_best_there_is_and_without_both_passwords_are(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TPM2TOOLS_TCTI", "swtpm:path=/nowhere")
    assert Place.best() is Place.KEYRING
    keyring.set_keyring(fail.Keyring())
    assert Place.best() is Place.NOTHING


def test_a_keyring_that_cannot_be_asked_how_good_it_is_is_of_no_use(account: Account) -> None:
    keyring.set_keyring(Unasked())
    assert not os_keyring.is_usable()


def test_a_keyring_that_does_not_keep_what_it_is_given_is_absent(account: Account) -> None:
    keyring.set_keyring(Forgetful())
    assert _code_of(lambda: os_keyring.seal(_SECRET)) == "KEYRING_ABSENT"
