"""The people of a station, and who may change them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from muster.clock import utc_now
from muster.crypto.key_slots import Argon2Cost, make_slot
from muster.domain.operators import Role
from muster.errors import BadInput, Refused, SignInRefused
from muster.workstation import station as station_module
from muster.workstation.desk import Desk, sign_in
from muster.workstation.proving import Proof
from muster.workstation.server import NoServer
from muster.workstation.station import NewOperator, Station
from unit.workstation.desks import OFFICER, QUICK, SUPERVISOR

_PROOF = Proof(SUPERVISOR.password)
_HEIDI = NewOperator("heidi", "a mountain and a goat")


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
    monkeypatch.setattr(station_module, "make_slot", partial(make_slot, cost=cheap))


@contextmanager
def _signed_in(root: Path, who: NewOperator) -> Iterator[Desk]:
    station = Station.at(root, utc_now)
    with sign_in(station, who.user_id, who.password, NoServer(), utc_now, policy=QUICK) as desk:
        yield desk


@pytest.fixture
def desk(root: Path) -> Iterator[Desk]:
    """The supervisor's, who is the administrator as well."""
    with _signed_in(root, SUPERVISOR) as desk:
        yield desk


def _cannot_sign_in(root: Path, who: NewOperator) -> str:
    with pytest.raises(SignInRefused) as caught, _signed_in(root, who):
        pass
    return caught.value.code.name


_CHANGES: dict[str, Callable[[Desk], object]] = {
    "list": lambda desk: desk.operators.all(),
    "add": lambda desk: desk.operators.add(_HEIDI, [Role.ADMINISTRATOR], Proof(OFFICER.password)),
    "reset": lambda desk: desk.operators.reset_password("max", "another password", Proof(OFFICER.password)),
    "roles": lambda desk: desk.operators.change_roles("erika", [Role.ADMINISTRATOR], Proof(OFFICER.password)),
    "block": lambda desk: desk.operators.block("max", Proof(OFFICER.password)),
    "unblock": lambda desk: desk.operators.unblock("max", Proof(OFFICER.password)),
    "remove": lambda desk: desk.operators.remove("max", Proof(OFFICER.password)),
    "authenticator": lambda desk: desk.operators.remove_authenticator("max", Proof(OFFICER.password)),
}


@pytest.mark.parametrize("change", _CHANGES)
def test_an_officer_changes_nobody(root: Path, change: str) -> None:
    before = (root / "station.json").read_bytes()
    with _signed_in(root, OFFICER) as desk, pytest.raises(Refused) as caught:
        _CHANGES[change](desk)
    assert caught.value.code.name == "ADMINISTRATOR_ONLY"
    assert (root / "station.json").read_bytes() == before


def test_without_the_administrators_password_nobody_is_added(desk: Desk, root: Path) -> None:
    with pytest.raises(SignInRefused):
        desk.operators.add(_HEIDI, [Role.OFFICER], Proof("wrong password"))
    assert [line.operator.user_id for line in desk.operators.all()] == ["erika", "max"]
    assert _cannot_sign_in(root, _HEIDI) == "SIGN_IN_REFUSED"


def test_somebody_new_opens_the_station_with_the_password_given(desk: Desk, root: Path) -> None:
    desk.operators.add(_HEIDI, [Role.OFFICER], _PROOF)
    with _signed_in(root, _HEIDI) as hers:
        assert hers.operator.roles == {Role.OFFICER}
        hers.enrollment.start()


def test_a_window_that_was_open_before_lets_somebody_new_in(desk: Desk, root: Path) -> None:
    open_before = Station.at(root, utc_now)
    desk.operators.add(_HEIDI, [Role.OFFICER], _PROOF)
    assert "heidi" in open_before.operators
    open_before.confirm(_HEIDI.user_id, _HEIDI.password)


@pytest.mark.parametrize("name", ["ERIKA", "erika"])
def test_two_people_have_two_names(desk: Desk, root: Path, name: str) -> None:
    with pytest.raises(BadInput) as caught:
        desk.operators.add(NewOperator(name, "long enough"), [Role.OFFICER], _PROOF)
    assert caught.value.code.name == "OPERATOR_EXISTS"
    Station.at(root, utc_now).confirm(OFFICER.user_id, OFFICER.password)


def test_a_short_password_and_no_role_are_refused(desk: Desk) -> None:
    with pytest.raises(BadInput):
        desk.operators.add(NewOperator("heidi", "short"), [Role.OFFICER], _PROOF)
    with pytest.raises(BadInput) as caught:
        desk.operators.add(_HEIDI, [], _PROOF)
    assert caught.value.code.name == "ROLE_NEEDED"


def test_killed_before_the_password_was_written_somebody_new_gets_one_later(
    desk: Desk, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Station, "put_slot", killed)
        with pytest.raises(KeyboardInterrupt):
            desk.operators.add(_HEIDI, [Role.OFFICER], _PROOF)
    assert [line.has_password for line in desk.operators.all()] == [True, False, True]
    assert _cannot_sign_in(root, _HEIDI) == "SIGN_IN_REFUSED"
    desk.operators.reset_password("heidi", _HEIDI.password, _PROOF)
    with _signed_in(root, _HEIDI):
        pass


def test_a_reset_password_opens_and_the_old_one_does_not(desk: Desk, root: Path) -> None:
    desk.operators.reset_password("erika", "another password", _PROOF)
    assert _cannot_sign_in(root, OFFICER) == "SIGN_IN_REFUSED"
    with _signed_in(root, NewOperator("erika", "another password")):
        pass


def test_a_reset_ends_the_wait(desk: Desk, root: Path) -> None:
    for _ in range(6):
        _cannot_sign_in(root, NewOperator("erika", "wrong password"))
    assert desk.operators.all()[0].wait_s > 0
    desk.operators.reset_password("erika", "another password", _PROOF)
    with _signed_in(root, NewOperator("erika", "another password")):
        pass


def test_one_changes_the_own_password_with_the_one_of_before(root: Path) -> None:
    with _signed_in(root, OFFICER) as desk:
        with pytest.raises(SignInRefused):
            desk.operators.change_own_password("another password", Proof("wrong password"))
        desk.operators.change_own_password("another password", Proof(OFFICER.password))
    assert _cannot_sign_in(root, OFFICER) == "SIGN_IN_REFUSED"
    with _signed_in(root, NewOperator("erika", "another password")):
        pass


def test_somebody_blocked_does_not_get_in_and_hears_why_with_the_right_password_only(
    desk: Desk, root: Path
) -> None:
    desk.operators.block("erika", _PROOF)
    assert _cannot_sign_in(root, OFFICER) == "OPERATOR_BLOCKED"
    assert _cannot_sign_in(root, NewOperator("erika", "wrong password")) == "SIGN_IN_REFUSED"
    desk.operators.unblock("erika", _PROOF)
    with _signed_in(root, OFFICER):
        pass


def test_somebody_removed_is_nobody_and_what_was_registered_stays(desk: Desk, root: Path) -> None:
    with _signed_in(root, OFFICER) as hers:
        draft = hers.enrollment.start().id
    desk.operators.remove("erika", _PROOF)
    assert _cannot_sign_in(root, OFFICER) == "SIGN_IN_REFUSED"
    assert b"erika" not in (root / "station.json").read_bytes()
    assert [each.id for each in desk.enrollment.drafts()] == [draft]


def test_the_last_administrator_stays_one(desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        desk.operators.change_roles("max", [Role.OFFICER], _PROOF)
    assert caught.value.code.name == "LAST_ADMINISTRATOR"
    assert Role.ADMINISTRATOR in desk.operators.all()[1].operator.roles
    desk.operators.change_roles("erika", [Role.ADMINISTRATOR], _PROOF)
    desk.operators.change_roles("max", [Role.OFFICER], _PROOF)


def test_nobody_blocks_or_removes_themselves(desk: Desk) -> None:
    for change in (desk.operators.block, desk.operators.remove):
        with pytest.raises(Refused) as caught:
            change("MAX", _PROOF)
        assert caught.value.code.name == "NOT_ONESELF"


def test_every_change_of_a_person_is_in_the_trail(desk: Desk) -> None:
    desk.operators.add(_HEIDI, [Role.OFFICER], _PROOF)
    desk.operators.change_roles("heidi", [Role.OFFICER, Role.SUPERVISOR], _PROOF)
    desk.operators.block("heidi", _PROOF)
    desk.operators.unblock("heidi", _PROOF)
    desk.operators.remove("heidi", _PROOF)
    records = [each for each in reversed(desk.trail.newest_first(20)) if each.detail.get("operator") == "heidi"]
    assert [each.event for each in records] == [
        "MUS-STA-002", "MUS-STA-011", "MUS-STA-007", "MUS-STA-008", "MUS-STA-009", "MUS-STA-010",
    ]  # fmt: skip
    assert {each.actor for each in records} == {"max"}
