"""What happened to one registration, told in the order it happened, out of the trail. Pure.

Every line is a record of the trail, so that nothing is told that cannot be proven; what the story adds is what a
person would ask: where somebody paused, what was changed after something had been captured, and which device a
serial number belongs to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from muster import base64url
from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord
from muster.domain.biometrics import SampleFacts
from muster.domain.lifecycle import Event, OfIntroducer, SampleCaptured
from muster.domain.registration import RegistrationId
from muster.domain.step_times import PAUSE


class Tone(Enum):
    """How a line is to be looked at."""

    PLAIN = "plain"
    CHANGED = "changed"  # after something had been captured
    POOR = "poor"  # a capture that did not do, or was kept all the same
    LOOKED = "looked"  # somebody saw what is not for everybody
    DECIDED = "decided"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class StoryLine:
    """``event`` is the id in the catalogue; ``facts`` what the record says, by its own names. A pause has neither
    an event nor a number, and lasted ``lasted``."""

    at: datetime
    tone: Tone
    actor: str = ""
    event: str = ""
    title: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    sequence: int | None = None
    lasted: timedelta | None = None


@dataclass(frozen=True, slots=True)
class DeviceUsed:
    """A device that took something, as it described itself. ``certificate`` is the SHA-256 (hex) of the
    certificate its signature came with; empty where nothing was signed, or its content is gone."""

    serial: str
    make: str
    model: str
    kind: str
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    registration_id: RegistrationId
    lines: tuple[StoryLine, ...]
    devices: tuple[DeviceUsed, ...]

    @property
    def began(self) -> datetime | None:
        return self.lines[0].at if self.lines else None

    @property
    def ended(self) -> datetime | None:
        return self.lines[-1].at if self.lines else None

    @property
    def people(self) -> tuple[str, ...]:
        """Who had a hand in it, in order of appearance."""
        return tuple(dict.fromkeys(each.actor for each in self.lines if each.actor))


_CHANGES = frozenset(
    each.id
    for each in (
        AuditEvent.DEMOGRAPHICS_ENTERED,
        AuditEvent.DOCUMENT_ATTACHED,
        AuditEvent.DOCUMENT_REMOVED,
        AuditEvent.EXCEPTION_MARKED,
        AuditEvent.EXCEPTION_CLEARED,
    )
)
_POOR = frozenset(
    each.id
    for each in (
        AuditEvent.CAPTURE_BELOW_THRESHOLD,
        AuditEvent.CAPTURE_FAILED,
        AuditEvent.SAMPLE_SET_ASIDE,
        AuditEvent.POOR_SAMPLES_KEPT,
        AuditEvent.DELIVERY_FAILED,
    )
)
_LOOKS = frozenset(
    each.id
    for each in (
        AuditEvent.REVIEW_SHOWN,
        AuditEvent.STORY_SHOWN,
        AuditEvent.DUPLICATES_SHOWN,
        AuditEvent.LIVENESS_SHOWN,
        AuditEvent.PROOFING_SHOWN,
    )
)
_DECISIONS = frozenset(
    each.id
    for each in (
        AuditEvent.REGISTRATION_CONFIRMED,
        AuditEvent.REGISTRATION_SIGNED,
        AuditEvent.REVIEW_DECIDED,
        AuditEvent.REVIEW_SIGNED,
        AuditEvent.REGISTRATION_DISCARDED,
    )
)


def story(registration_id: RegistrationId, records: Iterable[AuditRecord], events: Iterable[Event] = ()) -> Story:
    """``records`` about one registration, in order; ``events`` as far as they are still here."""
    happened = (each.what if isinstance(each, OfIntroducer) else each for each in events)
    facts = (each.facts for each in happened if isinstance(each, SampleCaptured))
    return Story(registration_id, tuple(_lines(records)), tuple(_devices(facts)))


def _lines(records: Iterable[AuditRecord]) -> Iterator[StoryLine]:
    before: datetime | None = None
    captured = sealed = False
    for record in records:
        if before is not None and not sealed and record.at - before > PAUSE:
            yield StoryLine(before, Tone.PAUSE, lasted=record.at - before)
        captured = captured or record.event == AuditEvent.SAMPLE_CAPTURED.id
        sealed = sealed or record.event == AuditEvent.PACKET_SEALED.id
        yield StoryLine(
            record.at,
            _tone(record, captured=captured),
            record.actor,
            record.event,
            AuditEvent.title_of(record.event),
            tuple(record.detail.items()),
            record.sequence,
        )
        before = record.at


def _tone(record: AuditRecord, *, captured: bool) -> Tone:
    if record.event in _POOR or record.detail.get("forced") == "true":
        return Tone.POOR
    if record.event in _CHANGES and captured:
        return Tone.CHANGED
    if record.event in _LOOKS:
        return Tone.LOOKED
    return Tone.DECIDED if record.event in _DECISIONS else Tone.PLAIN


def _devices(facts: Iterable[SampleFacts]) -> Iterator[DeviceUsed]:
    seen: dict[tuple[str, str], DeviceUsed] = {}
    for each in facts:
        device, certificate = each.device, _certificate(each)
        used = DeviceUsed(device.serial, device.make, device.model, device.kind, certificate)
        seen.setdefault((device.serial, certificate), used)
    yield from seen.values()


def _certificate(facts: SampleFacts) -> str:
    """Of the device's signature, out of its header (``x5c``, RFC 7515)."""
    if facts.attestation is not None:
        with suppress(ValueError, KeyError, TypeError, IndexError):
            header: Mapping[str, list[str]] = json.loads(base64url.decode(facts.attestation.header))
            return hashlib.sha256(base64url.decode(header["x5c"][0])).hexdigest()
    return ""
