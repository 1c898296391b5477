"""Who one is: shown at sign-in and again where it counts, counted when it was wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from muster.audit.catalogue import AuditEvent
from muster.clock import utc_now
from muster.crypto.authenticator import _totp
from muster.devices.records import face_record
from muster.domain.biometrics import BiometricAttribute
from muster.domain.duplicates import Person, Whose
from muster.domain.operators import WAYS, Action, Factor
from muster.domain.registration import Step
from muster.errors import BadInput, NotAuthentic, Refused, SignInRefused
from muster.workstation.desk import Desk, sign_in
from muster.workstation.policy import Policy
from muster.workstation.proving import Proof
from muster.workstation.server import NoServer
from muster.workstation.station import NewOperator, Station
from unit.workstation.desks import OFFICER, QUICK, SUPERVISOR, play

_INDEX = BiometricAttribute.RIGHT_INDEX
_PASSWORD, _CODE = frozenset({Factor.PASSWORD}), frozenset({Factor.PASSWORD, Factor.CODE})
_WITH_CODE = replace(QUICK, ways={**WAYS, Action.SIGN_IN: (_CODE,)})


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@contextmanager
def _signed_in(
    root: Path, clock: Callable[[], datetime], who: NewOperator = OFFICER, policy: Policy = QUICK, code: str = ""
) -> Iterator[Desk]:
    station = Station.at(root, clock)
    with sign_in(station, who.user_id, who.password, NoServer(), clock, policy=policy, code=code) as desk:
        yield desk


def _refused(root: Path, clock: Clock, user_id: str, password: str, policy: Policy = QUICK, code: str = "") -> str:
    with (
        pytest.raises(SignInRefused) as caught,
        _signed_in(root, clock, NewOperator(user_id, password), policy, code),
    ):
        pass
    return caught.value.code.name


def _set_up(desk: Desk, clock: Clock) -> bytes:
    """An authenticator for the officer; its secret, as the app has it."""
    made = desk.operators.new_authenticator()
    desk.operators.set_authenticator(made, _code(made.secret, clock), Proof(OFFICER.password))
    clock.now += timedelta(seconds=30)  # that code is used
    return made.secret


def _code(secret: bytes, clock: Clock) -> str:
    return _totp(secret).generate(int(clock.now.timestamp())).decode()


def test_an_unknown_name_and_a_wrong_password_hear_the_same(root: Path, clock: Clock) -> None:
    unknown = _refused(root, clock, "mallory", OFFICER.password)
    assert unknown == _refused(root, clock, OFFICER.user_id, "wrong password") == "SIGN_IN_REFUSED"


def test_the_sixth_wrong_attempt_waits_and_so_does_the_right_password(root: Path, clock: Clock) -> None:
    said = [_refused(root, clock, OFFICER.user_id, f"wrong {number}") for number in range(5)]
    assert set(said) == {"SIGN_IN_REFUSED"}
    assert _refused(root, clock, OFFICER.user_id, OFFICER.password) == "SIGN_IN_LATER"


def test_the_trail_tells_of_wrong_attempts_once_somebody_can_open_it(root: Path, clock: Clock) -> None:
    _refused(root, clock, OFFICER.user_id, "wrong")
    _refused(root, clock, "mallory", "wrong")
    with _signed_in(root, clock, SUPERVISOR) as desk:
        told = [record for record in desk.trail.newest_first(20) if record.event == "MUS-AUT-005"]
    assert sorted((each.actor.split()[0], each.detail["count"]) for each in told) == [
        ("erika", "1"),
        ("unknown", "1"),
    ]


def test_a_wrong_password_at_the_signature_counts_like_one_at_the_door(root: Path, clock: Clock) -> None:
    with _signed_in(root, clock) as desk:
        for _ in range(5):
            with pytest.raises(SignInRefused) as caught:
                desk.unlock_screen(Proof("wrong password"))
            assert caught.value.code.name == "PASSWORD_WRONG"
        with pytest.raises(SignInRefused) as caught:
            desk.unlock_screen(Proof(OFFICER.password))
    assert caught.value.code.name == "SIGN_IN_LATER"


def test_nothing_shown_is_nothing_wrong(root: Path, clock: Clock) -> None:
    with _signed_in(root, clock) as desk:
        for _ in range(9):
            with pytest.raises(SignInRefused) as caught:
                desk.unlock_screen(Proof())
    assert caught.value.code.name == "MORE_TO_SHOW"


# An authenticator


def test_whoever_has_yet_to_set_up_an_authenticator_may_do_that_and_nothing_else(root: Path, clock: Clock) -> None:
    with _signed_in(root, clock, policy=_WITH_CODE) as desk:
        assert desk.access.missing == {Factor.CODE}
        with pytest.raises(Refused) as caught:
            desk.enrollment.start()
        assert caught.value.code.name == "FACTOR_MISSING"
        _set_up(desk, clock)
        desk.enrollment.start()


def test_with_an_authenticator_the_password_alone_opens_nothing(root: Path, clock: Clock) -> None:
    with _signed_in(root, clock) as desk:
        secret = _set_up(desk, clock)
    assert _refused(root, clock, OFFICER.user_id, OFFICER.password, _WITH_CODE) == "MORE_TO_SHOW"
    assert _refused(root, clock, OFFICER.user_id, OFFICER.password, _WITH_CODE, "000000") == "CODE_WRONG"
    with _signed_in(root, clock, policy=_WITH_CODE, code=_code(secret, clock)) as desk:
        assert desk.access.missing == frozenset()


def test_a_code_opens_once(root: Path, clock: Clock) -> None:
    with _signed_in(root, clock) as desk:
        secret = _set_up(desk, clock)
    code = _code(secret, clock)
    with _signed_in(root, clock, policy=_WITH_CODE, code=code):
        pass
    clock.now += timedelta(seconds=5)
    assert _refused(root, clock, OFFICER.user_id, OFFICER.password, _WITH_CODE, code) == "CODE_WRONG"


def test_an_authenticator_counts_once_its_code_was_right(root: Path, clock: Clock) -> None:
    with _signed_in(root, clock) as desk:
        with pytest.raises(BadInput):
            desk.operators.set_authenticator(desk.operators.new_authenticator(), "000000", Proof(OFFICER.password))
        assert desk.operators.own_factors == _PASSWORD


def test_the_secret_of_an_authenticator_lies_nowhere_in_clear(root: Path, clock: Clock) -> None:
    with _signed_in(root, clock) as desk:
        secret = _set_up(desk, clock)
        with desk._database.read() as work:
            sealed = work.operators.authenticator(OFFICER.user_id)
    assert sealed is not None and secret not in sealed
    assert not any(secret in path.read_bytes() for path in root.rglob("*") if path.is_file())


# A finger


@pytest.fixture
def touched(root: Path, clock: Clock) -> Iterator[Desk]:
    """The officer, whose finger was enrolled."""
    with _signed_in(root, clock) as desk:
        desk.enroll_finger(_INDEX, Proof(OFFICER.password), Event())
        yield desk


def test_a_finger_is_asked_of_nobody_who_enrolled_none(root: Path, clock: Clock) -> None:
    with _signed_in(root, clock) as desk:
        assert desk.own_ways(Action.UNLOCK) == (_PASSWORD,)
        with pytest.raises(BadInput) as caught:
            desk.touch(Event())
    assert caught.value.code.name == "FINGER_NOT_ENROLLED"


def test_a_touch_unlocks_the_screen(touched: Desk) -> None:
    touched.unlock_screen(touched.touch(Event()))
    assert touched.trail.newest_first(1)[0].detail["by"] == "finger"


def test_another_finger_does_not(touched: Desk) -> None:
    other = touched._own_capture.touch(BiometricAttribute.LEFT_INDEX, Event())
    with pytest.raises(SignInRefused) as caught:
        touched.unlock_screen(Proof(finger=other))
    assert caught.value.code.name == "FINGER_UNKNOWN"


def test_a_touch_opens_no_station_and_changes_no_password(touched: Desk, root: Path, clock: Clock) -> None:
    with pytest.raises(SignInRefused) as caught:
        touched.operators.change_own_password("another password", touched.touch(Event()))
    assert caught.value.code.name == "MORE_TO_SHOW"


def test_enrolling_a_finger_takes_the_password(root: Path, clock: Clock) -> None:
    with _signed_in(root, clock) as desk:
        with pytest.raises(SignInRefused):
            desk.enroll_finger(_INDEX, Proof("wrong password"), Event())
        assert Factor.FINGER not in desk.operators.own_factors


def test_a_template_put_under_another_name_is_nobodys(touched: Desk) -> None:
    with touched._database.work() as work:
        (row,) = work.gallery.of(Person(Whose.OPERATOR, OFFICER.user_id))
        work.gallery.put(
            Person(Whose.OPERATOR, SUPERVISOR.user_id), row.network, touched._journal.now(), row.sealed
        )
        work.record(AuditEvent.TEMPLATE_KEPT, actor="test")
    sample = touched._own_capture.touch(_INDEX, Event())
    with pytest.raises(NotAuthentic):
        touched._templates.is_finger_of(SUPERVISOR.user_id, sample)


# A face


def test_a_face_unlocks_where_the_policy_says_so_and_is_found_when_it_is_registered_under_another_name(
    root: Path,
) -> None:
    clock = utc_now
    way = {**WAYS, Action.UNLOCK: (frozenset({Factor.FACE}),)}
    by_face = replace(QUICK, ways=way, face_template_kept_for_days=30)
    with _signed_in(root, clock, policy=by_face) as desk:
        desk.enroll_face(Proof(OFFICER.password), Event())
        shown = desk.look(Event())
        desk.unlock_screen(shown)
        assert shown.face is not None
        nobody = Proof(face=replace(shown.face, record=face_record(np.zeros((64, 64, 3), np.uint8), clock(), 50)))
        with pytest.raises(SignInRefused) as caught:
            desk.unlock_screen(nobody)
        assert caught.value.code.name == "FACE_UNKNOWN"
        draft = play(desk, stop_after=Step.PREVIEW)  # the camera shows the officer once more
        desk.duplicates.settle()
    with _signed_in(root, clock, SUPERVISOR, by_face) as his:
        found = his.duplicates.found(draft)
    assert found is not None and [each.person.name for each in found.candidates] == [OFFICER.user_id]
