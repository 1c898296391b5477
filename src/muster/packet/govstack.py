"""The same registration in GovStack's words: ``assemble`` says what each answer is called, here is where it goes.

One object of samples stands in a request, as the specification has it; MOSIP's packet writer wants a map by field
(K18 of the proofing notes), which is read but not written. Which field the samples are of, ``fields`` says: in an
update another one than in a new registration. Captures of operators stay behind, for which a request has no place.
Nothing is signed or encrypted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from muster.domain.biometrics import BiometricSample
from muster.errors import BadInput, Code
from muster.formats import cbeff
from muster.formats import mosip_packet as mosip
from muster.formats.bir_json import root_of
from muster.formats.cbeff_details import BirDetails, RegistryId
from muster.formats.govstack import NO_FIELD, EnrolledDocument, EnrollmentRequest
from muster.formats.id_schema import IdSchema
from muster.formats.json_part import json_text
from muster.packet.assemble import (
    audit_entry,
    capture_devices,
    check_contents,
    exception_bir,
    identity_of,
    meta_data,
    operations_data,
    photo_bir,
    sample_bir,
)
from muster.packet.contents import PacketContents

SAMPLES_OF_ONE_FIELD = Code(
    "SAMPLES_OF_ONE_FIELD",
    "An enrollment request has a place for the captures of one person only. Send this registration as a packet.",
)


def enrollment_request(
    contents: PacketContents,
    schema: IdSchema,
    *,
    requested_at: datetime,
    offline: bool | None = None,
    new_index: Callable[[], str] = lambda: str(uuid4()),
) -> EnrollmentRequest:
    """Translate. ``offline`` says how it was captured, where that is known; ``new_index`` gives each sample its
    UUID.

    Raises ``BadInput`` when the contents do not fit the schema or carry no audit record.
    """
    check_contents(contents, schema)
    if contents.further:
        raise BadInput(SAMPLES_OF_ONE_FIELD)
    biometrics = _biometrics(contents, schema, new_index)
    identity = identity_of(
        schema.fields, contents, schema, [contents.biometrics_field] if _captures(contents) else []
    )
    documents = {
        each.facts.field: EnrolledDocument(
            each.content, each.facts.field, each.facts.type_code, each.facts.format, each.facts.reference
        )
        for each in contents.documents
    }
    return EnrollmentRequest(
        id=contents.filed_under.text,
        requested_at=requested_at,
        ref_id=contents.station.ref_id,
        offline=offline,
        process=contents.process.value,
        source=mosip.SOURCE,
        schema_version=str(schema.version),
        fields={name: json_text(value) for name, value in identity.items()},
        meta_info={
            "metaData": json_text(mosip.labelled(meta_data(contents))),
            "capturedRegisteredDevices": json_text(capture_devices(_captures(contents))),
            "operationsData": json_text(mosip.labelled(operations_data(contents))),
        },
        audits=tuple(audit_entry(each, contents) for each in contents.audits),
        biometrics={NO_FIELD: biometrics} if biometrics else {},
        documents=documents,
    )


def _captures(contents: PacketContents) -> list[BiometricSample]:
    photo = contents.exception_photo
    return [*contents.samples, photo] if photo else [*contents.samples]


def _biometrics(
    contents: PacketContents, schema: IdSchema, new_index: Callable[[], str]
) -> cbeff.CbeffFile | None:
    """Nothing to say about biometrics is said by leaving them out."""
    field = schema.fields.get(contents.biometrics_field)
    if field is None:  # then there are no samples: the schema was asked before
        return None
    birs = [_with_device(sample_bir(each, new_index()), each) for each in contents.samples]
    birs += [exception_bir(each, new_index(), contents.created_at) for each in contents.exceptions]
    if photo := contents.exception_photo:
        birs.append(_with_device(photo_bir(photo, new_index()), photo))
    if not birs:
        return None
    file = cbeff.CbeffFile(tuple(birs), field.bio_attributes)
    return replace(file, root=root_of(file))


def _with_device(bir: cbeff.Bir, sample: BiometricSample) -> cbeff.Bir:
    """A packet names the devices beside the samples, a request has a place for them within."""
    details = bir.details or cbeff.mosip_details(bir.type) or BirDetails()
    device = RegistryId(sample.facts.device.make, sample.facts.device.model)
    return replace(bir, details=replace(details, capture_device=device))
