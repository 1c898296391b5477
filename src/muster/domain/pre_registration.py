"""What somebody filled in at home before they came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from muster.domain.applicant import DemographicValue
from muster.domain.registration import RegistrationId


@dataclass(frozen=True, slots=True)
class Booking:
    """A pre-registration that lies here. ``appointment`` is what the server said of day and time, ``updated`` its
    word for the version; ``used_by`` the registration that took it."""

    id: str
    appointment: str
    updated: str
    came_at: datetime
    used_by: RegistrationId | None = None


@dataclass(frozen=True, slots=True)
class BookedDocument:
    """A document that came along: the field of the form, the type's code, the file as the person sent it."""

    field: str
    type_code: str
    format: str
    content: bytes


@dataclass(frozen=True, slots=True)
class PreRegistration:
    """What is in it."""

    id: str
    values: Mapping[str, DemographicValue]
    documents: tuple[BookedDocument, ...] = ()
