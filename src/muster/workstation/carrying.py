"""Packets of other stations that came on a drive, and go on from here.

Rules:

1. A drive counts by its signed list and by nothing else. Whose key signed it must be known: this station's
   administrator got it with the master data, or a supervisor has accepted it by its fingerprint.
2. A packet is taken once. The same again is passed over, and another file under the same number is refused.
3. One bad file is not another's fault: the good ones are taken, and each of the others has its reason.
4. What was taken is sent like our own, announced by this station as its own station would. With the
   server's word that it has it the copy is destroyed, since the station it came from keeps the packet.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from random import random

from muster import durable
from muster.audit.catalogue import AuditEvent
from muster.crypto.jws import unverified_payload, verify_with_key
from muster.crypto.signing import key_index_of
from muster.domain.delivery import CarriedPacket, DeliveryState
from muster.domain.operators import Permission
from muster.errors import BadInput, Code, MusterError, NotAuthentic, StorageUnavailable
from muster.formats.handover import HandedOver, HandoverList
from muster.store.database import Work
from muster.upload.remedies import PacketRefused, Remedy, what_follows
from muster.upload.schedule import next_attempt
from muster.upload.target import Announcement, Target
from muster.upload.transport import ServerBusy
from muster.workstation.data_folder import DataFolder
from muster.workstation.handing_over import LIST_SUFFIX
from muster.workstation.journal import Journal
from muster.workstation.policy import Policy
from muster.workstation.sending import Sending
from muster.workstation.server_session import ServerSession
from muster.workstation.submission import Submission

DRIVE_WITHOUT_LIST = Code(
    "DRIVE_WITHOUT_LIST",
    "There is no list of packets in this folder. Perhaps the drive was pulled out too early: hand over again.",
)
DRIVE_UNREADABLE = Code(
    "DRIVE_UNREADABLE", "The drive cannot be read. Plug it in again, or hand over on another one."
)
LIST_CHANGED = Code(
    "LIST_CHANGED",
    "The list on this drive was changed or cut off after its station had signed it. Nothing was taken; hand over "
    "again.",
)
STATION_NOT_TRUSTED = Code(
    "STATION_NOT_TRUSTED",
    "The packets come from station {station}, which this station does not know. A supervisor may accept its key: "
    "{fingerprint}.",
)
ANOTHER_KEY_SIGNED = Code(
    "ANOTHER_KEY_SIGNED", "No list on this drive is signed with the key of this fingerprint."
)
CARRIED_MISSING = Code("CARRIED_MISSING", "The packet is on the list and not on the drive.")
CARRIED_DAMAGED = Code("CARRIED_DAMAGED", "The packet's file was changed or damaged on the way.")
CARRIED_DIFFERS = Code(
    "CARRIED_DIFFERS", "A packet of the same number and with other content came before. Tell your supervisor."
)

_TRUSTED = "trusted_stations"
_LARGEST_LIST = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one drive: packets that are new here, those that were here, and those with a reason."""

    new: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    refused: Mapping[str, Code] = field(default_factory=dict)


class Carrying:
    """``known_stations`` gives the fingerprints of machine keys that came with the master data."""

    def __init__(
        self,
        journal: Journal,
        folder: DataFolder,
        server: ServerSession,
        submission: Submission,
        sending: Sending,
        policy: Policy,
        known_stations: Callable[[], frozenset[str]],
        chance: Callable[[], float] = random,
    ) -> None:
        self._journal = journal
        self._folder = folder
        self._server = server
        self._submission = submission
        self._sending = sending
        self._policy = policy
        self._known_stations = known_stations
        self._chance = chance

    def packets(self) -> tuple[CarriedPacket, ...]:
        with self._journal.database.read() as work:
            return work.carried.all()

    def accept_station(self, folder: Path, fingerprint: str) -> None:
        """Take packets signed by the key with this fingerprint from now on, which must have signed a list in
        ``folder``. Raises ``Refused`` for an officer, ``BadInput``, ``NotAuthentic``."""
        self._journal.access.require(Permission.CHANGE_SETTINGS)
        wanted = fingerprint.strip().lower()
        if wanted not in {key_index_of(_verified(_read_list(each)).key) for each in _lists(folder)}:
            raise BadInput(ANOTHER_KEY_SIGNED)
        with self._journal.database.work() as work:
            trusted = sorted({*_trusted(work), wanted})
            work.settings.put(_TRUSTED, json.dumps(trusted))
            work.record(AuditEvent.STATION_TRUSTED, actor=self._journal.operator.user_id, key=wanted)

    def take(self, folder: Path) -> Taken:
        """Take what the lists in ``folder`` name. Raises ``BadInput`` (no list, or one of an unknown station),
        ``NotAuthentic`` (a list that was changed), ``StorageUnavailable``."""
        lists = [_verified(_read_list(each)) for each in _lists(folder)]
        for each in lists:
            self._require_trust(each)
        taken = Taken()
        for each in lists:
            taken = self._take_list(folder, each, taken)
        return taken

    def try_again(self, packet_id: str) -> bool:
        """Let one that was given up be sent once more, when somebody asks; whether there is such a one here."""
        given_up = [each for each in self.packets() if each.state is DeliveryState.GIVEN_UP]
        packet = next((each for each in given_up if each.packet_id == packet_id), None)
        if packet is None:
            return False
        with self._journal.database.work() as work:
            work.carried.advance(packet_id, DeliveryState.APPROVED)
            self._record(work, AuditEvent.PACKET_TRIED_AGAIN, packet)
        return True

    def forward(self, *, due_only: bool = True) -> int:
        """Send what was taken, and destroy the copies the server has. Returns how many it has now.

        Raises what is in the way of all, as ``Sync.deliver_all`` does.
        """
        now = self._journal.now()
        waiting = [each for each in self.packets() if each.is_unsent and (each.is_due(now) or not due_only)]
        if not waiting or (due_only and self._sending.terms().is_paused):
            return 0
        terms = self._sending.require_going_on()
        arrived = 0
        with self._server.target(terms.bytes_per_second) as target:
            for begin in range(0, len(waiting), self._policy.announce_at_once):
                batch = waiting[begin : begin + self._policy.announce_at_once]
                for packet in self._announce(batch, target):
                    arrived += self._send(packet, target)
        return arrived

    def _require_trust(self, content: HandoverList) -> None:
        fingerprint = key_index_of(content.key)
        with self._journal.database.read() as work:
            trusted = _trusted(work)
        if fingerprint not in trusted | self._known_stations():
            self._note(AuditEvent.HANDOVER_REFUSED, code=STATION_NOT_TRUSTED.name, key=fingerprint)
            raise BadInput(STATION_NOT_TRUSTED, station=content.station, fingerprint=fingerprint)

    def _take_list(self, folder: Path, content: HandoverList, so_far: Taken) -> Taken:
        new, known, refused = list(so_far.new), list(so_far.known), dict(so_far.refused)
        for each in content.packets:
            try:
                if self._take_one(folder, each, key_index_of(content.key)):
                    new.append(each.packet_id)
                else:
                    known.append(each.packet_id)
            except NotAuthentic as error:
                refused[each.packet_id] = error.code
                self._note(AuditEvent.HANDOVER_REFUSED, code=error.code.name, packet=each.packet_id)
        return Taken(tuple(new), tuple(known), refused)

    def _take_one(self, folder: Path, each: HandedOver, came_from: str) -> bool:
        """Whether it is new. Raises ``NotAuthentic``."""
        digest = self._digest_here(each.packet_id)
        if digest is not None:
            if digest != each.digest:
                raise NotAuthentic(CARRIED_DIFFERS)
            return False
        durable.write(self._folder.carried_packet(each.packet_id), _read_packet(folder, each))
        packet = CarriedPacket(each.packet_id, came_from, self._journal.now(), each.size, each.digest)
        with self._journal.database.work() as work:
            if work.carried.find(each.packet_id) is not None:  # another program was quicker
                return False
            work.carried.add(packet, asdict(_announcement(each)))
            work.record(
                AuditEvent.PACKET_TAKEN_OVER,
                actor=self._journal.operator.user_id,
                subject=each.registration_id,
                packet=each.packet_id,
                sha256=each.digest,
                key=came_from,
            )
        return True

    def _digest_here(self, packet_id: str) -> str | None:
        """Of a packet of that number that came before, or that was sealed here."""
        with self._journal.database.read() as work:
            packet = work.carried.find(packet_id)
            if packet is not None:
                return packet.digest
            return next((own.digest for own in work.outbox.all() if own.packet_id == packet_id), None)

    def _announce(self, batch: list[CarriedPacket], target: Target) -> list[CarriedPacket]:
        """Those of ``batch`` that the server knows of now."""
        with self._journal.database.read() as work:
            said = [Announcement(**work.carried.announcement(each.packet_id)) for each in batch]  # type: ignore[arg-type]
        try:
            told = target.announce_each(said, self._submission.server_certificate())
        except MusterError as error:
            for each in batch:
                self._note_failure(each, error)
            raise
        ready = []
        for each in batch:
            try:
                told.require(each.packet_id)
                ready.append(each)
            except MusterError as error:
                if self._note_failure(each, error) is Remedy.BLOCKED:
                    raise
        return ready

    def _send(self, packet: CarriedPacket, target: Target) -> bool:
        """Raises what is in the way of all."""
        try:
            answer = target.upload(packet.packet_id, self._read(packet))
        except MusterError as error:
            if self._note_failure(packet, error) is Remedy.BLOCKED:
                raise
            return False
        with self._journal.database.work() as work:
            work.carried.advance(packet.packet_id, DeliveryState.PUSHED)
            duplicate = str(answer.duplicate).lower()
            self._record(work, AuditEvent.PACKET_CARRIED, packet, duplicate=duplicate)
        self._folder.carried_packet(packet.packet_id).unlink(missing_ok=True)
        return True

    def _read(self, packet: CarriedPacket) -> bytes:
        try:
            content = self._folder.carried_packet(packet.packet_id).read_bytes()
        except OSError as error:
            raise NotAuthentic(CARRIED_MISSING) from error
        if hashlib.sha256(content).hexdigest().upper() != packet.digest:
            raise NotAuthentic(CARRIED_DAMAGED)
        return content

    def _note_failure(self, packet: CarriedPacket, error: MusterError) -> Remedy:
        """What follows. Announced it is in every round, so announcing again is trying again."""
        remedy = what_follows(error, packet.server_code)
        wait = error.wait if isinstance(error, ServerBusy) else timedelta(0)
        when = next_attempt(packet.attempts + 1, self._journal.now(), chance=self._chance(), asked_to_wait=wait)
        state = DeliveryState.GIVEN_UP if remedy is Remedy.GIVE_UP else DeliveryState.APPROVED
        server_code = error.server_code if isinstance(error, PacketRefused) else None
        with self._journal.database.work() as work:
            work.carried.note_failure(
                packet.packet_id, state, error.code.name, when if packet.is_unsent else None, server_code
            )
            self._record(work, AuditEvent.CARRYING_FAILED, packet, code=error.code.name)
        return remedy

    def _record(self, work: Work, event: AuditEvent, packet: CarriedPacket, **detail: str) -> None:
        work.record(event, actor=self._journal.operator.user_id, packet=packet.packet_id, **detail)

    def _note(self, event: AuditEvent, **detail: str) -> None:
        with self._journal.database.work() as work:
            work.record(event, actor=self._journal.operator.user_id, **detail)


def _lists(folder: Path) -> list[Path]:
    try:
        found = sorted(each for each in folder.iterdir() if each.name.endswith(LIST_SUFFIX))
    except OSError as error:
        raise BadInput(DRIVE_UNREADABLE) from error
    if not found:
        raise BadInput(DRIVE_WITHOUT_LIST)
    return found


def _read_list(file: Path) -> str:
    try:
        if file.stat().st_size > _LARGEST_LIST:
            raise NotAuthentic(LIST_CHANGED)
        return file.read_bytes().decode("ascii")
    except OSError as error:
        raise StorageUnavailable(DRIVE_UNREADABLE) from error
    except UnicodeDecodeError as error:
        raise NotAuthentic(LIST_CHANGED) from error


def _verified(token: str) -> HandoverList:
    """The list, signed by the key it names; whether that key may is another question."""
    try:
        key = HandoverList.parse(unverified_payload(token)).key
        return HandoverList.parse(verify_with_key(token, key))
    except (NotAuthentic, BadInput) as error:
        raise NotAuthentic(LIST_CHANGED) from error


def _read_packet(folder: Path, each: HandedOver) -> bytes:
    path = folder / f"{each.packet_id}.zip"
    try:
        if path.stat().st_size != each.size:  # before gigabytes are read
            raise NotAuthentic(CARRIED_DAMAGED)
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise NotAuthentic(CARRIED_MISSING) from error
    except OSError as error:
        raise StorageUnavailable(DRIVE_UNREADABLE) from error
    if hashlib.sha256(content).hexdigest().upper() != each.digest:
        raise NotAuthentic(CARRIED_DAMAGED)
    return content


def _announcement(each: HandedOver) -> Announcement:
    return Announcement(
        registration_id=each.registration_id,
        packet_id=each.packet_id,
        process=each.process,
        digest=each.digest,
        size=each.size,
        language=each.language,
        supervisor_status=each.supervisor_status,
        additional_info_request=each.additional_info_request,
    )


def _trusted(work: Work) -> frozenset[str]:
    return frozenset(json.loads(work.settings.get(_TRUSTED) or "[]"))
