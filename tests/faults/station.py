"""A station that plays enrollments in a process of its own, says what is done, and is looked at after its end.

A trial's process is forked from one that has everything imported: it starts in milliseconds and dies for good.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from muster.audit.catalogue import AuditEvent
from muster.clock import Clock, utc_now
from muster.crypto import key_slots
from muster.domain.biometrics import Modality
from muster.domain.delivery import DeliveryState
from muster.domain.registration import RegistrationId, Step
from muster.errors import MusterError
from muster.store.settings import SEQUENCE
from muster.workstation import station as station_module
from muster.workstation.demo import demo_script
from muster.workstation.desk import Desk, sign_in
from muster.workstation.policy import Policy, QualityRule
from muster.workstation.script import ScriptedEnrollment, StepReport
from muster.workstation.server import NoServer, RemoteServer, Server
from muster.workstation.station import NewOperator, NewStation, Station

OFFICER = NewOperator("officer", "correct horse battery")
SUPERVISOR = NewOperator("supervisor", "staple and paper clip")
# What is judged beside takes a core for seconds and writes nothing that is not written elsewhere.
QUICK = Policy(
    face_good_for_s=0.0,
    face_template_kept_for_days=0,
    quality_rules=dict.fromkeys(Modality, QualityRule.DEVICE_ALONE),
    confirmed_by_supervisor=frozenset(),
)
_GIVE_UP_S = 120.0

Say = Callable[..., None]


def make_station(root: Path) -> Station:
    """With passwords that cost little: each trial signs in twice."""
    real, cheap = key_slots.make_slot, key_slots.Argon2Cost(memory_kib=64, iterations=1, lanes=1)
    station_module.make_slot = partial(real, cost=cheap)
    try:
        return Station.create(root, NewStation(OFFICER, SUPERVISOR), utc_now)
    finally:
        station_module.make_slot = real


@contextmanager
def desk_at(root: Path, url: str | None, clock: Clock = utc_now) -> Iterator[Desk]:
    server: Server = RemoteServer(url) if url else NoServer()
    station = Station.at(root, clock)
    with sign_in(station, OFFICER.user_id, OFFICER.password, server, clock, policy=QUICK) as desk:
        yield desk


# What the trial's process does


@dataclass(frozen=True)
class Part:
    """How much of an enrollment a trial plays: from a draft there is, up to a step, or through to its delivery."""

    resume: str | None = None
    until: Step | None = None
    deliver: bool = True


def play(say: Say, root: Path, url: str, part: Part = Part(), *, number: int = 0, clock: Clock = utc_now) -> None:
    """Enroll Erika Mustermann, seal, deliver; say each thing once it is done."""
    with desk_at(root, url, clock) as desk:
        if number:
            _count_from(desk, number)
        say("ready")
        begun = RegistrationId(part.resume) if part.resume else desk.enrollment.start().id
        say("started", id=begun.text)

        def on_step(report: StepReport) -> None:
            if report.state == "done":
                say("step", id=begun.text, step=report.name)

        script = ScriptedEnrollment(desk.enrollment, demo_script(), OFFICER.password, on_step)
        script.run(resume=begun, stop_after=part.until)
        if part.until is None:
            entry = desk.enrollment.submit(begun)
            say("sealed", id=begun.text, packet=entry.packet_id)
            if part.deliver:
                desk.sync.deliver(entry.packet_id)
                say("delivered", id=begun.text, packet=entry.packet_id)


def deliver(say: Say, root: Path, url: str, clock: Clock = utc_now) -> None:
    """Deliver what waits; say what came of it, by how much the memory grew, and when it would be tried again."""
    with desk_at(root, url, clock) as desk:
        before = _peak_kb()
        say("ready")
        code = ""
        try:
            desk.sync.deliver_all(due_only=False, keep_slips=True)
        except MusterError as error:
            code = error.code.name
        (entry,) = desk.sync.outbox()
        wait = entry.next_attempt - clock() if entry.next_attempt else timedelta(0)
        again_in_s = round(wait.total_seconds())
        say("delivering", code=code, grown_kb=_peak_kb() - before, again_in_s=again_in_s)


def tell_octets(say: Say, root: Path, registration_id: str) -> None:
    """Some out of the middle of each document and sample, as no file may hold them."""
    with desk_at(root, None) as desk:
        contents = desk.enrollment._submission.contents(RegistrationId(registration_id))
        contained = [*(each.content for each in contents.documents), *(each.record for each in contents.samples)]
        for each in contained:
            say("octets", octets=each[len(each) // 2 :][:48].hex())


def _peak_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _count_from(desk: Desk, number: int) -> None:
    """Copies of one station must not give out one number in the same second."""
    with desk._database.work() as work:
        if int(work.settings.get(SEQUENCE) or 0) < number:
            work.settings.put(SEQUENCE, str(number))
        work.record(AuditEvent.JOB_RAN, actor=OFFICER.user_id)


def look(say: Say, root: Path, url: str, said: list[dict[str, Any]], *, complete: bool) -> None:
    """Sign in again, look for everything that was said to be done, and deliver what was sealed; ``complete``
    brings the newest draft to its end as well."""
    with desk_at(root, url) as desk:
        lost = [each for each in said if not _is_there(desk, each)]
        sound = desk.trail.verify().valid
        rebuilt = desk.rebuilt is not None
        drafts = desk.enrollment.drafts()
        for draft in drafts[:1] if complete else ():
            ScriptedEnrollment(desk.enrollment, demo_script(), OFFICER.password).run(resume=draft.id)
            desk.enrollment.submit(draft.id)
        for _ in range(3):
            with suppress(MusterError):
                desk.sync.deliver_all(due_only=False)
        packets = {each.packet_id: each.state is DeliveryState.PUSHED for each in desk.sync.outbox()}
        drafts_left = [draft.id.text for draft in desk.enrollment.drafts()]
        sound = sound and desk.trail.verify().valid
    say("end", lost=lost, sound=sound, rebuilt=rebuilt, packets=packets, drafts=drafts_left)


@contextmanager
def desk_running(root: Path, url: str) -> Iterator[None]:
    """Somebody else is signed in at the same folder, and works."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with desk_at(root, url) as desk:
            os.write(writing, b"1")
            while True:
                desk.enrollment.start()
                time.sleep(0.05)
    os.close(writing)
    try:
        os.read(reading, 1)
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reading)


def _is_there(desk: Desk, said: dict[str, Any]) -> bool:
    if "id" not in said:
        return True
    try:
        state = desk.enrollment.registration(RegistrationId(said["id"]))
    except MusterError:
        return False
    match said["said"]:
        case "step":
            return state.uploaded is not None or state.is_done(Step(said["step"]))
        case "sealed":
            return state.sealed is not None and state.sealed.packet_id == said["packet"]
        case "delivered":
            return state.uploaded is not None
    return True


def back_a_year() -> datetime:
    return utc_now() - timedelta(days=365)


# Processes


@dataclass
class Trial:
    """What came out of a trial's process."""

    said: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None
    killed: bool = False

    @property
    def end(self) -> dict[str, Any]:
        return next((each for each in self.said if each["said"] == "end"), {})


def run_forked(
    work: Callable[[Say], None], kill_after_s: float | None = None, temporary: Path | None = None
) -> Trial:
    """Do ``work`` in a process of its own; ``kill_after_s`` counts from when it says that it is ready."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _child(work, reading, writing, temporary)
    os.close(writing)
    trial = Trial()
    try:
        _listen(reading, child, trial, kill_after_s)
    finally:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        os.close(reading)
    trial.killed = os.WIFSIGNALED(status)
    return trial


def _child(work: Callable[[Say], None], reading: int, writing: int, temporary: Path | None) -> None:
    os.close(reading)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    if temporary is not None:
        os.environ["TMPDIR"] = str(temporary)

    def say(what: str, **more: Any) -> None:
        os.write(writing, json.dumps({"said": what, **more}).encode() + b"\n")

    status = 0
    try:
        work(say)
    except MusterError as error:
        say("refused", code=error.code.name)
    except BaseException as error:  # noqa: BLE001 - it is told, and then this process ends
        say("failed", kind=type(error).__name__, at=_where(error))
        status = 1
    finally:
        os._exit(status)


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""


def _listen(reading: int, child: int, trial: Trial, kill_after_s: float | None) -> None:
    pending, until = b"", time.monotonic() + _GIVE_UP_S
    while True:
        ready, _, _ = select.select([reading], [], [], max(until - time.monotonic(), 0))
        if not ready:
            if kill_after_s is None:
                trial.error = "hung"
            os.kill(child, signal.SIGKILL)
            until = time.monotonic() + _GIVE_UP_S
            continue
        chunk = os.read(reading, 65536)
        if not chunk:
            return
        pending += chunk
        *lines, pending = pending.split(b"\n")
        for line in lines:
            said = json.loads(line)
            trial.said.append(said)
            if said["said"] == "failed":
                trial.error = f"{said['kind']} at {said['at']}"
            if said["said"] == "ready" and kill_after_s is not None:
                until = time.monotonic() + kill_after_s
