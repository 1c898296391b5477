"""What an id once meant in a trail, it means for ever."""

from __future__ import annotations

import re

from muster.audit.catalogue import AuditEvent

# Append new events at the end. A line that stands here is never changed and never removed: trails
# that were written with it are still to be read.
_PUBLISHED = """
MUS-STA-001 STATION_CREATED
MUS-STA-002 OPERATOR_ADDED
MUS-AUT-001 SIGNED_IN
MUS-AUT-002 SIGNED_OUT
MUS-REG-001 REGISTRATION_STARTED
MUS-REG-002 CONSENT_GIVEN
MUS-REG-003 DEMOGRAPHICS_ENTERED
MUS-REG-004 DOCUMENT_ATTACHED
MUS-REG-005 DOCUMENT_REMOVED
MUS-REG-006 STEP_COMPLETED
MUS-BIO-001 SAMPLE_CAPTURED
MUS-BIO-006 CAPTURE_ATTEMPTED
MUS-BIO-002 CAPTURE_BELOW_THRESHOLD
MUS-BIO-003 CAPTURE_FAILED
MUS-BIO-004 EXCEPTION_MARKED
MUS-BIO-005 EXCEPTION_CLEARED
MUS-REG-007 REGISTRATION_SIGNED
MUS-REG-008 REGISTRATION_RESUMED
MUS-REG-009 REGISTRATION_DISCARDED
MUS-REG-010 CONTENT_DESTROYED
MUS-PKT-001 PACKET_SEALED
MUS-PKT-002 PACKET_SYNCED
MUS-PKT-003 PACKET_UPLOADED
MUS-PKT-004 DELIVERY_FAILED
MUS-PKT-005 SERVER_CERTIFICATE_PINNED
MUS-REG-011 DEMOGRAPHICS_DRAFTED
MUS-STA-003 TIDYING_FAILED
MUS-REG-012 REGISTRATION_EXPORTED
MUS-BIO-007 EXCEPTION_PHOTO_TAKEN
MUS-REG-013 DOCUMENT_MADE_SMALLER
MUS-AUT-003 SERVER_SIGNED_IN
MUS-AUT-004 SERVER_SIGN_IN_FAILED
MUS-PKT-006 SERVER_SIGNER_PINNED
MUS-PKT-007 SERVER_SIGNER_ACCEPTED
MUS-REG-014 ENROLLMENT_ACCEPTED
MUS-PKT-008 PACKET_GIVEN_UP
MUS-PKT-009 PACKET_TRIED_AGAIN
MUS-PKT-010 STATUS_ASKED
MUS-PKT-011 STATUS_HEARD
MUS-PKT-012 PACKET_WANTED_AGAIN
MUS-PKT-013 PACKET_DESTROYED
MUS-DUP-001 DUPLICATES_SOUGHT
MUS-DUP-002 DUPLICATES_FOUND
MUS-DUP-003 DUPLICATES_SHOWN
MUS-DUP-004 TEMPLATE_KEPT
MUS-DUP-005 TEMPLATE_DESTROYED
MUS-DUP-006 TEMPLATES_EXPIRED
MUS-DUP-007 TEMPLATES_UNREADABLE
MUS-PKT-014 SENDING_PAUSED
MUS-PKT-015 SENDING_CONTINUED
MUS-PKT-016 SENDING_LIMITED
MUS-PKT-017 PERSON_TOLD
MUS-PKT-018 PACKET_HANDED_OVER
MUS-PKT-019 PACKET_TAKEN_OVER
MUS-PKT-020 PACKET_CARRIED
MUS-PKT-021 CARRYING_FAILED
MUS-PKT-022 HANDOVER_REFUSED
MUS-PKT-023 STATION_TRUSTED
MUS-SRV-001 SERVER_COPY_KEPT
MUS-SRV-002 JOB_RAN
MUS-SRV-003 BUNDLE_IMPORTED
MUS-PRE-001 PRE_REGISTRATION_KEPT
MUS-PRE-002 PRE_REGISTRATION_USED
MUS-PRE-003 PRE_REGISTRATIONS_EXPIRED
MUS-BIO-008 SAMPLE_JUDGED
MUS-BIO-009 SAMPLE_SET_ASIDE
MUS-BIO-010 POOR_SAMPLES_KEPT
MUS-STA-004 STATION_BOUND
MUS-STA-005 DATABASE_BROUGHT_FORWARD
MUS-STA-006 DATABASE_REBUILT
MUS-AUD-001 CHECKPOINT
MUS-AUD-002 TRAIL_EXPORTED
"""


def _published() -> dict[str, str]:
    lines = _PUBLISHED.strip().splitlines()
    return {line.split()[0]: line.split()[1] for line in lines}


def test_an_unknown_id_is_no_event() -> None:
    assert AuditEvent.by_id("MUS-REG-999") is None
    assert AuditEvent.by_id("") is None


def test_every_published_id_still_means_the_same_event() -> None:
    now = {event.id: event.name for event in AuditEvent}
    assert {event_id: now.get(event_id) for event_id in _published()} == _published()


def test_every_event_of_the_catalogue_is_published_here() -> None:
    assert {event.id for event in AuditEvent} - set(_published()) == set()


def test_no_two_events_share_an_id() -> None:
    # Over the members by name: an enum silently makes one of two equal values an alias.
    ids = [event.id for event in AuditEvent.__members__.values()]
    assert sorted(set(ids)) == sorted(ids)


def test_an_event_is_found_by_its_id() -> None:
    assert [AuditEvent.by_id(event.id) for event in AuditEvent] == list(AuditEvent)


def test_every_id_has_the_one_form_an_auditor_can_search_for() -> None:
    assert [event.id for event in AuditEvent if not re.fullmatch(r"MUS-[A-Z]{3}-[0-9]{3}", event.id)] == []


def test_the_letters_of_an_id_stand_for_one_module() -> None:
    pairs = {(event.id[4:7], event.module) for event in AuditEvent}
    assert len(pairs) == len({letters for letters, _ in pairs}) == len({module for _, module in pairs})
