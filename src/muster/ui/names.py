"""What fingers, steps, states and exceptions are called in the window's language."""

from __future__ import annotations

import re
from datetime import timedelta
from math import ceil

from PySide6.QtCore import QCoreApplication

from muster.domain.assessment import Finding
from muster.domain.biometrics import (
    AttestedBecause,
    BiometricAttribute,
    CaptureGroup,
    ExceptionKind,
    ForcedBecause,
    Modality,
)
from muster.domain.delivery import DeliveryState, OutboxEntry, Outlook, ServerStatus
from muster.domain.limits import Limit
from muster.domain.registration import Step
from muster.errors import Code
from muster.ui.language import CONTEXT, say, tr
from muster.workstation.capture_lane import SampleState

# Unicode's isolates: a date in the middle of Arabic keeps its year in front.
_LEFT_TO_RIGHT, _END = "\u2066", "\u2069"


# What says little without a comment.
ANOTHER_LASTING, ANOTHER_FOR_NOW = "Another reason, lasting", "Another reason, for now"


def step_name(step: Step) -> str:
    return {
        Step.CONSENT: tr("Consent"),
        Step.DEMOGRAPHICS: tr("Details"),
        Step.DOCUMENTS: tr("Documents"),
        Step.PROOFING: tr("Proof of identity"),
        Step.FACE: tr("Face"),
        Step.LEFT_SLAP: tr("Left hand"),
        Step.RIGHT_SLAP: tr("Right hand"),
        Step.THUMBS: tr("Thumbs"),
        Step.IRISES: tr("Eyes"),
        Step.EXCEPTION_PHOTO: tr("Exception photo"),
        Step.INTRODUCER: tr("Parent or guardian"),
        Step.PREVIEW: tr("Check"),
        Step.SIGNATURE: tr("Sign"),
    }[step]


def attribute_name(attribute: BiometricAttribute) -> str:
    return {
        BiometricAttribute.LEFT_INDEX: tr("Left index finger"),
        BiometricAttribute.LEFT_MIDDLE: tr("Left middle finger"),
        BiometricAttribute.LEFT_RING: tr("Left ring finger"),
        BiometricAttribute.LEFT_LITTLE: tr("Left little finger"),
        BiometricAttribute.LEFT_THUMB: tr("Left thumb"),
        BiometricAttribute.RIGHT_INDEX: tr("Right index finger"),
        BiometricAttribute.RIGHT_MIDDLE: tr("Right middle finger"),
        BiometricAttribute.RIGHT_RING: tr("Right ring finger"),
        BiometricAttribute.RIGHT_LITTLE: tr("Right little finger"),
        BiometricAttribute.RIGHT_THUMB: tr("Right thumb"),
        BiometricAttribute.LEFT_EYE: tr("Left eye"),
        BiometricAttribute.RIGHT_EYE: tr("Right eye"),
        BiometricAttribute.FACE: tr("Face"),
    }[attribute]


def placement_hint(group: CaptureGroup) -> str:
    return {
        CaptureGroup.LEFT_SLAP: tr("Ask the person to lay the four fingers of the left hand flat on the glass."),
        CaptureGroup.RIGHT_SLAP: tr("Ask the person to lay the four fingers of the right hand flat on the glass."),
        CaptureGroup.THUMBS: tr("Ask the person to lay both thumbs side by side on the glass."),
        CaptureGroup.IRISES: tr("Ask the person to look straight into the iris camera with both eyes wide open."),
        CaptureGroup.FACE: tr("Ask the person to look straight into the camera."),
    }[group]


def exception_reasons(modality: Modality) -> tuple[tuple[str, str, ExceptionKind], ...]:
    """Reason as it is recorded (English, for the packet), as it is shown, and its kind."""
    if modality is Modality.IRIS:
        return (
            ("Eye missing", tr("Eye missing"), ExceptionKind.PERMANENT),
            ("Eye cannot be captured", tr("Eye cannot be captured (illness)"), ExceptionKind.PERMANENT),
            ("Eye injured or bandaged", tr("Eye injured or bandaged"), ExceptionKind.TEMPORARY),
            (ANOTHER_LASTING, tr("Another reason, lasting"), ExceptionKind.PERMANENT),
            (ANOTHER_FOR_NOW, tr("Another reason, for now"), ExceptionKind.TEMPORARY),
        )
    return (
        ("Finger missing", tr("Finger missing"), ExceptionKind.PERMANENT),
        ("No readable ridges", tr("No readable ridges"), ExceptionKind.PERMANENT),
        ("Finger injured or bandaged", tr("Finger injured or bandaged"), ExceptionKind.TEMPORARY),
        ("Cannot be laid on the glass", tr("Cannot be laid on the glass"), ExceptionKind.PERMANENT),
        (ANOTHER_LASTING, tr("Another reason, lasting"), ExceptionKind.PERMANENT),
        (ANOTHER_FOR_NOW, tr("Another reason, for now"), ExceptionKind.TEMPORARY),
    )


def sample_state_name(state: SampleState) -> str:
    return {
        SampleState.WANTED: tr("to be captured"),
        SampleState.JUDGING: tr("is being judged …"),
        SampleState.KEPT: tr("good"),
        SampleState.FORCED: tr("kept with a reason"),
        SampleState.POOR: tr("weak"),
        SampleState.EXCEPTION: tr("cannot be captured"),
    }[state]


def attested_reasons() -> tuple[tuple[AttestedBecause, str], ...]:
    """Why an officer attests that a living person sits before the camera."""
    return (
        (AttestedBecause.LIGHT, tr("The light or the camera is poor")),
        (AttestedBecause.APPEARANCE, tr("Bandage, covering or glasses")),
        (AttestedBecause.MOVEMENT, tr("Cannot move as asked")),
        (AttestedBecause.OTHER, tr("Another reason")),
    )


def forced_reason(because: ForcedBecause) -> str:
    return dict(forced_reasons(Modality.FINGER))[because]


def forced_reasons(modality: Modality) -> tuple[tuple[ForcedBecause, str], ...]:
    """Why something is kept that is below the threshold."""
    shared = (
        (ForcedBecause.INJURY, tr("Injury or illness")),
        (ForcedBecause.STEADY, tr("Cannot be held still")),
        (ForcedBecause.OTHER, tr("Another reason")),
    )
    if modality is Modality.IRIS:
        return shared
    return (
        (ForcedBecause.WORN, tr("Worn or damaged ridges")),
        (ForcedBecause.SKIN, tr("Dry or wet skin")),
        *shared,
    )


def finding_words(finding: Finding) -> str:
    """A finding's sentence; fingers and eyes in it are called what they are called here."""
    known = {each.value: attribute_name(each) for each in BiometricAttribute}
    named = {key: known.get(str(value), value) for key, value in finding.detail.items()}
    return say(finding.code, named)


def problem_words(entry: OutboxEntry) -> str:
    """What the last attempt to deliver came to, from the name that was stored; of the details only the server's
    code was."""
    code = Code.named(entry.last_problem or "")
    if code is None:
        return str(entry.last_problem)
    sentence = QCoreApplication.translate(CONTEXT, code.sentence)
    return re.sub(r"\{\w+\}", "…", sentence.replace("{server_code}", entry.server_code or "…"))


def delivery_words(entry: OutboxEntry) -> str:
    """How far a packet got: the server's word for it where there is one, else ours."""
    if entry.is_carried:
        return tr("on its way on a drive")
    if entry.server_status is ServerStatus.REREGISTER and entry.person_told is not None:
        return tr("the person was told to come again")
    if entry.state is DeliveryState.PUSHED and entry.server_status is not None:
        return server_status_name(entry.server_status)
    if entry.state is DeliveryState.SYNCED and entry.server_status is not None:
        return tr("the server wants it again")
    return state_name(entry.state)


def outlook_words(outlook: Outlook) -> str:
    """What waits to be sent and how long that takes; nothing when nothing waits."""
    if outlook.terms.is_paused:
        return tr("Sending is paused. {count} packets wait.", count=outlook.packets)
    if outlook.packets == 0 or outlook.takes is None:
        return ""
    minutes = ceil(outlook.takes / timedelta(minutes=1))
    return tr(
        "{count} packets wait; sending them takes about {minutes} minutes.", count=outlook.packets, minutes=minutes
    )


def limit_words(limit: Limit) -> str:
    """What is used of it, and until when that is enough."""
    name = limit_name(limit.name)
    if limit.is_reached:
        return tr("{what}: the limit is reached.", what=name)
    if limit.blocks_at is None:
        return tr("{what}: {used} of {limit}", what=name, used=_short(limit.used), limit=_short(limit.limit))
    until = f"{_LEFT_TO_RIGHT}{limit.blocks_at.astimezone():%Y-%m-%d}{_END}"
    return tr(
        "{what}: {used} of {limit}, enough until {date}",
        what=name,
        used=_short(limit.used),
        limit=_short(limit.limit),
        date=until,
    )


def limit_name(name: str) -> str:
    return {
        "packets_waiting": tr("Packets not sent"),
        "packets_in_review": tr("Packets waiting for review"),
        "oldest_in_review": tr("Days of the oldest review"),
        "days_without_sending": tr("Days without sending"),
        "master_data_age": tr("Days since the server's lists (places, documents) were fetched"),
        "job_master_data": tr("Days since the server's lists (places, documents) were fetched"),
        "job_configuration": tr("Days since the settings were fetched"),
        "job_users": tr("Days since the users were fetched"),
        "disk": tr("Megabytes on the disk"),
        "packet_certificate": tr("Days of the server's certificate for packets"),
        "signer_certificate": tr("Days of the server's certificate for answers"),
        "clock_offset": tr("Seconds between this clock and the server's"),
    }.get(name, name)


def _short(number: float) -> str:
    return f"{number:,.0f}".replace(",", "\u202f")


def server_status_name(status: ServerStatus) -> str:
    return {
        ServerStatus.ACCEPTED: tr("accepted by the server"),
        ServerStatus.RECEIVED: tr("accepted by the server"),
        ServerStatus.UPLOAD_PENDING: tr("the server wants it again"),
        ServerStatus.RESEND: tr("the server wants it again"),
        ServerStatus.REJECTED: tr("rejected by the server"),
        ServerStatus.PROCESSING: tr("being processed"),
        ServerStatus.PROCESSED: tr("processed"),
        ServerStatus.REPROCESS_FAILED: tr("being processed"),
        ServerStatus.REREGISTER: tr("this person must come again"),
        ServerStatus.UIN_GENERATED: tr("processed, the number was given"),
        ServerStatus.AWAITING_INFORMATION: tr("the server asks for more"),
        ServerStatus.OTHER: tr("accepted by the server"),
    }[status]


def state_name(state: DeliveryState) -> str:
    return {
        DeliveryState.REGISTERED: tr("waits for review"),
        DeliveryState.APPROVED: tr("waits to be sent"),
        DeliveryState.REJECTED: tr("rejected"),
        DeliveryState.SYNCED: tr("announced, waits to be sent"),
        DeliveryState.PUSHED: tr("accepted by the server"),
        DeliveryState.GIVEN_UP: tr("refused by the server"),
    }[state]
