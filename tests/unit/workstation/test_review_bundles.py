"""A registration is reviewed at another station: what leaves is sealed, what comes back is signed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from muster import base64url
from muster.audit.catalogue import AuditEvent
from muster.clock import utc_now
from muster.crypto.jws import unverified_payload
from muster.domain.biometrics import BiometricAttribute, BiometricException, ExceptionKind
from muster.domain.delivery import DeliveryState
from muster.domain.lifecycle import ExceptionMarked, OfIntroducer
from muster.domain.registration import RegistrationId
from muster.domain.review import ReviewRules, Standing
from muster.domain.review_decision import Decision, Reason
from muster.errors import BadInput, MusterError, Refused
from muster.workstation.desk import Desk, sign_in
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.proving import Proof
from muster.workstation.review import CarriedCase
from muster.workstation.review_bundles import Part, TakenBack
from muster.workstation.server import NoServer
from muster.workstation.station import Station
from unit.workstation.desks import QUICK, SUPERVISOR, desk_at, make_station, with_database_key

_REQUIRED = replace(QUICK, review=ReviewRules(required=True, sample=0, look_from=1))
_THUMB = BiometricAttribute.LEFT_THUMB
_PROOF = Proof(SUPERVISOR.password)


@dataclass(frozen=True)
class Two:
    """``here`` a registration waits, ``hub`` reviews for others; each knows the other's key. ``drive`` travels."""

    here: Path
    hub: Path
    drive: Path
    registration_id: RegistrationId
    reviewer: str


@contextmanager
def _supervisor(root: Path) -> Iterator[Desk]:
    station = Station.at(root, utc_now)
    known = (SUPERVISOR.user_id, SUPERVISOR.password)
    with sign_in(station, *known, NoServer(), utc_now, policy=_REQUIRED) as desk:
        yield desk


@pytest.fixture(scope="module")
def _acquainted(
    tmp_path_factory: pytest.TempPathFactory,
    signed_station: tuple[Path, RegistrationId],
    running_receiver: EmbeddedReceiver,
) -> Two:
    folder = tmp_path_factory.mktemp("two")
    here, hub, drive = folder / "here", folder / "hub", folder / "drive"
    drive.mkdir()
    shutil.copytree(signed_station[0], here)
    make_station(hub)
    with desk_at(here, running_receiver, policy=_REQUIRED) as desk:
        desk.enrollment.submit(signed_station[1])
    with _supervisor(hub) as desk:
        reviewer = desk.review_bundles.tell_keys(drive / "hub.keys")
    with _supervisor(here) as desk:
        desk.review_bundles.accept(drive / "hub.keys", reviewer, Part.REVIEWER)
        asking = desk.review_bundles.tell_keys(drive / "here.keys")
    with _supervisor(hub) as desk:
        desk.review_bundles.accept(drive / "here.keys", asking, Part.ASKER)
    return Two(here, hub, drive, signed_station[1], reviewer)


@pytest.fixture
def two(tmp_path: Path, _acquainted: Two) -> Two:
    for name in ("here", "hub", "drive"):
        shutil.copytree(getattr(_acquainted, name), tmp_path / name)
    return replace(_acquainted, here=tmp_path / "here", hub=tmp_path / "hub", drive=tmp_path / "drive")


def _hand_out(two: Two) -> None:
    with _supervisor(two.here) as desk:
        assert desk.review_bundles.hand_out(two.drive, two.reviewer) == (two.registration_id,)


def _no(desk: Desk, action: str, *arguments: object) -> str:
    with pytest.raises(MusterError) as caught:
        getattr(desk.review_bundles, action)(*arguments)
    return caught.value.code.name


def test_a_key_is_accepted_by_the_fingerprint_somebody_was_told_and_by_a_supervisor(two: Two) -> None:
    with _supervisor(two.here) as desk:
        assert _no(desk, "accept", two.drive / "hub.keys", "00:" * 31 + "00", Part.ASKER) == "REVIEWER_KEY_DIFFERS"
        assert _no(desk, "hand_out", two.drive, "00:" * 31 + "00") == "REVIEWER_NONE"
    with desk_at(two.here, policy=_REQUIRED) as desk:
        assert _no(desk, "accept", two.drive / "hub.keys", two.reviewer, Part.REVIEWER) == "SUPERVISOR_ONLY"
        assert _no(desk, "take_in", two.drive) == "SUPERVISOR_ONLY"


def test_nothing_readable_of_the_person_is_on_the_drive(two: Two) -> None:
    _hand_out(two)
    content = b"".join(each.read_bytes() for each in two.drive.iterdir())
    (listed,) = two.drive.glob("*.reviews")
    said = unverified_payload(listed.read_text("ascii"))
    for word in ("ustermann", "Specimen", "jpeg"):
        assert word.encode() not in content and word.encode() not in said


def test_an_approval_travels_there_and_back(two: Two) -> None:
    _hand_out(two)
    with _supervisor(two.hub) as desk:
        for _ in range(2):  # the same again is passed over
            assert desk.review_bundles.take_in(two.drive).new == (two.registration_id,)
        (line,) = desk.review.lines()
        assert line.station == "10001_10001" and line.officer == "erika"
        with pytest.raises(Refused):  # it must be seen there as well
            desk.review.approve([two.registration_id])
        case = desk.review.open(two.registration_id)
        assert isinstance(case, CarriedCase)
        assert "Erika Mustermann" in dict(case.facts).values()
        assert case.pictures[0][0] == "face" and case.pictures[0][1].shape[2] == 3
        desk.review.decide(two.registration_id, Decision.APPROVE)
        assert desk.review.counts() == {Standing.DECIDED: 1}
        assert _no(desk, "hand_back", two.drive) == "NOTHING_TO_HAND_BACK"
        desk.review.sign_off(_PROOF)
        assert desk.review_bundles.hand_back(two.drive) == (two.registration_id,)
        gone = desk.review.open(two.registration_id)
        assert isinstance(gone, CarriedCase) and (gone.facts, gone.pictures) == ((), ())
    with _supervisor(two.here) as desk:
        assert desk.review_bundles.take_back(two.drive).done == (two.registration_id,)
        (entry,) = desk.sync.outbox()
        signed = desk.enrollment.registration(two.registration_id).review_signed
        assert entry.state is DeliveryState.APPROVED and signed is not None
        assert (signed.operator, signed.decision) == ("max@10001_10001", Decision.APPROVE)
        again = desk.review_bundles.take_back(two.drive)
        assert (again.done, again.late) == ((), (two.registration_id,))


def test_a_decision_is_handed_back_once_and_once_more_only_when_asked_for(two: Two) -> None:
    _hand_out(two)
    _decide_at_the_hub(two, Decision.APPROVE)
    (listed,) = two.drive.glob("*.decisions")
    said = listed.read_bytes()
    listed.unlink()
    with _supervisor(two.hub) as desk:
        assert _no(desk, "hand_back", two.drive) == "NOTHING_TO_HAND_BACK"
        assert desk.review_bundles.hand_back_again(two.drive) == (two.registration_id,)
    assert listed.read_bytes() == said
    with _supervisor(two.here) as desk:
        assert _no(desk, "hand_back_again", two.drive) == "NOTHING_TO_HAND_BACK"


def test_an_exception_of_the_introducer_is_not_told_as_the_childs(two: Two) -> None:
    with _supervisor(two.here) as desk:
        with desk._database.work() as work:
            state = work.registrations.load(two.registration_id)
            missing = ExceptionMarked(
                state.started.at, BiometricException(_THUMB, ExceptionKind.PERMANENT, "lost")
            )
            work.registrations.append(two.registration_id, OfIntroducer(missing))
            work.record(AuditEvent.EXCEPTION_MARKED, actor="test")
        desk.review_bundles.hand_out(two.drive, two.reviewer)
    with _supervisor(two.hub) as desk:
        desk.review_bundles.take_in(two.drive)
        case = desk.review.open(two.registration_id)
        assert isinstance(case, CarriedCase)
        told = [name for name, _ in case.facts if name.endswith(_THUMB.value)]
        assert told == [f"introducer {_THUMB.value}"]


def test_a_decision_is_carried_out_about_the_packet_that_was_looked_at_and_about_no_other(two: Two) -> None:
    _hand_out(two)
    with _supervisor(two.hub) as desk:
        desk.review_bundles.take_in(two.drive)
        desk.review.decide(two.registration_id, Decision.SEND_BACK, Reason.DOCUMENT)
        desk.review.sign_off(_PROOF)
        desk.review_bundles.hand_back(two.drive)
    with _supervisor(two.here) as desk:
        with desk._database.read() as work:
            line = work.review.find(two.registration_id)
        assert line is not None
        for packet_id, came in (("another", TakenBack((), (line.registration_id,))), (line.packet_id, None)):
            with desk._database.work() as work:
                work.review.change(replace(line, packet_id=packet_id))
                work.record(AuditEvent.REVIEW_ASSESSED, actor="test")
            assert desk.review_bundles.take_back(two.drive) == (came or TakenBack((line.registration_id,)))
        assert desk.sync.outbox() == () and desk.enrollment.registration(two.registration_id).is_draft


def _decide_at_the_hub(two: Two, decision: Decision, reason: Reason | None = None) -> None:
    with _supervisor(two.hub) as desk:
        desk.review_bundles.take_in(two.drive)
        desk.review.open(two.registration_id)
        desk.review.decide(two.registration_id, decision, reason)
        desk.review.sign_off(_PROOF)
        desk.review_bundles.hand_back(two.drive)


def test_what_a_supervisor_decided_here_meanwhile_stays_and_an_officer_takes_nothing_back(two: Two) -> None:
    _hand_out(two)
    _decide_at_the_hub(two, Decision.APPROVE)
    with desk_at(two.here, policy=_REQUIRED) as desk:
        assert _no(desk, "take_back", two.drive) == "SUPERVISOR_ONLY"
    with _supervisor(two.here) as desk:
        desk.review.decide(two.registration_id, Decision.REJECT, Reason.DUPLICATE)
        assert desk.review_bundles.take_back(two.drive) == TakenBack((), (two.registration_id,))
        assert [each.decision for each in desk.review.to_sign_off()] == [Decision.REJECT]


def test_nobody_decides_about_what_was_never_handed_out_to_them(two: Two, tmp_path: Path) -> None:
    shutil.copytree(two.here, tmp_path / "copy")
    _hand_out(replace(two, here=tmp_path / "copy"))
    _decide_at_the_hub(two, Decision.APPROVE)
    with _supervisor(two.here) as desk:
        assert desk.review_bundles.take_back(two.drive) == TakenBack((), (two.registration_id,))
        assert desk.sync.outbox()[0].state is DeliveryState.REGISTERED


def test_a_changed_list_and_a_changed_file_are_refused(two: Two) -> None:
    _hand_out(two)
    (listed,) = two.drive.glob("*.reviews")
    (told,) = two.drive.glob("*.review")
    whole, sealed = listed.read_text("ascii"), told.read_bytes()
    with _supervisor(two.hub) as desk:
        told.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
        assert desk.review_bundles.take_in(two.drive).refused == (two.registration_id,)
        told.unlink()
        assert desk.review_bundles.take_in(two.drive).refused == (two.registration_id,)
        header, payload, signature = whole.split(".")
        said = json.loads(base64url.decode(payload)) | {"station": "10001_10009"}
        forged = base64url.encode(json.dumps(said).encode())
        listed.write_text(f"{header}.{forged}.{signature}", "ascii")
        assert _no(desk, "take_in", two.drive) == "REVIEW_LIST_CHANGED"
        listed.unlink()
        assert _no(desk, "take_in", two.drive) == "REVIEW_LIST_ABSENT"


def test_a_list_of_a_station_nobody_accepted_or_for_another_one_is_refused(two: Two) -> None:
    _hand_out(two)
    with_database_key(two.hub, "DELETE FROM setting WHERE name = 'review_stations'")
    with _supervisor(two.hub) as desk, pytest.raises(BadInput) as caught:
        desk.review_bundles.take_in(two.drive)
    assert caught.value.code.name == "REVIEW_STATION_UNKNOWN"
    with _supervisor(two.here) as desk:
        desk.review_bundles.accept(two.drive / "here.keys", str(caught.value.detail["fingerprint"]), Part.ASKER)
        assert _no(desk, "take_in", two.drive) == "REVIEW_FOR_ANOTHER"


def test_a_station_that_is_reviewed_for_reviews_nothing_and_the_other_way_round(two: Two) -> None:
    _hand_out(two)
    with _supervisor(two.hub) as desk:
        (asker,) = desk.review_bundles._known(Part.ASKER)
        assert _no(desk, "hand_out", two.drive, asker) == "REVIEWER_NONE"
    with_database_key(two.hub, "UPDATE setting SET value = replace(value, 'asker', 'reviewer')")
    with _supervisor(two.hub) as desk:
        assert _no(desk, "take_in", two.drive) == "REVIEW_STATION_UNKNOWN"


def test_one_drive_carries_the_same_registration_to_two_reviewers(two: Two) -> None:
    with _supervisor(two.here) as desk:
        own = desk.review_bundles.tell_keys(two.drive / "here.keys")
        desk.review_bundles.accept(two.drive / "here.keys", own, Part.REVIEWER)
        for reviewer in (two.reviewer, own):
            desk.review_bundles.hand_out(two.drive, reviewer)
    with _supervisor(two.hub) as desk:
        taken = desk.review_bundles.take_in(two.drive)
        assert (taken.new, taken.refused) == ((two.registration_id,), ())
        assert [each.is_for_another for each in taken.passed_over] == [True]


def test_a_decision_brings_the_signs_it_was_made_by(two: Two) -> None:
    _hand_out(two)
    _decide_at_the_hub(two, Decision.APPROVE)
    with _supervisor(two.here) as desk:
        desk.review_bundles.take_back(two.drive)
        with desk._database.read() as work:
            line = work.review.find(two.registration_id)
        (came,) = [each for each in desk.trail.about(two.registration_id) if each.event == "MUS-REV-010"]
    assert line is not None and line.flags
    assert came.detail["signs"].split() == [each.sign.value for each in line.flags]


def test_a_drive_for_several_stations_is_taken_in_by_each(two: Two) -> None:
    """Lists for others and lists that nobody can read are passed over, wherever they stand."""
    with _supervisor(two.here) as desk:
        own = desk.review_bundles.tell_keys(two.drive / "here.keys")
        for part in Part:
            desk.review_bundles.accept(two.drive / "here.keys", own, part)
        desk.review_bundles.hand_out(two.drive, own)
        (for_another,) = two.drive.glob("*.reviews")
        for_another.rename(two.drive / "0.reviews")
        (two.drive / "1.reviews").write_bytes(b"cut off")
    _hand_out(two)
    with _supervisor(two.hub) as desk:
        taken = desk.review_bundles.take_in(two.drive)
        assert taken.new == (two.registration_id,)
        assert [(each.file, each.code) for each in taken.passed_over] == [
            ("0.reviews", "REVIEW_FOR_ANOTHER"),
            ("1.reviews", "REVIEW_LIST_CHANGED"),
        ]
        desk.review.open(two.registration_id)
        desk.review.decide(two.registration_id, Decision.APPROVE)
        desk.review.sign_off(_PROOF)
        desk.review_bundles.hand_back(two.drive)
        (two.drive / "0.decisions").write_bytes(b"cut off")
    with _supervisor(two.here) as desk:
        came = desk.review_bundles.take_back(two.drive)
        assert came.done == (two.registration_id,)
        assert [each.file for each in came.passed_over] == ["0.decisions"]


def test_nobody_puts_another_registration_in_front_of_one_of_ours(two: Two, tmp_path: Path) -> None:
    with _supervisor(two.here) as desk:
        own = desk.review_bundles.tell_keys(two.drive / "here.keys")
        for part in Part:
            desk.review_bundles.accept(two.drive / "here.keys", own, part)
        desk.review_bundles.hand_out(tmp_path, own)
        assert desk.review_bundles.take_in(tmp_path).refused == (two.registration_id,)
        assert [each.station for each in desk.review.lines()] == [""]
