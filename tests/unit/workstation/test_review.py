"""A supervisor's review: what is not to be sent is not sent, and what was decided stays decided."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from muster import base64url
from muster.clock import utc_now
from muster.crypto.signing import verify
from muster.domain.applicant import LocalizedText
from muster.domain.delivery import DeliveryState, OutboxEntry
from muster.domain.registration import RegistrationId
from muster.domain.review import ReviewRules, Sign, Standing
from muster.domain.review_decision import Decision, Reason
from muster.errors import BadInput, MusterError, Refused, SignInRefused, StorageUnavailable
from muster.packet.contents import Position
from muster.upload.mosip import MosipTarget
from muster.workstation.demo import demo_script
from muster.workstation.desk import Desk, sign_in
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.policy import Policy
from muster.workstation.proving import Proof
from muster.workstation.review import ReviewCase
from muster.workstation.server import NoServer
from muster.workstation.server_session import ServerSession
from muster.workstation.station import Station
from receivers import accepted
from unit.workstation.desks import OFFICER, QUICK, SUPERVISOR, audited, desk_at, play, with_database_key

_REQUIRED = replace(QUICK, review=ReviewRules(required=True, sample=0, look_from=100))
_AFTERWARDS = replace(QUICK, review=ReviewRules(sample=1))
_PROOF = Proof(SUPERVISOR.password)

Waiting = tuple[Path, RegistrationId]


@contextmanager
def _supervisor(
    root: Path, receiver: EmbeddedReceiver | None = None, policy: Policy = _REQUIRED
) -> Iterator[Desk]:
    with sign_in(
        Station.at(root, utc_now),
        SUPERVISOR.user_id,
        SUPERVISOR.password,
        receiver or NoServer(),
        utc_now,
        policy=policy,
    ) as desk:
        yield desk


@pytest.fixture(scope="module")
def _waiting_station(
    tmp_path_factory: pytest.TempPathFactory,
    signed_station: tuple[Path, RegistrationId],
    running_receiver: EmbeddedReceiver,
) -> Waiting:
    root = tmp_path_factory.mktemp("waiting") / "station"
    shutil.copytree(signed_station[0], root)
    with desk_at(root, running_receiver, policy=_REQUIRED) as desk:
        desk.enrollment.submit(signed_station[1])
    return root, signed_station[1]


@pytest.fixture
def waiting(tmp_path: Path, _waiting_station: Waiting) -> Waiting:
    """A registration that was sealed where a supervisor has to approve."""
    shutil.copytree(_waiting_station[0], tmp_path / "station")
    return tmp_path / "station", _waiting_station[1]


@pytest.fixture
def desk(waiting: Waiting) -> Iterator[Desk]:
    with _supervisor(waiting[0]) as desk:
        yield desk


def _entry(desk: Desk) -> OutboxEntry:
    (entry,) = desk.sync.outbox()
    return entry


def _no(error: type[MusterError], action: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(error) as caught:
        action(*arguments)
    return caught.value.code.name


# Who, and what first


def test_an_officer_neither_sees_nor_decides(waiting: Waiting) -> None:
    root, registration_id = waiting
    with desk_at(root, policy=_REQUIRED) as desk:
        review = desk.review
        for action, *arguments in (
            (review.lines,),
            (review.counts,),
            (review.open, registration_id),
            (review.decide, registration_id, Decision.APPROVE),
            (review.approve, [registration_id]),
            (review.to_sign_off,),
            (review.sign_off, Proof(OFFICER.password)),
        ):
            assert _no(Refused, action, *arguments) == "SUPERVISOR_ONLY"
        assert _entry(desk).state is DeliveryState.REGISTERED


def test_nobody_reviews_what_they_registered(waiting: Waiting) -> None:
    root, registration_id = waiting
    with_database_key(
        root, "UPDATE operator SET roles = 'REGISTRATION_OFFICER REGISTRATION_SUPERVISOR' WHERE user_id = 'erika'"
    )
    with desk_at(root, policy=_REQUIRED) as desk:
        assert [each.registration_id for each in desk.review.lines()] == [registration_id]
        assert _no(Refused, desk.review.decide, registration_id, Decision.APPROVE) == "REVIEW_OWN"


def test_what_is_under_no_number_is_not_found(desk: Desk) -> None:
    unknown = RegistrationId("10001100019999920260301120000")
    assert _no(BadInput, desk.review.open, unknown) == "REVIEW_NOT_FOUND"


def test_a_rejection_needs_a_reason(desk: Desk, waiting: Waiting) -> None:
    assert _no(BadInput, desk.review.decide, waiting[1], Decision.REJECT) == "REVIEW_REASON_NEEDED"


@pytest.mark.parametrize("decision", [Decision.APPROVE, Decision.HOLD])
def test_a_reason_nobody_asked_for_is_refused_and_nothing_decided(
    desk: Desk, waiting: Waiting, decision: Decision
) -> None:
    assert _no(BadInput, desk.review.decide, waiting[1], decision, Reason.OTHER) == "REVIEW_REASON_UNASKED"
    assert desk.review.lines()[0].decision is None


def test_how_long_the_steps_took_is_known_when_the_content_is_gone(waiting: Waiting) -> None:
    root, registration_id = waiting
    with _supervisor(root) as desk:
        before = desk.review.open(registration_id)
        desk._submission.destroy_content(registration_id)
        after = desk.review.open(registration_id)
    assert isinstance(before, ReviewCase) and isinstance(after, ReviewCase) and after.summary is None
    assert list(after.times.by_step) == list(before.times.by_step)
    assert len(after.times.by_step) > 5 and after.times.pauses == before.times.pauses
    for step, lasted in before.times.by_step.items():  # the trail is a moment behind the event
        assert abs(after.times.by_step[step] - lasted) < timedelta(seconds=1), step


def test_what_weighs_much_is_not_approved_unseen(waiting: Waiting) -> None:
    root, registration_id = waiting
    with_database_key(root, "UPDATE review SET must_be_seen = 1")
    with _supervisor(root) as desk:
        assert _no(Refused, desk.review.approve, [registration_id]) == "REVIEW_UNSEEN"
        desk.review.open(registration_id)
        (line,) = desk.review.approve([registration_id])
        assert line.standing is Standing.DECIDED
        assert "MUS-REV-001" in audited(desk, registration_id)


def test_a_look_at_an_earlier_packet_does_not_count_for_this_one(waiting: Waiting) -> None:
    root, registration_id = waiting
    with _supervisor(root) as desk:
        desk.review.open(registration_id)
    with_database_key(root, "UPDATE review SET must_be_seen = 1")
    with_database_key(root, "UPDATE audit SET detail = replace(detail, '-', '_') WHERE event = 'MUS-REV-001'")
    with _supervisor(root) as desk:
        assert _no(Refused, desk.review.approve, [registration_id]) == "REVIEW_UNSEEN"


# Where it has to be approved


def test_nothing_is_sent_before_it_was_approved(waiting: Waiting, receiver: EmbeddedReceiver) -> None:
    root, registration_id = waiting
    with desk_at(root, receiver, policy=_REQUIRED) as desk:
        assert desk.sync.deliver_all() == ()
        assert _no(Refused, desk.sync.deliver, _entry(desk).packet_id) == "PACKET_NOT_APPROVED"
        assert _no(Refused, desk.sync.try_again, _entry(desk).packet_id) == "PACKET_NOT_APPROVED"
        assert desk.enrollment.registration(registration_id).awaits_approval
    # The folder may hold what others sent before this station was copied.
    assert not [each for each in accepted(root / "receiver") if each.startswith(registration_id.text)]


def test_a_decision_is_kept_at_once_and_counts_once_it_is_signed_off(
    waiting: Waiting, receiver: EmbeddedReceiver
) -> None:
    root, registration_id = waiting
    with suppress(StorageUnavailable), _supervisor(root) as desk:
        desk.review.decide(registration_id, Decision.APPROVE)
        desk.abandon()  # the power goes
    with _supervisor(root, receiver) as desk:
        assert [each.decision for each in desk.review.to_sign_off()] == [Decision.APPROVE]
        assert _entry(desk).state is DeliveryState.REGISTERED and desk.sync.deliver_all() == ()
        assert _no(SignInRefused, desk.review.sign_off, Proof("wrong")) == "PASSWORD_WRONG"
        assert _entry(desk).state is DeliveryState.REGISTERED
        signed = desk.review.sign_off(_PROOF)
        assert [each.registration_id for each in signed.lines] == [registration_id]
        assert _entry(desk).state is DeliveryState.APPROVED
        (receipt,) = desk.sync.deliver_all()
        assert receipt.registration_id == registration_id
        assert desk.review.counts() == {Standing.CLOSED: 1}
        assert _no(Refused, desk.review.decide, registration_id, Decision.HOLD) == "REVIEW_CLOSED"


def test_what_was_signed_off_can_be_checked_from_the_trail_alone(waiting: Waiting) -> None:
    root, registration_id = waiting
    with _supervisor(root) as desk:
        desk.review.decide(registration_id, Decision.REJECT, Reason.ADDRESS)
        batch = desk.review.sign_off(_PROOF).batch
        (said,) = [each for each in desk.trail.about(registration_id) if each.event == "MUS-REV-003"]
        (off,) = [each for each in desk.trail.newest_first(5) if each.event == "MUS-REV-004"]
        key = desk.trail._machine_key.signing_public
    packet, decision, reason = (said.detail[name] for name in ("packet", "decision", "reason"))
    statement = f"muster review\nmax\n{packet} {decision} {reason}".encode()
    assert hashlib.sha256(statement).hexdigest() == batch == off.detail["batch"]
    assert verify(key, statement, base64url.decode(off.detail["signature"]))
    assert not verify(key, statement.replace(b"reject", b"approve"), base64url.decode(off.detail["signature"]))


def test_there_is_nothing_to_sign_off_of_somebody_elses(waiting: Waiting) -> None:
    root, registration_id = waiting
    with _supervisor(root) as desk:
        desk.review.decide(registration_id, Decision.APPROVE)
    with_database_key(root, "UPDATE review SET decided_by = 'heidi'")
    with _supervisor(root) as desk:
        assert _no(Refused, desk.review.sign_off, _PROOF) == "NOTHING_TO_SIGN_OFF"


def test_a_decision_can_be_taken_back_until_it_is_signed_off(desk: Desk, waiting: Waiting) -> None:
    desk.review.decide(waiting[1], Decision.REJECT, Reason.DUPLICATE)
    desk.review.decide(waiting[1], Decision.HOLD)
    assert desk.review.to_sign_off() == ()
    (line,) = desk.review.lines()
    assert (line.standing, line.decision, line.reason) == (Standing.HELD, Decision.HOLD, None)
    assert _entry(desk).state is DeliveryState.REGISTERED


def test_what_is_rejected_is_told_to_the_server_and_never_sent(
    waiting: Waiting, receiver: EmbeddedReceiver
) -> None:
    root, registration_id = waiting
    with _supervisor(root, receiver) as desk:
        desk.review.decide(registration_id, Decision.REJECT, Reason.DUPLICATE)
        desk.review.sign_off(_PROOF)
        assert desk.sync.deliver_all() == ()
        assert _entry(desk).state is DeliveryState.REJECTED
        (synced,) = [each for each in desk.trail.about(registration_id) if each.event == "MUS-PKT-002"]
        assert synced.detail["review"] == "REJECTED"
        assert desk.enrollment.registration(registration_id).synced is not None


def test_of_what_was_rejected_nothing_is_kept_once_the_server_knows(
    waiting: Waiting, receiver: EmbeddedReceiver
) -> None:
    root, registration_id = waiting
    with _supervisor(root, receiver, replace(_REQUIRED, slip_kept_for_h=0)) as desk:
        desk.review.decide(registration_id, Decision.REJECT, Reason.DUPLICATE)
        desk.review.sign_off(_PROOF)
        desk._submission.destroy_outdated()
        assert desk.enrollment.registration(registration_id).demographics  # the server was not told yet
        desk.sync.deliver_all()
        desk._submission.destroy_outdated()
        state = desk.enrollment.registration(registration_id)
        assert not state.demographics and state.is_rejected
        assert desk.review.lines([*Standing])[0].decision is Decision.REJECT


def test_what_is_sent_back_is_a_draft_to_be_mended_and_signed_anew(
    waiting: Waiting, receiver: EmbeddedReceiver
) -> None:
    root, registration_id = waiting
    with _supervisor(root) as desk:
        before = _entry(desk)
        desk.review.decide(registration_id, Decision.SEND_BACK, Reason.DOCUMENT)
        desk.review.sign_off(_PROOF)
        assert desk.sync.outbox() == () and desk.review.lines() == ()
        assert not desk.folder.packet(before.packet_id).exists()
    with desk_at(root, receiver, policy=_REQUIRED) as desk:
        (draft,) = desk.enrollment.drafts()
        state = desk.enrollment.registration(draft.id)
        assert state.signed is None and state.sent_back is not None
        assert (state.sent_back.operator, state.sent_back.reason) == ("max", Reason.DOCUMENT)
        values = dict(demo_script().demographics) | {"fullName": LocalizedText.of(eng="Erika M", fra="Erika M")}
        desk.enrollment.enter_demographics(draft.id, values)
        desk.enrollment.confirm_preview(draft.id)
        desk.enrollment.sign(draft.id, Proof(OFFICER.password))
        again = desk.enrollment.submit(draft.id)
        assert again.packet_id != before.packet_id and again.state is DeliveryState.REGISTERED
        assert desk.folder.packet(again.packet_id).exists()


def test_a_rebuilt_database_knows_what_waits_and_what_was_rejected(waiting: Waiting) -> None:
    root, registration_id = waiting
    with _supervisor(root) as desk:
        desk.review.decide(registration_id, Decision.REJECT, Reason.OTHER)
        desk.review.sign_off(_PROOF)
    (root / "muster.db").unlink()
    for end in ("-wal", "-shm"):
        (root / f"muster.db{end}").unlink(missing_ok=True)
    with _supervisor(root) as desk:
        assert desk.rebuilt is not None
        assert _entry(desk).state is DeliveryState.REJECTED
        assert desk.enrollment.registration(registration_id).is_rejected


def test_what_waits_is_found_again_when_the_list_was_lost(waiting: Waiting) -> None:
    root, registration_id = waiting
    with_database_key(root, "DELETE FROM review")
    with _supervisor(root) as desk:
        (line,) = desk.review.lines()
        assert (line.registration_id, line.waits, line.officer) == (registration_id, True, "erika")
        assert {each.sign for each in line.flags} >= {Sign.EXCEPTIONS}


# Where packets go at once


@pytest.fixture
def sent_at_once(signed: tuple[Path, RegistrationId], receiver: EmbeddedReceiver) -> Waiting:
    with desk_at(signed[0], receiver, policy=_AFTERWARDS) as desk:
        entry = desk.enrollment.submit(signed[1])
        assert entry.state is DeliveryState.APPROVED
    return signed


def test_a_sample_is_looked_at_afterwards_and_keeps_nothing_from_going(
    sent_at_once: Waiting, receiver: EmbeddedReceiver
) -> None:
    root, registration_id = sent_at_once
    with desk_at(root, receiver, policy=_AFTERWARDS) as desk:
        assert len(desk.sync.deliver_all()) == 1
    with _supervisor(root, receiver, _AFTERWARDS) as desk:
        (line,) = desk.review.lines()
        assert (line.drawn, line.must_be_seen, line.waits) == (True, True, False)
        case = desk.review.open(registration_id)
        assert case.summary is None and case.line.flags == line.flags  # the content is gone, what was seen is not
        reject = (registration_id, Decision.REJECT, Reason.OTHER)
        assert _no(Refused, desk.review.decide, *reject) == "REVIEW_TOO_LATE"
        desk.review.decide(registration_id, Decision.APPROVE)
        desk.review.sign_off(_PROOF)
        assert _entry(desk).state is DeliveryState.PUSHED
        assert desk.review.counts() == {Standing.CLOSED: 1}


def test_whoever_wants_to_reject_stops_the_packet_at_once(
    sent_at_once: Waiting, receiver: EmbeddedReceiver
) -> None:
    root, registration_id = sent_at_once
    with _supervisor(root, receiver, _AFTERWARDS) as desk:
        desk.review.decide(registration_id, Decision.REJECT, Reason.POOR_CAPTURE)
        assert desk.sync.deliver_all() == ()
        desk.review.open(registration_id)
        desk.review.decide(registration_id, Decision.APPROVE)
        desk.review.sign_off(_PROOF)
        assert len(desk.sync.deliver_all()) == 1


@pytest.mark.parametrize("decision", [Decision.REJECT, Decision.SEND_BACK])
def test_what_the_server_has_is_neither_rejected_nor_sent_back_though_it_is_to_be_sent_once_more(
    sent_at_once: Waiting, receiver: EmbeddedReceiver, decision: Decision
) -> None:
    root, registration_id = sent_at_once
    with _supervisor(root, receiver, _AFTERWARDS) as desk:
        packet_id = desk.sync.deliver(_entry(desk).packet_id).packet_id
        desk.sync.try_again(packet_id)
        assert _no(Refused, desk.review.decide, registration_id, decision, Reason.OTHER) == "REVIEW_TOO_LATE"
        assert _entry(desk).state is DeliveryState.APPROVED
        assert desk.folder.packet(packet_id).exists()


def test_what_is_held_is_not_uploaded_though_it_was_announced(
    sent_at_once: Waiting, receiver: EmbeddedReceiver
) -> None:
    root, registration_id = sent_at_once
    with_database_key(root, "UPDATE outbox SET state = 'SYNCED'")
    with _supervisor(root, receiver, _AFTERWARDS) as desk:
        desk.review.decide(registration_id, Decision.HOLD)
        assert desk.sync.deliver_all() == ()
        desk.review.open(registration_id)
        desk.review.decide(registration_id, Decision.APPROVE)
        desk.review.sign_off(_PROOF)
        assert len(desk.sync.deliver_all()) == 1


# While it is being sent


def _meanwhile(patch: pytest.MonkeyPatch, owner: type, name: str, decide: Callable[[], object]) -> None:
    """A supervisor is quicker: once, when that was done and its caller does not know yet."""
    original = getattr(owner, name)

    def slow(*arguments: object) -> object:
        patch.setattr(owner, name, original)
        answer = original(*arguments)
        decide()
        return answer

    patch.setattr(owner, name, slow)


def test_what_is_held_before_the_server_was_told_is_not_told(
    sent_at_once: Waiting, receiver: EmbeddedReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, registration_id = sent_at_once
    with _supervisor(root, receiver, _AFTERWARDS) as desk:
        hold = partial(desk.review.decide, registration_id, Decision.HOLD)
        _meanwhile(monkeypatch, ServerSession, "target", hold)
        assert desk.sync.deliver_all() == ()
        assert desk.enrollment.registration(registration_id).synced is None
        desk.review.decide(registration_id, Decision.REJECT, Reason.OTHER)  # it is not too late


def test_what_is_held_while_the_server_is_told_is_not_uploaded_and_not_rejected_any_more(
    sent_at_once: Waiting, receiver: EmbeddedReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, registration_id = sent_at_once
    with _supervisor(root, receiver, _AFTERWARDS) as desk:
        hold = partial(desk.review.decide, registration_id, Decision.HOLD)
        _meanwhile(monkeypatch, MosipTarget, "announce_each", hold)
        assert _no(Refused, desk.sync.deliver, _entry(desk).packet_id) == "PACKET_NOT_APPROVED"
        assert _entry(desk).state is DeliveryState.REGISTERED
        reject = (registration_id, Decision.REJECT, Reason.OTHER)
        assert _no(Refused, desk.review.decide, *reject) == "REVIEW_TOO_LATE"


def test_what_is_sent_back_while_the_server_is_told_is_a_draft_that_may_be_rejected_later(
    sent_at_once: Waiting, receiver: EmbeddedReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, registration_id = sent_at_once
    with _supervisor(root, receiver, _AFTERWARDS) as desk:

        def send_back() -> None:
            desk.review.decide(registration_id, Decision.SEND_BACK, Reason.DOCUMENT)
            desk.review.sign_off(_PROOF)

        _meanwhile(monkeypatch, MosipTarget, "announce_each", send_back)
        assert desk.sync.deliver_all() == desk.sync.outbox() == ()
        state = desk.enrollment.registration(registration_id)
        assert state.is_draft and state.synced is None
        assert "MUS-PKT-002" in audited(desk, registration_id)  # the server was told of the packet that is gone


def test_what_is_rejected_while_the_server_is_told_is_told_as_rejected(
    sent_at_once: Waiting, receiver: EmbeddedReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, registration_id = sent_at_once
    with _supervisor(root, receiver, _AFTERWARDS) as desk:

        def reject() -> None:
            desk.review.decide(registration_id, Decision.REJECT, Reason.DUPLICATE)
            desk.review.sign_off(_PROOF)

        _meanwhile(monkeypatch, MosipTarget, "announce_each", reject)
        assert desk.sync.deliver_all() == desk.sync.deliver_all() == desk.sync.deliver_all() == ()
        told = [each.detail["review"] for each in desk.trail.about(registration_id) if each.event == "MUS-PKT-002"]
        assert told == ["APPROVED", "REJECTED"]


def test_where_nobody_draws_and_nothing_weighs_nobody_is_asked(
    signed: tuple[Path, RegistrationId], receiver: EmbeddedReceiver
) -> None:
    nothing = replace(QUICK, review=ReviewRules(sample=0, look_from=100))
    with desk_at(signed[0], receiver, policy=nothing) as desk:
        desk.enrollment.submit(signed[1])
    with _supervisor(signed[0], receiver, nothing) as desk:
        assert desk.review.lines() == () and desk.review.counts() == {Standing.NOT_ASKED: 1}


# Signs that need the others


def test_what_is_to_be_assessed_anew_is_written_some_at_a_time(
    waiting: Waiting, receiver: EmbeddedReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, registration_id = waiting
    with desk_at(root, receiver, policy=_REQUIRED) as desk:
        second = play(desk)
        desk.enrollment.submit(second)
    with_database_key(root, "DELETE FROM review")
    monkeypatch.setattr("muster.workstation.risk._TOGETHER", 1)
    with _supervisor(root) as desk:
        assert {each.registration_id for each in desk.review.lines()} == {registration_id, second}
        assessed = [each for each in desk.trail.newest_first(10) if each.event == "MUS-REV-005"]
        assert [each.detail["registrations"] for each in assessed] == ["1", "1"]
        desk.review.lines()
        assert len([each for each in desk.trail.newest_first(10) if each.event == "MUS-REV-005"]) == 2


def test_the_same_document_and_a_place_far_away_are_seen(waiting: Waiting, receiver: EmbeddedReceiver) -> None:
    root, first = waiting
    policy = replace(QUICK, review=ReviewRules(sample=0, fence_km=10), position=Position(0.0, 0.0))
    with desk_at(root, receiver, policy=policy) as desk:
        second = play(desk)
        desk.enrollment._submission._whereabouts._configured = Position(1.0, 0.0)
        desk.enrollment.submit(second)
    with _supervisor(root, receiver, policy) as desk:
        lines = {each.registration_id: each for each in desk.review.lines([*Standing])}
    signs = {key: {each.sign: dict(each.detail) for each in line.flags} for key, line in lines.items()}
    assert Sign.SAME_DOCUMENT not in signs[first] and Sign.OUTSIDE not in signs[first]
    assert signs[second][Sign.SAME_DOCUMENT] == {"count": 1}
    assert signs[second][Sign.OUTSIDE] == {"kilometres": 111.2}
