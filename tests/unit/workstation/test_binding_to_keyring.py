"""A station whose key slots are bound to the keyring of the account at its computer."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail

from muster.clock import utc_now
from muster.errors import KeyUnavailable, MusterError, Refused, SignInRefused
from muster.workstation import binding
from muster.workstation.station import Place, Station
from simulators.account_keyring import Account
from unit.workstation.desks import OFFICER, SUPERVISOR, desk_at


@pytest.fixture
def account() -> Iterator[Account]:
    before, account = keyring.get_keyring(), Account()
    keyring.set_keyring(account)
    yield account
    keyring.set_keyring(before)


@pytest.fixture
def bound(root: Path, account: Account) -> Path:
    _move(root, Place.KEYRING)
    return root


def _move(root: Path, to: Place, note: Path | None = None) -> None:
    binding.move(Station.at(root, utc_now), SUPERVISOR.user_id, SUPERVISOR.password, to, note)


def _code_of(kind: type[MusterError], ask: Callable[[], object]) -> str:
    with pytest.raises(kind) as caught:
        ask()
    return caught.value.code.name


def _confirm(root: Path) -> None:
    Station.at(root, utc_now).confirm(OFFICER.user_id, OFFICER.password)


def test_a_disk_without_the_accounts_keyring_opens_with_no_password(bound: Path) -> None:
    keyring.set_keyring(Account())
    assert _code_of(KeyUnavailable, lambda: _confirm(bound)) == "KEYRING_KEY_GONE"
    keyring.set_keyring(fail.Keyring())
    assert _code_of(KeyUnavailable, lambda: _confirm(bound)) == "KEYRING_ABSENT"


def test_the_keyring_alone_opens_nothing(bound: Path) -> None:
    station = Station.at(bound, utc_now)
    assert _code_of(SignInRefused, lambda: station.confirm(OFFICER.user_id, "guessed it")) == "SIGN_IN_REFUSED"


def test_with_keyring_and_password_it_opens_and_says_what_it_is_bound_to(bound: Path) -> None:
    with desk_at(bound) as desk:
        assert desk.enrollment.start().is_draft
        record = next(each for each in desk.trail.newest_first(100) if each.event == "MUS-STA-004")
    assert dict(record.detail) == {"bound_to": "keyring", "before": "nothing", "note": "false"}
    assert Station.at(bound, utc_now).bound_to is Place.KEYRING


def test_released_it_opens_without_a_keyring_and_the_file_of_before_opens_no_more(
    bound: Path, account: Account, tmp_path: Path
) -> None:
    shutil.copytree(bound, tmp_path / "copy of before")
    _move(bound, Place.NOTHING)
    assert account.held == {}
    keyring.set_keyring(fail.Keyring())
    _confirm(bound)
    keyring.set_keyring(account)
    assert _code_of(KeyUnavailable, lambda: _confirm(tmp_path / "copy of before")) == "KEYRING_KEY_GONE"


def test_with_the_note_it_is_released_though_the_keyring_is_gone(
    root: Path, account: Account, tmp_path: Path
) -> None:
    _move(root, Place.KEYRING, tmp_path / "note")
    keyring.set_keyring(fail.Keyring())
    station = Station.at(root, utc_now)
    station.use_recovery(binding.read_note(tmp_path / "note"))
    binding.move(station, SUPERVISOR.user_id, SUPERVISOR.password, Place.NOTHING)
    _confirm(root)


def test_a_slot_that_was_changed_is_told_as_what_it_is_bound_to(bound: Path) -> None:
    content = json.loads((bound / "station.json").read_text())
    for slot in content["key_slots"]:
        slot["wrapped_key"] = "00" * (len(slot["wrapped_key"]) // 2)
    (bound / "station.json").write_text(json.dumps(content))
    assert _code_of(KeyUnavailable, lambda: _confirm(bound)) == "KEYRING_KEY_GONE"


def test_an_officer_puts_nothing_into_the_keyring(root: Path, account: Account) -> None:
    station = Station.at(root, utc_now)
    ask = lambda: binding.move(station, OFFICER.user_id, OFFICER.password, Place.KEYRING)  # noqa: E731
    assert _code_of(Refused, ask) == "SUPERVISOR_ONLY"
    assert account.held == {}


def test_without_a_keyring_the_station_stays_as_it_is(root: Path, account: Account) -> None:
    keyring.set_keyring(fail.Keyring())
    before = (root / "station.json").read_bytes()
    assert _code_of(KeyUnavailable, lambda: _move(root, Place.KEYRING)) == "KEYRING_ABSENT"
    assert (root / "station.json").read_bytes() == before


def test_the_same_object_goes_on_with_what_it_was_bound_to_last(bound: Path) -> None:
    station = Station.at(bound, utc_now)
    station.confirm(OFFICER.user_id, OFFICER.password)
    binding.move(station, SUPERVISOR.user_id, SUPERVISOR.password, Place.KEYRING)
    station.confirm(OFFICER.user_id, OFFICER.password)


def test_every_place_is_told_in_words() -> None:
    assert set(binding.PROTECTION) == set(Place)
