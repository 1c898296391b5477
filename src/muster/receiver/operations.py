"""The operations behind the receiver's paths: MOSIP's envelopes and codes, without a wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from muster import base64url
from muster.clock import Clock, rfc3339
from muster.crypto.machine_key import fingerprint
from muster.crypto.signing import certificate_to_pem, key_index_of, load_certificate
from muster.domain.delivery import ServerStatus
from muster.errors import BadInput, Code, MalformedData, MusterError, NotAuthentic, StorageUnavailable
from muster.formats import mosip_packet
from muster.formats.govstack import (
    EnrollmentError,
    EnrollmentRequest,
    EnrollmentResponse,
    PacketInfo,
    parse_request,
)
from muster.formats.govstack_profile import Profile
from muster.formats.json_part import JsonPart
from muster.packet.judging import judge
from muster.packet.opening import open_packet
from muster.receiver.answers import answered
from muster.receiver.checks import (
    DUPLICATE,
    SYNC_ID,
    Refusal,
    as_packet_status,
    as_registration_status,
    check_announcement,
    check_contents,
    check_enrollment,
    check_judged,
    check_old_announcement,
    check_registration_id,
    check_sync,
    check_training,
    check_training_enrollment,
    check_upload,
)
from muster.receiver.doorkeeper import Doorkeeper
from muster.receiver.storage import Storage, reference

REQUEST_UNREADABLE = Code("REQUEST_UNREADABLE", "A request cannot be read: {part} is missing or has a wrong form.")

_ENROLLMENT_PROVIDER_VERSION = "1.0"

log = structlog.get_logger("muster.receiver")


class Receiver:
    """The operations behind the paths; that of two uploads of one packet only one is first, the storage sees to.
    ``training`` takes what training stations send, too."""

    def __init__(self, storage: Storage, clock: Clock, *, training: bool = False) -> None:
        self._training = training
        self._storage = storage
        self._clock = clock
        self.doorkeeper = Doorkeeper(storage, clock)

    def sign_in(self, body: bytes) -> dict[str, Any]:
        """Password, one-time password and refresh."""
        return self._outcome(self.doorkeeper.sign_in(body))

    def send_otp(self, body: bytes) -> dict[str, Any]:
        return self._outcome(self.doorkeeper.send_otp(body))

    def verify_machine(self, body: bytes) -> dict[str, Any]:
        """Section 4.3. Machines are registered here without their names: any name will do, but none."""
        try:
            request = JsonPart.of(body, REQUEST_UNREADABLE).part("request")
            if request is None or not request.text("machineName"):
                return self._outcome(Refusal("KER-SNC-155", "Machine not found"))
            signing, decrypting = request.octets("signPublicKey"), request.octets("publicKey")
            machine = self._storage.machine_by_key(key_index_of(signing))
            known = machine is not None and machine.key_index == fingerprint(decrypting)
        except BadInput:
            known = False
        if not known:
            return self._outcome(Refusal("KER-SNC-164", "Public key is not whitelisted"))
        return self._outcome({"keyIndex": fingerprint(decrypting)})

    def certificate(self, application: str, reference: str) -> dict[str, Any]:
        if application == "REGISTRATION" and reference:
            pem = self._storage.certificate_pem
        elif (application, reference) == ("KERNEL", "SIGN"):
            pem = certificate_to_pem(self._storage.signer.certificate)
        else:
            return self._outcome(Refusal("KER-KMS-002", "ApplicationId not found in Key Policy"))
        certificate = load_certificate(pem)
        response = {
            "certificate": pem.decode(),
            "certSignRequest": None,
            "issuedAt": rfc3339(certificate.not_valid_before_utc),
            "expiryAt": rfc3339(certificate.not_valid_after_utc),
            "timestamp": rfc3339(self._clock()),
        }
        return self._answer(None, response, [])

    def sync(self, body: bytes, station: str | None = None) -> dict[str, Any]:
        """/syncV2, whose packets have a name of their own. ``station`` is who signed, if anybody did."""
        return self._sync(body, station, check_announcement)

    def sync_old(self, body: bytes, station: str | None = None) -> dict[str, Any]:
        """/sync, whose packets are named as their registration (up to 1.1.5)."""
        return self._sync(body, station, check_old_announcement)

    def _sync(
        self, body: bytes, station: str | None, check: Callable[[Mapping[str, Any]], Refusal | None]
    ) -> dict[str, Any]:
        try:
            request = _sync_request(body, self._storage)
        except (MusterError, ValueError, RecursionError):
            return self._sync_answer([], [(None, Refusal("RPR-RGS-028", "Decryption failed"))])
        refusal = check_sync(request, self._clock())
        if refusal:
            return self._sync_answer([], [(None, refusal)])
        announced: list[Mapping[str, Any]] = []
        refused: list[tuple[str | None, Refusal]] = []
        for entry in request["request"]:
            if not isinstance(entry, dict):
                refused.append((None, Refusal("RPR-RGS-016", "JSON mapping failed")))
            elif problem := check(entry) or self._announce(entry, station):
                refused.append((_echo(entry.get("registrationId")), problem))
            else:
                announced.append(entry)
        return self._sync_answer(announced, refused)

    def _announce(self, entry: Mapping[str, Any], station: str | None) -> Refusal | None:
        packet_id = _packet_id(entry)
        try:
            stands = self._storage.announce(packet_id, {**entry, "packetId": packet_id}, station)
        except BadInput:
            return Refusal("RPR-RGS-037", "Packet Id not found")
        except (StorageUnavailable, NotAuthentic):
            return Refusal("RPR-RGS-030", "Data could not be stored")
        return None if stands else Refusal("RPR-RGS-029", "Another station announced this packet")

    def upload(self, file_name: str, content: bytes) -> dict[str, Any]:
        refusal = self._take(file_name, content)
        packet_id = file_name.split(".", maxsplit=1)[0]
        log.info("upload", packet=packet_id, size=len(content), code=refusal.code if refusal else "accepted")
        if refusal:
            return self._answer("mosip.registration.packet", None, [refusal])
        response = {"status": "Packet has reached Packet Receiver"}
        return self._answer("mosip.registration.packet", response, [])

    def _take(self, file_name: str, content: bytes) -> Refusal | None:
        packet_id = file_name.split(".", maxsplit=1)[0]
        try:
            announced = self._storage.announcement(packet_id)
            wanted_again = self._storage.state(packet_id) is ServerStatus.RESEND
            accepted = self._storage.accepted(packet_id) is not None and not wanted_again
        except BadInput:
            return Refusal("RPR-PKR-001", "Packet Not Found in Sync Table")
        refusal = check_upload(file_name, content, announced, accepted)
        if refusal or announced is None:
            return refusal
        try:
            machine = self._storage.machine_key(reference(packet_id))
            packet = open_packet(content, self._storage.key, machine)
        except StorageUnavailable:  # says nothing about the packet: it is asked for again
            raise
        except MusterError:
            return Refusal("RPR-PKR-015", "Packet decryption failed")
        refusal = check_contents(packet, announced)
        if refusal:
            return refusal
        refusal = (None if self._training else check_training(packet)) or check_judged(packet, judge(packet))
        try:
            if refusal:
                self._storage.reject(packet_id, len(content), refusal.code, refusal.message)
                return refusal
            counts = self._storage.accept(packet_id, content)
        except (StorageUnavailable, NotAuthentic):
            return Refusal("RPR-PKR-012", "Data could not be stored")
        return None if counts else DUPLICATE

    def status(self, body: bytes) -> dict[str, Any]:
        """packetexternalstatus and search: what became of packets, by packet or registration id."""
        try:
            request = json.loads(body)
            entries = [dict(each) for each in request["request"]]
            asked = [(str(each.get("packetId")), str(each.get("registrationId"))) for each in entries]
        except (ValueError, KeyError, TypeError, RecursionError):
            return self._answer(None, None, [Refusal("RPR-RGS-017", "JSON parsing failed")])
        states = self._storage.states(each for each, _ in asked)
        by_registration = self._storage.states_by_registration(each for _, each in asked)
        response = []
        for packet_id, registration_id in asked:
            if packet_id in states:
                status = as_packet_status(states[packet_id])
                response.append({"packetId": packet_id, "statusCode": status.value})
            elif registration_id in by_registration:
                status = as_registration_status(by_registration[registration_id])
                response.append({"registrationId": registration_id, "statusCode": status.value})
        return self._answer(_echo(request.get("id")), response, [])

    def enroll(self, body: bytes) -> tuple[int, bytes]:
        """GovStack's PUT /enrollment: a new enrollment, or more about one there is, which keeps what is not sent.

        Answered in the dialect that was spoken, and in the source document's when none was; with 201 for a new
        enrollment, 404 for more about none there is, 403 to a station that is not registered here, else 200.
        """
        try:
            request, profile = parse_request(body)
        except MalformedData as error:
            return 200, self._enrolled(Profile.SOURCE, Refusal(error.code.name, error.sentence))
        status, outcome = self._keep(request)
        code = outcome.code if isinstance(outcome, Refusal) else "accepted"
        log.info("enrollment", size=len(body), status=status, code=code)
        return status, self._enrolled(profile, outcome)

    def _keep(self, request: EnrollmentRequest) -> tuple[int, EnrollmentRequest | Refusal]:
        # Before anything is looked up: it becomes a file's name.
        refusal = check_registration_id(request.id)
        if refusal:
            return 200, refusal
        told: list[tuple[int, EnrollmentRequest | Refusal]] = []

        def add(kept: bytes | None) -> bytes | None:
            told.append(self._added(kept, request))
            outcome = told[-1][1]
            if isinstance(outcome, Refusal) or _is_known(kept, outcome):
                return None
            return outcome.encode(Profile.SOURCE)

        try:
            self._storage.enroll(request.id, add)
        except StorageUnavailable:
            return 200, Refusal("RPR-RGS-030", "Data could not be stored")
        return told[-1]

    def _added(self, kept: bytes | None, request: EnrollmentRequest) -> tuple[int, EnrollmentRequest | Refusal]:
        """What is sent, together with what is kept."""
        if kept is None and not request.process:  # which only who adds to an enrollment leaves out
            return 404, Refusal("ENROLLMENT_NOT_FOUND", "There is no enrollment of this number")
        known = EnrollmentRequest.parse(kept).updated_by(request) if kept else request
        refusal = check_enrollment(known) or (None if self._training else check_training_enrollment(known))
        if refusal:
            return 200, refusal
        if self._storage.machine_key(known.ref_id) is None:
            return 403, Refusal("ENROLLMENT_STATION_UNKNOWN", "The station is not registered here")
        return 200 if kept else 201, known

    def _enrolled(self, profile: Profile, outcome: EnrollmentRequest | Refusal) -> bytes:
        now = self._clock()
        if isinstance(outcome, Refusal):
            errors = (EnrollmentError(outcome.code, outcome.message),)
            return EnrollmentResponse(now, errors=errors).encode(profile)
        packet = PacketInfo(
            id=outcome.id,
            packet_name="id",
            source=outcome.source,
            process=outcome.process,
            ref_id=outcome.ref_id,
            schema_version=outcome.schema_version,
            signature="",  # no packet was made, hence nothing signed or encrypted
            encrypted_hash="",
            provider_name=mosip_packet.PROVIDER_NAME,
            provider_version=_ENROLLMENT_PROVIDER_VERSION,
            created_at=now,
        )
        return EnrollmentResponse(now, (packet,)).encode(profile)

    def _outcome(self, outcome: object) -> dict[str, Any]:
        """syncdata's answers, which repeat no id."""
        return (
            self._answer(None, None, [outcome])
            if isinstance(outcome, Refusal)
            else self._answer(None, outcome, [])
        )

    def _answer(self, id_: str | None, response: object, refusals: list[Refusal]) -> dict[str, Any]:
        return answered(self._clock, response, refusals, id_)

    def _sync_answer(
        self, announced: list[Mapping[str, Any]], refused: Sequence[tuple[str | None, Refusal]]
    ) -> dict[str, Any]:
        answer = self._answer(SYNC_ID, None, [])
        answer["response"] = [
            {"registrationId": each["registrationId"], "packetId": _packet_id(each), "status": "SUCCESS"}
            for each in announced
        ]
        answer["errors"] = [
            {"errorCode": each.code, "message": each.message, "registrationId": rid, "status": "FAILURE"}
            for rid, each in refused
        ] or None
        return answer


def _sync_request(body: bytes, storage: Storage) -> dict[str, Any]:
    """The body is a JSON string: base64url of the encrypted request."""
    text = json.loads(body)
    if not isinstance(text, str):
        raise ValueError("not a JSON string")
    request = json.loads(storage.key.decrypt(base64url.decode(text)))
    if not isinstance(request, dict):
        raise ValueError("not a JSON object")
    return request


def _is_known(kept: bytes | None, outcome: EnrollmentRequest) -> bool:
    """Whether nothing was said that is not kept, but when it was said: a station that lost an answer asks anew."""
    if kept is None:
        return False
    before = EnrollmentRequest.parse(kept)
    return replace(outcome, requested_at=before.requested_at) == before


def _echo(value: object) -> str | None:
    """What may be repeated in an answer: Python reads values (NaN, half characters) that JSON cannot carry."""
    return value if isinstance(value, str) and value.isascii() else None


def _packet_id(entry: Mapping[str, Any]) -> str:
    return str(entry.get("packetId") or entry["registrationId"])
