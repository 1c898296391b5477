"""A workstation that enrolls Erika Mustermann up to a point, says so on one line, and waits to be killed.

``python play_and_wait.py FOLDER POINT SERVER PROCESS``: ``POINT`` is the name of a step, or one of the moments
below in which something is half done. It never leaves by itself: whoever started it pulls the plug.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from leon import leon_script
from muster.clock import utc_now
from muster.domain.applicant import LocalizedText
from muster.domain.delivery import ServerStatus
from muster.domain.lifecycle import BlobRef
from muster.domain.registration import Process, RegistrationId
from muster.receiver.storage import Storage
from muster.store.blobs import BlobFolder
from muster.upload.mosip import MosipTarget
from muster.upload.remedies import PacketRefused
from muster.upload.target import UploadAnswer
from muster.workstation.demo import demo_script
from muster.workstation.desk import sign_in
from muster.workstation.introducer import IntroducerJournal
from muster.workstation.policy import UNJUDGED, Policy
from muster.workstation.script import Script, ScriptedEnrollment, StepReport
from muster.workstation.server import RemoteServer
from muster.workstation.station import Station
from muster.workstation.submission import Submission

RECORD_WRITTEN = "record-written"  # a finger's file is on the disk, its row is not
INTRODUCER_WRITTEN = "introducer-written"  # of a child's mother a finger's file is on the disk, its row is not
PACKET_WRITTEN = "packet-written"  # the packet's file is on the disk, its row is not
ANNOUNCED = "announced"  # the server knows of the packet and has not got it
UPLOADED = "uploaded"  # the server has the packet, the station does not know it yet
HEARD = "heard"  # the server said that it wants the packet again, the station has not noted it
SENT_AGAIN = "sent-again"  # it has it again, the station does not know it yet
REFUSED = "refused"  # the server refused the packet, the station has not noted it
DESTROYED = "destroyed"  # noted that the processed packet is destroyed, its file is still there
_RECORDS_BEFORE = 4  # the document, the face, two fingers


_DECIDED = {
    HEARD: ServerStatus.RESEND,
    SENT_AGAIN: ServerStatus.RESEND,
    DESTROYED: ServerStatus.PROCESSED,
}


def script_of(process: Process) -> Script:
    """Erika Mustermann as a new registration, or moved to another street."""
    if process is Process.NEW:
        return demo_script()
    street = LocalizedText.of(eng="14 Specimen Street", fra="14 rue du Spécimen")
    changed = {"UIN": "2345678906", "addressLine1": street}
    return replace(demo_script(), process=process, demographics=changed, exceptions=())


def main(folder: Path, point: str, server: str, process: Process) -> None:
    station = Station.at(folder, utc_now)
    user_id, password = (station.demo_credentials() or ())[0]
    policy = Policy(
        face_good_for_s=0.0, quality_rules=UNJUDGED, packet_kept_for_days=0, confirmed_by_supervisor=frozenset()
    )
    desk = sign_in(station, user_id, password, RemoteServer(server), utc_now, policy=policy)
    registration_id = desk.enrollment.start(process=process).id

    def stand_still() -> NoReturn:
        _stand_still(registration_id, point)

    def on_step(report: StepReport) -> None:
        if report.name == point:
            stand_still()

    _break(point, stand_still)
    script = leon_script() if point == INTRODUCER_WRITTEN else script_of(process)
    ScriptedEnrollment(desk.enrollment, script, password, on_step).run(resume=registration_id)
    entry = desk.enrollment.submit(registration_id)
    desk.sync.deliver(entry.packet_id)
    decide(Path(os.environ["DECISIONS"]), entry.packet_id, _DECIDED[point])
    _break_following(point, stand_still)
    desk.following.ask(due_only=False)
    desk.sync.deliver_all()
    desk.following.destroy_processed()


def decide(folder: Path, packet_id: str, state: ServerStatus) -> None:
    """Say to the receiver in ``folder`` what became of a packet."""
    Storage(folder, utc_now).set_state(packet_id, state)


def _stand_still(registration_id: RegistrationId, point: str) -> NoReturn:
    print(json.dumps({"registration_id": registration_id.text, "point": point}), flush=True)
    sys.stdin.read()  # until we are killed, or whoever started us is gone
    sys.exit("nobody killed this program")


def _break(point: str, stand_still: Callable[[], NoReturn]) -> None:
    """Put the standstill into the middle of what is otherwise one movement."""
    put, upload = BlobFolder.put, MosipTarget.upload
    written: list[BlobRef] = []

    def put_and_stop(self: BlobFolder, registration_id: RegistrationId, content: bytes) -> BlobRef:
        written.append(put(self, registration_id, content))
        if len(written) == _RECORDS_BEFORE:
            stand_still()
        return written[-1]

    def upload_and_stop(self: MosipTarget, packet_id: str, content: bytes) -> UploadAnswer:
        content = content[1:] if point == REFUSED else content
        with suppress(PacketRefused):
            upload(self, packet_id, content)
        stand_still()

    def stop(*_: Any) -> NoReturn:
        stand_still()

    if point == RECORD_WRITTEN:
        BlobFolder.put = put_and_stop  # type: ignore[method-assign]
    elif point == INTRODUCER_WRITTEN:
        keep = IntroducerJournal.keep

        def keep_and_stop(self: IntroducerJournal, registration_id: RegistrationId, content: bytes) -> BlobRef:
            keep(self, registration_id, content)
            stand_still()

        IntroducerJournal.keep = keep_and_stop  # type: ignore[method-assign]
    elif point == PACKET_WRITTEN:
        Submission._commit = stop  # type: ignore[method-assign, assignment]
    elif point == ANNOUNCED:
        MosipTarget.upload = stop  # type: ignore[method-assign, assignment]
    elif point in (UPLOADED, REFUSED):
        MosipTarget.upload = upload_and_stop  # type: ignore[method-assign]


def _break_following(point: str, stand_still: Callable[[], NoReturn]) -> None:
    """The same once the packet was delivered."""
    statuses, upload = MosipTarget.packet_statuses, MosipTarget.upload

    def ask_and_stop(self: MosipTarget, packet_ids: Iterable[str]) -> dict[str, ServerStatus]:
        statuses(self, packet_ids)
        stand_still()

    def upload_and_stop(self: MosipTarget, packet_id: str, content: bytes) -> UploadAnswer:
        upload(self, packet_id, content)
        stand_still()

    def stop(*_: Any, **__: Any) -> NoReturn:
        stand_still()

    if point == HEARD:
        MosipTarget.packet_statuses = ask_and_stop  # type: ignore[method-assign]
    elif point == SENT_AGAIN:
        MosipTarget.upload = upload_and_stop  # type: ignore[method-assign]
    elif point == DESTROYED:
        Path.unlink = stop  # type: ignore[method-assign]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], Process(sys.argv[4]))
