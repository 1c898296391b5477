"""Fingers and eyes judged by the station beside what their device says, on readers that deliver poor pictures."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image

from muster.analysis import weights
from muster.devices.api import (
    CaptureRequest,
    Device,
    DeviceContext,
    DeviceDescriptor,
    DeviceKind,
    DeviceStatus,
    Driver,
    OnPreview,
    SlapPicture,
)
from muster.devices.catalogue import Catalogue
from muster.devices.frames import Pixels
from muster.domain.biometrics import (
    BiometricAttribute,
    CaptureGroup,
    DigitalId,
    ExceptionKind,
    ForcedBecause,
    Modality,
)
from muster.domain.registration import RegistrationId, Step
from muster.errors import DeviceUnavailable, Refused, Unavailable
from muster.formats.iso19794_4 import FingerRecord
from muster.formats.iso19794_record import parse_record
from muster.plugins import Plugin
from muster.workstation.demo import demo_script
from muster.workstation.desk import Desk
from muster.workstation.mailbox import Mailbox
from muster.workstation.policy import Policy, QualityRule
from muster.workstation.samples import CaptureOutcome
from muster.workstation.script import ScriptedEnrollment
from muster.workstation.station import Station
from muster_simulated.driver import SimulatedDriver
from muster_simulated.pictures import Pictures
from simulators.eyes import Eye, closed, draw
from slaps import fingers_of, slap
from unit.workstation.desks import OFFICER, QUICK, capture, desk_at, play

FAULTS = "MUSTER_SIMULATED_FAULTS"
THUMBS, IRISES = CaptureGroup.THUMBS, CaptureGroup.IRISES
LEFT, RIGHT = CaptureGroup.LEFT_SLAP, CaptureGroup.RIGHT_SLAP
LEFT_THUMB, RIGHT_THUMB = BiometricAttribute.LEFT_THUMB, BiometricAttribute.RIGHT_THUMB
# Pictures that any finger may be given, and what they score here, NFIQ 2-compatible.
SCORES_57, SCORES_43 = BiometricAttribute.LEFT_LITTLE, BiometricAttribute.RIGHT_MIDDLE
SCORES_56, SCORES_45 = BiometricAttribute.RIGHT_LITTLE, BiometricAttribute.RIGHT_THUMB


def _judged_by(rule: QualityRule) -> Policy:
    return replace(QUICK, quality_rules={**QUICK.quality_rules, Modality.FINGER: rule})


LOWER = _judged_by(QualityRule.LOWER)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, new_station: Station) -> Iterator[Desk]:
    """One officer for most of the file: what judges is loaded once. Every test has a registration of its own."""
    root = tmp_path_factory.mktemp("judging") / "station"
    shutil.copytree(new_station.folder.root, root)
    with desk_at(root, policy=LOWER) as desk:
        yield desk


@pytest.fixture
def draft(desk: Desk) -> RegistrationId:
    """Only the right thumb is asked for: one finger is judged in half the time of two."""
    draft = desk.enrollment.start().id
    desk.enrollment.mark_exception(draft, LEFT_THUMB, ExceptionKind.PERMANENT, "missing")
    return draft


@pytest.fixture(scope="module")
def glass_desk(tmp_path_factory: pytest.TempPathFactory, new_station: Station) -> Iterator[tuple[Desk, Path]]:
    folder = tmp_path_factory.mktemp("glass")
    shutil.copytree(new_station.folder.root, folder / "station")
    catalogue = _catalogue(SimulatedDriver(Pictures(folder), speed=50))
    with desk_at(folder / "station", policy=LOWER, catalogue=catalogue) as desk:
        yield desk, folder


@pytest.fixture
def glass(glass_desk: tuple[Desk, Path]) -> tuple[Desk, Path]:
    """A desk whose reader sees what lies in a folder, and that folder, empty."""
    for picture in glass_desk[1].glob("*.png"):
        picture.unlink()
    return glass_desk


def _catalogue(driver: Driver) -> Catalogue:
    return Catalogue([Plugin(driver.name, "test", lambda: driver, None)])


def _lay(folder: Path, place: BiometricAttribute, finger: BiometricAttribute) -> None:
    Image.fromarray(Pictures().sample(finger)).save(folder / f"{place.value}.png")


def _judge(desk: Desk, draft: RegistrationId) -> list[CaptureOutcome]:
    return [desk.enrollment.judge(draft, each) for each in desk.enrollment.unjudged(draft)]


def _codes(outcomes: list[CaptureOutcome]) -> list[str]:
    return [each.code.name for outcome in outcomes for sample in outcome.samples for each in sample.findings]


def _events(desk: Desk, draft: RegistrationId) -> list[str]:
    return [each.event for each in desk.trail.about(draft)]


# What the station sees decides, and nobody waits for it


def test_a_capture_counts_before_it_is_judged(desk: Desk, draft: RegistrationId) -> None:
    outcome = capture(desk, draft, THUMBS)
    assert [(each.accepted, each.judged) for each in outcome.samples] == [(True, False)]
    assert outcome.registration.is_done(Step.THUMBS)
    assert desk.enrollment.unjudged(draft) == (RIGHT_THUMB,)


def test_a_good_finger_is_judged_beside_and_the_lower_of_both_qualities_counts(
    desk: Desk, draft: RegistrationId
) -> None:
    device = capture(desk, draft, THUMBS).samples[0].quality
    ((result,),) = [each.samples for each in _judge(desk, draft)]
    state = desk.enrollment.registration(draft)
    judgement = state.judgements[RIGHT_THUMB]
    assert judgement.measure == "NFIQ 2-compatible" and judgement.quality is not None
    assert result.accepted and result.quality == judgement.quality == desk.enrollment.quality_of(
        state, RIGHT_THUMB
    )
    assert judgement.quality < device == state.samples[RIGHT_THUMB].facts.quality
    assert desk.enrollment.unjudged(draft) == ()


def test_a_device_that_praises_the_tip_of_a_finger_is_not_believed(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "fingerprint=partial")
    assert capture(desk, draft, THUMBS).samples[0].quality > 70
    outcomes = _judge(desk, draft)
    assert _codes(outcomes) == ["FINGER_PARTIAL", "QUALITY_BELOW_THRESHOLD"]
    assert {each.field for each in outcomes[0].samples[0].findings} == {"rightThumb"}
    state = desk.enrollment.registration(draft)
    assert not state.samples and not state.is_done(Step.THUMBS)
    assert _events(desk, draft)[-2:] == ["MUS-BIO-008", "MUS-BIO-009"]


def test_what_a_device_calls_poor_is_judged_as_well_for_what_to_say(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "fingerprint=wet")
    assert not capture(desk, draft, THUMBS).samples[0].accepted
    assert _codes(_judge(desk, draft)) == ["FINGER_WET", "QUALITY_BELOW_THRESHOLD"]


def test_an_empty_glass_is_told_at_once_and_there_is_nothing_to_judge(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "fingerprint=empty_glass")
    outcome = capture(desk, draft, THUMBS)
    assert "NO_RIDGES" in _codes([outcome])
    assert desk.enrollment.unjudged(draft) == ()


def test_the_trail_holds_both_scores_of_every_attempt_and_no_picture(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    for fault in ("fingerprint=partial", ""):
        monkeypatch.setenv(FAULTS, fault)
        capture(desk, draft, THUMBS)
        _judge(desk, draft)
    told = [each.detail for each in desk.trail.about(draft) if each.event == "MUS-BIO-008"]
    assert [(each["attempt"], each["counts"], each["findings"]) for each in told] == [
        ("1", "false", "FINGER_PARTIAL"),
        ("2", "true", ""),
    ]
    assert all(float(each["quality"]) < float(each["device_quality"]) for each in told)
    assert all(len(value) <= 64 for each in told for value in each.values())


def test_where_the_device_decides_the_station_only_tells(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FAULTS, "fingerprint=partial")
    with desk_at(root, policy=_judged_by(QualityRule.DEVICE)) as desk:
        draft = desk.enrollment.start().id
        desk.enrollment.mark_exception(draft, LEFT_THUMB, ExceptionKind.PERMANENT, "missing")
        capture(desk, draft, THUMBS)
        outcomes = _judge(desk, draft)
        assert _codes(outcomes) == ["FINGER_PARTIAL"]
        assert outcomes[0].samples[0].accepted
        assert desk.enrollment.registration(draft).judgements[RIGHT_THUMB].findings == ("FINGER_PARTIAL",)


def test_where_the_station_decides_a_modest_device_costs_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "fingerprint=poor_quality")  # faint: a low score of the device, the same ridges
    with desk_at(root, policy=_judged_by(QualityRule.STATION)) as desk:
        draft = desk.enrollment.start().id
        desk.enrollment.mark_exception(draft, LEFT_THUMB, ExceptionKind.PERMANENT, "missing")
        assert capture(desk, draft, THUMBS).samples[0].quality < 40
        (outcome,) = _judge(desk, draft)
        assert outcome.samples[0].accepted
        assert desk.enrollment.registration(draft).is_done(Step.THUMBS)


# Interrupted, or not possible


def test_what_was_not_judged_when_the_program_ended_is_judged_later(root: Path) -> None:
    with desk_at(root, policy=LOWER) as desk:
        draft = desk.enrollment.start().id
        desk.enrollment.mark_exception(draft, LEFT_THUMB, ExceptionKind.PERMANENT, "missing")
        kept = capture(desk, draft, THUMBS).registration.samples[RIGHT_THUMB].record
    with desk_at(root, policy=LOWER) as desk:
        assert desk.enrollment.unjudged(draft) == (RIGHT_THUMB,)
        (outcome,) = _judge(desk, draft)
        assert outcome.registration.samples[RIGHT_THUMB].record == kept
        assert outcome.registration.judgements[RIGHT_THUMB].quality is not None


def test_nothing_is_confirmed_before_it_was_judged(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "fingerprint=partial")
    capture(desk, draft, THUMBS)
    with pytest.raises(Refused) as caught:
        desk.enrollment.confirm_preview(draft)
    assert caught.value.code.name == "SAMPLES_SET_ASIDE"
    state = desk.enrollment.registration(draft)
    assert not state.previewed and not state.samples


def test_without_weights_a_capture_counts_on_and_is_not_confirmed(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_at(root, policy=LOWER) as desk:
        draft = desk.enrollment.start().id
        desk.enrollment.mark_exception(draft, LEFT_THUMB, ExceptionKind.PERMANENT, "missing")
        capture(desk, draft, THUMBS)
        monkeypatch.setattr(weights, "models_folder", lambda: tmp_path)
        for judging in (lambda: _judge(desk, draft), lambda: desk.enrollment.confirm_preview(draft)):
            with pytest.raises(Unavailable):
                judging()
        assert RIGHT_THUMB in desk.enrollment.registration(draft).samples
        assert desk.enrollment.unjudged(draft) == (RIGHT_THUMB,)


def test_a_judgement_that_comes_when_the_registration_is_closed_changes_nothing(
    desk: Desk, draft: RegistrationId
) -> None:
    capture(desk, draft, THUMBS)
    desk.enrollment.discard(draft, "left")
    with pytest.raises(Refused) as caught:
        desk.enrollment.judge(draft, RIGHT_THUMB)
    assert caught.value.code.name == "REGISTRATION_CLOSED"


# The best of each finger


def test_the_best_of_each_finger_over_all_attempts_counts(glass: tuple[Desk, Path]) -> None:
    desk, folder = glass
    draft = desk.enrollment.start().id
    for left, right in ((SCORES_43, SCORES_57), (SCORES_56, SCORES_45)):
        _lay(folder, LEFT_THUMB, left)
        _lay(folder, RIGHT_THUMB, right)
        capture(desk, draft, THUMBS)
        assert all(sample.accepted for outcome in _judge(desk, draft) for sample in outcome.samples)
    state = desk.enrollment.registration(draft)
    assert [desk.enrollment.quality_of(state, each) for each in THUMBS.attributes] == [56, 57]
    assert [state.samples[each].facts.attempts for each in THUMBS.attributes] == [2, 1]
    kept = desk.enrollment.sample_picture(draft, RIGHT_THUMB)
    assert np.array_equal(kept, Pictures().sample(SCORES_57))


def test_once_the_attempts_are_used_up_the_best_is_kept_with_the_officers_reason(
    glass: tuple[Desk, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, folder = glass
    draft = desk.enrollment.start().id
    desk.enrollment.mark_exception(draft, LEFT_THUMB, ExceptionKind.PERMANENT, "missing")
    monkeypatch.setenv(FAULTS, "fingerprint=partial")
    scores = []
    for finger in (SCORES_43, LEFT_THUMB, SCORES_43):
        _lay(folder, RIGHT_THUMB, finger)
        capture(desk, draft, THUMBS)
        ((result,),) = [each.samples for each in _judge(desk, draft)]
        scores.append(result.quality)
    cancel, mailbox = Event(), Mailbox()  # type: ignore[var-annotated]
    outcome = desk.enrollment.capture_group(draft, THUMBS, cancel, mailbox, forced=ForcedBecause.INJURY)
    state = outcome.registration
    assert state.samples[RIGHT_THUMB].facts.forced and state.is_done(Step.THUMBS)
    assert desk.enrollment.quality_of(state, RIGHT_THUMB) == max(scores) > min(scores)
    assert state.forced_because[RIGHT_THUMB].because is ForcedBecause.INJURY
    told = desk.trail.about(draft)[-1]
    assert (told.event, told.detail["because"]) == ("MUS-BIO-010", "injury or illness")
    assert desk.enrollment.unjudged(draft) == ()


# The same finger twice


def test_the_same_finger_twice_is_named_and_neither_counts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = desk.enrollment.start().id
    monkeypatch.setenv(FAULTS, "fingerprint=same_finger")
    capture(desk, draft, THUMBS)
    first, second = _judge(desk, draft)
    assert first.samples[0].accepted
    assert [(each.attribute, each.accepted) for each in second.samples] == [
        (RIGHT_THUMB, False),
        (LEFT_THUMB, False),
    ]
    for result, other in zip(second.samples, ("leftThumb", "rightThumb"), strict=True):
        told = next(each for each in result.findings if each.code.name == "SAME_FINGER_TWICE")
        assert told.detail == {"finger": result.attribute.value, "other": other}
    assert not second.registration.samples
    monkeypatch.setenv(FAULTS, "")
    capture(desk, draft, THUMBS)
    assert all(sample.accepted for outcome in _judge(desk, draft) for sample in outcome.samples)
    assert desk.enrollment.registration(draft).is_done(Step.THUMBS)


def test_a_finger_of_the_other_hand_is_found_after_a_restart_too(glass: tuple[Desk, Path]) -> None:
    desk, folder = glass
    draft = desk.enrollment.start().id
    index, thumb = BiometricAttribute.LEFT_INDEX, RIGHT_THUMB
    for each in (*LEFT.attributes[1:], LEFT_THUMB):
        desk.enrollment.mark_exception(draft, each, ExceptionKind.PERMANENT, "missing")
    capture(desk, draft, LEFT)
    _judge(desk, draft)
    desk.enrollment._placements._judge.begin(desk.enrollment.start().id)  # as a new program: no template in memory
    _lay(folder, thumb, index)
    capture(desk, draft, THUMBS)
    (outcome,) = _judge(desk, draft)
    assert {each.attribute for each in outcome.samples} == {index, thumb}
    assert not outcome.registration.is_done(Step.LEFT_SLAP) and not outcome.registration.is_done(Step.THUMBS)


def test_fingers_that_are_alike_to_the_program_may_be_kept_with_a_reason(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "fingerprint=same_finger")
    with desk_at(root, policy=replace(LOWER, attempts=1)) as desk:
        draft = desk.enrollment.start().id
        capture(desk, draft, THUMBS)
        _judge(desk, draft)
        forced = capture(desk, draft, THUMBS, force=True).registration
        assert forced.is_done(Step.THUMBS)
        assert all(each.facts.forced for each in forced.samples.values())
        kept = [each.detail for each in desk.trail.about(draft) if each.event == "MUS-BIO-001"]
        assert ["SAME_FINGER_TWICE" in each.get("findings", "") for each in kept] == [False, False, True, True]


# Eyes


@pytest.fixture(scope="module")
def eye_desk(tmp_path_factory: pytest.TempPathFactory, new_station: Station) -> Iterator[tuple[Desk, Path]]:
    """Eyes by the policy as it ships, whose camera sees what lies in a folder."""
    folder = tmp_path_factory.mktemp("eyes")
    shutil.copytree(new_station.folder.root, folder / "station")
    rules = {**QUICK.quality_rules, Modality.IRIS: Policy().quality_rules[Modality.IRIS]}
    policy = replace(QUICK, quality_rules=rules)
    catalogue = _catalogue(SimulatedDriver(Pictures(folder), speed=50))
    with desk_at(folder / "station", policy=policy, catalogue=catalogue) as desk:
        yield desk, folder


def test_eyes_are_judged_beside_and_their_device_decides(eye_desk: tuple[Desk, Path]) -> None:
    desk, _ = eye_desk
    draft = desk.enrollment.start().id
    capture(desk, draft, IRISES)
    assert _codes(_judge(desk, draft)) == []
    state = desk.enrollment.registration(draft)
    for eye, judgement in state.judgements.items():
        assert (judgement.measure, judgement.findings) == ("iris quality", ())
        assert judgement.quality is not None and judgement.quality > 90
        assert desk.enrollment.quality_of(state, eye) == state.samples[eye].facts.quality
    assert state.is_done(Step.IRISES)


def test_a_closed_eye_is_set_aside_whatever_its_device_says(eye_desk: tuple[Desk, Path]) -> None:
    desk, folder = eye_desk
    draft = desk.enrollment.start().id
    path = folder / "leftEye.png"
    Image.fromarray(np.where(closed() > closed().mean(), 255, 0).astype(np.uint8)).save(path)
    try:
        capture(desk, draft, IRISES)
        codes = _codes(_judge(desk, draft))
    finally:
        path.unlink()
    assert set(codes) <= {"IRIS_EYE_CLOSED", "IRIS_ABSENT"} and len(codes) == 1
    assert set(desk.enrollment.registration(draft).samples) == {BiometricAttribute.RIGHT_EYE}


def test_the_same_eye_twice_is_told_and_neither_counts(
    eye_desk: tuple[Desk, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, _ = eye_desk
    draft = desk.enrollment.start().id
    monkeypatch.setenv(FAULTS, "iris=same_finger")
    capture(desk, draft, IRISES)
    assert _codes(_judge(desk, draft)).count("SAME_EYE_TWICE") == 2
    assert not desk.enrollment.registration(draft).samples


def test_what_nobody_looked_at_yet_is_looked_at_before_the_person_says_yes(
    eye_desk: tuple[Desk, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, _ = eye_desk
    draft = play(desk, stop_after=Step.THUMBS)
    monkeypatch.setenv(FAULTS, "iris=same_finger")
    capture(desk, draft, IRISES)
    with pytest.raises(Refused, match="SAMPLES_SET_ASIDE"):
        desk.enrollment.confirm_preview(draft)
    state = desk.enrollment.registration(draft)
    assert not state.previewed
    assert not set(IRISES.attributes) & set(state.samples)


def test_once_the_person_has_said_yes_a_late_look_changes_nothing(
    eye_desk: tuple[Desk, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, _ = eye_desk
    judge = desk.enrollment._placements._judge
    monkeypatch.setenv(FAULTS, "iris=same_finger")
    with monkeypatch.context() as without:
        without.setattr(judge, "look", _no_weights)
        draft = play(desk, stop_after=Step.PREVIEW)
    before = desk.enrollment.registration(draft)
    assert before.previewed
    for eye in IRISES.attributes:
        assert desk.enrollment.judge(draft, eye).samples == ()
    assert desk.enrollment.registration(draft) == before


def _no_weights(*_: object) -> None:
    raise Unavailable(weights.WEIGHTS_MISSING, file="-")


def test_a_script_that_shows_the_same_eye_twice_stops_at_the_check_and_says_so(
    eye_desk: tuple[Desk, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, _ = eye_desk
    monkeypatch.setenv(FAULTS, "iris=same_finger")
    enrollment = ScriptedEnrollment(desk.enrollment, demo_script(), OFFICER.password)
    outcome = enrollment.run()
    again = ScriptedEnrollment(desk.enrollment, demo_script(), OFFICER.password).run(
        resume=outcome.registration.id
    )
    for each in (outcome, again):
        preview = next(step for step in each.steps if step.name == "preview")
        assert preview.state == "refused"
        assert "SAME_EYE_TWICE" in {finding.code.name for finding in preview.findings}


def test_an_eye_that_leans_like_the_other_one_is_said_to_and_kept(eye_desk: tuple[Desk, Path]) -> None:
    desk, folder = eye_desk
    draft = desk.enrollment.start().id
    paths = [folder / "leftEye.png", folder / "rightEye.png"]
    for seed, path in enumerate(paths):
        Image.fromarray(draw(Eye(seed=seed, tilt=-0.3)).picture).save(path)
    try:
        capture(desk, draft, IRISES)
        outcomes = _judge(desk, draft)
    finally:
        for path in paths:
            path.unlink()
    told = [(each.code.name, each.field) for o in outcomes for s in o.samples for each in s.findings]
    assert [each for each in told if each[0] == "EYE_OTHER_SIDE"] == [("EYE_OTHER_SIDE", "rightEye")]
    assert desk.enrollment.registration(draft).is_done(Step.IRISES)


# A reader that is too small


def test_a_reader_that_is_too_small_is_refused_and_costs_no_attempt(root: Path) -> None:
    small = SlapReader(slap(fingers_of(LEFT)), registers=False)
    with desk_at(root, catalogue=_catalogue(small)) as desk:
        draft = desk.enrollment.start().id
        with pytest.raises(DeviceUnavailable, match="DEVICE_CANNOT_REGISTER"):
            capture(desk, draft, LEFT)
        assert desk.enrollment.registration(draft).attempts == {}


# A reader that does not take a slap apart


class SlapReader:
    """A driver whose reader delivers one picture and signs nothing."""

    name = "slap"

    def __init__(self, picture: Pixels, *, registers: bool = True) -> None:
        self._picture = picture
        self._registers = registers

    def find(self) -> list[DeviceDescriptor]:
        kind, status = DeviceKind.FINGERPRINT, DeviceStatus.READY
        return [
            DeviceDescriptor("slap-1", kind, "slap", "Muster", "Glass", "1", status, registers=self._registers)
        ]

    @contextmanager
    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> Iterator[Device]:
        yield self

    def capture_slap(self, request: CaptureRequest, cancel: Event, on_preview: OnPreview) -> SlapPicture:
        device = DigitalId("1", "Muster", "Glass", "Finger", "Slap", "Muster", "MUSTER")
        return SlapPicture(self._picture, 500, device, "glass", "1")


def test_a_slap_in_one_picture_becomes_four_fingers_with_the_stations_quality(root: Path) -> None:
    with desk_at(root, policy=LOWER, catalogue=_catalogue(SlapReader(slap(fingers_of(LEFT))))) as desk:
        draft = desk.enrollment.start().id
        state = capture(desk, draft, LEFT).registration
        assert set(state.samples) == set(LEFT.attributes)
        judged = [sample for outcome in _judge(desk, draft) for sample in outcome.samples]
        for each in judged:
            event = state.samples[each.attribute]
            record = parse_record(desk.enrollment._journal.read(draft, event.record))
            assert isinstance(record, FingerRecord)
            assert [block.score for block in record.details.quality] == [each.quality] == [event.facts.quality]
        chain = [event.facts.chain_hash for event in state.samples.values()]
        assert len(set(chain)) == 4


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (slap(fingers_of(LEFT)), "SLAP_WRONG_HAND"),
        (slap(fingers_of(RIGHT)[:3]), "SLAP_FINGERS_MISSING"),
        (np.full((1500, 1600), 245, np.uint8), "SLAP_EMPTY"),
    ],
    ids=["the other hand", "three fingers", "an empty glass"],
)
def test_a_slap_that_is_not_the_hand_asked_for_is_told_and_nothing_is_kept(
    root: Path, picture: Pixels, code: str
) -> None:
    with desk_at(root, policy=LOWER, catalogue=_catalogue(SlapReader(picture))) as desk:
        draft = desk.enrollment.start().id
        outcome = capture(desk, draft, RIGHT)
        assert [each.code.name for each in outcome.findings] == [code]
        assert not outcome.registration.samples and outcome.attempts == 1
