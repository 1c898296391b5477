"""Writing down what was captured, and what is told of it: the same for a face, fingers and eyes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from muster.audit.catalogue import AuditEvent
from muster.devices.api import CapturedSample
from muster.domain.assessment import Finding
from muster.domain.biometrics import BiometricAttribute, CaptureGroup, SampleFacts
from muster.domain.lifecycle import BlobRef, CaptureAttempted, Registration, SampleCaptured
from muster.domain.registration import RegistrationId
from muster.errors import Code
from muster.workstation.journal import Entry, Journal
from muster.workstation.policy import Policy

ATTEMPTS_LEFT = Code(
    "ATTEMPTS_LEFT", "There are attempts left. A poor capture can be kept only when all are used up."
)


@dataclass(frozen=True, slots=True)
class SampleResult:
    """What came of one finger, eye or face in one capture: ``quality`` is the one that counts, ``judged`` False
    while the station's own judgement is still to come."""

    attribute: BiometricAttribute
    quality: float
    threshold: int
    accepted: bool
    findings: tuple[Finding, ...] = ()
    judged: bool = True


@dataclass(frozen=True, slots=True)
class CaptureOutcome:
    """What came of one capture. ``findings`` concern the whole placement."""

    registration: Registration
    samples: tuple[SampleResult, ...]
    findings: tuple[Finding, ...]
    attempts: int
    attempts_allowed: int

    @property
    def may_force(self) -> bool:
        """Whether the officer may now keep the best there is."""
        return self.attempts >= self.attempts_allowed


class SampleBook:
    """Holds no state of its own."""

    def __init__(self, journal: Journal, policy: Policy) -> None:
        self._journal = journal
        self._policy = policy

    def count_attempt(self, registration_id: RegistrationId, group: CaptureGroup) -> Registration:
        event = CaptureAttempted(self._journal.now(), group)
        entry = Entry(event, AuditEvent.CAPTURE_ATTEMPTED, {"group": group.value})
        return self._journal.commit(registration_id, entry)

    def entry(
        self,
        registration_id: RegistrationId,
        sample: CapturedSample,
        attempts: int,
        *,
        forced: bool = False,
        said: Mapping[str, str] = MappingProxyType({}),
    ) -> tuple[Entry, BlobRef]:
        """What makes ``sample`` count, once committed; ``said`` is what the trail is told besides."""
        facts, ref, detail = self.stored(registration_id, sample, attempts, forced=forced)
        event = SampleCaptured(self._journal.now(), facts, ref)
        return Entry(event, AuditEvent.SAMPLE_CAPTURED, {**detail, **said}, ref), ref

    def stored(
        self, registration_id: RegistrationId, sample: CapturedSample, attempts: int, *, forced: bool
    ) -> tuple[SampleFacts, BlobRef, Mapping[str, str]]:
        """The sample's facts, where its record lies now, and what the trail says about it."""
        facts = facts_of(sample, attempts, forced=forced)
        ref = self._journal.keep(registration_id, sample.record)
        detail = {
            "attribute": sample.attribute.value,
            "quality": f"{sample.quality:.1f}",
            "attempt": str(attempts),
            "forced": str(forced).lower(),
            "device": sample.device.serial,
            "sha256": ref.digest,
        }
        return facts, ref, detail

    def note_refusal(
        self, registration_id: RegistrationId, group: CaptureGroup, findings: Iterable[Finding], **said: str
    ) -> None:
        self._journal.note(
            registration_id,
            AuditEvent.CAPTURE_BELOW_THRESHOLD,
            group=group.value,
            findings=codes(findings),
            **said,
        )

    def outcome(
        self,
        state: Registration,
        group: CaptureGroup,
        samples: tuple[SampleResult, ...] = (),
        findings: tuple[Finding, ...] = (),
    ) -> CaptureOutcome:
        attempts = state.attempts.get(group, 0)
        return CaptureOutcome(state, samples, findings, attempts, self._policy.attempts)


def chain_end(state: Registration) -> str:
    """The hash of the last capture, which the next one continues."""
    # Samples of one placement may bear one time where the clock is coarse: then the last of them.
    photo = (state.exception_photo,) if state.exception_photo else ()
    newest = max((*photo, *reversed(tuple(state.samples.values()))), key=lambda event: event.at, default=None)
    return newest.facts.chain_hash if newest else ""


def codes(findings: Iterable[Finding]) -> str:
    """As the trail holds them."""
    return ",".join(sorted({finding.code.name for finding in findings}))


def facts_of(sample: CapturedSample, attempts: int, *, forced: bool = False) -> SampleFacts:
    """Everything about it except its record."""
    return SampleFacts(
        attribute=sample.attribute,
        quality=sample.quality,
        attempts=attempts,
        forced=forced,
        captured_at=sample.captured_at,
        device=sample.device,
        device_code=sample.device_code,
        device_service_version=sample.device_service_version,
        attestation=sample.attestation,
        chain_hash=sample.hash,
    )
