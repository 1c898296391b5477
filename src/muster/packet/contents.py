"""Everything a packet is made of, in our words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from muster.audit.chain import AuditRecord
from muster.domain.applicant import Demographics, Document
from muster.domain.biometrics import BiometricException, BiometricSample
from muster.domain.registration import Process, RegistrationId, StationId


@dataclass(frozen=True, slots=True)
class PacketContents:
    """One finished registration.

    ``created_at`` is the packet's creation time: server validators want every capture in the thirty
    minutes before it (trap 12), so it is taken when the packet is made. ``officer_password_confirmed``
    says that the officer signed with the password. ``key_index`` names the machine key. ``audits`` are
    the trail's records about this registration, at least one.
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
