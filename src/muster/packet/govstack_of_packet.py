"""A packet that was opened, in GovStack's words: what a center's hub sends on to a system that takes enrollments.

It says what the station itself would say (``govstack``): the answers, the captures of one person with the device
each came from, the documents, the audit records and the description. What only a packet has a place for stays
behind: captures of operators, and the person's signature. Samples keep the numbers they have in the packet, so
that one which is sent again is not another one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from muster.errors import BadInput, MalformedData
from muster.formats import mosip_packet as mosip
from muster.formats.bir_json import root_of
from muster.formats.cbeff import PAYLOAD, Bir, CbeffFile, mosip_details
from muster.formats.cbeff_details import BirDetails, RegistryId
from muster.formats.govstack import ENROLLMENT_UNREADABLE, NO_FIELD, EnrolledDocument, EnrollmentRequest
from muster.formats.json_part import json_text
from muster.packet.cbeff_payload import claims_of, payload_of
from muster.packet.govstack import SAMPLES_OF_ONE_FIELD
from muster.packet.opening import OpenedPacket
from muster.packet.server_rules import VERSION_FIELD

_DESCRIBED = ("metaData", "capturedRegisteredDevices", "operationsData")
_ONLY_IN_A_PACKET = frozenset({"officerBiometricFileName", "supervisorBiometricFileName"})
_CBEFF = "cbeff"


def enrollment_of_packet(packet: OpenedPacket, requested_at: datetime) -> EnrollmentRequest:
    """Of a packet that was found valid. It was captured without the system it is for.

    Raises ``MalformedData``, and ``BadInput(SAMPLES_OF_ONE_FIELD)`` for a packet with captures of several people.
    """
    files: dict[str, bytes] = {}
    identity: dict[str, Any] = {}
    meta: dict[str, Any] = {}
    for each in packet.subpackets:
        identity |= _identity_in(each.files, mosip.ID_FILE)
        meta = {**_identity_in(each.files, mosip.META_FILE), **meta}
        files |= each.files
    captured = [_samples(files, value) for value in identity.values() if _is_biometric(value)]
    if len(captured) > 1:
        raise BadInput(SAMPLES_OF_ONE_FIELD)
    return EnrollmentRequest(
        id=packet.registration_id,
        requested_at=requested_at,
        ref_id=packet.ref_id,
        offline=True,
        process=packet.process,
        source=mosip.SOURCE,
        schema_version=json_text(identity.get(VERSION_FIELD, "")),
        fields={name: json_text(value) for name, value in identity.items()},
        meta_info={name: json_text(_own(meta[name])) for name in _DESCRIBED if name in meta},
        audits=_audits(files),
        biometrics={NO_FIELD: captured[0]} if captured else {},
        documents=dict(_documents(files, identity)),
    )


def _identity_in(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    content = mosip.find_file(files, mosip.stem(name))
    return {} if content is None else mosip.parse_identity(content)


def _own(described: object) -> object:
    """Without the names of files that are not sent along."""
    if not isinstance(described, list):
        return described
    return [
        {**each, "value": None} if isinstance(each, dict) and each.get("label") in _ONLY_IN_A_PACKET else each
        for each in described
    ]


def _is_biometric(value: object) -> bool:
    return isinstance(value, dict) and value.get("format") == _CBEFF


def _samples(files: Mapping[str, bytes], reference: Mapping[str, Any]) -> CbeffFile:
    file = CbeffFile.parse(_file(files, reference))
    return replace(file, birs=tuple(map(_with_device, file.birs)), root=root_of(file))


def _with_device(bir: Bir) -> Bir:
    """As the device says it of itself, in what it signed with the sample."""
    claims = claims_of(bir.others.get(PAYLOAD, "").encode("utf-8", "surrogatepass"))
    said = claims_of(payload_of(claims.get("digitalId")))
    make, model = said.get("make"), said.get("model")
    if not (isinstance(make, str) and isinstance(model, str)):
        return bir
    details = bir.details or mosip_details(bir.type) or BirDetails()
    return replace(bir, details=replace(details, capture_device=RegistryId(make, model)))


def _documents(files: Mapping[str, bytes], identity: Mapping[str, Any]) -> Iterator[tuple[str, EnrolledDocument]]:
    for name, value in identity.items():
        if isinstance(value, dict) and not _is_biometric(value) and isinstance(value.get("value"), str):
            reference = value.get("refNumber")
            yield (
                name,
                EnrolledDocument(
                    _file(files, value),
                    value["value"],
                    str(value.get("type") or ""),
                    str(value.get("format") or ""),
                    reference if isinstance(reference, str) else None,
                ),
            )


def _file(files: Mapping[str, bytes], reference: Mapping[str, Any]) -> bytes:
    content = mosip.find_file(files, str(reference.get("value")))
    if content is None:
        raise MalformedData(ENROLLMENT_UNREADABLE, part="documents")
    return content


def _audits(files: Mapping[str, bytes]) -> tuple[Mapping[str, str], ...]:
    content = mosip.find_file(files, mosip.stem(mosip.AUDIT_FILE))
    try:
        entries = json.loads(content or b"[]")
    except (ValueError, RecursionError) as error:
        raise MalformedData(ENROLLMENT_UNREADABLE, part="audits") from error
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise MalformedData(ENROLLMENT_UNREADABLE, part="audits")
    return tuple({name: json_text(value) for name, value in each.items()} for each in entries)
