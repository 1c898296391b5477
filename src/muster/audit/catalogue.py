"""Every event that is ever audited. Ids are unique and append-only: never renumber, never reuse.

The incumbent's ids collide (REG-EVT-066 is two events, REG-EVT-007 as well), which makes its trail
ambiguous; hence one catalogue, an enum, and a test over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class EventKind:
    """``id`` as it stands in the trail, ``module`` and ``title`` as an auditor reads them."""

    id: str
    module: str
    title: str


class AuditEvent(Enum):
    STATION_CREATED = EventKind("MUS-STA-001", "Station", "Station created")
    OPERATOR_ADDED = EventKind("MUS-STA-002", "Station", "Operator added")
    TIDYING_FAILED = EventKind("MUS-STA-003", "Station", "Tidying up failed")
    STATION_BOUND = EventKind("MUS-STA-004", "Station", "Station bound to this computer, or released")
    DATABASE_BROUGHT_FORWARD = EventKind("MUS-STA-005", "Station", "Database brought forward to a newer form")
    DATABASE_REBUILT = EventKind("MUS-STA-006", "Station", "Damaged database put aside and rebuilt")
    SIGNED_IN = EventKind("MUS-AUT-001", "Authentication", "Operator signed in")
    SIGNED_OUT = EventKind("MUS-AUT-002", "Authentication", "Operator signed out")
    SERVER_SIGNED_IN = EventKind("MUS-AUT-003", "Authentication", "Operator signed in at the server")
    SERVER_SIGN_IN_FAILED = EventKind("MUS-AUT-004", "Authentication", "Sign-in at the server failed")
    SIGN_IN_FAILED = EventKind("MUS-AUT-005", "Authentication", "Wrong attempts to show who somebody is")
    SCREEN_LOCKED = EventKind("MUS-AUT-006", "Authentication", "Screen locked")
    SCREEN_UNLOCKED = EventKind("MUS-AUT-007", "Authentication", "Screen unlocked")
    PASSWORD_CHANGED = EventKind("MUS-AUT-008", "Authentication", "Operator changed the own password")
    AUTHENTICATOR_SET = EventKind("MUS-AUT-009", "Authentication", "Authenticator of an operator set up")
    AUTHENTICATOR_REMOVED = EventKind("MUS-AUT-010", "Authentication", "Authenticator of an operator removed")
    CODE_TAKEN = EventKind("MUS-AUT-011", "Authentication", "Code of an authenticator taken")
    OPERATOR_CHANGED = EventKind("MUS-STA-007", "Station", "Roles of an operator changed")
    OPERATOR_BLOCKED = EventKind("MUS-STA-008", "Station", "Operator blocked")
    OPERATOR_UNBLOCKED = EventKind("MUS-STA-009", "Station", "Operator no longer blocked")
    OPERATOR_REMOVED = EventKind("MUS-STA-010", "Station", "Operator removed")
    PASSWORD_RESET = EventKind("MUS-STA-011", "Station", "Operator got a new password from an administrator")
    DEVICE_CHOSEN = EventKind("MUS-STA-012", "Station", "Device of a kind chosen")
    REGISTRATION_STARTED = EventKind("MUS-REG-001", "Registration", "Registration started")
    CONSENT_GIVEN = EventKind("MUS-REG-002", "Registration", "Consent given")
    DEMOGRAPHICS_ENTERED = EventKind("MUS-REG-003", "Registration", "Demographics entered")
    WORDS_KEPT = EventKind("MUS-REG-016", "Registration", "Demographics entered, blocklisted words kept")
    DEMOGRAPHICS_DRAFTED = EventKind("MUS-REG-011", "Registration", "Demographics kept unfinished")
    DOCUMENT_ATTACHED = EventKind("MUS-REG-004", "Registration", "Document attached")
    DOCUMENT_REMOVED = EventKind("MUS-REG-005", "Registration", "Document removed")
    DOCUMENT_MADE_SMALLER = EventKind("MUS-REG-013", "Registration", "Document kept with a smaller picture")
    STEP_COMPLETED = EventKind("MUS-REG-006", "Registration", "Step completed")
    SAMPLE_CAPTURED = EventKind("MUS-BIO-001", "Biometrics", "Biometric sample captured")
    CAPTURE_ATTEMPTED = EventKind("MUS-BIO-006", "Biometrics", "Capture attempted")
    CAPTURE_BELOW_THRESHOLD = EventKind("MUS-BIO-002", "Biometrics", "Capture below the threshold")
    CAPTURE_FAILED = EventKind("MUS-BIO-003", "Biometrics", "Capture failed")
    EXCEPTION_MARKED = EventKind("MUS-BIO-004", "Biometrics", "Biometric exception marked")
    EXCEPTION_CLEARED = EventKind("MUS-BIO-005", "Biometrics", "Biometric exception cleared")
    SAMPLE_JUDGED = EventKind("MUS-BIO-008", "Biometrics", "Biometric sample judged by the station")
    SAMPLE_SET_ASIDE = EventKind("MUS-BIO-009", "Biometrics", "Biometric sample set aside")
    POOR_SAMPLES_KEPT = EventKind("MUS-BIO-010", "Biometrics", "Reason given for samples below the threshold")
    LIVENESS_JUDGED = EventKind("MUS-BIO-012", "Biometrics", "Living face confirmed, attested or refused")
    LIVENESS_SHOWN = EventKind("MUS-BIO-013", "Biometrics", "Signs for and against a living face were shown")
    INTRODUCER_COMPARED = EventKind(
        "MUS-BIO-014", "Biometrics", "Introducer compared with the officer at the desk"
    )
    EXCEPTION_PHOTO_TAKEN = EventKind("MUS-BIO-007", "Biometrics", "Photo of the exception taken")
    REGISTRATION_SIGNED = EventKind("MUS-REG-007", "Registration", "Registration signed by the officer")
    REGISTRATION_CONFIRMED = EventKind("MUS-REG-015", "Registration", "Registration confirmed by a supervisor")
    OPERATOR_SAMPLE_TAKEN = EventKind("MUS-BIO-011", "Biometrics", "Operator's finger taken instead of a password")
    REGISTRATION_RESUMED = EventKind("MUS-REG-008", "Registration", "Registration resumed")
    REGISTRATION_DISCARDED = EventKind("MUS-REG-009", "Registration", "Registration discarded")
    CONTENT_DESTROYED = EventKind("MUS-REG-010", "Registration", "Plaintext content destroyed")
    REGISTRATION_EXPORTED = EventKind("MUS-REG-012", "Registration", "Content exported in another system's words")
    ENROLLMENT_ACCEPTED = EventKind("MUS-REG-014", "Registration", "Exported content accepted by another server")
    PACKET_SEALED = EventKind("MUS-PKT-001", "Packet", "Packet sealed")
    PACKET_SYNCED = EventKind("MUS-PKT-002", "Packet", "Packet announced to the server")
    PACKET_UPLOADED = EventKind("MUS-PKT-003", "Packet", "Packet accepted by the server")
    DELIVERY_FAILED = EventKind("MUS-PKT-004", "Packet", "Delivery attempt failed")
    SERVER_CERTIFICATE_PINNED = EventKind("MUS-PKT-005", "Packet", "Server certificate stored")
    SERVER_SIGNER_PINNED = EventKind("MUS-PKT-006", "Packet", "Certificate of the server's signatures stored")
    SERVER_SIGNER_ACCEPTED = EventKind("MUS-PKT-007", "Packet", "Changed certificate of the server accepted")
    PACKET_GIVEN_UP = EventKind("MUS-PKT-008", "Packet", "Packet refused for good; waits for a person")
    PACKET_TRIED_AGAIN = EventKind("MUS-PKT-009", "Packet", "Packet to be sent again at a person's wish")
    STATUS_ASKED = EventKind("MUS-PKT-010", "Packet", "Server asked what became of packets")
    STATUS_HEARD = EventKind("MUS-PKT-011", "Packet", "Server said what became of a packet")
    PACKET_WANTED_AGAIN = EventKind("MUS-PKT-012", "Packet", "Server wants a packet sent again")
    PACKET_DESTROYED = EventKind("MUS-PKT-013", "Packet", "Sealed packet destroyed, the server being done with it")
    SENDING_PAUSED = EventKind("MUS-PKT-014", "Packet", "Sending paused")
    SENDING_CONTINUED = EventKind("MUS-PKT-015", "Packet", "Sending continued")
    SENDING_LIMITED = EventKind("MUS-PKT-016", "Packet", "Speed of sending limited")
    PERSON_TOLD = EventKind("MUS-PKT-017", "Packet", "What came of telling a person to come again")
    PACKET_HANDED_OVER = EventKind("MUS-PKT-018", "Packet", "Copy of a packet handed over on a drive")
    PACKET_TAKEN_OVER = EventKind("MUS-PKT-019", "Packet", "Packet of another station taken from a drive")
    PACKET_CARRIED = EventKind("MUS-PKT-020", "Packet", "Packet of another station accepted by the server")
    CARRYING_FAILED = EventKind("MUS-PKT-021", "Packet", "Delivery of another station's packet failed")
    HANDOVER_REFUSED = EventKind("MUS-PKT-022", "Packet", "Packets on a drive refused")
    STATION_TRUSTED = EventKind("MUS-PKT-023", "Packet", "Another station's packets accepted from now on")
    SERVER_COPY_KEPT = EventKind("MUS-SRV-001", "Server", "What the server said was kept, as a new version")
    JOB_RAN = EventKind("MUS-SRV-002", "Server", "Recurring job ran")
    BUNDLE_IMPORTED = EventKind("MUS-SRV-003", "Server", "Set-up bundle imported")
    SERVER_COPY_SAME = EventKind("MUS-SRV-004", "Server", "Server said the same as before")
    SERVER_COPY_COUNTS = EventKind(
        "MUS-SRV-005", "Server", "New version of what the server said counts from now on"
    )
    PRE_REGISTRATION_KEPT = EventKind("MUS-PRE-001", "Pre-registration", "Pre-registration fetched and kept")
    PRE_REGISTRATION_USED = EventKind(
        "MUS-PRE-002", "Pre-registration", "Pre-registration taken into a registration"
    )
    PRE_REGISTRATIONS_EXPIRED = EventKind(
        "MUS-PRE-003", "Pre-registration", "Pre-registrations destroyed, their time being over"
    )
    DUPLICATES_SOUGHT = EventKind("MUS-DUP-001", "Duplicates", "Face searched for among those captured here")
    DUPLICATES_FOUND = EventKind(
        "MUS-DUP-002", "Duplicates", "Faces like this one found, for a supervisor to compare"
    )
    DUPLICATES_SHOWN = EventKind("MUS-DUP-003", "Duplicates", "What a search found was shown to a supervisor")
    TEMPLATE_KEPT = EventKind("MUS-DUP-004", "Duplicates", "Template of a face kept to search among")
    TEMPLATE_DESTROYED = EventKind("MUS-DUP-005", "Duplicates", "Template of a face destroyed")
    TEMPLATES_EXPIRED = EventKind("MUS-DUP-006", "Duplicates", "Templates destroyed, their time being over")
    TEMPLATES_UNREADABLE = EventKind("MUS-DUP-007", "Duplicates", "Templates found damaged")
    CENTER_GALLERY_MISSED = EventKind("MUS-DUP-008", "Duplicates", "Center's gallery could not be asked or told")

    PERSON_ANSWERED = EventKind("MUS-PER-001", "The person", "Person answered to what they were shown")
    CONSENT_REFUSED = EventKind("MUS-PER-002", "The person", "Person did not agree; the registration ended")
    SLIP_PRINTED = EventKind("MUS-PER-003", "The person", "Slip printed or written")
    SEALING_FAILED = EventKind("MUS-PKT-024", "Packet", "Sealing a signed registration failed")
    REVIEW_SHOWN = EventKind("MUS-REV-001", "Review", "Registration was shown to a supervisor for review")
    REVIEW_DECIDED = EventKind("MUS-REV-002", "Review", "Supervisor decided, to be signed off")
    REVIEW_SIGNED = EventKind("MUS-REV-003", "Review", "Supervisor's decision signed off")
    REVIEW_SIGNED_OFF = EventKind("MUS-REV-004", "Review", "Supervisor signed off a number of decisions")
    REVIEW_ASSESSED = EventKind("MUS-REV-005", "Review", "Registrations put into the list for review")
    REVIEWER_ACCEPTED = EventKind("MUS-REV-006", "Review", "Another station accepted to review registrations")
    REVIEW_HANDED_OUT = EventKind("MUS-REV-007", "Review", "Registration handed out to be reviewed elsewhere")
    REVIEW_TAKEN_IN = EventKind("MUS-REV-008", "Review", "Another station's registration taken in for review")
    REVIEW_HANDED_BACK = EventKind("MUS-REV-009", "Review", "Decision handed back to another station")
    REVIEW_CAME_BACK = EventKind("MUS-REV-010", "Review", "Decision of another station carried out")
    CHECKPOINT = EventKind("MUS-AUD-001", "Audit", "Trail up to here signed by the machine key")
    TRAIL_EXPORTED = EventKind("MUS-AUD-002", "Audit", "Trail exported for checking elsewhere")
    TRAIL_SEARCHED = EventKind("MUS-AUD-003", "Audit", "Trail searched")
    STORY_SHOWN = EventKind("MUS-AUD-004", "Audit", "What happened to a registration was shown")
    REPORT_WRITTEN = EventKind("MUS-AUD-005", "Audit", "Signed report about a registration written")
    FIGURES_SHOWN = EventKind("MUS-FIG-001", "Figures", "Figures of everybody's work shown to a supervisor")
    FIGURES_WRITTEN = EventKind("MUS-FIG-002", "Figures", "Figures written to a file")
    PROOFING_STARTED = EventKind("MUS-IDV-001", "Identity proofing", "Proof of identity started")
    PROOFING_WENT_ON = EventKind("MUS-IDV-002", "Identity proofing", "Proof of identity went on")
    PROOFING_CANCELLED = EventKind("MUS-IDV-003", "Identity proofing", "Proof of identity cancelled")
    PROOFING_EXPIRED = EventKind("MUS-IDV-004", "Identity proofing", "Time for a proof of identity over")
    PROOFING_MATERIALIZED = EventKind("MUS-IDV-005", "Identity proofing", "Results of a proof of identity written")
    PROOFING_SHOWN = EventKind("MUS-IDV-006", "Identity proofing", "What providers said shown to a supervisor")
    PROOFING_SECRET_KEPT = EventKind("MUS-IDV-007", "Identity proofing", "Secret of a proofing method kept")
    PROOFING_CONFIGURED = EventKind("MUS-IDV-008", "Identity proofing", "Proofing configuration set")
    PROOF_SETTLED = EventKind("MUS-IDV-009", "Identity proofing", "Registration's proof of identity settled")
    FIELDS_READ = EventKind("MUS-PFL-001", "Prefill", "Document, chip, code or pre-registration read for the form")
    FIELDS_FILLED = EventKind("MUS-PFL-002", "Prefill", "Fields filled in from what was read")
    CONFLICT_DECIDED = EventKind("MUS-PFL-003", "Prefill", "Decided which of two values is right")
    CHIP_READ = EventKind("MUS-PFL-004", "Prefill", "Chip of a document read")
    PORTRAIT_COMPARED = EventKind("MUS-PFL-005", "Prefill", "Portrait of a document compared with the face")
    EVIDENCE_SHOWN = EventKind("MUS-IDV-011", "Identity proofing", "Evidence of an identity shown to a supervisor")
    PROOFING_CODE_GIVEN = EventKind("MUS-IDV-010", "Identity proofing", "Code of a person's authenticator given")
    CONNECTION_CHECKED = EventKind("MUS-IDV-020", "Identity proofing", "Service asked whether it is there")
    SHARING_TOKEN_KEPT = EventKind("MUS-IDV-021", "Identity proofing", "Token for sharing records again kept")
    SHARING_TOKEN_RENEWED = EventKind("MUS-IDV-022", "Identity proofing", "Token for sharing records renewed")
    SHARING_TOKEN_NOT_RENEWED = EventKind(
        "MUS-IDV-023", "Identity proofing", "Token for sharing records could not be renewed"
    )
    SHARING_TOKEN_FORGOTTEN = EventKind("MUS-IDV-024", "Identity proofing", "Token for sharing records destroyed")
    PROOF_PUT_TOGETHER = EventKind("MUS-IDV-025", "Identity proofing", "Proof of an identity put together")
    PROOF_TAKEN = EventKind(
        "MUS-IDV-026", "Identity proofing", "Proof of an identity written; what it rests on destroyed here"
    )
    EVIDENCE_FILE_SHOWN = EventKind(
        "MUS-IDV-012", "Identity proofing", "File behind evidence shown to a supervisor"
    )
    EVIDENCE_FILE_COPIED = EventKind(
        "MUS-IDV-013", "Identity proofing", "File behind evidence copied by a supervisor"
    )
    SHARED_DOCUMENT_TAKEN = EventKind(
        "MUS-IDV-014", "Identity proofing", "Document of a proof taken as the registration's"
    )
    POLICY_CHANGED = EventKind("MUS-POL-001", "Policy", "Settings of the station changed")
    POLICY_REHEARSED = EventKind("MUS-POL-002", "Policy", "Changed settings tried on registrations of before")

    @property
    def id(self) -> str:
        return self.value.id

    @property
    def module(self) -> str:
        return self.value.module

    @property
    def title(self) -> str:
        return self.value.title

    @classmethod
    def by_id(cls, event_id: str) -> AuditEvent | None:
        """The event with this id, or nothing for an id of a newer version."""
        return _BY_ID.get(event_id)

    @classmethod
    def title_of(cls, event_id: str) -> str:
        """What the event with this id is called; one of a newer version by its id."""
        known = cls.by_id(event_id)
        return known.title if known else event_id


_BY_ID = {event.id: event for event in AuditEvent}
