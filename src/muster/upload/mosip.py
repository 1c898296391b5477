"""MOSIP's registration processor as a target: certificate, announcement (RID sync), upload.

Sections 7.2 and 7.3 of the packet notes. Errors come with HTTP 200 and must be looked for; a duplicate means
that an earlier upload succeeded and its answer was lost on the way.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from muster import base64url
from muster.clock import Clock, rfc3339
from muster.crypto.envelope import encrypt
from muster.errors import Code, NetworkUnavailable, Refused
from muster.upload.transport import SERVER_ANSWER_UNREADABLE, Transport

PACKET_REFUSED = Code(
    "PACKET_REFUSED", "The server refused the packet (its code: {server_code}). Tell your supervisor."
)
CERTIFICATE_REFUSED = Code(
    "CERTIFICATE_REFUSED",
    "The server has no certificate for this station (its code: {server_code}). Register the station there first.",
)

CERTIFICATE_PATH = "/v1/syncdata/getCertificate"
SYNC_PATH = "/registrationprocessor/v1/registrationstatus/syncV2"
UPLOAD_PATH = "/registrationprocessor/v1/packetreceiver/registrationpackets"
DUPLICATE = "RPR-PKR-005"
_APPLICATION = "REGISTRATION"


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the sync call tells about one packet. ``digest`` is the upper-case hex SHA-256 of the uploaded
    bytes, ``language`` a three-letter code, ``supervisor_status`` APPROVED or REJECTED;
    ``additional_info_request`` is the request that a correction answers."""

    registration_id: str
    packet_id: str
    process: str
    digest: str
    size: int
    language: str
    supervisor_status: str
    supervisor_comment: str = ""
    additional_info_request: str | None = None


@dataclass(frozen=True, slots=True)
class UploadAnswer:
    """The server's own sentence, and whether it had the packet already."""

    status: str
    duplicate: bool


class MosipTarget:
    """One station's conversation with one server. ``ref_id`` is ``<center>_<machine>``."""

    def __init__(self, transport: Transport, ref_id: str, clock: Clock) -> None:
        self._transport = transport
        self._ref_id = ref_id
        self._clock = clock

    def certificate(self) -> bytes:
        """The certificate packets are encrypted to, PEM. Raises ``Refused``, ``NetworkUnavailable``."""
        answer = self._transport.get(
            CERTIFICATE_PATH, {"applicationId": _APPLICATION, "referenceId": self._ref_id}
        )
        _raise_refusal(answer, CERTIFICATE_REFUSED)
        response = answer.get("response")
        certificate = response.get("certificate") if isinstance(response, dict) else None
        if not isinstance(certificate, str):
            raise NetworkUnavailable(SERVER_ANSWER_UNREADABLE)
        return certificate.encode("ascii", "replace")

    def announce(self, announcements: Iterable[Announcement], certificate: bytes) -> None:
        """Tell the server about packets. Doing it again updates what it knows.

        Done when the server lists each packet: whatever else answers with JSON has not been told.
        The body is encrypted to ``certificate``, base64url, and sent as a JSON *string* (trap 18).
        """
        now = rfc3339(self._clock())
        entries = tuple(announcements)
        body = {
            "id": "mosip.registration.sync",
            "requesttime": now,
            "version": "1.0",
            "request": [_announcement(each) for each in entries],
        }
        sealed = base64url.encode(encrypt(certificate, json.dumps(body).encode()))
        headers = {
            "Content-Type": "application/json",
            "timestamp": now,
            "Center-Machine-RefId": self._ref_id,
        }
        answer = self._transport.post(SYNC_PATH, json.dumps(sealed).encode(), headers)
        _raise_refusal(answer, PACKET_REFUSED)
        if not {each.packet_id for each in entries} <= _listed(answer):
            raise NetworkUnavailable(SERVER_ANSWER_UNREADABLE)

    def upload(self, packet_id: str, content: bytes) -> UploadAnswer:
        """Send the packet's bytes. Raises ``Refused`` with the server's code, ``NetworkUnavailable``."""
        answer = self._transport.post_file(UPLOAD_PATH, f"{packet_id}.zip", content)
        refusal = _refusal(answer)
        if refusal is not None:
            code, message = refusal
            if code == DUPLICATE or "duplicate" in message.lower():
                return UploadAnswer(message, duplicate=True)
            raise Refused(PACKET_REFUSED, server_code=code)
        response = answer.get("response")
        status = response.get("status") if isinstance(response, dict) else None
        if not isinstance(status, str):
            raise NetworkUnavailable(SERVER_ANSWER_UNREADABLE)
        return UploadAnswer(status, duplicate=False)


def _announcement(entry: Announcement) -> dict[str, Any]:
    return {
        "langCode": entry.language,
        "registrationId": entry.registration_id,
        "packetId": entry.packet_id,
        "additionalInfoReqId": entry.additional_info_request,
        "registrationType": entry.process,
        "packetHashValue": entry.digest,
        "packetSize": entry.size,
        "supervisorStatus": entry.supervisor_status,
        "supervisorComment": entry.supervisor_comment,
        "name": None,
        "phone": None,
        "email": None,
    }


def _listed(answer: Mapping[str, Any]) -> set[str]:
    """The ids of the packets a sync answer says it took."""
    response = answer.get("response")
    entries = response if isinstance(response, list) else []
    return {str(each.get("packetId")) for each in entries if isinstance(each, dict)}


def _refusal(answer: Mapping[str, Any]) -> tuple[str, str] | None:
    errors = answer.get("errors")
    if not isinstance(errors, list) or not errors or not isinstance(errors[0], dict):
        return None
    return str(errors[0].get("errorCode", "")), str(errors[0].get("message", ""))


def _raise_refusal(answer: Mapping[str, Any], code: Code) -> None:
    refusal = _refusal(answer)
    if refusal is not None:
        raise Refused(code, server_code=refusal[0])
