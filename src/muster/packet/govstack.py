"""The same registration in GovStack's words: ``assemble`` says what each answer is called, here is where it goes.

One object of samples stands in a request, as the specification has it; MOSIP's packet writer wants a map by field
(K18 of the proofing notes), which is read but not written. Captures of operators and the photo of an exception
stay behind: a request has no place for the ones and no type for the other. Nothing is signed or encrypted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from muster.clock import parse_rfc3339
from muster.domain.biometrics import BiometricAttribute, DigitalId
from muster.formats import cbeff
from muster.formats import mosip_packet as mosip
from muster.formats.govstack import (
    Biometrics,
    EnrolledDocument,
    EnrollmentRequest,
    Registry,
    RegistryEntry,
    Segment,
)
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
    sample_bir,
)
from muster.packet.contents import PacketContents


def enrollment_request(
    contents: PacketContents,
    schema: IdSchema,
    *,
    requested_at: datetime,
    new_index: Callable[[], str] = lambda: str(uuid4()),
) -> EnrollmentRequest:
    """Translate. ``new_index`` gives each sample its UUID.

    Raises ``BadInput`` when the contents do not fit the schema or carry no audit record.
    """
    check_contents(contents, schema)
    biometrics = _biometrics(contents, schema, new_index)
    identity = identity_of(schema.fields, contents, schema, bool(contents.samples))
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
        offline=False,
        process=contents.process.value,
        source=mosip.SOURCE,
        schema_version=str(schema.version),
        fields={name: json_text(value) for name, value in identity.items()},
        meta_info={
            "metaData": json_text(mosip.labelled(meta_data(contents))),
            "capturedRegisteredDevices": json_text(capture_devices(contents.samples)),
            "operationsData": json_text(mosip.labelled(operations_data(contents))),
        },
        audits=tuple(audit_entry(each, contents) for each in contents.audits),
        biometrics=biometrics,
        documents=documents,
    )


def _biometrics(contents: PacketContents, schema: IdSchema, new_index: Callable[[], str]) -> Biometrics | None:
    """Nothing to say about biometrics is said by leaving them out."""
    samples = [
        _segment(each.attribute, sample_bir(each, new_index()), each.facts.device) for each in contents.samples
    ]
    exceptions = [
        _segment(each.attribute, exception_bir(each, new_index(), contents.created_at), None)
        for each in contents.exceptions
    ]
    field = schema.fields.get(contents.biometrics_field)
    if field is None or not (samples or exceptions):
        return None
    configured = ",".join(field.bio_attributes)
    return Biometrics((*samples, *exceptions), {cbeff.CONFIGURED: configured} if configured else {})


def _segment(attribute: BiometricAttribute, bir: cbeff.Bir, device: DigitalId | None) -> Segment:
    return Segment(
        attribute=attribute.value,
        index=bir.index,
        created_at=parse_rfc3339(bir.created),
        score=bir.quality,
        bdb=bir.bdb,
        sb=bir.sb.encode(),
        others=bir.others,
        registries={Registry.CAPTURE_DEVICE: RegistryEntry(device.make, device.model)} if device else {},
    )
