"""An invented registration as large as they get: what a packet of nearly five megabytes is made of.

Ten fingers (400 x 500 at 500 dpi), two irises (640 x 480), the face and the photo of an exception (1200 x 1600),
each as a JPEG 2000 lossless record signed by the software device key; two scanned pages as PDF and a photographed
one as JPEG; the demo country's ID schema. The pictures are drawn, the same every time: ridges, rings and a head
with the grain of a sensor, which is what decides how large a lossless picture gets.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord, link
from muster.crypto.signing import SigningKey, self_signed_certificate
from muster.devices.api import CaptureRequest
from muster.devices.attestation import SoftwareSigner
from muster.devices.records import face_record, finger_record, iris_record
from muster.domain.applicant import DemographicValue, Document, DocumentFacts, LocalizedText
from muster.domain.biometrics import BiometricAttribute, BiometricSample, DigitalId, Modality, SampleFacts
from muster.domain.registration import Process, RegistrationId, StationId
from muster.formats.id_schema import IdSchema
from muster.formats.image_codec import Pixels
from muster.formats.picture_pdf import encode
from muster.packet.contents import PacketContents
from muster.workstation.documents import kept_page
from muster.workstation.reference import ReferenceData

STARTED_AT = datetime(2026, 1, 2, 3, 0, 0, tzinfo=UTC)
CAPTURED_AT = STARTED_AT + timedelta(minutes=5)
CREATED_AT = STARTED_AT + timedelta(minutes=10)
QUALITY = 80.0

_STATION = StationId("10001", "10002")
_REGISTRATION = RegistrationId.compose("10001", "10002", 1, STARTED_AT)
_DEVICES = {
    Modality.FINGER: DigitalId("F-1", "Mustermann", "Slap 4", "Finger", "Slap", "Mustermann", "MM"),
    Modality.IRIS: DigitalId("I-1", "Mustermann", "Duo 2", "Iris", "Double", "Mustermann", "MM"),
    Modality.FACE: DigitalId("C-1", "Mustermann", "Cam 1", "Face", "Full face", "Mustermann", "MM"),
}
_DEMOGRAPHICS: dict[str, DemographicValue] = {
    "fullName": LocalizedText.of(eng="Erika Mustermann", fra="Erika Mustermann"),
    "dateOfBirth": "1984/08/12",
    "gender": LocalizedText.of(eng="FLE", fra="FLE"),
    "residenceStatus": LocalizedText.of(eng="NFR", fra="NFR"),
    "addressLine1": LocalizedText.of(eng="12 Specimen Street", fra="12 rue du Spécimen"),
    "postalCode": "10010",
    "phone": "0123456789",
    "email": "erika@mustermann.example",
}
_AUDIT_RECORDS = 25  # as many as an enrollment leaves
_SCAN_DPI = 200


@dataclass(frozen=True, slots=True)
class FullRegistration:
    contents: PacketContents
    schema: IdSchema


def full_registration(device_key: SigningKey) -> FullRegistration:
    signer = SoftwareSigner(device_key, certificate_of(device_key), lambda: CAPTURED_AT)
    samples = [
        signed_sample(signer, each, record_of(each, picture_of(each, number)))
        for number, each in enumerate((*BiometricAttribute, BiometricAttribute.FACE))
    ]
    return FullRegistration(
        PacketContents(
            registration_id=_REGISTRATION,
            station=_STATION,
            process=Process.NEW,
            languages=("eng", "fra"),
            created_at=CREATED_AT,
            demographics=_DEMOGRAPHICS,
            documents=_documents(),
            samples=tuple(samples[:-1]),
            exceptions=(),
            consent_given=True,
            officer="officer",
            officer_password_confirmed=True,
            audits=tuple(_audits()),
            key_index=device_key.key_index,
            client_version="1.2.0-muster-bench",
            exception_photo=samples[-1],
        ),
        ReferenceData.load().schema,
    )


def certificate_of(key: SigningKey) -> bytes:
    """A certificate of its own, DER."""
    return self_signed_certificate(key, "Bench", STARTED_AT, 365)


def picture_of(attribute: BiometricAttribute, number: int) -> Pixels:
    """Another one for each number."""
    draw = {Modality.FACE: portrait, Modality.IRIS: iris, Modality.FINGER: fingerprint}
    return draw[attribute.modality](number)


def record_of(attribute: BiometricAttribute, picture: Pixels) -> bytes:
    match attribute.modality:
        case Modality.FACE:
            return face_record(picture, CAPTURED_AT, QUALITY)
        case Modality.IRIS:
            return iris_record(picture, attribute, CAPTURED_AT, QUALITY)
        case Modality.FINGER:
            return finger_record(picture, attribute, 500, CAPTURED_AT, QUALITY)


def signed_sample(signer: SoftwareSigner, attribute: BiometricAttribute, record: bytes) -> BiometricSample:
    device = _DEVICES[attribute.modality]
    attestation, chain_hash = signer.attest(
        attribute=attribute,
        record=record,
        quality=QUALITY,
        captured_at=CAPTURED_AT,
        device=device,
        device_code=device.serial,
        device_service_version="1.0.0",
        request=CaptureRequest((attribute,), 40, 10.0, "bench"),
    )
    facts = SampleFacts(
        attribute, QUALITY, 1, False, CAPTURED_AT, device, device.serial, "1.0.0", attestation, chain_hash
    )
    return BiometricSample(facts, record)


def fingerprint(number: int) -> Pixels:
    """Ridges 0.45 mm apart around a core, on a bright platen."""
    y, x = np.mgrid[-250:250, -200:200].astype(np.float32)
    bent = np.hypot(x, y * 0.8 + 40) + 14 * np.sin(x / (43 + number)) + 9 * np.cos(y / (31 + number))
    ridges = 120 + 80 * np.sin(bent * (2 * np.pi / 9))
    on_platen = np.hypot(x / 190, y / 240) < 1
    return _grainy(np.where(on_platen, ridges, 250), number, grain=3)


def iris(number: int) -> Pixels:
    """Pupil, radial furrows, white of the eye."""
    y, x = np.mgrid[-240:240, -320:320].astype(np.float32)
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    furrows = 110 + 25 * np.sin(angle * (60 + number)) * np.cos(radius / 7)
    eye = np.where(radius < 45, 20, np.where(radius < 125, furrows, 190 - radius / 8))
    return _grainy(eye, number, grain=3)


def portrait(number: int) -> Pixels:
    """A head before a light wall; the grain is the same in all colours, as after a camera's own processing."""
    y, x = np.mgrid[-800:800, -600:600].astype(np.float32)
    head = np.hypot(x / 330, (y + 100) / 450)
    shape = np.where(head < 1, 190 - 60 * head, 225 - y / 40)
    return np.dstack([_grainy(shape - shade, number, grain=2.5) for shade in (0, 25, 40)])


def _page(number: int) -> Pixels:
    """Half a page of text lines at 200 dpi with the paper's grain."""
    y, x = np.mgrid[0:1169, 0:1654]
    inked = (y % 40 < 18) & ((x * 7919 + (y // 40) * 104729 + number) % 97 % 3 == 0)
    return np.dstack([_grainy(np.where(inked, 40, 235), number, grain=5)] * 3)


def _grainy(picture: NDArray[np.floating], number: int, *, grain: float) -> Pixels:
    noise = np.random.default_rng(number).normal(0, grain, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def _scan(number: int) -> bytes:
    return encode([kept_page(_page(number), _SCAN_DPI)])


def _documents() -> tuple[Document, ...]:
    photographed = io.BytesIO()
    Image.fromarray(_page(3)).save(photographed, "JPEG", quality=75)
    return (
        Document(DocumentFacts("proofOfIdentity", "CIN", "pdf", "L01X00T47"), _scan(1)),
        Document(DocumentFacts("proofOfAddress", "RNC", "pdf"), _scan(2)),
        Document(DocumentFacts("proofOfException", "EOP", "jpg"), photographed.getvalue()),
    )


def _audits() -> Iterator[AuditRecord]:
    previous = None
    for _ in range(_AUDIT_RECORDS):
        previous = link(
            previous,
            at=STARTED_AT,
            event=AuditEvent.CONSENT_GIVEN.id,
            actor="officer",
            subject=_REGISTRATION.text,
            detail={"step": "bench"},
        )
        yield previous
