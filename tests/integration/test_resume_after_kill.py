"""Pull the plug after any step, or in the middle of one: the officer continues at the same place.

A real program (``play_and_wait.py``) is killed without a chance to tidy up, as by a power cut; then the station
is opened again and the enrollment brought to its end, at a real receiver.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import forked
from integration.play_and_wait import script_of
from leon import leon_script
from muster.clock import utc_now
from muster.domain.biometrics import BiometricAttribute, CaptureGroup
from muster.domain.delivery import DeliveryState, Receipt
from muster.domain.lifecycle import Registration
from muster.domain.registration import USUAL_STEPS, Process, RegistrationId, Step
from muster.workstation.desk import Desk, sign_in
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.inspection import inspect_packet
from muster.workstation.policy import UNJUDGED, Policy
from muster.workstation.script import Script, ScriptedEnrollment
from muster.workstation.server import RemoteServer
from muster.workstation.station import NewStation, Station
from receivers import kept_packet

PLAYER = Path(__file__).with_name("play_and_wait.py")
STEPS = list(USUAL_STEPS)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Station:
    return Station.create(tmp_path_factory.mktemp("killed") / "station", NewStation.for_demo(), utc_now)


@pytest.fixture(scope="module")
def server(template: Station) -> Iterator[str]:
    receiver = EmbeddedReceiver(template.folder, template.identity)
    yield receiver.url()
    receiver.close()


@pytest.fixture
def root(template: Station, tmp_path: Path) -> Path:
    shutil.copytree(template.folder.root, tmp_path / "station")
    return tmp_path / "station"


def _killed_at(
    point: str, root: Path, server: str, process: Process = Process.NEW, decisions: Path | None = None
) -> RegistrationId:
    """Let a workstation come to ``point`` and kill it there; ``decisions`` is the receiver's folder, where it is
    decided what becomes of the packet."""
    environment = {"DECISIONS": str(decisions)}
    with forked.start(PLAYER, root, point, server, process.value, environment=environment, stdin=True) as playing:
        try:
            said = json.loads(playing.stdout.readline())
        finally:
            playing.kill()  # SIGKILL, or TerminateProcess: no handler runs, nothing is closed
    assert playing.returncode != 0
    assert said["point"] == point
    return RegistrationId(said["registration_id"])


@contextmanager
def _opened_again(root: Path, server: str) -> Iterator[tuple[Desk, str]]:
    station = Station.at(root, utc_now)
    (user_id, password), _ = station.demo_credentials() or ()
    policy = Policy(face_good_for_s=0.0, quality_rules=UNJUDGED, confirmed_by_supervisor=frozenset())
    with sign_in(station, user_id, password, RemoteServer(server), utc_now, policy=policy) as desk:
        yield desk, password


def _complete(desk: Desk, password: str, registration_id: RegistrationId, script: Script | None = None) -> Receipt:
    """Play what is left, seal, deliver; the packet is whole and the trail unbroken."""
    process = desk.enrollment.registration(registration_id).started.process
    outcome = ScriptedEnrollment(desk.enrollment, script or script_of(process), password).run(
        resume=registration_id
    )
    assert outcome.is_complete
    entry = desk.enrollment.submit(registration_id)
    receipt = desk.sync.deliver(entry.packet_id)
    assert [each.state for each in desk.sync.outbox()] == [DeliveryState.PUSHED]
    assert desk.trail.verify().valid
    return receipt


def _blobs_of(state: Registration) -> list[str]:
    documents = [event.content.name for event in state.documents.values()]
    photos = [state.exception_photo.record.name] if state.exception_photo else []
    signals = [each.signals.name for each in state.liveness if each.signals]
    return sorted([*documents, *photos, *signals, *(event.record.name for event in state.samples.values())])


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("step", STEPS, ids=[step.value for step in STEPS])
def test_a_program_killed_after_a_step_continues_with_the_next(
    step: Step, root: Path, server: str, template: Station
) -> None:
    registration_id = _killed_at(step.value, root, server)
    with _opened_again(root, server) as (desk, password):
        state = desk.enrollment.registration(registration_id)
        following = [*STEPS, None][STEPS.index(step) + 1]
        assert state.next_step() is following
        (draft,) = desk.enrollment.drafts()
        assert (draft.id, draft.next_step) == (registration_id, following)
        assert desk.trail.verify().valid
        assert _files(root / "blobs") == _blobs_of(state)  # nothing lost, nothing left over
        assert _files(root / "outbox") == []
        receipt = _complete(desk, password, registration_id)
    assert not receipt.duplicate
    packet = kept_packet(template.folder.receiver, receipt.packet_id)
    assert packet.read_bytes() == (root / "outbox" / f"{receipt.packet_id}.zip").read_bytes()
    key, machine_key = template.folder.receiver / "server.pem", template.folder.machine_public_key
    assert inspect_packet(packet, key, machine_key).valid


@pytest.mark.parametrize("step", [Step.DEMOGRAPHICS, Step.FACE], ids=lambda step: step.value)
def test_a_program_killed_in_the_middle_of_an_update_goes_on_with_the_update(
    step: Step, root: Path, server: str, template: Station
) -> None:
    registration_id = _killed_at(step.value, root, server, Process.UPDATE)
    with _opened_again(root, server) as (desk, password):
        state = desk.enrollment.registration(registration_id)
        assert set(state.demographics) == {"UIN", "addressLine1"}
        (draft,) = desk.enrollment.drafts()
        plan = desk.enrollment.plan(Process.UPDATE)
        assert (draft.process, draft.next_step) == (Process.UPDATE, plan[plan.index(step) + 1])
        receipt = _complete(desk, password, registration_id)
    key, machine_key = template.folder.receiver / "server.pem", template.folder.machine_public_key
    report = inspect_packet(root / "outbox" / f"{receipt.packet_id}.zip", key, machine_key)
    assert (report.valid, report.process) == (True, "UPDATE")


def test_a_program_killed_while_a_childs_mother_is_captured_goes_on_with_her(
    root: Path, server: str, template: Station
) -> None:
    registration_id = _killed_at("introducer-written", root, server)
    with _opened_again(root, server) as (desk, password):
        state = desk.enrollment.registration(registration_id)
        assert (set(state.samples), set(state.introducer.samples)) == ({BiometricAttribute.FACE}, set())
        (draft,) = desk.enrollment.drafts()
        assert draft.next_step is Step.INTRODUCER
        assert _files(root / "blobs") == _blobs_of(state)
        receipt = _complete(desk, password, registration_id, leon_script())
    key, machine_key = template.folder.receiver / "server.pem", template.folder.machine_public_key
    report = inspect_packet(root / "outbox" / f"{receipt.packet_id}.zip", key, machine_key)
    assert (report.valid, report.captures, report.introducer_captures) == (True, 1, 2)


def test_a_program_killed_between_a_records_file_and_its_row_takes_that_placement_again(
    root: Path, server: str
) -> None:
    registration_id = _killed_at("record-written", root, server)
    assert len(_files(root / "blobs")) == 4
    with _opened_again(root, server) as (desk, password):
        state = desk.enrollment.registration(registration_id)
        assert set(state.samples) == {BiometricAttribute.FACE}
        assert state.next_step() is Step.LEFT_SLAP
        assert state.attempts[CaptureGroup.LEFT_SLAP] == 1  # it was made, and it counts
        assert _files(root / "blobs") == _blobs_of(state)
        assert desk.trail.verify().valid
        assert not _complete(desk, password, registration_id).duplicate


def test_a_program_killed_between_the_packets_file_and_its_row_seals_it_anew(root: Path, server: str) -> None:
    registration_id = _killed_at("packet-written", root, server)
    (orphan,) = _files(root / "outbox")
    with _opened_again(root, server) as (desk, password):
        assert _files(root / "outbox") == []
        assert desk.sync.outbox() == ()
        assert desk.enrollment.registration(registration_id).signed is not None
        receipt = _complete(desk, password, registration_id)
    assert _files(root / "outbox") == [f"{receipt.packet_id}.zip"]
    assert orphan.startswith(f".{registration_id}")  # it had no name of its own yet


def test_a_program_killed_between_announcement_and_upload_uploads_what_it_announced(
    root: Path, server: str
) -> None:
    registration_id = _killed_at("announced", root, server)
    (before,) = (root / "outbox").iterdir()
    sealed = before.read_bytes()
    with _opened_again(root, server) as (desk, _):
        (entry,) = desk.sync.outbox()
        assert (entry.state, entry.registration_id) == (DeliveryState.SYNCED, registration_id)
        receipt = desk.sync.deliver(entry.packet_id)
        announced = [r.event for r in desk.trail.about(registration_id)].count("MUS-PKT-002")
        assert desk.trail.verify().valid
    assert (receipt.duplicate, announced) == (False, 1)
    assert before.read_bytes() == sealed


def test_a_program_killed_before_it_noted_the_servers_yes_hears_it_again(root: Path, server: str) -> None:
    registration_id = _killed_at("uploaded", root, server)
    with _opened_again(root, server) as (desk, _):
        (entry,) = desk.sync.outbox()
        assert entry.state is DeliveryState.SYNCED
        assert desk.sync.deliver(entry.packet_id).duplicate
        assert desk.enrollment.registration(registration_id).uploaded is not None
        desk.enrollment.forget(registration_id)
        assert desk.trail.verify().valid
    assert _files(root / "blobs") == []


def _uploads_of(template: Station, packet_id: str) -> list[str]:
    """What the receiver said to each upload of a packet, by its log."""
    log = (template.folder.receiver / "receiver.log").read_text()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [line["code"] for line in lines if line.get("event") == "upload" and line["packet"] == packet_id]


def test_a_program_killed_before_it_noted_a_refusal_is_refused_again_and_then_repairs(
    root: Path, server: str, template: Station
) -> None:
    registration_id = _killed_at("refused", root, server)
    with _opened_again(root, server) as (desk, _):
        (entry,) = desk.sync.outbox()
        assert entry.state is DeliveryState.SYNCED
        assert not desk.sync.deliver(entry.packet_id).duplicate
        assert desk.enrollment.registration(registration_id).uploaded is not None
        assert desk.trail.verify().valid
    assert _uploads_of(template, entry.packet_id) == ["RPR-PKR-009", "accepted"]


def test_a_program_killed_before_it_noted_that_a_packet_is_wanted_again_hears_it_again(
    root: Path, server: str, template: Station
) -> None:
    _killed_at("heard", root, server, decisions=template.folder.receiver)
    with _opened_again(root, server) as (desk, _):
        (entry,) = desk.sync.outbox()
        assert (entry.state, entry.server_status) == (DeliveryState.PUSHED, None)
        desk.following.ask(due_only=False)
        (receipt,) = desk.sync.deliver_all()
        assert desk.trail.verify().valid
    assert not receipt.duplicate
    assert _uploads_of(template, entry.packet_id) == ["accepted", "accepted"]  # as it was asked to


def test_a_program_killed_before_it_noted_that_it_sent_a_packet_again_has_it_taken_no_third_time(
    root: Path, server: str, template: Station
) -> None:
    _killed_at("sent-again", root, server, decisions=template.folder.receiver)
    with _opened_again(root, server) as (desk, _):
        (entry,) = desk.sync.outbox()
        assert entry.state is DeliveryState.SYNCED
        (receipt,) = desk.sync.deliver_all()
        assert desk.trail.verify().valid
    assert receipt.duplicate
    assert _uploads_of(template, entry.packet_id) == ["accepted", "accepted", "RPR-PKR-005"]


def test_a_program_killed_between_the_word_of_destroying_and_the_file_destroys_it_at_the_next_sign_in(
    root: Path, server: str, template: Station
) -> None:
    _killed_at("destroyed", root, server, decisions=template.folder.receiver)
    assert len(_files(root / "outbox")) == 1
    with _opened_again(root, server) as (desk, _):
        (entry,) = desk.sync.outbox()
        assert entry.destroyed_at is not None
        assert desk.trail.verify().valid
    assert _files(root / "outbox") == []
    assert kept_packet(template.folder.receiver, entry.packet_id).exists()
