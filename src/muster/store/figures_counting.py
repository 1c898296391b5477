"""What one registration adds to the figures, told from its records in the trail. Pure.

The trail is asked and not the events: those are destroyed with the content once a packet was delivered, and the
trail says everything that is counted here. A registration counts on the day it is sealed; when it is sent back and
sealed again, only what was done since is added. What is captured of an introducer counts for no finger.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from muster.audit.catalogue import AuditEvent
from muster.domain.biometrics import BiometricAttribute
from muster.domain.registration import Step
from muster.domain.step_times import PAUSE, step_of_attribute

_STEPS: Mapping[str, Step] = {
    event.id: step
    for step, events in {
        Step.CONSENT: (AuditEvent.CONSENT_GIVEN,),
        Step.DEMOGRAPHICS: (
            AuditEvent.DEMOGRAPHICS_ENTERED,
            AuditEvent.WORDS_KEPT,
            AuditEvent.DEMOGRAPHICS_DRAFTED,
        ),
        Step.DOCUMENTS: (
            AuditEvent.DOCUMENT_ATTACHED,
            AuditEvent.DOCUMENT_REMOVED,
            AuditEvent.DOCUMENT_MADE_SMALLER,
        ),
        Step.PROOFING: (AuditEvent.PROOF_SETTLED,),
        Step.FACE: (AuditEvent.LIVENESS_JUDGED,),
        Step.EXCEPTION_PHOTO: (AuditEvent.EXCEPTION_PHOTO_TAKEN,),
        Step.SIGNATURE: (AuditEvent.REGISTRATION_CONFIRMED, AuditEvent.REGISTRATION_SIGNED),
    }.items()
    for event in events
}
_GROUPS = frozenset(
    each.id
    for each in (AuditEvent.CAPTURE_ATTEMPTED, AuditEvent.CAPTURE_BELOW_THRESHOLD, AuditEvent.CAPTURE_FAILED)
)
_ATTRIBUTES = frozenset(
    each.id for each in (AuditEvent.SAMPLE_CAPTURED, AuditEvent.EXCEPTION_MARKED, AuditEvent.EXCEPTION_CLEARED)
)


@dataclass(frozen=True, slots=True)
class Told:
    """One record about a registration, as far as it is counted."""

    sequence: int
    at: datetime
    event: str
    actor: str
    detail: Mapping[str, str]

    @property
    def is_of_introducer(self) -> bool:
        return is_of_introducer(self.detail)


@dataclass(frozen=True, slots=True)
class SampleCounted:
    """``measure`` is the station's, empty where only the device said how good the sample is."""

    officer: str
    device: str
    attribute: str
    measure: str
    quality: float
    first: bool
    forced: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """``is_new`` unless it was sealed before; ``times`` are seconds by step and by who worked at it, exceptions
    attribute and kind."""

    officer: str
    process: str
    is_new: bool
    times: Mapping[tuple[Step, str], float]
    samples: tuple[SampleCounted, ...]
    exceptions: tuple[tuple[str, str], ...]


def counted(records: Sequence[Told]) -> Counted:
    """``records`` from the first about it up to the one that says that it was sealed."""
    sealed = [each.sequence for each in records if each.event == AuditEvent.PACKET_SEALED.id]
    before = sealed[-2] if len(sealed) > 1 else 0
    signed = [each.actor for each in records if each.event == AuditEvent.REGISTRATION_SIGNED.id]
    own = [each for each in records if not each.is_of_introducer]
    return Counted(
        officer=signed[-1] if signed else records[0].actor,
        process=records[0].detail.get("process", ""),
        is_new=not before,
        times=_times(records, before),
        samples=tuple(_samples(own, before)),
        exceptions=tuple(_exceptions(own, before)),
    )


def _times(records: Iterable[Told], after: int) -> Mapping[tuple[Step, str], float]:
    """As ``domain.step_times`` tells them from events: the time up to a record counts for its step."""
    times: dict[tuple[Step, str], float] = {}
    before, unclaimed = None, timedelta(0)
    for each in records:
        passed = each.at - before if before is not None else timedelta(0)
        before = each.at
        if each.sequence <= after:
            continue
        away = passed > PAUSE or each.event == AuditEvent.REGISTRATION_RESUMED.id
        unclaimed += timedelta(0) if away else max(passed, timedelta(0))
        step = step_told(each.event, each.detail)
        if step is not None:
            key = (step, each.actor)
            times[key] = times.get(key, 0.0) + unclaimed.total_seconds()
            unclaimed = timedelta(0)
    return times


def step_told(event: str, detail: Mapping[str, str]) -> Step | None:
    """The step that a record is about; none for what is no work, and for a name that a newer version wrote."""
    try:
        if event in _GROUPS:
            step = Step(detail.get("group", ""))
        elif event in _ATTRIBUTES:
            step = step_of_attribute(BiometricAttribute(detail.get("attribute", "")))
        elif event == AuditEvent.STEP_COMPLETED.id:
            step = Step(detail.get("step", ""))
        elif event in _STEPS:
            step = _STEPS[event]
        else:
            return None
    except ValueError:
        return None
    return Step.INTRODUCER if is_of_introducer(detail) else step


def is_of_introducer(detail: Mapping[str, str]) -> bool:
    return detail.get("of") == "introducer"


def kept_samples(records: Iterable[Told]) -> Iterator[tuple[str, Told, Told | None]]:
    """Those that count in the end: of what, the record that says so, and the station's judgement, if it gave one.
    ``records`` are of the person alone, or of the introducer alone."""
    kept: dict[str, Told] = {}
    judged: dict[str, Told] = {}
    for each in records:
        attribute = each.detail.get("attribute", "")
        if each.event == AuditEvent.SAMPLE_CAPTURED.id:
            kept[attribute] = each
        elif each.event in (AuditEvent.SAMPLE_SET_ASIDE.id, AuditEvent.EXCEPTION_MARKED.id):
            kept.pop(attribute, None)
        elif each.event == AuditEvent.SAMPLE_JUDGED.id and each.detail.get("quality"):
            judged[each.detail.get("sha256", "")] = each
    for attribute, sample in kept.items():
        yield attribute, sample, judged.get(sample.detail.get("sha256", "-"))


def _samples(records: Iterable[Told], after: int) -> Iterator[SampleCounted]:
    for attribute, sample, judgement in kept_samples(records):
        said = judgement or sample
        quality = number_in(said.detail.get("quality", ""))
        if sample.sequence > after and quality is not None:
            yield SampleCounted(
                sample.actor,
                sample.detail.get("device", ""),
                attribute,
                judgement.detail.get("measure", "") if judgement else "",
                quality,
                first=sample.detail.get("attempt") == "1",
                forced=sample.detail.get("forced") == "true",
            )


def _exceptions(records: Iterable[Told], after: int) -> Iterator[tuple[str, str]]:
    marked: dict[str, Told] = {}
    for each in records:
        attribute = each.detail.get("attribute", "")
        if each.event == AuditEvent.EXCEPTION_MARKED.id:
            marked[attribute] = each
        elif each.event in (AuditEvent.EXCEPTION_CLEARED.id, AuditEvent.SAMPLE_CAPTURED.id):
            marked.pop(attribute, None)
    for attribute, mark in marked.items():
        if mark.sequence > after:
            yield attribute, mark.detail.get("kind", "")


def number_in(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
