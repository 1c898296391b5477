"""What an officer may not decide alone is confirmed by a supervisor, and stands in the packet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from muster.audit.catalogue import AuditEvent
from muster.clock import utc_now
from muster.domain.applicant import LocalizedText
from muster.domain.biometrics import BiometricAttribute
from muster.domain.confirmation import Cause
from muster.domain.operators import WAYS, Action, Factor, Operator, Role
from muster.domain.registration import RegistrationId, Step
from muster.errors import Refused, SignInRefused
from muster.workstation.demo import demo_script
from muster.workstation.desk import Desk, sign_in
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.inspection import inspect_packet
from muster.workstation.proving import Proof
from muster.workstation.script import ScriptedEnrollment
from muster.workstation.server import NoServer
from muster.workstation.station import Station
from unit.workstation.desks import OFFICER, QUICK, SUPERVISOR, audited, desk_at, play

_ASKED = replace(QUICK, confirmed_by_supervisor=frozenset(Cause))


@pytest.fixture
def desk(root: Path) -> Iterator[Desk]:
    with desk_at(root, policy=_ASKED) as desk:
        yield desk


@pytest.fixture
def draft(desk: Desk) -> RegistrationId:
    """Everything but the signature; one finger is an exception."""
    return play(desk, stop_after=Step.PREVIEW)


def _confirm(desk: Desk, draft: RegistrationId, user_id: str, proof: Proof) -> str:
    with pytest.raises(Refused) as caught:
        desk.enrollment.confirm(draft, user_id, proof)
    assert desk.enrollment.registration(draft).confirmed is None
    return caught.value.code.name


def test_an_exception_is_not_signed_by_the_officer_alone(desk: Desk, draft: RegistrationId) -> None:
    with pytest.raises(Refused) as caught:
        desk.enrollment.sign(draft, Proof(OFFICER.password))
    assert caught.value.code.name == "SUPERVISOR_NEEDED"
    assert desk.enrollment.registration(draft).signed is None


def test_the_officer_is_not_the_second_person(desk: Desk, draft: RegistrationId) -> None:
    assert _confirm(desk, draft, "ERIKA", Proof(OFFICER.password)) == "CONFIRMED_BY_OFFICER"


def test_another_officer_is_no_supervisor(desk: Desk, draft: RegistrationId) -> None:
    with desk._database.work() as work:
        work.operators.change(Operator(SUPERVISOR.user_id, frozenset({Role.OFFICER})))
        work.record(AuditEvent.OPERATOR_CHANGED, actor="test")
    assert _confirm(desk, draft, SUPERVISOR.user_id, Proof(SUPERVISOR.password)) == "SUPERVISOR_ONLY"


def test_an_unknown_supervisor_and_a_wrong_password_hear_the_same(desk: Desk, draft: RegistrationId) -> None:
    unknown = _confirm(desk, draft, "mallory", Proof(SUPERVISOR.password))
    assert unknown == _confirm(desk, draft, SUPERVISOR.user_id, Proof("wrong")) == "SIGN_IN_REFUSED"


def test_a_supervisor_confirms_in_the_officers_session(desk: Desk, draft: RegistrationId) -> None:
    desk.enrollment.confirm(draft, "Max", Proof(SUPERVISOR.password))
    signed = desk.enrollment.sign(draft, Proof(OFFICER.password))
    assert signed.confirmed is not None and signed.signed is not None
    assert (signed.confirmed.operator, signed.confirmed.causes) == ("max", ("exception",))
    assert (signed.signed.operator, desk.operator.user_id) == ("erika", "erika")
    assert "MUS-REG-015" in audited(desk, draft)
    contents = desk.enrollment._submission.contents(draft)
    assert (contents.supervisor, contents.supervisor_password_confirmed) == ("max", True)


def test_what_is_changed_after_it_was_confirmed_is_confirmed_again(desk: Desk, draft: RegistrationId) -> None:
    desk.enrollment.confirm(draft, "max", Proof(SUPERVISOR.password))
    values = dict(demo_script().demographics) | {"fullName": LocalizedText.of(eng="Erika M", fra="Erika M")}
    desk.enrollment.enter_demographics(draft, values)
    desk.enrollment.confirm_preview(draft)
    with pytest.raises(Refused) as caught:
        desk.enrollment.sign(draft, Proof(OFFICER.password))
    assert caught.value.code.name == "SUPERVISOR_NEEDED"


def test_a_script_says_that_a_supervisor_is_needed(desk: Desk, draft: RegistrationId) -> None:
    outcome = ScriptedEnrollment(desk.enrollment, demo_script(), OFFICER.password).run(resume=draft)
    assert [finding.code.name for finding in outcome.steps[-1].findings] == ["SUPERVISOR_NEEDED"]


def test_a_script_with_a_supervisor_goes_through(desk: Desk, draft: RegistrationId) -> None:
    supervisor = (SUPERVISOR.user_id, SUPERVISOR.password)
    play = ScriptedEnrollment(desk.enrollment, demo_script(), OFFICER.password, supervisor=supervisor)
    assert play.run(resume=draft).is_complete


def test_where_the_policy_does_not_ask_nobody_is_asked(root: Path) -> None:
    with desk_at(root, policy=replace(QUICK, confirmed_by_supervisor=frozenset({Cause.FORCED}))) as desk:
        draft = play(desk, stop_after=Step.PREVIEW)
        assert desk.enrollment.causes(desk.enrollment.registration(draft)) == ()
        assert _confirm(desk, draft, "max", Proof(SUPERVISOR.password)) == "NOTHING_TO_CONFIRM"


# A touch instead of a password


def test_one_touch_signs_and_the_packet_carries_the_finger(root: Path) -> None:
    with desk_at(root) as desk:
        desk.enroll_finger(BiometricAttribute.RIGHT_INDEX, Proof(OFFICER.password), Event())
        draft = play(desk, stop_after=Step.PREVIEW)
        desk.enrollment.sign(draft, desk.touch(Event()))
        contents = desk.enrollment._submission.contents(draft)
    assert contents.officer_password_confirmed is False
    assert [each.attribute for each in contents.officer_samples] == [BiometricAttribute.RIGHT_INDEX]


def test_the_server_takes_a_packet_with_both_peoples_fingers(root: Path, receiver: EmbeddedReceiver) -> None:
    station = Station.at(root, utc_now)
    with sign_in(station, SUPERVISOR.user_id, SUPERVISOR.password, NoServer(), utc_now, policy=QUICK) as his:
        his.enroll_finger(BiometricAttribute.LEFT_INDEX, Proof(SUPERVISOR.password), Event())
    with desk_at(root, receiver, policy=_ASKED) as desk:
        desk.enroll_finger(BiometricAttribute.RIGHT_INDEX, Proof(OFFICER.password), Event())
        draft = play(desk, stop_after=Step.PREVIEW)
        desk.enrollment.confirm(draft, "max", desk.touch(Event(), "max"))
        desk.enrollment.sign(draft, desk.touch(Event()))
        entry = desk.enrollment.submit(draft)
        desk.sync.deliver(entry.packet_id)
    packet = root / "outbox" / f"{entry.packet_id}.zip"
    report = inspect_packet(packet, root / "receiver" / "server.pem", root / "keys" / "machine.pub.pem")
    assert report.valid
    files = {name for each in report.subpackets for name in each.files}
    assert {"officer_bio_cbeff.xml", "supervisor_bio_cbeff.xml"} <= files


def test_a_face_that_signs_is_carried_and_no_password_is_claimed(root: Path) -> None:
    by_face = replace(QUICK, ways={**WAYS, Action.SIGN: (frozenset({Factor.FACE}),)})
    with desk_at(root, policy=by_face) as desk:
        desk.enroll_face(Proof(OFFICER.password), Event())
        draft = play(desk, stop_after=Step.PREVIEW)
        desk.enrollment.sign(draft, desk.look(Event()))
        contents = desk.enrollment._submission.contents(draft)
    assert contents.officer_password_confirmed is False
    assert [each.attribute for each in contents.officer_samples] == [BiometricAttribute.FACE]


def test_a_signature_by_password_carries_no_finger(root: Path) -> None:
    with desk_at(root) as desk:
        contents = desk.enrollment._submission.contents(play(desk))
    assert (contents.officer_password_confirmed, contents.officer_samples) == (True, ())


def test_a_supervisor_confirms_by_a_touch(root: Path) -> None:
    station = Station.at(root, utc_now)
    with sign_in(station, SUPERVISOR.user_id, SUPERVISOR.password, NoServer(), utc_now, policy=QUICK) as his:
        his.enroll_finger(BiometricAttribute.LEFT_INDEX, Proof(SUPERVISOR.password), Event())
    with desk_at(root, policy=_ASKED) as desk:
        draft = play(desk, stop_after=Step.PREVIEW)
        with pytest.raises(SignInRefused):
            desk.enrollment.confirm(
                draft, "max", Proof(finger=desk._own_capture.touch(BiometricAttribute.RIGHT_INDEX, Event()))
            )
        desk.enrollment.confirm(draft, "max", desk.touch(Event(), "max"))
        contents = desk.enrollment._submission.contents(draft)
    assert [each.attribute for each in contents.supervisor_samples] == [BiometricAttribute.LEFT_INDEX]
