"""MOSIP's registration processor as a target: announcement (RID sync), upload, status; and the station itself.

Sections 4.3 and 7.2 to 7.4 of the packet notes. Errors come with HTTP 200 and must be looked for, beside successes
in one answer too; a duplicate means that an earlier upload succeeded and its answer was lost on the way.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from muster import base64url
from muster.clock import Clock, rfc3339
from muster.crypto.envelope import encrypt
from muster.crypto.machine_key import MachineKey
from muster.domain.delivery import ServerStatus
from muster.errors import Code, NetworkUnavailable, Refused
from muster.upload.certificates import certificate_in, certificate_request
from muster.upload.refusals import code_in, raise_refusal, refusal_in
from muster.upload.remedies import PACKET_REFUSED, PacketRefused, too_large
from muster.upload.target import Announced, Announcement, Business, UploadAnswer
from muster.upload.transport import SERVER_ANSWER_UNREADABLE, Exchange

STATION_NOT_FOUND = Code(
    "STATION_NOT_FOUND",
    "The server knows no station with this computer's name. Have the station registered there.",
)
STATION_KEY_UNKNOWN = Code(
    "STATION_KEY_UNKNOWN",
    "The server does not know this station's key. Have the one in its folder 'keys' registered there.",
)
STATION_REFUSED = Code(
    "STATION_REFUSED",
    "The server does not accept this station (its code: {server_code}). Tell your administrator.",
)
STATUS_REFUSED = Code(
    "STATUS_REFUSED", "The server does not say what became of the packets (its code: {server_code})."
)

SYNC_PATH = "/registrationprocessor/v1/registrationstatus/syncV2"
OLD_SYNC_PATH = "/registrationprocessor/v1/registrationstatus/sync"
UPLOAD_PATH = "/registrationprocessor/v1/packetreceiver/registrationpackets"
PACKET_STATUS_PATH = "/registrationprocessor/v1/registrationstatus/packetexternalstatus"
REGISTRATION_STATUS_PATH = "/registrationprocessor/v1/registrationstatus/search"
MACHINE_PATH = "/v1/syncdata/tpm/publickey/verify"
DUPLICATE = "RPR-PKR-005"
_NOTHING_KNOWN = "RPR-RGS-031"
_MACHINE_REFUSALS = {"KER-SNC-155": STATION_NOT_FOUND, "KER-SNC-164": STATION_KEY_UNKNOWN}
_SYNC_BATCH = 10  # as many as the reference client announces at once
_VERSION = "1.0"
_JSON = {"Content-Type": "application/json"}


class MosipTarget:
    """One station's business with one server. ``ref_id`` is ``<center>_<machine>``."""

    def __init__(self, server: Exchange, ref_id: str, clock: Clock) -> None:
        self._server = server
        self._ref_id = ref_id
        self._clock = clock

    def certificate(self) -> bytes:
        """The certificate packets are encrypted to, PEM. Raises ``Refused``, ``NetworkUnavailable``."""
        return certificate_in(self._server.send(certificate_request("REGISTRATION", self._ref_id)).content)

    def verify_machine(self, name: str, key: MachineKey) -> None:
        """Whether the server knows this computer and its keys.

        Raises ``Refused``: ``STATION_NOT_FOUND``, ``STATION_KEY_UNKNOWN``.
        """
        request = {
            "machineName": name,
            "publicKey": base64url.encode(key.encryption_public),
            "signPublicKey": base64url.encode(key.signing_public),
        }
        answer = self._post(MACHINE_PATH, "", request)
        refusal = refusal_in(answer)
        if refusal is not None:
            code = _MACHINE_REFUSALS.get(refusal[0], STATION_REFUSED)
            raise Refused(code, server_code=refusal[0])
        response = answer.get("response")
        index = response.get("keyIndex") if isinstance(response, dict) else None
        if not isinstance(index, str):
            raise NetworkUnavailable(SERVER_ANSWER_UNREADABLE)
        if index.lower() != key.key_index:
            raise Refused(STATION_KEY_UNKNOWN)

    def announce(self, announcements: Iterable[Announcement], certificate: bytes) -> None:
        """Tell the server about packets, done when it took note of every one. Raises as ``Announced.require``."""
        entries = tuple(announcements)
        told = self.announce_each(entries, certificate)
        for each in entries:
            told.require(each.packet_id)

    def announce_each(self, announcements: Iterable[Announcement], certificate: bytes) -> Announced:
        """Tell the server about packets, whichever of them it takes. Doing it again updates what it knows.

        A packet that is named as its registration is one of the old kind, which has a call of its own. Raises
        ``Refused`` when the server refuses the call and no packet in particular.
        """
        old, new = _by_kind(announcements)
        taken: set[str] = set()
        refused: dict[str, str] = {}
        for path, entries in ((OLD_SYNC_PATH, old), (SYNC_PATH, new)):
            for begin in range(0, len(entries), _SYNC_BATCH):
                told = self._announce(path, entries[begin : begin + _SYNC_BATCH], certificate)
                taken |= told.taken
                refused |= told.refused
        return Announced(frozenset(taken), refused)

    def _announce(self, path: str, entries: list[Announcement], certificate: bytes) -> Announced:
        """The body is encrypted to ``certificate``, base64url, and sent as a JSON *string* (trap 18)."""
        now = rfc3339(self._clock())
        body = {
            "id": "mosip.registration.sync",
            "requesttime": now,
            "version": _VERSION,
            "request": [_announcement(each) for each in entries],
        }
        sealed = base64url.encode(encrypt(certificate, json.dumps(body).encode()))
        headers = {**_JSON, "timestamp": now, "Center-Machine-RefId": self._ref_id}
        return _announced(self._server.post(path, json.dumps(sealed).encode(), headers), entries)

    def upload(self, packet_id: str, content: bytes) -> UploadAnswer:
        """Send the packet's bytes. Raises ``PacketRefused``, ``NetworkUnavailable``."""
        try:
            answer = self._server.post_file(UPLOAD_PATH, f"{packet_id}.zip", content)
        except Refused as error:
            raise too_large(error) or error from error
        refusal = refusal_in(answer)
        if refusal is not None:
            code, message = refusal
            if code == DUPLICATE or "duplicate" in message.lower():
                return UploadAnswer(message, duplicate=True)
            raise PacketRefused(code)
        response = answer.get("response")
        status = response.get("status") if isinstance(response, dict) else None
        if not isinstance(status, str):
            raise NetworkUnavailable(SERVER_ANSWER_UNREADABLE)
        return UploadAnswer(status, duplicate=False)

    def packet_statuses(self, packet_ids: Iterable[str]) -> dict[str, ServerStatus]:
        """What became of packets; those the server does not know are left out."""
        return self._statuses(
            PACKET_STATUS_PATH, "mosip.registration.packet.external.status", "packetId", packet_ids
        )

    def registration_statuses(self, registration_ids: Iterable[str]) -> dict[str, ServerStatus]:
        """The same by registration, all that servers up to 1.1.5 can say."""
        return self._statuses(
            REGISTRATION_STATUS_PATH, "mosip.registration.status", "registrationId", registration_ids
        )

    def _statuses(self, path: str, id_: str, name: str, asked: Iterable[str]) -> dict[str, ServerStatus]:
        wanted = tuple(asked)
        answer = self._post(path, id_, [{name: each} for each in wanted])
        entries = list(_entries(answer.get("response")))
        refusal = refusal_in(answer)
        if refusal is not None and refusal[0] == _NOTHING_KNOWN:
            return {}
        if refusal is not None and not entries:
            raise_refusal(answer, STATUS_REFUSED)
        if not isinstance(answer.get("response"), list):
            raise NetworkUnavailable(SERVER_ANSWER_UNREADABLE)
        found = {str(each.get(name)): ServerStatus(str(each.get("statusCode"))) for each in entries}
        return {each: found[each] for each in wanted if each in found}

    def _post(self, path: str, id_: str, request: object) -> dict[str, Any]:
        now = rfc3339(self._clock())
        body = {"id": id_, "version": _VERSION, "requesttime": now, "request": request}
        return self._server.post(path, json.dumps(body).encode(), _JSON)


def target(business: Business) -> MosipTarget:
    return MosipTarget(business.server, business.ref_id, business.clock)


def _by_kind(announcements: Iterable[Announcement]) -> tuple[list[Announcement], list[Announcement]]:
    """Old packets, named as their registration (1.1.5), and new ones."""
    kinds: tuple[list[Announcement], list[Announcement]] = ([], [])
    for each in announcements:
        kinds[each.packet_id != each.registration_id].append(each)
    return kinds


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
        "name": entry.name,
        "phone": entry.phone,
        "email": entry.email,
    }


def _announced(answer: Mapping[str, Any], entries: Iterable[Announcement]) -> Announced:
    """Successes name the packet (up to 1.1.5 the registration, which is the same), failures only the registration:
    they mean those of its packets that did not succeed, or all where none is left."""
    successes = [each for each in _entries(answer.get("response")) if each.get("status") == "SUCCESS"]
    taken = {str(each.get("packetId") or each.get("registrationId")) for each in successes}
    packets: dict[str, set[str]] = {}
    for entry in entries:
        packets.setdefault(entry.registration_id, set()).add(entry.packet_id)
    refused: dict[str, str] = {}
    for error in _entries(answer.get("errors")):
        concerned = packets.get(str(error.get("registrationId")))
        if concerned is None:
            raise Refused(PACKET_REFUSED, server_code=code_in(error))
        refused |= dict.fromkeys(concerned - taken or concerned, code_in(error))
    return Announced(frozenset(taken - refused.keys()), refused)


def _entries(value: object) -> Iterator[dict[str, Any]]:
    for each in value if isinstance(value, list) else []:
        if isinstance(each, dict):
            yield each
