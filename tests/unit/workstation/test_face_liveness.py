"""What is judged of a face being alive when it is taken, with the simulated camera and the real signals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from muster.clock import utc_now
from muster.domain.biometrics import AttestedBecause, BiometricAttribute, LivenessOutcome
from muster.domain.confirmation import Cause, causes_in
from muster.domain.registration import RegistrationId, Step
from muster.errors import Refused
from muster.workstation.desk import Desk, sign_in
from muster.workstation.face_watching import FaceView
from muster.workstation.mailbox import Mailbox
from muster.workstation.policy import LivenessDemand
from muster.workstation.server import NoServer
from muster.workstation.station import Station
from muster_simulated.faults import VARIABLE as FAULTS
from unit.workstation.desks import QUICK, SUPERVISOR, TickingClock, audited, desk_at, play

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WATCHED = replace(QUICK, face_liveness=LivenessDemand.WATCH)
CHALLENGED = replace(QUICK, face_liveness=LivenessDemand.CHALLENGE)


class _Watching(Mailbox[FaceView]):
    def __init__(self, cancel: Event, enough: Callable[[FaceView], bool]) -> None:
        super().__init__()
        self.views: list[FaceView] = []
        self._cancel, self._enough = cancel, enough

    def put(self, value: FaceView) -> None:
        self.views.append(value)
        if self._enough(value) or len(self.views) >= 120:
            self._cancel.set()


def watched(desk: Desk, enough: Callable[[FaceView], bool] = lambda view: view.ready) -> list[FaceView]:
    watching = _Watching(cancel := Event(), enough)
    desk.enrollment.watch_face(cancel, watching)
    return watching.views


@pytest.fixture
def desk(root: Path) -> Iterator[Desk]:
    with desk_at(root, policy=WATCHED, clock=TickingClock(NOW, 0.1)) as desk:
        yield desk


@pytest.fixture
def draft(desk: Desk) -> RegistrationId:
    return play(desk, stop_after=Step.DOCUMENTS)


@pytest.fixture
def photograph(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody holds one before the camera."""
    monkeypatch.setenv(FAULTS, "camera=photograph")


@pytest.mark.usefixtures("photograph")
def test_a_photograph_before_the_camera_is_not_kept_and_the_officer_hears_one_sentence(
    desk: Desk, draft: RegistrationId
) -> None:
    outcome = desk.enrollment.capture_face(draft, watched(desk)[-1])
    assert [each.sentence for each in outcome.findings] == [
        "The picture could not be accepted. Ask the person to look into the camera again."
    ]
    state = desk.enrollment.registration(draft)
    assert not state.samples
    assert [each.outcome for each in state.liveness] == [LivenessOutcome.REFUSED]
    told = [record.detail for record in desk.trail.about(draft) if record.event == "MUS-BIO-012"]
    assert [sorted(each) for each in told] == [["outcome", "sha256"]]


@pytest.mark.usefixtures("photograph")
def test_nobody_attests_while_attempts_are_left(desk: Desk, draft: RegistrationId) -> None:
    view = watched(desk)[-1]
    desk.enrollment.capture_face(draft, view)
    with pytest.raises(Refused, match="ATTEMPTS_LEFT"):
        desk.enrollment.capture_face(draft, view, attested=AttestedBecause.LIGHT)


@pytest.mark.usefixtures("photograph")
def test_attempts_used_up_the_officer_attests_with_a_reason_and_a_supervisor_confirms(
    desk: Desk, draft: RegistrationId
) -> None:
    view = watched(desk)[-1]
    for _ in range(QUICK.attempts):
        desk.enrollment.capture_face(draft, view)
    state = desk.enrollment.capture_face(draft, view, attested=AttestedBecause.LIGHT).registration
    assert BiometricAttribute.FACE in state.samples
    assert state.face_liveness is not None
    assert state.face_liveness.outcome is LivenessOutcome.ATTESTED
    assert state.face_liveness.because is AttestedBecause.LIGHT
    assert causes_in(state, frozenset(Cause)) == (Cause.ATTESTED,)


def test_a_picture_of_before_the_window_was_long_enough_is_not_kept(desk: Desk, draft: RegistrationId) -> None:
    first, *_ = watched(desk, lambda view: True)
    assert not first.ready
    assert not desk.enrollment.capture_face(draft, first).registration.samples


def test_whoever_sits_before_the_camera_is_confirmed_and_the_signals_are_sealed(
    desk: Desk, draft: RegistrationId
) -> None:
    state = desk.enrollment.capture_face(draft, watched(desk)[-1]).registration
    judged = state.face_liveness
    assert judged is not None
    assert (judged.outcome, judged.because) == (LivenessOutcome.CONFIRMED, None)
    assert judged.signals is not None
    assert b"liveness passive" in desk.enrollment._journal.read(draft, judged.signals)
    assert desk.enrollment.registration(draft).face_liveness == judged


def test_the_next_face_is_judged_anew(desk: Desk, draft: RegistrationId) -> None:
    first = desk.enrollment.capture_face(draft, watched(desk)[-1]).registration
    second = desk.enrollment.capture_face(draft, watched(desk)[-1]).registration
    assert first.face_liveness != second.face_liveness
    assert len(second.liveness) == 2


def test_what_was_seen_is_for_a_supervisor_and_every_look_is_audited(
    root: Path, desk: Desk, draft: RegistrationId
) -> None:
    desk.enrollment.capture_face(draft, watched(desk)[-1])
    with pytest.raises(Refused, match="SUPERVISOR_ONLY"):
        desk.enrollment.liveness_signs(draft)
    station = Station.at(root, utc_now)
    with sign_in(station, SUPERVISOR.user_id, SUPERVISOR.password, NoServer(), utc_now, policy=WATCHED) as theirs:
        (signs,) = theirs.enrollment.liveness_signs(draft)
        assert signs.kept
        assert signs.signals["outcome"] == "accepted"
        assert "liveness parallax" in signs.signals["measures"]
        assert audited(theirs, draft)[-1] == "MUS-BIO-013"


def test_a_challenge_begins_once_the_face_is_placed_well_and_fails_for_whoever_does_not_follow(
    root: Path,
) -> None:
    with desk_at(root, policy=CHALLENGED, clock=TickingClock(NOW, 0.2)) as desk:
        draft = play(desk, stop_after=Step.DOCUMENTS)
        views = watched(desk, lambda view: view.has_challenge_failed)
        asked = {each.instruction.name for each in views if each.instruction}
        assert asked & {"LIVENESS_TURN_LEFT", "LIVENESS_TURN_RIGHT", "LIVENESS_LOOK_UP", "LIVENESS_CLOSE_EYES"}
        assert views[-1].instruction is None
        assert not any(each.ready for each in views[:-1])
        assert not desk.enrollment.capture_face(draft, views[-1]).registration.samples


def test_without_a_demand_nothing_is_judged(root: Path) -> None:
    with desk_at(root, policy=QUICK) as desk:
        draft = play(desk, stop_after=Step.FACE)
        state = desk.enrollment.registration(draft)
        assert BiometricAttribute.FACE in state.samples
        assert state.liveness == ()
