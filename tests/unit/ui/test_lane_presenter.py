"""What the capture lane does next, for every way a capture can come out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from muster.devices.frames import Frame
from muster.domain.assessment import Finding, Severity
from muster.domain.biometrics import (
    Attestation,
    BiometricAttribute,
    BiometricException,
    CaptureGroup,
    DigitalId,
    ExceptionKind,
    ForcedBecause,
    LivenessOutcome,
    SampleFacts,
)
from muster.domain.lifecycle import BlobRef, LivenessJudged, Registration, SampleCaptured, Started
from muster.domain.registration import USUAL_STEPS, Process, RegistrationId, Step
from muster.errors import Code, DeviceUnavailable, StorageUnavailable
from muster.ui.capture.lane_presenter import Choice, Doing, LanePresenter, Tone
from muster.workstation.capture_lane import PlacementState, SampleState
from muster.workstation.face_watching import FaceView, JudgedFace
from muster.workstation.samples import CaptureOutcome, SampleResult

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
CAMERA = DigitalId("1", "Muster", "Camera", "Face", "Full face", "Muster", "MUSTER")
NEW = Registration(
    RegistrationId("10001" * 2 + "00001" + "20260301120000"),
    Started(AT, Process.NEW, ("eng",), "mmuster", 0.1),
)
LEFT, THUMBS, EYES = CaptureGroup.LEFT_SLAP, CaptureGroup.THUMBS, CaptureGroup.IRISES
HANDS = (Step.LEFT_SLAP, Step.RIGHT_SLAP, Step.THUMBS)
ATTEMPTS = 3
TOO_FAR = Finding(Code("FACE_TOO_FAR", "Come a little closer."))
DOUBTED = Finding(Code("LIVENESS_REFUSED", "The picture could not be accepted."))
WRONG_HAND = Finding(Code("WRONG_FINGER", "The device saw another hand."))
MISSING = Finding(Code("FINGER_MISSING", "One finger was not seen."))
BELOW = Finding(Code("QUALITY_BELOW_THRESHOLD", "Too low."), Severity.BLOCKS)
DRY = Finding(Code("FINGER_DRY", "The print is too light."))


def _sample(attribute: BiometricAttribute, *, forced: bool = False) -> SampleCaptured:
    facts = SampleFacts(attribute, 70, 1, forced, AT, CAMERA, "1", "0.9.5", Attestation("", "", "", ""))
    return SampleCaptured(AT, facts, BlobRef(attribute.value, "00", 1))


def _having(*groups: CaptureGroup, state: Registration = NEW, forced: bool = False) -> Registration:
    taken = {each: _sample(each, forced=forced) for group in groups for each in group.attributes}
    return replace(state, samples={**state.samples, **taken})


def _tried(state: Registration, group: CaptureGroup, times: int) -> Registration:
    return replace(state, attempts={**state.attempts, group: times})


def _without(state: Registration, *attributes: BiometricAttribute) -> Registration:
    marked = {each: BiometricException(each, ExceptionKind.PERMANENT, "missing") for each in attributes}
    return replace(state, exceptions={**state.exceptions, **marked})


def _lane(state: Registration = NEW, step: Step | None = None) -> LanePresenter:
    return LanePresenter(state, USUAL_STEPS, ATTEMPTS, lambda registration, attribute: 70.0, step)


def _outcome(state: Registration, *findings: Finding, samples: tuple[SampleResult, ...] = ()) -> CaptureOutcome:
    return CaptureOutcome(state, samples, findings, 1, ATTEMPTS)


def _poor(group: CaptureGroup, *findings: Finding) -> tuple[SampleResult, ...]:
    return tuple(
        SampleResult(each, 20, 40, accepted=False, findings=(*findings, BELOW)) for each in group.attributes
    )


def _view(*findings: Finding, ready: bool = False, may_be_forced: bool = True) -> FaceView:
    pixels = np.zeros((4, 4, 3), np.uint8)
    face = JudgedFace(Frame(pixels, AT, 0), (1, 1, 2, 2), findings, 50, {})
    return FaceView(face, face if ready else None, 1.0, may_be_forced, CAMERA)


def _live(step: Step, state: Registration = NEW) -> LanePresenter:
    lane = _lane(state, step)
    lane.start()
    assert lane.doing is Doing.LIVE
    return lane


# When everything is good


def test_one_start_takes_every_placement_in_the_plans_order() -> None:
    lane, state, order = _lane(), NEW, []
    lane.start()
    while lane.doing is not Doing.DONE:
        assert lane.doing is Doing.LIVE
        order.append(lane.step)
        group = lane.step.capture_group
        assert group is not None
        state = _having(group, state=state)
        if lane.step is Step.FACE:
            assert lane.seen(_view(ready=True))
            lane.taking()
            lane.face_taken(_outcome(state))
        else:
            lane.placement_taken(_outcome(state))
        assert lane.doing is Doing.GOOD
        lane.waited()
    assert order == [Step.FACE, *HANDS, Step.IRISES]
    assert lane.is_complete


def test_the_next_placement_waits_until_the_station_has_judged_this_one() -> None:
    lane = _live(Step.THUMBS)
    state = _having(THUMBS)
    lane.placement_taken(_outcome(state), THUMBS.attributes)
    assert lane.doing is Doing.JUDGING
    lane.judged(THUMBS.attributes[0], _outcome(state))
    assert lane.doing is Doing.JUDGING
    lane.judged(THUMBS.attributes[1], _outcome(state))
    assert lane.doing is Doing.GOOD


def test_what_another_placement_still_waits_for_keeps_none_back() -> None:
    lane = _live(Step.RIGHT_SLAP, _having(CaptureGroup.FACE, LEFT))
    lane.being_judged(LEFT.attributes)  # left behind by a program that was ended
    state = _having(CaptureGroup.RIGHT_SLAP, state=lane.registration)
    lane.placement_taken(_outcome(state))
    assert lane.doing is Doing.GOOD
    for each in LEFT.attributes:
        assert lane.samples[each] is SampleState.JUDGING
        lane.judged(each, _outcome(state))
        assert lane.samples[each] is SampleState.KEPT


def test_whoever_comes_back_stands_at_the_placement_that_is_missing() -> None:
    assert _lane(_having(CaptureGroup.FACE, LEFT)).step is Step.RIGHT_SLAP


# Red


def test_a_wrong_hand_stops_the_lane_and_once_more_goes_on() -> None:
    lane = _live(Step.LEFT_SLAP)
    lane.placement_taken(_outcome(_tried(NEW, LEFT, 1), WRONG_HAND))
    assert (lane.doing, lane.said.tone, lane.said.code.name) == (Doing.STOPPED, Tone.BAD, "WRONG_FINGER")
    assert lane.prompt is not None and lane.prompt.name == "ASK_OTHER_SIDE"
    lane.start()
    assert lane.doing is Doing.LIVE


def test_a_poor_hand_is_taken_again_by_itself_and_what_helps_is_said() -> None:
    lane = _live(Step.LEFT_SLAP)
    lane.placement_taken(_outcome(_tried(NEW, LEFT, 1), samples=_poor(LEFT, DRY)))
    assert lane.doing is Doing.AGAIN
    assert set(lane.said.fingers) == set(LEFT.attributes)
    assert lane.prompt is not None and lane.prompt.name == "FINGER_DRY"
    begun = lane.round
    lane.waited()
    assert lane.doing is Doing.LIVE and lane.round == begun + 1


def test_attempts_used_up_stop_the_lane_and_what_there_is_may_be_kept_with_a_reason() -> None:
    lane = _live(Step.LEFT_SLAP)
    lane.placement_taken(_outcome(_tried(NEW, LEFT, ATTEMPTS), samples=_poor(LEFT)))
    assert (lane.doing, lane.choices) == (Doing.STOPPED, (Choice.KEEP,))
    assert lane.keep(ForcedBecause.WORN, "a mason")
    assert lane.doing is Doing.LIVE
    assert lane.keeping is not None and lane.keeping.comment == "a mason"
    lane.placement_taken(_outcome(_tried(_having(LEFT, forced=True), LEFT, ATTEMPTS)))
    assert lane.doing is Doing.GOOD and lane.keeping is None
    assert lane.placement.state is PlacementState.KEPT


def test_beside_what_is_good_nothing_is_asked_of_the_person_any_more() -> None:
    smiles = Finding(Code("FACE_MOUTH_OPEN", "Close the mouth."), Severity.WARNS)
    for forced in (False, True):
        state = _having(CaptureGroup.FACE, forced=forced)
        lane = _live(Step.FACE)
        seen = tuple(SampleResult(each, 70, 40, accepted=True, findings=(smiles,)) for each in state.samples)
        lane.placement_taken(_outcome(state, samples=seen))
        assert [row.finding for row in lane.rows] == [smiles if forced else None]


def test_a_finger_nobody_ever_saw_cannot_be_kept() -> None:
    lane = _live(Step.LEFT_SLAP)
    state = _tried(NEW, LEFT, ATTEMPTS)
    lane.placement_taken(_outcome(state, MISSING))
    assert (lane.doing, lane.choices) == (Doing.STOPPED, ())
    assert lane.said.code.name == "LANE_MISSING"


def test_a_reader_that_is_not_there_is_waited_for_and_goes_on_by_itself() -> None:
    lane = _live(Step.THUMBS)
    absent = DeviceUnavailable(Code("DEVICE_ABSENT", "No {kind}."), kind="fingerprint reader")
    lane.failed(absent, NEW)
    assert (lane.doing, lane.said.code.name) == (Doing.WAITING, "LANE_WAITING")
    lane.devices_ready({"camera"})
    assert lane.doing is Doing.WAITING
    lane.devices_ready({"camera", "fingerprint reader"})
    assert (lane.doing, lane.step) == (Doing.LIVE, Step.THUMBS)


def test_a_reader_that_says_it_is_gone_while_it_is_listed_is_not_tried_for_ever() -> None:
    lane = _live(Step.THUMBS)
    gone = DeviceUnavailable(Code("DEVICE_UNPLUGGED", "The {kind} was unplugged."), kind="fingerprint reader")
    lane.failed(gone, NEW)
    lane.devices_ready({"fingerprint reader"})
    assert lane.doing is Doing.WAITING
    lane.devices_ready(())
    lane.devices_ready({"fingerprint reader"})
    assert lane.doing is Doing.LIVE


def test_nobody_at_the_reader_is_waited_for_a_while_and_then_the_officer_is_asked() -> None:
    lane = _live(Step.LEFT_SLAP)
    silent = DeviceUnavailable(Code("DEVICE_TIMEOUT", "The {kind} did not answer."), kind="fingerprint reader")
    for _ in range(2):
        lane.failed(silent, NEW)
        assert lane.doing is Doing.AGAIN
        lane.waited()
    lane.failed(silent, NEW)
    assert lane.doing is Doing.STOPPED


@pytest.mark.parametrize("code", ["DEVICE_BUSY", "DEVICE_FAILED"])
def test_a_broken_device_stops_the_lane_and_another_one_may_be_used(code: str) -> None:
    lane = _live(Step.IRISES)
    lane.failed(DeviceUnavailable(Code(code, "The {kind} is broken."), kind="iris camera"), NEW)
    assert (lane.doing, lane.said.tone, lane.choices) == (Doing.STOPPED, Tone.BAD, (Choice.OTHER_DEVICE,))


def test_a_full_disk_stops_the_lane_without_blaming_a_device() -> None:
    lane = _live(Step.IRISES)
    lane.failed(StorageUnavailable(Code("DISK_FULL", "The disk is full.")), NEW)
    assert (lane.doing, lane.choices) == (Doing.STOPPED, ())


def test_a_face_nobody_can_confirm_stops_the_lane_and_only_used_up_attempts_let_the_officer_attest() -> None:
    lane = _live(Step.FACE)
    for attempt in range(1, ATTEMPTS + 1):
        assert lane.seen(_view(ready=True))
        lane.taking()
        lane.face_taken(_outcome(_tried(NEW, CaptureGroup.FACE, attempt), DOUBTED))
        assert (lane.doing, lane.said.code.name) == (Doing.STOPPED, "LIVENESS_REFUSED")
        assert lane.choices == ((Choice.ATTEST,) if attempt == ATTEMPTS else ())
        if attempt < ATTEMPTS:
            lane.start()


def test_a_face_that_will_not_do_may_be_tried_once_patience_is_over_and_kept_when_attempts_are() -> None:
    lane = _live(Step.FACE)
    assert not lane.seen(_view(TOO_FAR))
    assert lane.choices == ()
    lane.lost_patience()
    assert lane.choices == (Choice.TRY,)
    for attempt in range(1, ATTEMPTS + 1):
        lane.taking()
        lane.face_taken(_outcome(_tried(NEW, CaptureGroup.FACE, attempt), TOO_FAR))
        assert lane.doing is (Doing.LIVE if attempt < ATTEMPTS else Doing.STOPPED)
        if attempt < ATTEMPTS:
            lane.seen(_view(TOO_FAR))
            assert lane.choices == (Choice.TRY,)
    assert lane.choices == (Choice.KEEP,)
    assert not lane.keep(ForcedBecause.INJURY, "")  # from the view at hand
    assert lane.doing is Doing.TAKING


def test_the_reason_of_a_forced_face_is_still_known_when_the_officer_has_to_attest_it_too() -> None:
    lane = _live(Step.FACE, _tried(NEW, CaptureGroup.FACE, ATTEMPTS))
    lane.seen(_view(TOO_FAR))
    lane.keep(ForcedBecause.INJURY, "in bed")
    lane.face_taken(_outcome(_tried(NEW, CaptureGroup.FACE, ATTEMPTS + 1), DOUBTED))
    assert lane.choices == (Choice.ATTEST,)
    assert lane.keeping is not None and lane.keeping.because is ForcedBecause.INJURY


def test_somebody_else_beside_the_person_is_never_offered_to_be_kept() -> None:
    lane = _live(Step.FACE, _tried(NEW, CaptureGroup.FACE, ATTEMPTS))
    lane.seen(_view(Finding(Code("FACE_SEVERAL", "More than one face.")), may_be_forced=False))
    lane.lost_patience()
    assert lane.choices == ()


# Pausing, choosing, exceptions


def test_a_pause_gives_the_device_back_and_start_goes_on_at_the_same_placement() -> None:
    lane = _live(Step.RIGHT_SLAP)
    begun = lane.round
    lane.pause()
    assert (lane.doing, lane.round) == (Doing.RESTING, begun + 1)
    lane.start()
    assert (lane.doing, lane.step) == (Doing.LIVE, Step.RIGHT_SLAP)


def test_another_placement_is_taken_at_once_while_the_lane_is_under_way_and_the_missing_one_after_it() -> None:
    state = _having(CaptureGroup.FACE, LEFT)
    lane = _live(Step.RIGHT_SLAP, state)
    lane.choose(Step.LEFT_SLAP)
    assert (lane.doing, lane.step) == (Doing.LIVE, Step.LEFT_SLAP)
    lane.placement_taken(_outcome(_tried(state, LEFT, 2)))
    lane.waited()
    assert (lane.doing, lane.step) == (Doing.LIVE, Step.RIGHT_SLAP)


def test_another_placement_is_only_shown_while_nothing_is_under_way() -> None:
    lane = _lane(_having(CaptureGroup.FACE))
    lane.choose(Step.FACE)
    assert (lane.doing, lane.said.code.name) == (Doing.RESTING, "LANE_FACE_TAKEN")


def test_a_person_without_hands_is_asked_for_face_eyes_and_one_photo() -> None:
    fingers = [each for step in HANDS for each in CaptureGroup(step.value).attributes]
    lane = _lane(_having(CaptureGroup.FACE))
    lane.registered(_without(lane.registration, *fingers))
    assert lane.step is Step.IRISES
    assert [each.step for each in lane.placements if not each.is_done] == [Step.IRISES, Step.EXCEPTION_PHOTO]
    assert all(lane.samples[each] is SampleState.EXCEPTION for each in fingers)
    lane.start()
    lane.placement_taken(_outcome(_having(EYES, state=lane.registration)))
    lane.waited()
    assert (lane.doing, lane.step) == (Doing.LIVE, Step.EXCEPTION_PHOTO)


def test_the_photo_of_an_exception_is_the_officers_to_take() -> None:
    state = _without(_having(CaptureGroup.FACE, *(CaptureGroup(each.value) for each in HANDS)), *EYES.attributes)
    lane = _live(Step.EXCEPTION_PHOTO, state)
    assert not lane.seen(_view(ready=True))
    assert lane.choices == (Choice.TAKE,)


def test_a_finger_excepted_where_the_lane_stopped_lets_it_go_on() -> None:
    lane = _live(Step.LEFT_SLAP)
    *others, little = LEFT.attributes
    kept = replace(NEW, samples={each: _sample(each) for each in others})
    lane.placement_taken(_outcome(_tried(kept, LEFT, ATTEMPTS), MISSING))
    assert lane.doing is Doing.STOPPED
    lane.registered(_without(lane.registration, little))
    assert (lane.doing, lane.step) == (Doing.LIVE, Step.FACE)  # which was never taken


def test_an_attested_face_is_told_apart_from_a_good_one() -> None:
    face = _having(CaptureGroup.FACE)
    attested = LivenessJudged(AT, LivenessOutcome.ATTESTED, None, BiometricAttribute.FACE.value)
    lane = _lane(replace(face, liveness=(attested,)), Step.FACE)
    assert lane.placement.state is PlacementState.KEPT


def test_from_a_placement_that_is_done_one_goes_on_without_taking_it_again() -> None:
    lane = _lane(_having(CaptureGroup.LEFT_SLAP), Step.LEFT_SLAP)
    assert lane.others_wait
    lane.go_on_elsewhere()
    assert (lane.step, lane.doing) == (Step.FACE, Doing.LIVE)
    assert not lane.others_wait  # it is under way


def test_where_nothing_is_open_there_is_nowhere_else_to_go_on() -> None:
    assert not _lane(NEW, Step.FACE).others_wait  # it is not done itself
