"""Everything a packet is made of, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from muster.audit.chain import AuditRecord
from muster.domain.applicant import Demographics, Document
from muster.domain.biometrics import BiometricAttribute, BiometricException, BiometricSample
from muster.domain.lifecycle import PersonAnswered
from muster.domain.registration import Process, RegistrationId, StationId
from muster.errors import BadInput, Code
from muster.formats.handwriting import Handwriting

CORRECTION_WITHOUT_REQUEST = Code(
    "CORRECTION_WITHOUT_REQUEST", "A correction needs the number of the request that it answers."
)
BIOMETRICS_FIELD = "individualBiometrics"
AUTH_BIOMETRICS_FIELD = "individualAuthBiometrics"


def biometrics_field(process: Process) -> str:
    """Of a process's own captures: in an update they prove who asks for it, and change nothing."""
    return AUTH_BIOMETRICS_FIELD if process is Process.UPDATE else BIOMETRICS_FIELD


@dataclass(frozen=True, slots=True)
class Position:
    """Where the station stood, WGS 84."""

    latitude_deg: float
    longitude_deg: float

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude_deg <= 90 and -180 <= self.longitude_deg <= 180):  # also refuses NaN
            raise ValueError("latitude goes from -90 to 90, longitude from -180 to 180")


@dataclass(frozen=True, slots=True)
class FieldCaptures:
    """What was captured, or cannot be, for one field of the ID schema: a person in one role."""

    field: str
    samples: tuple[BiometricSample, ...]
    exceptions: tuple[BiometricException, ...] = ()
    exception_photo: BiometricSample | None = None

    @property
    def all_samples(self) -> tuple[BiometricSample, ...]:
        """The photo last."""
        return (*self.samples, *((self.exception_photo,) if self.exception_photo else ()))


@dataclass(frozen=True, slots=True)
class PacketContents:
    """One finished registration.

    ``created_at`` is the packet's creation time: server validators want every capture in the thirty
    minutes before it (trap 12), so it is taken when the packet is made. ``officer_password_confirmed``
    says that the officer signed with the password. ``key_index`` names the machine key. ``audits`` are
    the trail's records about this registration, at least one.

    ``kept_words`` are blocklisted words by field that stay although the officer saw them. ``demographics`` of an
    ``UPDATE`` are what changed, and ``UIN``. A ``BIOMETRIC_CORRECTION`` answers
    ``additional_info_request``, and is filed under the registration that the request is about.

    ``samples``, ``exceptions`` and the photo are of the field that goes with the process (``biometrics_field``),
    ``further`` of other fields: an introducer's fingers beside a child's face, or in an update the samples that
    shall take the place of the person's old ones.

    ``exception_photo`` is a picture of the person with what is missing, taken and signed by the face
    device. ``answers`` are what the person answered themselves, ``handwriting`` what they signed with.
    ``officer_samples`` and ``supervisor_samples`` are captures of the operators; a server
    authenticates the person by them when they are there (trap 22), so they are left out where a
    password was used.
    """

    registration_id: RegistrationId
    station: StationId
    process: Process
    languages: tuple[str, ...]
    created_at: datetime
    demographics: Demographics
    documents: tuple[Document, ...]
    samples: tuple[BiometricSample, ...]
    exceptions: tuple[BiometricException, ...]
    consent_given: bool
    officer: str
    officer_password_confirmed: bool
    audits: tuple[AuditRecord, ...]
    key_index: str
    client_version: str
    officer_samples: tuple[BiometricSample, ...] = ()
    supervisor: str | None = None
    supervisor_password_confirmed: bool = False
    supervisor_samples: tuple[BiometricSample, ...] = ()
    exception_photo: BiometricSample | None = None
    further: tuple[FieldCaptures, ...] = ()
    additional_info_request: str | None = None
    position: Position | None = None
    answers: tuple[PersonAnswered, ...] = ()
    handwriting: Handwriting | None = None
    kept_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.supervisor is None and (self.supervisor_password_confirmed or self.supervisor_samples):
            raise ValueError("only a supervisor who is named can have confirmed")
        if self.exception_photo and self.exception_photo.attribute is not BiometricAttribute.FACE:
            raise ValueError("an exception photo comes from the face device")
        fields = [each.field for each in self.captures]
        if len(set(fields)) != len(fields):
            raise ValueError("a field has its captures once")
        if self.additional_info_request is not None and self.process is not Process.BIOMETRIC_CORRECTION:
            raise ValueError("only a correction answers a request")

    @property
    def filed_under(self) -> RegistrationId:
        """The RID in all names: a correction's is the request's part before the first ``-``.

        Raises ``BadInput``: a correction without a request, or of one that names no registration.
        """
        if self.process is not Process.BIOMETRIC_CORRECTION:
            return self.registration_id
        if not self.additional_info_request:
            raise BadInput(CORRECTION_WITHOUT_REQUEST)
        return RegistrationId.of_request(self.additional_info_request)

    @property
    def biometrics_field(self) -> str:
        """The field of ``samples``."""
        return biometrics_field(self.process)

    @property
    def captures(self) -> tuple[FieldCaptures, ...]:
        """By field; of the process's own field first."""
        own = FieldCaptures(self.biometrics_field, self.samples, self.exceptions, self.exception_photo)
        return (own, *self.further)
