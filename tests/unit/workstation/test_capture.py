"""Face, fingers and irises on simulated devices that fail on command."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Event, Timer

import numpy as np
import pytest
from PIL import Image

from muster.analysis.face_portrait import FACE_EYES_CLOSED, FACE_TOO_DARK, REQUIREMENTS
from muster.analysis.face_quality import FACE_HIDDEN
from muster.analysis.faces import FACE_ABSENT, FACE_AT_EDGE, FACE_SEVERAL
from muster.devices.api import (
    BiometricCapture,
    CapturedSample,
    CaptureRequest,
    Device,
    DeviceContext,
    DeviceDescriptor,
    DeviceKind,
    OnPreview,
)
from muster.devices.catalogue import Catalogue
from muster.devices.conformance import conformance_context
from muster.devices.frames import Pixels
from muster.devices.records import finger_record, iris_record
from muster.devices.samples import attested_sample
from muster.domain.assessment import Finding, Severity
from muster.domain.biometrics import (
    Attestation,
    BiometricAttribute,
    CaptureGroup,
    DigitalId,
    ExceptionKind,
    ForcedBecause,
    Modality,
)
from muster.domain.registration import RegistrationId, Step
from muster.errors import Cancelled, DeviceUnavailable, MusterError, Refused, StorageUnavailable
from muster.formats.iso19794_5 import FaceRecord
from muster.formats.iso19794_record import parse_record
from muster.plugins import Plugin
from muster.workstation.desk import Desk
from muster.workstation.face_watching import FaceView, by_policy
from muster.workstation.mailbox import Mailbox
from muster.workstation.placements import check_placement, judge_sample
from muster.workstation.policy import LivenessDemand, Policy
from muster.workstation.samples import CaptureOutcome
from muster_simulated.driver import SimulatedDriver
from muster_simulated.pictures import Pictures, fade
from unit.workstation.desks import (
    QUICK,
    SetClock,
    TickingClock,
    audited,
    blob_files,
    capture,
    desk_at,
    first_view,
    play,
)

FAULTS = "MUSTER_SIMULATED_FAULTS"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNWATCHED = LivenessDemand.NONE
INDEX, MIDDLE = BiometricAttribute.LEFT_INDEX, BiometricAttribute.LEFT_MIDDLE
EYE = BiometricAttribute.LEFT_EYE
THUMBS = CaptureGroup.THUMBS


def _sample(attribute: BiometricAttribute, quality: float, pixels: Pixels | None = None) -> CapturedSample:
    seen = Pictures().sample(attribute) if pixels is None else pixels
    finger = attribute.modality is Modality.FINGER
    record = (
        finger_record(seen, attribute, 500, NOW, quality) if finger else iris_record(seen, attribute, NOW, quality)
    )
    device = DigitalId("1", "Muster", "Test reader", "Finger", "Slap", "Muster", "MUSTER")
    attestation = Attestation("header", "payload", "signature", "0.9.5")
    return CapturedSample(attribute, record, quality, NOW, device, "test", "0.9.5", attestation, "")


def _codes(outcome: CaptureOutcome) -> set[str]:
    of_samples = {finding.code.name for sample in outcome.samples for finding in sample.findings}
    return of_samples | {finding.code.name for finding in outcome.findings}


# Pure parts


def test_a_placement_of_what_was_asked_for_is_right() -> None:
    assert check_placement((INDEX, MIDDLE), (_sample(MIDDLE, 80), _sample(INDEX, 80))) == ()


def test_a_finger_that_was_not_seen_is_named() -> None:
    (finding,) = check_placement((INDEX, MIDDLE), (_sample(INDEX, 80),))
    assert (finding.code.name, finding.field) == ("FINGER_MISSING", "leftMiddle")


def test_nothing_on_the_glass_misses_every_finger() -> None:
    assert [each.field for each in check_placement((INDEX, MIDDLE), ())] == ["leftIndex", "leftMiddle"]


def test_a_finger_nobody_asked_for_makes_the_whole_placement_wrong() -> None:
    (finding,) = check_placement((INDEX,), (_sample(INDEX, 80), _sample(MIDDLE, 80)))
    assert finding.code.name == "WRONG_FINGER"


def test_a_sample_at_the_threshold_is_accepted() -> None:
    assert judge_sample(_sample(INDEX, 40), 40).accepted


def test_a_finger_with_a_threshold_of_its_own_is_held_against_that(root: Path) -> None:
    little = BiometricAttribute.RIGHT_LITTLE
    policy = replace(QUICK, finger_threshold=1, finger_thresholds={little: 100})
    with desk_at(root, policy=policy) as desk:
        outcome = capture(desk, desk.enrollment.start().id, CaptureGroup.RIGHT_SLAP)
    assert {each.attribute for each in outcome.samples if not each.accepted} == {little}
    assert {each.attribute: each.threshold for each in outcome.samples}[little] == 100


def test_a_sample_just_below_the_threshold_is_refused_with_both_numbers() -> None:
    result = judge_sample(_sample(INDEX, 39.4), 40)
    assert not result.accepted
    (finding,) = result.findings
    assert finding.code.name == "QUALITY_BELOW_THRESHOLD"
    assert finding.detail == {"quality": 39, "threshold": 40}


def test_a_device_that_praises_an_empty_glass_is_not_believed() -> None:
    empty = np.full((400, 300), 250, np.uint8)
    result = judge_sample(_sample(INDEX, 95, empty), 40)
    assert [each.code.name for each in result.findings] == ["NO_RIDGES"]
    assert not result.accepted


def test_a_faint_print_is_refused_for_its_ridges_as_well() -> None:
    faint = fade(Pictures().sample(INDEX), 0.05)
    codes = {each.code.name for each in judge_sample(_sample(INDEX, 10, faint), 40).findings}
    assert codes == {"QUALITY_BELOW_THRESHOLD", "NO_RIDGES"}


def test_an_eye_is_not_searched_for_ridges() -> None:
    assert judge_sample(_sample(EYE, 80), 60).accepted


# The face


def test_an_empty_chair_is_refused_and_nothing_is_kept(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "camera=empty_chair")
    view = first_view(desk)
    outcome = desk.enrollment.capture_face(draft, view)
    assert _codes(outcome) == {"FACE_ABSENT"}
    assert view.box is None and not view.ready
    assert not outcome.registration.samples
    assert audited(desk, draft)[-2:] == ["MUS-BIO-006", "MUS-BIO-002"]


def test_two_faces_are_refused(desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FAULTS, "camera=two_faces")
    outcome = desk.enrollment.capture_face(draft, first_view(desk))
    assert [each.code.name for each in outcome.findings] == ["FACE_SEVERAL"]
    assert not desk.enrollment.registration(draft).samples


def test_a_face_that_is_too_far_away_is_refused(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "camera=poor_quality")
    outcome = desk.enrollment.capture_face(draft, first_view(desk))
    assert [each.code.name for each in outcome.findings] == ["FACE_TOO_FAR"]
    assert not desk.enrollment.registration(draft).samples


def test_the_frame_that_was_judged_is_the_frame_that_is_kept(desk: Desk, draft: RegistrationId) -> None:
    view = first_view(desk)
    outcome = desk.enrollment.capture_face(draft, view)
    assert outcome.samples[0].accepted
    kept = desk.enrollment.sample_picture(draft, BiometricAttribute.FACE)
    assert np.array_equal(kept, view.frame.pixels)


def test_the_best_frame_of_the_good_stretch_is_kept_and_not_the_newest(root: Path) -> None:
    with desk_at(
        root, clock=TickingClock(NOW, 0.25), policy=Policy(face_good_for_s=0.8, face_liveness=UNWATCHED)
    ) as desk:
        watching = _Watching(cancel := Event())
        desk.enrollment.watch_face(cancel, watching)
        draft = play(desk, stop_after=Step.DOCUMENTS)
        best = max(watching.views, key=lambda view: view.quality)
        assert best.quality > watching.views[-1].quality  # else this shows nothing
        outcome = desk.enrollment.capture_face(draft, watching.views[-1])
        kept = desk.enrollment.sample_picture(draft, BiometricAttribute.FACE)
    assert np.array_equal(kept, best.frame.pixels)
    assert outcome.registration.samples[BiometricAttribute.FACE].facts.quality == best.quality


def test_the_quality_of_a_face_is_measured_and_stands_in_its_record(desk: Desk, draft: RegistrationId) -> None:
    view = first_view(desk)
    state = desk.enrollment.capture_face(draft, view).registration
    event = state.samples[BiometricAttribute.FACE]
    record = parse_record(desk.enrollment._journal.read(draft, event.record))
    assert isinstance(record, FaceRecord)
    assert [block.score for block in record.details.quality] == [round(view.quality)]
    assert event.facts.quality == view.quality
    assert 40 <= view.quality < 95  # the detector alone would say 90 and more of any face


def test_the_trail_holds_the_measures_of_a_face_as_numbers(desk: Desk, draft: RegistrationId) -> None:
    desk.enrollment.capture_face(draft, first_view(desk))
    detail = desk.trail.about(draft)[-1].detail
    measures = dict(each.split("=") for each in detail["measures"].split("; "))
    assert float(measures["single face present"]) == 1
    assert 90 < float(measures["inter-eye distance"]) < 130
    assert all(np.isfinite(float(each)) for each in measures.values())
    assert detail["findings"] == "FACE_MOUTH_OPEN"


def test_what_only_warns_is_said_and_does_not_keep_a_picture_from_being_taken(
    desk: Desk, draft: RegistrationId
) -> None:
    outcome = desk.enrollment.capture_face(draft, first_view(desk))
    assert outcome.findings == ()
    (face,) = outcome.samples
    assert face.accepted
    assert [(each.code.name, each.severity) for each in face.findings] == [("FACE_MOUTH_OPEN", Severity.WARNS)]


def test_the_policy_says_which_findings_block(root: Path) -> None:
    strict = replace(QUICK, face_blocks=frozenset({"FACE_MOUTH_OPEN"}))
    with desk_at(root, policy=strict) as desk:
        view = first_view(desk)
    assert view.is_blocked and not view.ready


def test_a_face_with_findings_may_be_kept_once_the_attempts_are_used_up_and_the_trail_says_why(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "camera=poor_quality")
    far = first_view(desk)
    for _ in range(QUICK.attempts):
        with pytest.raises(Refused) as caught:
            desk.enrollment.capture_face(draft, far, forced=ForcedBecause.WORN)
        assert caught.value.code.name == "ATTEMPTS_LEFT"
        assert not desk.enrollment.capture_face(draft, far).registration.samples
    state = desk.enrollment.capture_face(draft, far, forced=ForcedBecause.INJURY, comment="In bed").registration
    assert state.samples[BiometricAttribute.FACE].facts.forced
    assert state.forced_because[BiometricAttribute.FACE].because is ForcedBecause.INJURY
    taken, kept = desk.trail.about(draft)[-2:]
    assert "FACE_TOO_FAR" in taken.detail["findings"].split(",")
    assert kept.detail == {"group": "face", "because": "injury or illness"}  # the comment is not for the trail


def test_the_best_of_all_attempts_is_kept_when_the_last_shows_nobody(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "camera=poor_quality")
    far = first_view(desk)
    desk.enrollment.capture_face(draft, far)
    monkeypatch.setenv(FAULTS, "camera=empty_chair")
    empty = first_view(desk)
    for _ in range(QUICK.attempts - 1):
        desk.enrollment.capture_face(draft, empty)
    desk.enrollment.capture_face(draft, empty, forced=ForcedBecause.WORN)
    kept = desk.enrollment.sample_picture(draft, BiometricAttribute.FACE)
    assert np.array_equal(kept, far.frame.pixels)


def test_somebody_else_beside_the_person_is_never_kept(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "camera=two_faces")
    two = first_view(desk)
    for _ in range(QUICK.attempts):
        desk.enrollment.capture_face(draft, two)
    outcome = desk.enrollment.capture_face(draft, two, forced=ForcedBecause.WORN)
    assert outcome.findings and not outcome.registration.samples


def test_what_blocks_is_said_before_what_warns() -> None:
    found = by_policy([Finding(FACE_TOO_DARK), Finding(FACE_EYES_CLOSED)], frozenset({"FACE_EYES_CLOSED"}))
    assert [(each.code.name, each.severity) for each in found] == [
        ("FACE_EYES_CLOSED", Severity.BLOCKS),
        ("FACE_TOO_DARK", Severity.WARNS),
    ]


def test_every_finding_that_blocks_is_one_that_the_judging_knows() -> None:
    known = {each.code.name for each in REQUIREMENTS} | {
        each.name for each in (FACE_ABSENT, FACE_SEVERAL, FACE_HIDDEN, FACE_AT_EDGE)
    }
    assert Policy().face_blocks | Policy().face_never_kept <= known


def test_every_look_at_the_camera_that_is_taken_counts_as_an_attempt(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "camera=empty_chair")
    empty = first_view(desk)
    desk.enrollment.capture_face(draft, empty)
    desk.enrollment.capture_face(draft, empty)
    monkeypatch.setenv(FAULTS, "")
    outcome = desk.enrollment.capture_face(draft, first_view(desk))
    assert outcome.attempts == 3
    assert outcome.registration.samples[BiometricAttribute.FACE].facts.attempts == 3


def test_an_absent_camera_is_said_to_be_absent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FAULTS, "camera=unplug")
    with pytest.raises(DeviceUnavailable) as caught:
        desk.enrollment.watch_face(Event(), Mailbox())
    assert caught.value.code.name == "DEVICE_ABSENT"
    assert "camera" in caught.value.sentence


def test_a_camera_that_goes_away_ends_the_live_picture_with_a_sentence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "camera=unplug_mid_capture")
    with pytest.raises(DeviceUnavailable) as caught:
        desk.enrollment.watch_face(Event(), Mailbox())
    assert caught.value.code.name == "DEVICE_UNPLUGGED"


class _Watching(Mailbox[FaceView]):
    """Keeps every view and stops at the first that is ready; ``at`` may do something at a frame."""

    def __init__(self, cancel: Event) -> None:
        super().__init__()
        self.views: list[FaceView] = []
        self._cancel = cancel

    def put(self, value: FaceView) -> None:
        self.views.append(value)
        if value.ready or len(self.views) >= 60:
            self._cancel.set()


def test_a_face_is_ready_once_nothing_was_wrong_for_long_enough(root: Path) -> None:
    with desk_at(
        root, clock=TickingClock(NOW, 0.25), policy=Policy(face_good_for_s=0.8, face_liveness=UNWATCHED)
    ) as desk:
        cancel = Event()
        watching = _Watching(cancel)
        desk.enrollment.watch_face(cancel, watching)
    assert [view.good_since_s for view in watching.views] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert [view.ready for view in watching.views] == [False, False, False, False, True]


def test_a_second_face_coming_into_view_starts_the_wait_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Disturbed(_Watching):
        def put(self, value: FaceView) -> None:
            super().put(value)
            monkeypatch.setenv(FAULTS, "camera=two_faces" if len(self.views) == 2 else "")

    with desk_at(
        root, clock=TickingClock(NOW, 0.25), policy=Policy(face_good_for_s=0.5, face_liveness=UNWATCHED)
    ) as desk:
        cancel = Event()
        watching = Disturbed(cancel)
        desk.enrollment.watch_face(cancel, watching)
    assert [view.good_since_s for view in watching.views] == [0.0, 0.25, 0.0, 0.0, 0.25, 0.5]


# Fingers and irises


def test_poor_prints_are_not_kept(desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FAULTS, "fingerprint=poor_quality")
    outcome = capture(desk, draft, THUMBS)
    assert "QUALITY_BELOW_THRESHOLD" in _codes(outcome)
    assert not outcome.registration.samples and not outcome.may_force
    assert audited(desk, draft)[-1] == "MUS-BIO-002"


def test_forcing_is_refused_while_attempts_are_left(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "fingerprint=poor_quality")
    capture(desk, draft, THUMBS)
    capture(desk, draft, THUMBS)
    with pytest.raises(Refused) as caught:
        capture(desk, draft, THUMBS, force=True)
    assert caught.value.code.name == "ATTEMPTS_LEFT"
    state = desk.enrollment.registration(draft)
    assert state.attempts[THUMBS] == 2 and not state.samples


def test_when_the_attempts_are_used_up_the_best_is_kept_as_forced(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "fingerprint=poor_quality")
    outcomes = [capture(desk, draft, THUMBS) for _ in range(3)]
    assert [outcome.may_force for outcome in outcomes] == [False, False, True]
    forced = capture(desk, draft, THUMBS, force=True)
    assert forced.attempts == 3  # the best there was, not one more placement
    facts = [event.facts for event in forced.registration.samples.values()]
    assert [(each.attribute, each.forced, each.attempts) for each in facts] == [
        (BiometricAttribute.LEFT_THUMB, True, 3),
        (BiometricAttribute.RIGHT_THUMB, True, 3),
    ]
    assert all(each.quality < QUICK.finger_threshold for each in facts)
    assert forced.registration.is_done(Step.THUMBS)


def test_the_best_of_all_attempts_is_what_forcing_keeps(root: Path, tmp_path: Path) -> None:
    driver = SimulatedDriver(Pictures(tmp_path), speed=50)
    catalogue = Catalogue([Plugin("simulated", "test", lambda: driver, None)])
    with desk_at(root, catalogue=catalogue) as desk:
        draft = desk.enrollment.start().id
        qualities = []
        for contrast in (0.3, 0.5, 0.1):
            for eye in CaptureGroup.IRISES.attributes:
                Image.fromarray(fade(Pictures().sample(eye), contrast)).save(tmp_path / f"{eye.value}.png")
            qualities.append(capture(desk, draft, CaptureGroup.IRISES).samples[0].quality)
        forced = capture(desk, draft, CaptureGroup.IRISES, force=True)
    assert qualities[2] < qualities[0] < qualities[1] < QUICK.iris_threshold
    assert forced.samples[0].quality == qualities[1]


def test_forcing_after_a_restart_makes_one_more_capture(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FAULTS, "iris=poor_quality")
    with desk_at(root, policy=Policy(attempts=1)) as desk:
        draft = desk.enrollment.start().id
        assert capture(desk, draft, CaptureGroup.IRISES).may_force
    with desk_at(root, policy=Policy(attempts=1)) as desk:
        forced = capture(desk, draft, CaptureGroup.IRISES, force=True)
    assert forced.attempts == 2
    assert [event.facts.forced for event in forced.registration.samples.values()] == [True, True]


def test_attempts_survive_the_end_of_the_program(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FAULTS, "iris=poor_quality")
    with desk_at(root) as desk:
        draft = desk.enrollment.start().id
        capture(desk, draft, CaptureGroup.IRISES)
    with desk_at(root) as desk:
        assert capture(desk, draft, CaptureGroup.IRISES).attempts == 2


def test_forcing_never_replaces_a_good_capture_by_a_poor_one(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "fingerprint=poor_quality")
    capture(desk, draft, THUMBS)
    monkeypatch.setenv(FAULTS, "")
    good = capture(desk, draft, THUMBS).registration.samples
    monkeypatch.setenv(FAULTS, "fingerprint=poor_quality")
    capture(desk, draft, THUMBS)
    after = capture(desk, draft, THUMBS, force=True).registration.samples
    assert {each: event.record for each, event in after.items()} == {
        each: event.record for each, event in good.items()
    }
    assert not any(event.facts.forced for event in after.values())


def test_the_wrong_hand_is_never_kept_not_even_by_force(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FAULTS, "fingerprint=wrong_finger")
    with desk_at(root, policy=Policy(attempts=1)) as desk:
        draft = desk.enrollment.start().id
        refused = capture(desk, draft, CaptureGroup.LEFT_SLAP)
        forced = capture(desk, draft, CaptureGroup.LEFT_SLAP, force=True)
        kept = desk.enrollment.registration(draft).samples
    assert _codes(refused) == _codes(forced) == {"WRONG_FINGER"}
    assert not kept


def test_the_other_eye_is_the_wrong_eye(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.enrollment.mark_exception(draft, EYE, ExceptionKind.TEMPORARY, "bandaged")
    monkeypatch.setenv(FAULTS, "iris=wrong_finger")
    assert _codes(capture(desk, draft, CaptureGroup.IRISES)) == {"WRONG_FINGER"}
    assert not desk.enrollment.registration(draft).samples


def test_a_reader_unplugged_in_the_middle_leaves_nothing_and_is_on_record(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = blob_files(desk.folder.root)
    monkeypatch.setenv(FAULTS, "fingerprint=unplug_mid_capture")
    with pytest.raises(DeviceUnavailable) as caught:
        capture(desk, draft, CaptureGroup.LEFT_SLAP)
    assert caught.value.code.name == "DEVICE_UNPLUGGED"
    state = desk.enrollment.registration(draft)
    assert not state.samples and not state.attempts
    assert blob_files(desk.folder.root) == before
    record = desk.trail.about(draft)[-1]
    assert (record.event, record.detail["code"]) == ("MUS-BIO-003", "DEVICE_UNPLUGGED")


@pytest.mark.parametrize(
    ("fault", "code"), [("unplug", "DEVICE_ABSENT"), ("busy", "DEVICE_BUSY"), ("timeout", "DEVICE_TIMEOUT")]
)
def test_a_reader_that_cannot_be_used_is_said_to_be_so_and_is_on_record(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch, fault: str, code: str
) -> None:
    monkeypatch.setenv(FAULTS, f"iris={fault}")
    with pytest.raises(DeviceUnavailable) as caught:
        capture(desk, draft, CaptureGroup.IRISES)
    assert caught.value.code.name == code
    assert desk.trail.about(draft)[-1].detail["code"] == code


def test_a_capture_that_the_officer_stops_changes_nothing(desk: Desk, draft: RegistrationId) -> None:
    cancel = Event()
    Timer(0.005, cancel.set).start()
    with pytest.raises(Cancelled):
        desk.enrollment.capture_group(draft, THUMBS, cancel, Mailbox())
    state = desk.enrollment.registration(draft)
    assert not state.samples and not state.attempts


def test_fingers_marked_as_exceptions_are_not_asked_for(desk: Desk, draft: RegistrationId) -> None:
    left = BiometricAttribute.LEFT_THUMB
    desk.enrollment.mark_exception(draft, left, ExceptionKind.PERMANENT, "missing")
    state = capture(desk, draft, THUMBS).registration
    assert set(state.samples) == {BiometricAttribute.RIGHT_THUMB}
    assert state.is_done(Step.THUMBS)


def test_where_everything_is_an_exception_there_is_nothing_to_capture(desk: Desk, draft: RegistrationId) -> None:
    for attribute in THUMBS.attributes:
        desk.enrollment.mark_exception(draft, attribute, ExceptionKind.PERMANENT, "missing")
    with pytest.raises(Refused) as caught:
        capture(desk, draft, THUMBS)
    assert caught.value.code.name == "NOTHING_TO_CAPTURE"
    assert desk.enrollment.registration(draft).is_done(Step.THUMBS)


def test_marking_an_exception_takes_the_sample_away_and_clearing_it_opens_the_step(
    desk: Desk, draft: RegistrationId
) -> None:
    capture(desk, draft, THUMBS)
    left = BiometricAttribute.LEFT_THUMB
    assert left not in desk.enrollment.mark_exception(draft, left, ExceptionKind.TEMPORARY, "plaster").samples
    cleared = desk.enrollment.clear_exception(draft, left)
    assert not cleared.exceptions and not cleared.is_done(Step.THUMBS)
    assert audited(desk, draft)[-2:] == ["MUS-BIO-004", "MUS-BIO-005"]


def test_each_capture_continues_the_hash_chain_of_the_one_before(root: Path) -> None:
    with desk_at(root, clock=SetClock(NOW)) as desk:  # a coarse clock: everything within one tick
        draft = desk.enrollment.start().id
        capture(desk, draft, THUMBS)
        samples = list(capture(desk, draft, CaptureGroup.IRISES).registration.samples.values())
        link = ""
        for event in samples:
            digest = bytes.fromhex(event.record.digest)
            before = bytes.fromhex(link) if link else sha256(b"").digest()
            link = sha256(before + digest).hexdigest().upper()
            assert event.facts.chain_hash == link


def test_a_capture_keeps_what_the_record_says_and_the_trail_its_digest(desk: Desk, draft: RegistrationId) -> None:
    state = capture(desk, draft, THUMBS).registration
    digests = [r.detail["sha256"] for r in desk.trail.about(draft) if r.event == "MUS-BIO-001"]
    assert digests == [event.record.digest for event in state.samples.values()]
    kept = desk.enrollment.sample_picture(draft, BiometricAttribute.LEFT_THUMB)
    assert np.array_equal(kept, Pictures().sample(BiometricAttribute.LEFT_THUMB))


class LyingReader:
    """A device whose answers are changed on their way out."""

    def __init__(self, device: BiometricCapture, lie: Callable[[CapturedSample], CapturedSample]) -> None:
        self._device = device
        self._lie = lie

    def capture(self, request: CaptureRequest, cancel: Event, on_preview: OnPreview) -> list[CapturedSample]:
        return [self._lie(sample) for sample in self._device.capture(request, cancel, on_preview)]


class LyingCatalogue(Catalogue):
    def __init__(self, lie: Callable[[CapturedSample], CapturedSample]) -> None:
        super().__init__()
        self._lie = lie

    @contextmanager
    def open(
        self, wanted: DeviceKind | DeviceDescriptor, context: DeviceContext, *, registering: bool = False
    ) -> Iterator[Device]:
        with super().open(wanted, context, registering=registering) as device:
            assert isinstance(device, BiometricCapture)
            yield LyingReader(device, self._lie)


def _broken(sample: CapturedSample) -> CapturedSample:
    raise RuntimeError("a driver's own trouble")


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (lambda sample: replace(sample, quality=float("nan")), "DEVICE_FAILED"),
        (lambda sample: replace(sample, quality=120.0), "DEVICE_FAILED"),
        (lambda sample: replace(sample, record=sample.record + b"\x00"), "SAMPLE_NOT_AUTHENTIC"),
        (_broken, "DEVICE_FAILED"),
    ],
    ids=["no number", "too good", "another record", "an error of its own"],
)
def test_a_device_that_lies_or_breaks_is_an_error_and_nothing_is_kept(
    root: Path, lie: Callable[[CapturedSample], CapturedSample], code: str
) -> None:
    with desk_at(root, catalogue=LyingCatalogue(lie)) as desk:
        draft = desk.enrollment.start().id
        with pytest.raises(MusterError) as caught:
            capture(desk, draft, CaptureGroup.THUMBS)
        assert caught.value.code.name == code
        assert not desk.enrollment.registration(draft).samples
        assert desk.trail.about(draft)[-1].detail["code"] == code


def test_an_empty_glass_is_never_the_best_there_is(root: Path) -> None:
    def blank(sample: CapturedSample) -> CapturedSample:
        """What the left thumb's device says with nobody's finger on it, signed and praised."""
        if sample.attribute is not BiometricAttribute.LEFT_THUMB:
            return sample
        glass = np.full((400, 300), 240, np.uint8)
        record = finger_record(glass, sample.attribute, 500, sample.captured_at, 80)
        context = conformance_context()
        request = CaptureRequest((sample.attribute,), 40, 1.0, "a-transaction")
        return attested_sample(
            context.signer,
            request,
            attribute=sample.attribute,
            record=record,
            quality=80.0,
            captured_at=sample.captured_at,
            device=sample.device,
            device_code="glass",
            device_service_version="1",
        )

    with desk_at(root, catalogue=LyingCatalogue(blank)) as desk:
        draft = desk.enrollment.start().id
        for _ in range(3):
            capture(desk, draft, CaptureGroup.THUMBS)
        outcome = capture(desk, draft, CaptureGroup.THUMBS, force=True)
        assert BiometricAttribute.LEFT_THUMB not in outcome.registration.samples


def test_a_full_disk_does_not_cost_the_captures_that_were_held(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_SIMULATED_FAULTS", "fingerprint=poor_quality")
    with desk_at(root) as desk:
        draft = desk.enrollment.start().id
        for _ in range(3):
            capture(desk, draft, CaptureGroup.THUMBS)
        with monkeypatch.context() as full:
            full.setattr(os, "fsync", _no_space)
            with pytest.raises(StorageUnavailable):
                capture(desk, draft, CaptureGroup.THUMBS, force=True)
        monkeypatch.setenv("MUSTER_SIMULATED_FAULTS", "fingerprint=unplug")  # what is held needs no device
        outcome = capture(desk, draft, CaptureGroup.THUMBS, force=True)
        assert set(outcome.registration.samples) == set(CaptureGroup.THUMBS.attributes)


def _no_space(descriptor: int) -> None:
    raise OSError(errno.ENOSPC, "no space")
