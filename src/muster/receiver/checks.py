"""What the receiver accepts, in MOSIP's order and with MOSIP's codes. Pure decisions over bytes and values.

Registration processor, packet receiver (RPR-PKR) and registration status (RPR-RGS) stages; section 7 of the
packet notes. MOSIP decrypts and verifies after it has answered; here it is done before, so that the station
hears at once what it would otherwise hear tomorrow.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from muster.clock import parse_rfc3339
from muster.domain.delivery import ServerStatus
from muster.domain.registration import (
    REGISTRATION_ID_LENGTH,
    REGISTRATION_ID_NOT_NUMERIC,
    REGISTRATION_ID_TIME,
    RegistrationId,
)
from muster.errors import BadInput, Code, MalformedData
from muster.formats.govstack import EnrollmentRequest
from muster.formats.packet_meta import PacketMeta
from muster.packet.opening import Check, OpenedPacket
from muster.packet.server_rules import AUDIT_EMPTY

SYNC_ID, SYNC_VERSION = "mosip.registration.sync", "1.0"
GRACE = timedelta(seconds=10_800)
MAXIMUM_PACKET_BYTES = 5 * 1024 * 1024
_PROCESSES = ("NEW", "UPDATE", "LOST", "BIOMETRIC_CORRECTION")
REJECTED = "PACKET_REJECTED"
_PACKET_STATUSES = frozenset(
    {ServerStatus.RECEIVED, ServerStatus.UPLOAD_PENDING, ServerStatus.RESEND, ServerStatus.REJECTED}
)
_SUPERVISOR_STATUSES = ("APPROVED", "REJECTED")


@dataclass(frozen=True, slots=True)
class Refusal:
    """MOSIP's code and message."""

    code: str
    message: str


DUPLICATE = Refusal("RPR-PKR-005", "Duplicate Request Received")
_FOR_TRAINING = Refusal(REJECTED, "The packet is rejected: it comes from a training station")
_REGISTRATION_ID_REFUSALS: Mapping[Code, Refusal] = {
    REGISTRATION_ID_LENGTH: Refusal("RPR-RGS-009", "Invalid Registration Id length"),
    REGISTRATION_ID_NOT_NUMERIC: Refusal("RPR-RGS-008", "Registration Id is not numeric"),
    REGISTRATION_ID_TIME: Refusal("RPR-RGS-007", "Invalid timestamp in Registration Id"),
}


def check_sync(request: Mapping[str, Any], now: datetime) -> Refusal | None:
    """The envelope of a sync call: id, version, time."""
    if request.get("id") != SYNC_ID:
        return Refusal("RPR-RGS-014", "Invalid Input Parameter - id")
    if request.get("version") != SYNC_VERSION:
        return Refusal("RPR-RGS-014", "Invalid Input Parameter - version")
    try:
        asked = parse_rfc3339(str(request.get("requesttime")))
    except ValueError:
        return Refusal("RPR-RGS-014", "Invalid Input Parameter - requesttime")
    if abs(now - asked) > GRACE:
        return Refusal("RPR-RGS-014", "Invalid Input Parameter - requesttime")
    if not isinstance(request.get("request"), list):
        return Refusal("RPR-RGS-013", "Missing Input Parameter - request")
    return None


def check_announcement(entry: Mapping[str, Any]) -> Refusal | None:
    """One entry of a /syncV2 call, which does not look into the registration's number."""
    refusal = _check_entry(entry)
    if refusal:
        return refusal
    if not _is_text(entry.get("registrationId")):
        return Refusal("RPR-RGS-006", "Registration Id is null")
    if not entry.get("packetId"):
        return Refusal("RPR-RGS-037", "Packet Id not found")
    return None


def check_old_announcement(entry: Mapping[str, Any]) -> Refusal | None:
    """One entry of a /sync call: the number must be one, and it names the packet."""
    refusal = _check_entry(entry) or check_registration_id(entry.get("registrationId"))
    if refusal is None and entry.get("packetId") not in (None, "", entry["registrationId"]):
        return Refusal("RPR-RGS-014", "Invalid Input Parameter - packetId")
    return refusal


def _check_entry(entry: Mapping[str, Any]) -> Refusal | None:
    if len(str(entry.get("langCode") or "")) != 3:
        return Refusal("RPR-RGS-004", "Invalid Language Code")
    if entry.get("registrationType") not in _PROCESSES:
        return Refusal("RPR-RGS-003", "Invalid Sync Type")
    if not entry.get("packetHashValue"):
        return Refusal("RPR-RGS-027", "Packet Hash Value is null")
    if entry.get("supervisorStatus") not in _SUPERVISOR_STATUSES:
        return Refusal("RPR-RGS-026", "Invalid Supervisor Status")
    return None


def _is_text(value: object) -> bool:
    """Something that can be said again in an answer: Python reads half characters that JSON cannot carry."""
    return isinstance(value, str) and value.isascii() and value != ""


def check_enrollment(request: EnrollmentRequest) -> Refusal | None:
    """GovStack's request, whose API requires nothing: what cannot be filed or would not be a registration."""
    if request.process not in _PROCESSES:
        return Refusal("RPR-RGS-003", "Invalid Sync Type")
    if request.ref_id != f"{request.id[:5]}_{request.id[5:10]}":
        return Refusal("ENROLLMENT_REF_ID", "refId is not the centre and machine of the registration number")
    return None


def check_training_enrollment(request: EnrollmentRequest) -> Refusal | None:
    """As ``check_training`` of a packet. A description that cannot be read says nothing."""
    try:
        described = PacketMeta.read({"metaData": json.loads(request.meta_info.get("metaData", ""))})
    except (ValueError, RecursionError, MalformedData):
        return None
    return _FOR_TRAINING if described.is_for_training else None


def check_registration_id(text: object) -> Refusal | None:
    if not isinstance(text, str) or not text:
        return Refusal("RPR-RGS-006", "Registration Id is null")
    try:
        RegistrationId(text)
    except BadInput as error:
        return _REGISTRATION_ID_REFUSALS[error.code]
    return None


def check_upload(
    file_name: str, content: bytes, announced: Mapping[str, Any] | None, already_accepted: bool
) -> Refusal | None:
    """The packet receiver's checks, before anything is decrypted."""
    if announced is None:
        return Refusal("RPR-PKR-001", "Packet Not Found in Sync Table")
    if already_accepted:  # its announcement stands: announcing other bytes would repair nothing
        return DUPLICATE
    if hashlib.sha256(content).hexdigest().upper() != str(announced.get("packetHashValue")).upper():
        return Refusal("RPR-PKR-009", "Packet Hash Sequence is not matching with the synced hash")
    if not file_name.endswith(".zip"):
        return Refusal("RPR-PKR-003", "Invalid Packet Format")
    if announced.get("packetSize") != len(content):
        return Refusal("RPR-PKR-013", "Packet Size is not matching with the synced size")
    if len(content) > MAXIMUM_PACKET_BYTES:
        return Refusal("RPR-PKR-002", "Packet Size is greater than the permissible limit")
    return None


def as_packet_status(state: ServerStatus) -> ServerStatus:
    """packetexternalstatus knows nothing of what became of a packet once it is in the server's store."""
    return state if state in _PACKET_STATUSES else ServerStatus.ACCEPTED


def as_registration_status(state: ServerStatus) -> ServerStatus:
    """search has no word for a packet in the store but that it was received."""
    return ServerStatus.RECEIVED if state is ServerStatus.ACCEPTED else state


def check_contents(packet: OpenedPacket, announced: Mapping[str, Any]) -> Refusal | None:
    """Signatures, hashes and names inside a packet that opened; nothing may be in it that has no place there."""
    if packet.packet_id != announced.get("packetId") or packet.registration_id != announced.get("registrationId"):
        return Refusal("RPR-PKR-007", "The packet is not the one that was announced")
    for subpacket in packet.subpackets:
        if subpacket.signature is not Check.VALID or subpacket.hash is not Check.VALID:
            return Refusal("KER-PUT-019", f"Integrity or signature check failed: {subpacket.name}")
        if not subpacket.is_valid or subpacket.notes:
            return Refusal("RPR-PVM-005", f"Hash validation failed: {subpacket.name}")
    if packet.problems or packet.notes:
        return Refusal("RPR-PVM-004", "Packet structure is not valid")
    return None


def check_training(packet: OpenedPacket) -> Refusal | None:
    """For a server that is not for training. MOSIP has no word for it; a demo's people are invented."""
    if packet.meta is not None and packet.meta.is_for_training:
        return _FOR_TRAINING
    return None


def check_judged(opened: OpenedPacket, judged: OpenedPacket) -> Refusal | None:
    """What the stages behind the packet receiver find in a packet that ``check_contents`` took.

    MOSIP has a code for a packet without audit records. For the rest it says no more than that the packet was
    rejected; the message names our codes, and nothing that stands in the packet.
    """
    before, after = _told(opened), _told(judged)
    codes = sorted({text.partition(":")[0] for text in after - before})
    if AUDIT_EMPTY.name in codes:
        return Refusal("KER-KPM-008", "Audits are empty")
    return Refusal(REJECTED, f"The packet is rejected: {', '.join(codes)}") if codes else None


def _told(packet: OpenedPacket) -> set[str]:
    parts = {text for each in packet.subpackets for text in (*each.problems, *each.notes)}
    return {*packet.problems, *packet.notes, *parts}
