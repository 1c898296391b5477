"""One registration's story, told from its records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord, link
from muster.domain.biometrics import Attestation, BiometricAttribute, DigitalId, SampleFacts
from muster.domain.lifecycle import BlobRef, OfIntroducer, SampleCaptured
from muster.domain.registration import RegistrationId
from muster.workstation.trail_story import Tone, story

_AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
_ID = RegistrationId("10001100020000120260301080000")


def _records(*told: tuple[int, AuditEvent | str, dict[str, str]]) -> list[AuditRecord]:
    """Each so many minutes after eight."""
    records: list[AuditRecord] = []
    for minutes, event, detail in told:
        name = event if isinstance(event, str) else event.id
        before = records[-1] if records else None
        at = _AT + timedelta(minutes=minutes)
        records.append(link(before, at=at, event=name, actor="erika", subject=_ID.text, detail=detail))
    return records


def _tones(*told: tuple[int, AuditEvent | str, dict[str, str]]) -> list[Tone]:
    return [each.tone for each in story(_ID, _records(*told)).lines]


def test_without_records_there_is_no_story() -> None:
    told = story(_ID, [])
    assert (told.lines, told.devices, told.began, told.people) == ((), (), None, ())


def test_an_event_of_a_newer_version_is_told_by_its_id() -> None:
    (line,) = story(_ID, _records((0, "MUS-NEW-001", {"a": "b"}))).lines
    assert (line.title, line.facts, line.sequence) == ("MUS-NEW-001", (("a", "b"),), 1)


def test_what_is_changed_once_something_was_captured_is_a_change() -> None:
    tones = _tones(
        (0, AuditEvent.DEMOGRAPHICS_ENTERED, {}),
        (1, AuditEvent.SAMPLE_CAPTURED, {"forced": "false"}),
        (2, AuditEvent.DEMOGRAPHICS_ENTERED, {}),
    )
    assert tones == [Tone.PLAIN, Tone.PLAIN, Tone.CHANGED]


def test_poor_captures_looks_and_decisions_stand_out() -> None:
    tones = _tones(
        (0, AuditEvent.CAPTURE_BELOW_THRESHOLD, {}),
        (1, AuditEvent.SAMPLE_CAPTURED, {"forced": "true"}),
        (2, AuditEvent.REGISTRATION_SIGNED, {}),
        (3, AuditEvent.DUPLICATES_SHOWN, {}),
    )
    assert tones == [Tone.POOR, Tone.POOR, Tone.DECIDED, Tone.LOOKED]


def test_a_pause_is_told_where_it_was_and_none_after_sealing() -> None:
    told = story(
        _ID,
        _records(
            (0, AuditEvent.CONSENT_GIVEN, {}),
            (45, AuditEvent.PACKET_SEALED, {}),
            (500, AuditEvent.PACKET_UPLOADED, {}),
        ),
    )
    pauses = [(each.at, each.lasted) for each in told.lines if each.tone is Tone.PAUSE]
    assert pauses == [(_AT, timedelta(minutes=45))]
    assert (told.began, told.ended) == (_AT, _AT + timedelta(minutes=500))


def _sample(serial: str, header: str | None) -> SampleCaptured:
    device = DigitalId(serial, "Mark", "One", "Finger", "Slap", "Provider", "PID")
    attestation = None if header is None else Attestation(header, "payload", "signature", "0.9.5")
    facts = SampleFacts(BiometricAttribute.LEFT_INDEX, 50, 1, False, _AT, device, "D", "0.9.5", attestation)
    return SampleCaptured(_AT, facts, BlobRef("a", "b", 1))


def test_each_device_is_named_once_with_the_certificate_it_signed_with() -> None:
    header = "eyJ4NWMiOlsiWkdWeSJdfQ"  # {"x5c":["ZGVy"]}
    introducer = OfIntroducer(_sample("S-3", "nonsense"))
    events = (_sample("S-1", header), _sample("S-1", header), _sample("S-2", None), introducer)
    devices = story(_ID, [], events).devices
    assert [(each.serial, each.certificate[:8]) for each in devices] == [
        ("S-1", "5050d80d"),
        ("S-2", ""),
        ("S-3", ""),
    ]
