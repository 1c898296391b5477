"""The one place where our words become MOSIP's: a registration -> the plaintext files of three subpackets.

Read it beside sections 2 and 3 of the packet notes; it is meant to be a mapping one can check by eye.
Rules:

1. All three subpackets always, ``IDSchemaVersion`` as a number in each (trap 9).
2. Where a field goes is the ID schema's ``fieldCategory``, nothing else.
3. ``hashSequence1`` lists biometrics, then documents, then ``ID`` last; ``hashSequence2`` stands only in
   the ``id`` subpacket, beside the file it covers.
4. An exception is both a BIR without a record and an entry of the meta info (trap 15).
5. Captures of the operators and the person's signature stand in the ``id`` subpacket alone, among its
   operations files.

Nothing is signed or encrypted here, and nothing is read from anywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord
from muster.clock import rfc3339
from muster.domain.applicant import DemographicValue, Document, DocumentFacts, LocalizedText
from muster.domain.biometrics import (
    BiometricException,
    BiometricSample,
    DigitalId,
)
from muster.domain.person import Question
from muster.domain.registration import Process
from muster.errors import BadInput, Code
from muster.formats import cbeff
from muster.formats import mosip_packet as mosip
from muster.formats.bio_attributes import SUBTYPES, type_of
from muster.formats.id_schema import FieldType, IdSchema
from muster.formats.image_codec import encode_png
from muster.formats.packet_meta import PacketMeta
from muster.packet.cbeff_checking import record_problems
from muster.packet.cbeff_payload import claims_of, contradictions
from muster.packet.contents import FieldCaptures, PacketContents, Position
from muster.packet.server_rules import (
    AUDIT_EMPTY,
    CAPTURE_WINDOW,
    FIELD_KIND_WRONG,
    INFANTS_UNTIL,
    INTRODUCER_BIOMETRICS,
    VERSION_FIELD,
    as_kind,
    capture_problem,
    description_problems,
    identity_problems,
    introducer_problems,
    kind_problems,
)

FIELD_NOT_IN_SCHEMA = Code(
    "FIELD_NOT_IN_SCHEMA", "The registration holds a field that the ID schema does not know."
)
FIELD_OUT_OF_REACH = Code(
    "FIELD_OUT_OF_REACH",
    "The ID schema gives the field {field} the category kyc. A server finds no documents and no biometrics "
    "there. Ask your administrator.",
)
DOCUMENT_EMPTY = Code("DOCUMENT_EMPTY", "The document {field} has no content. Scan it again.")
FILE_NAME_TAKEN = Code(
    "FILE_NAME_TAKEN",
    "The document {field} would be stored under the name of another file of the packet. Ask your administrator.",
)
UPDATE_WITHOUT_UIN = Code("UPDATE_WITHOUT_UIN", "An update needs the person's UIN.")
FIELD_OF_THE_PROGRAM = Code("FIELD_OF_THE_PROGRAM", "The field {field} is filled in by the program. Leave it out.")
DOCUMENT_FORMAT_WRONG = Code(
    "DOCUMENT_FORMAT_WRONG", "The document {field} has a format whose name cannot be used. Scan it again."
)
CAPTURED_TWICE = Code(
    "CAPTURED_TWICE",
    "The same finger, eye or face is there twice, or is there and said to be missing. Take it again.",
)
SAMPLE_EMPTY = Code("SAMPLE_EMPTY", "A capture has no picture. Take it again.")
SAMPLE_UNSIGNED = Code("SAMPLE_UNSIGNED", "A capture is not signed by its device. Take it again.")

UIN_FIELD = "UIN"
EXCEPTION_PHOTO = "unknown"  # MOSIP's bioAttribute of the exception photo
CONSENT_DOCUMENT = "proofOfConsent"
_SIGNED_CONSENT = "signedConsent"  # the type of that document
_ANSWER_LABELS = {Question.CONSENT: "personConsent", Question.DATA: "personConfirmation"}
_APPLICANT = "applicant"
_INTRODUCER = "introducer"
_DOCUMENT_FORMAT = re.compile(r"[A-Za-z0-9]{1,10}")
_APPLICATION = "Muster"


Birs = Mapping[str, Mapping[str, cbeff.Bir]]  # by field and bioAttribute


@dataclass(frozen=True, slots=True)
class AssembledPacket:
    """The plaintext files of each subpacket, by file name, in the order they are stored."""

    registration_id: str
    packet_id: str
    ref_id: str
    process: str
    schema_version: float
    created_at: datetime
    subpackets: Mapping[str, Mapping[str, bytes]]


def assemble(
    contents: PacketContents,
    schema: IdSchema,
    *,
    new_index: Callable[[], str] = lambda: str(uuid4()),
    capture_window: timedelta = CAPTURE_WINDOW,
    infants_until: int = INFANTS_UNTIL,
    on: date | None = None,
) -> AssembledPacket:
    """Translate. ``new_index`` gives each BIR its UUID; ``capture_window`` is how old a server takes captures,
    ``infants_until`` the last age in years at which it wants to know who brings somebody, ``on`` the day on which
    the age counts: the packet's (UTC) where none is given.

    What a server would refuse is refused here (``server_rules``), but for one thing: that each device signed
    exactly its record was verified when it was captured, and would cost more here than all the rest.

    Raises ``BadInput`` when the contents do not fit the schema or the process, hold something empty, or carry
    no audit record.
    """
    contents = _with_signed_consent(contents, schema)
    check_contents(contents, schema)
    _check_captures(contents, capture_window)
    _check_introducer(contents, schema, on or contents.created_at.date(), infants_until)
    birs = {each.field: _birs(each, new_index) for each in contents.captures}
    meta = _meta(contents, schema, birs)
    for problem in description_problems(PacketMeta.read(meta), contents.station.ref_id):
        raise BadInput(problem.code, field=problem.about)
    registration_id = contents.filed_under.text
    return AssembledPacket(
        registration_id=registration_id,
        packet_id=mosip.packet_id(registration_id, contents.station.ref_id, contents.created_at),
        ref_id=contents.station.ref_id,
        process=contents.process.value,
        schema_version=schema.version,
        created_at=contents.created_at,
        subpackets={name: _subpacket(name, contents, schema, birs, meta, new_index) for name in mosip.SUBPACKETS},
    )


def _birs(captures: FieldCaptures, new_index: Callable[[], str]) -> dict[str, cbeff.Bir]:
    birs = {each.attribute.value: sample_bir(each, new_index()) for each in captures.samples}
    if captures.exception_photo:
        birs[EXCEPTION_PHOTO] = photo_bir(captures.exception_photo, new_index())
    return birs


def check_contents(contents: PacketContents, schema: IdSchema) -> None:
    """Everything but the captures themselves, which a server of another kind asks other things of."""
    fields = {*contents.demographics, *(each.facts.field for each in contents.documents)}
    with_samples = {each.field for each in contents.captures if each.all_samples}
    if not fields | with_samples <= set(schema.fields):
        raise BadInput(FIELD_NOT_IN_SCHEMA)
    if not contents.audits:
        raise BadInput(AUDIT_EMPTY)
    if contents.process is Process.UPDATE and UIN_FIELD not in contents.demographics:
        raise BadInput(UPDATE_WITHOUT_UIN)
    _ = contents.filed_under
    contents.registration_id.require_station(contents.station)
    _check_values(contents, schema)
    _check_files(contents, schema)
    for captures in contents.captures:
        captured = [each.attribute for each in captures.samples]
        captured += [each.attribute for each in captures.exceptions]
        if len(set(captured)) != len(captured):
            raise BadInput(CAPTURED_TWICE)


def _check_values(contents: PacketContents, schema: IdSchema) -> None:
    """The reference writer drops an empty text without a word (trap 26)."""
    if VERSION_FIELD in contents.demographics:
        raise BadInput(FIELD_OF_THE_PROGRAM, field=VERSION_FIELD)
    for name, value in contents.demographics.items():
        field = schema.fields[name]
        for problem in kind_problems(field, _demographic(value, field.type)):
            raise BadInput(problem.code, field=problem.about)


def _check_captures(contents: PacketContents, window: timedelta) -> None:
    operators = (*contents.officer_samples, *contents.supervisor_samples)
    for sample in (*(each for field in contents.captures for each in field.all_samples), *operators):
        _check_sample(sample)
        code = capture_problem(sample.facts, contents.created_at, window)
        if code is not None:
            raise BadInput(code)


def _check_introducer(contents: PacketContents, schema: IdSchema, on: date, infants_until: int) -> None:
    """Not where the schema has no place for one."""
    if not any(each in schema.fields for each in INTRODUCER_BIOMETRICS):
        return
    captured = {each.field for each in contents.captures if each.samples}
    process = contents.process.value
    for problem in introducer_problems(contents.demographics, captured, process, on, infants_until):
        raise BadInput(problem.code)


def _check_sample(sample: BiometricSample) -> None:
    signed = sample.facts.attestation
    if not sample.record:
        raise BadInput(SAMPLE_EMPTY)
    claims = claims_of(signed.payload.encode("utf-8", "surrogatepass"))
    if not (signed.header and signed.signature) or claims.get("bioValue") != cbeff.BIO_VALUE_MARK:
        raise BadInput(SAMPLE_UNSIGNED)
    bir = sample_bir(sample, "")
    for problem in (*record_problems(bir, cbeff.FORMAT_TYPES[bir.type], ""), *contradictions(bir, claims, "")):
        raise BadInput(problem.code, **problem.detail)


def _check_files(contents: PacketContents, schema: IdSchema) -> None:
    captured = [each.field for each in contents.captures if each.all_samples or each.exceptions]
    taken = {*mosip.RESERVED_NAMES, *(f"{each}_bio_CBEFF".lower() for each in captured)}
    for document in contents.documents:
        name = document.facts.field
        if not document.content:
            raise BadInput(DOCUMENT_EMPTY, field=name)
        if not _DOCUMENT_FORMAT.fullmatch(document.facts.format):
            raise BadInput(DOCUMENT_FORMAT_WRONG, field=name)
        if name.lower() in taken:
            raise BadInput(FILE_NAME_TAKEN, field=name)
        taken.add(name.lower())
    filed = {each.facts.field: FieldType.DOCUMENT for each in contents.documents}
    filed |= dict.fromkeys(captured, FieldType.BIOMETRICS)
    for name, kind in filed.items():
        field = schema.fields.get(name)
        if field is not None and field.type is not kind:
            raise BadInput(FIELD_KIND_WRONG, field=name)
        # Written into ``id``, but a server looks for it in a subpacket ``kyc`` (trap 10).
        if field is not None and field.category == "kyc":
            raise BadInput(FIELD_OUT_OF_REACH, field=name)


def _subpacket(
    name: str,
    contents: PacketContents,
    schema: IdSchema,
    birs: Birs,
    meta: Mapping[str, Any],
    new_index: Callable[[], str],
) -> dict[str, bytes]:
    here = mosip.fields_of(schema, name)
    biometrics = _biometric_files(here, contents, schema, birs, new_index)
    documents = {
        f"{each.facts.field}.{each.facts.format}": each.content
        for each in contents.documents
        if each.facts.field in here
    }
    identity = identity_of(here, contents, schema, [each for each in here if birs.get(each)])
    for problem in identity_problems(identity, (*biometrics, *documents)):
        raise BadInput(problem.code, field=problem.about)
    demographic = {**documents, mosip.ID_FILE: mosip.identity_json(identity)}
    sequences: dict[str, Any] = {
        "hashSequence1": mosip.hash_sequence(
            {"biometricSequence": tuple(biometrics), "demographicSequence": tuple(demographic)}
        )
    }
    hashes = {mosip.DATA_HASH_FILE: mosip.hash_of([*biometrics.values(), *demographic.values()])}
    operations: dict[str, bytes] = {}
    if name == "id":
        operators = _operator_files(contents, new_index)
        operations = {**operators, **_person_files(contents), mosip.AUDIT_FILE: _audit_json(contents)}
        sequences["hashSequence2"] = mosip.hash_sequence({"otherFiles": tuple(operations)})
        sequences |= {f"{mosip.stem(file)}BiometricFileName": file for file in operators}
        hashes[mosip.OPERATIONS_HASH_FILE] = mosip.hash_of(operations.values())
    document_types = {
        each.facts.field: each.facts.type_code for each in contents.documents if each.facts.field in here
    }
    meta_file = mosip.identity_json({**meta, **document_types, **sequences})
    return {**biometrics, **demographic, **operations, mosip.META_FILE: meta_file, **hashes}


# ID.json


def identity_of(
    here: Iterable[str], contents: PacketContents, schema: IdSchema, with_biometrics: Collection[str]
) -> dict[str, Any]:
    """``with_biometrics`` are the fields that have a biometric file."""
    documents = {each.facts.field: each for each in contents.documents}
    identity: dict[str, Any] = {VERSION_FIELD: schema.version}
    for name in here:
        if name in contents.demographics:
            identity[name] = _demographic(contents.demographics[name], schema.fields[name].type)
        elif name in documents:
            identity[name] = _document_reference(documents[name])
        elif name in with_biometrics:
            identity[name] = {"format": "cbeff", "version": 1.0, "value": f"{name}_bio_CBEFF"}
    return identity


def _demographic(value: DemographicValue, kind: FieldType) -> Any:
    if isinstance(value, LocalizedText):
        return [{"language": language, "value": text} for language, text in value.values]
    return as_kind(kind, value)


def _document_reference(document: Document) -> dict[str, Any]:
    facts = document.facts
    return {
        "value": facts.field,
        "type": facts.type_code,
        "format": facts.format,
        "refNumber": facts.reference,
    }


# Biometrics


def _biometric_files(
    here: Iterable[str],
    contents: PacketContents,
    schema: IdSchema,
    birs: Birs,
    new_index: Callable[[], str],
) -> dict[str, bytes]:
    """The reference writer makes no file for a field that holds exceptions only; neither do we."""
    files = {}
    for captures in contents.captures:
        name = captures.field
        if name in here and birs[name]:
            exceptions = [exception_bir(each, new_index(), contents.created_at) for each in captures.exceptions]
            file = cbeff.CbeffFile((*birs[name].values(), *exceptions), schema.fields[name].bio_attributes)
            files[f"{name}_bio_CBEFF.xml"] = file.encode()
    return files


def sample_bir(sample: BiometricSample, index: str) -> cbeff.Bir:
    facts = sample.facts
    return cbeff.Bir(
        type=type_of(facts.attribute.value),
        subtype=SUBTYPES[facts.attribute.value],
        index=index,
        created=rfc3339(facts.captured_at),
        quality=int(facts.quality),
        bdb=sample.record,
        sb=f"{facts.attestation.header}..{facts.attestation.signature}",
        others={
            cbeff.EXCEPTION: "false",
            cbeff.RETRIES: str(facts.attempts),
            cbeff.SDK_SCORE: _sdk_score(sample),
            cbeff.FORCE_CAPTURED: _flag(facts.forced),
            cbeff.PAYLOAD: facts.attestation.payload,
            cbeff.SPEC_VERSION: facts.attestation.spec_version,
        },
    )


def _sdk_score(sample: BiometricSample) -> str:
    """The quality measured by the client itself, beside the device's, which stays as it was signed; 0.0 says that
    none was."""
    measured = sample.judgement.quality if sample.judgement else None
    return f"{measured or 0.0:.1f}"


def photo_bir(photo: BiometricSample, index: str) -> cbeff.Bir:
    """To its device it was a face; here it must not be taken for one."""
    return replace(sample_bir(photo, index), type="ExceptionPhoto", subtype="")


def _with_signed_consent(contents: PacketContents, schema: IdSchema) -> PacketContents:
    """The person's signature as a document too, where the ID schema has a place for a signed consent."""
    field = schema.fields.get(CONSENT_DOCUMENT)
    filed = {each.facts.field for each in contents.documents}
    if contents.handwriting is None or field is None or field.type is not FieldType.DOCUMENT:
        return contents
    if field.id in filed:  # somebody scanned a signed paper
        return contents
    facts = DocumentFacts(CONSENT_DOCUMENT, _SIGNED_CONSENT, "png", None)
    document = Document(facts, encode_png(contents.handwriting.draw()))
    return replace(contents, documents=(*contents.documents, document))


def _person_files(contents: PacketContents) -> dict[str, bytes]:
    """What the person signed with, for whoever has to say later whether it was they (decision 34)."""
    written = contents.handwriting
    if written is None:
        return {}
    return {
        mosip.PERSON_SIGNATURE_FILE: encode_png(written.draw()),
        mosip.PERSON_STROKES_FILE: written.encode(),
    }


def _person_answers(contents: PacketContents) -> dict[str, str]:
    """One label each, which servers that do not know it pass over; each a JSON object as text."""
    return {
        _ANSWER_LABELS[each.reply.question]: json.dumps(
            {
                "reply": each.reply.value,
                "at": rfc3339(each.at),
                "language": each.language,
                "shown": each.shown,
                "ownScreen": each.own_screen,
                **({"signature": each.signature.digest} if each.signature else {}),
                **({"cannotSign": True} if each.cannot_sign else {}),
            },
            separators=(",", ":"),
        )
        for each in contents.answers
    }


def _operator_files(contents: PacketContents, new_index: Callable[[], str]) -> dict[str, bytes]:
    """No form asked for these, so their root names nothing as configured."""
    return {
        file: cbeff.CbeffFile(tuple(sample_bir(each, new_index()) for each in samples)).encode()
        for file, samples in (
            (mosip.OFFICER_FILE, contents.officer_samples),
            (mosip.SUPERVISOR_FILE, contents.supervisor_samples),
        )
        if samples
    }


def exception_bir(exception: BiometricException, index: str, at: datetime) -> cbeff.Bir:
    return cbeff.Bir(
        type=type_of(exception.attribute.value),
        subtype=SUBTYPES[exception.attribute.value],
        index=index,
        created=rfc3339(at),
        quality=0,
        bdb=b"",
        sb="",
        others={
            cbeff.EXCEPTION: "true",
            cbeff.RETRIES: "0",
            cbeff.SDK_SCORE: "0.0",
            cbeff.FORCE_CAPTURED: "false",
            cbeff.PAYLOAD: "",
            cbeff.SPEC_VERSION: "",
        },
    )


# packet_meta_info.json (3.4)


def _meta(contents: PacketContents, schema: IdSchema, birs: Birs) -> dict[str, Any]:
    samples = [sample for each in contents.captures for sample in each.all_samples]
    operators = (*contents.officer_samples, *contents.supervisor_samples)
    return {
        "metaData": mosip.labelled(meta_data(contents)),
        "operationsData": mosip.labelled(
            {**operations_data(contents), **_operator_file_names(contents), **_person_answers(contents)}
        ),
        "capturedRegisteredDevices": capture_devices((*samples, *operators)),
        "biometrics": {each.field: _captured(each, birs[each.field]) for each in contents.captures},
        "exceptionBiometrics": {
            captures.field: {
                each.attribute.value: _exception(each, _owner(schema, captures.field))
                for each in captures.exceptions
            }
            for captures in contents.captures
        },
        "documents": [_document(each, _owner(schema, each.facts.field)) for each in contents.documents],
        "checkSum": {},
        "blockListedWords": _kept_words(contents),
        "registrationId": contents.filed_under.text,
        "creationDate": rfc3339(contents.created_at),
        **_position(contents.position),
    }


def _kept_words(contents: PacketContents) -> dict[str, Any]:
    """MOSIP's BlocklistedConsentDto by field; theirs has no place for the language and none for the reason."""
    by_field: dict[str, list[str]] = {}
    for name, words in contents.kept_words.items():
        by_field.setdefault(name.partition(".")[0], []).extend(words)
    return {
        name: {
            "words": list(dict.fromkeys(words)),
            "operatorConsent": True,
            "screenName": "DemographicDetails",
            "operatorId": contents.officer,
        }
        for name, words in by_field.items()
    }


def _captured(captures: FieldCaptures, birs: Mapping[str, cbeff.Bir]) -> dict[str, Any]:
    """The BIRs were made of these samples, in this order."""
    return {
        name: {
            "numRetry": sample.facts.attempts,
            "forceCaptured": sample.facts.forced,
            "birindex": bir.index,
        }
        for (name, bir), sample in zip(birs.items(), captures.all_samples, strict=True)
    }


def _owner(schema: IdSchema, field: str) -> str:
    """Whose a document or a capture is, in MOSIP's words. Its schemas name an introducer's fields so."""
    known = schema.fields.get(field)
    is_introducers = field.startswith(_INTRODUCER) or (known is not None and known.sub_type == _INTRODUCER)
    return _INTRODUCER if is_introducers else _APPLICANT


def meta_data(contents: PacketContents) -> dict[str, str | None]:
    return {
        "registrationId": contents.filed_under.text,
        "applicationId": contents.filed_under.text,
        "creationDate": mosip.compact_time(contents.created_at),
        "Registration Client Version Number": contents.client_version,
        "registrationType": contents.process.value,
        "preRegistrationId": None,
        "machineId": contents.station.machine,
        "centerId": contents.station.center,
        "dongleId": None,
        "keyIndex": contents.key_index,
        "langCodes": ",".join(contents.languages),
        "consentOfApplicant": "Yes" if contents.consent_given else "No",
        # The reference client says it at the top level, servers read it here (3.4): it is said twice.
        **_position(contents.position),
    }


def _position(position: Position | None) -> dict[str, str]:
    """MOSIP's spelling, small l included."""
    if position is None:
        return {}
    return {
        "geoLocLatitude": f"{position.latitude_deg:.6f}",
        "geoLoclongitude": f"{position.longitude_deg:.6f}",
    }


def operations_data(contents: PacketContents) -> dict[str, str | None]:
    """Without the names of the operators' biometric files, which only a packet has a place for."""
    return {
        "officerId": contents.officer,
        "officerBiometricFileName": None,
        "supervisorId": contents.supervisor,
        "supervisorBiometricFileName": None,
        "supervisorPassword": _flag(contents.supervisor_password_confirmed),
        "officerPassword": _flag(contents.officer_password_confirmed),
        "supervisorPIN": None,
        "officerPIN": None,
        "supervisorOTPAuthentication": "false",
        "officerOTPAuthentication": "false",
    }


def _operator_file_names(contents: PacketContents) -> dict[str, str]:
    names = {}
    if contents.officer_samples:
        names["officerBiometricFileName"] = mosip.stem(mosip.OFFICER_FILE)
    if contents.supervisor_samples:
        names["supervisorBiometricFileName"] = mosip.stem(mosip.SUPERVISOR_FILE)
    return names


def capture_devices(samples: Iterable[BiometricSample]) -> list[dict[str, Any]]:
    """Each device once, with the time of its first capture."""
    first: dict[DigitalId, BiometricSample] = {}
    for sample in samples:
        first.setdefault(sample.facts.device, sample)
    return [
        {
            "deviceCode": sample.facts.device_code,
            "deviceServiceVersion": sample.facts.device_service_version,
            "digitalId": {
                "serialNo": device.serial,
                "make": device.make,
                "model": device.model,
                "type": device.kind,
                "deviceSubType": device.sub_kind,
                "deviceProviderId": device.provider_id,
                "deviceProvider": device.provider,
                "dateTime": rfc3339(sample.facts.captured_at),
            },
        }
        for device, sample in first.items()
    ]


def _exception(exception: BiometricException, owner: str) -> dict[str, str]:
    return {
        "type": type_of(exception.attribute.value),
        "missingBiometric": exception.attribute.value,
        "reason": exception.reason,
        "exceptionType": exception.kind.value,
        "individualType": owner,
    }


def _document(document: Document, owner: str) -> dict[str, str | None]:
    facts = document.facts
    return {
        "documentType": facts.type_code,
        "documentCategory": facts.field,
        "documentOwner": owner,
        "documentName": facts.field,
        "refNumber": facts.reference,
    }


# audit.json (3.5)


def _audit_json(contents: PacketContents) -> bytes:
    entries = [audit_entry(each, contents) for each in contents.audits]
    return json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode()


def audit_entry(record: AuditRecord, contents: PacketContents) -> dict[str, str]:
    event = AuditEvent.by_id(record.event)
    at = rfc3339(record.at)
    return {
        # Derived from the record's digest, so that the server's copy can be matched with the trail.
        "uuid": str(uuid5(NAMESPACE_OID, record.digest)),
        "createdAt": at,
        "eventId": record.event,
        "eventName": event.title if event else record.event,
        "eventType": "USER",
        "hostName": contents.station.ref_id,
        "hostIp": "127.0.0.1",
        "applicationId": _APPLICATION.upper(),
        "applicationName": _APPLICATION,
        "sessionUserId": record.actor,
        "sessionUserName": record.actor,
        "id": record.subject,
        "idType": "REGISTRATION_ID",
        "createdBy": record.actor,
        "moduleName": event.module if event else "",
        "moduleId": record.event.rsplit("-", 1)[0],
        "description": json.dumps(dict(sorted(record.detail.items())), ensure_ascii=False),
        "actionTimeStamp": at,
    }


def _flag(value: bool) -> str:
    return "true" if value else "false"
