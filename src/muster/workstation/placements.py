"""Taking fingers and irises: one placement on a device, and beside it the station's own judgement.

Rules:

1. Each finger and eye is judged by itself against its own threshold, never by an average. Whose quality is held
   against it, the device's or the station's, is the policy's (``quality_rules``).
2. What its device calls good enough counts, and is durable, before the station has looked at it: ``capture`` does
   not wait. ``judge`` comes beside, on a lane; it sets aside again what it finds too poor. Killed between the
   two, the program finds in ``unjudged`` what is still to be judged, at the latest when the person confirms.
3. The best of each finger over all attempts counts. While there is one that counts, another is held in memory
   until it is judged, and takes its place only if it is better.
4. What is below the threshold is not thrown away: the best of each finger is held in memory, and once the attempts
   are used up the officer may keep it as *forced*, with a reason. Held captures are lost with the program, while
   the attempt count is not; then one more capture is made instead.
5. An attempt is a placement the device answered, whatever came of it. A device that failed costs none.
6. A sample of a finger that was not asked for is never kept: it may be the wrong hand.
7. Of the same finger placed twice nobody knows which one was right: neither counts until both were taken again.
   Two fingers may be alike to the program, so the officer may keep them as any other poor capture.

``judge`` for one registration belongs on one thread at a time; ``capture`` may run on another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from threading import Event, Lock
from uuid import uuid4

from muster.analysis.fingerprints import ridge_quality
from muster.audit.catalogue import AuditEvent
from muster.devices.api import (
    DEVICE_FAILED,
    BiometricCapture,
    CapturedSample,
    CaptureRequest,
    DeviceContext,
    DeviceKind,
    SlapCapture,
)
from muster.devices.attestation import verify_attestation
from muster.devices.catalogue import Catalogue
from muster.devices.frames import Frame
from muster.devices.records import picture_of
from muster.domain.assessment import Finding, NotAssessed, Severity, blocking
from muster.domain.biometrics import BiometricAttribute, CaptureGroup, ForcedBecause, Modality
from muster.domain.lifecycle import PoorSamplesKept, Registration, SampleCaptured, SampleJudged, SampleSetAside
from muster.domain.registration import RegistrationId
from muster.errors import Code, DeviceUnavailable, MusterError, NotAuthentic, Refused, Unavailable
from muster.workstation.journal import Entry, Journal
from muster.workstation.mailbox import Mailbox
from muster.workstation.policy import Policy, QualityRule
from muster.workstation.sample_judging import Judge, Judged
from muster.workstation.samples import (
    ATTEMPTS_LEFT,
    CaptureOutcome,
    SampleBook,
    SampleResult,
    chain_end,
    codes,
)
from muster.workstation.slap_cutting import cut_slap

QUALITY_BELOW_THRESHOLD = Code(
    "QUALITY_BELOW_THRESHOLD", "The quality is {quality} of 100; at least {threshold} is needed. Take it again."
)
WRONG_FINGER = Code(
    "WRONG_FINGER", "The device saw another hand or eye than the one asked for. Place the right one."
)
FINGER_MISSING = Code("FINGER_MISSING", "One finger or eye was not seen. Place all of them and try again.")
NO_RIDGES = Code("NO_RIDGES", "No ridges are visible. Clean the glass and the finger and try again.")
SAMPLE_NOT_AUTHENTIC = Code(
    "SAMPLE_NOT_AUTHENTIC", "The {kind} signed something else than it handed out. Tell your supervisor."
)
NOTHING_TO_CAPTURE = Code(
    "NOTHING_TO_CAPTURE", "All of these are marked as exceptions; there is nothing to capture."
)

_KINDS = {Modality.FINGER: DeviceKind.FINGERPRINT, Modality.IRIS: DeviceKind.IRIS}


@dataclass(frozen=True, slots=True, eq=False)
class _Take:
    """A capture that does not count, or not yet."""

    sample: CapturedSample
    judged: Judged | None = None
    findings: tuple[Finding, ...] = ()


class Placements:
    """One officer's captures, on the devices at hand."""

    def __init__(
        self,
        journal: Journal,
        catalogue: Catalogue,
        context: DeviceContext,
        policy: Policy,
        judge: Judge,
    ) -> None:
        """``judge`` is loaded slowly: one may look at what several people show, one after the other."""
        self._journal = journal
        self._catalogue = catalogue
        self._context = context
        self._policy = policy
        self._book = SampleBook(journal, policy)
        self._judge = judge
        self._lock = Lock()
        self._judging = Lock()
        self._takes: dict[tuple[RegistrationId, BiometricAttribute], tuple[_Take, ...]] = {}

    def beside(self, journal: Journal) -> Placements:
        """The same devices and judges, written down elsewhere."""
        return Placements(journal, self._catalogue, self._context, self._policy, self._judge)

    def prepare(self) -> None:
        """Load what judges fingers, so that the first is not waited for. Raises ``Unavailable``,
        ``NotAuthentic``."""
        if self._policy.quality_rules.get(Modality.FINGER, QualityRule.DEVICE_ALONE).judges:
            self._judge.load_once()

    # Capturing

    def capture(
        self,
        registration_id: RegistrationId,
        group: CaptureGroup,
        cancel: Event,
        mailbox: Mailbox[Frame],
        *,
        forced: ForcedBecause | None = None,
        comment: str = "",
    ) -> CaptureOutcome:
        """Capture the fingers or eyes of ``group`` that are no exceptions; ``judge`` what ``unjudged`` names then.

        ``forced`` keeps the best of each over all attempts although it is below the threshold, with the officer's
        reason and ``comment``; raises ``Refused(ATTEMPTS_LEFT)`` while attempts are left. Raises
        ``DeviceUnavailable``, ``Cancelled``.
        """
        state = self._journal.open_draft(registration_id)
        wanted = tuple(each for each in group.attributes if each not in state.exceptions)
        if not wanted:
            raise Refused(NOTHING_TO_CAPTURE)
        if forced and state.attempts.get(group, 0) < self._policy.attempts:
            raise Refused(ATTEMPTS_LEFT)
        # What was good once stays: only a finger without any sample is filled with its best poor one.
        lacking = tuple(each for each in wanted if each not in state.samples)
        if forced and lacking and all(self._best(registration_id, each) for each in lacking):
            return self._keep_best(registration_id, group, lacking, forced, comment)
        self._judge.begin(registration_id)
        samples, placement = self._from_device(registration_id, state, group, wanted, cancel, mailbox)
        state = self._book.count_attempt(registration_id, group)
        placement = placement or check_placement(wanted, samples)
        if placement:
            self._book.note_refusal(registration_id, group, placement)
            return self._book.outcome(state, group, (), placement)
        results = tuple(self._first_look(each) for each in samples)
        state = self._take_in(state, group, list(zip(samples, results, strict=True)))
        lacking = tuple(each.attribute for each in results if each.attribute not in state.samples)
        available = tuple(each for each in lacking if self._best(registration_id, each))
        if forced and available:
            return self._keep_best(registration_id, group, available, forced, comment)
        return self._book.outcome(state, group, results)

    def _from_device(
        self,
        registration_id: RegistrationId,
        state: Registration,
        group: CaptureGroup,
        wanted: tuple[BiometricAttribute, ...],
        cancel: Event,
        mailbox: Mailbox[Frame],
    ) -> tuple[Sequence[CapturedSample], tuple[Finding, ...]]:
        """The samples, and what is wrong with the placement as far as it was seen before there were samples."""
        request = CaptureRequest(
            attributes=wanted,
            # The highest: at the timeout the device hands out the best there was.
            requested_score=max(self._policy.threshold(each) for each in wanted),
            timeout_s=self._policy.capture_timeout_s,
            transaction_id=str(uuid4()),
            previous_hash=chain_end(state),
        )
        kind = _KINDS[group.modality]
        samples: Sequence[CapturedSample] = ()
        findings: tuple[Finding, ...] = ()
        try:
            with self._catalogue.open(kind, self._context, registering=True) as device:
                if isinstance(device, SlapCapture):
                    picture = device.capture_slap(request, cancel, mailbox.put)
                    samples, findings = cut_slap(picture, group, request, self._context, self._judge)
                else:
                    assert isinstance(device, BiometricCapture)
                    samples = device.capture(request, cancel, mailbox.put)
                check_samples(samples, kind)
        except MusterError as error:
            self._note_failure(registration_id, group, error.code)
            raise
        except Exception as error:  # whatever a stranger's driver raises, its device failed
            self._note_failure(registration_id, group, DEVICE_FAILED)
            raise DeviceUnavailable(DEVICE_FAILED, kind=kind.value) from error
        return samples, findings

    def _note_failure(self, registration_id: RegistrationId, group: CaptureGroup, code: Code) -> None:
        self._journal.note(registration_id, AuditEvent.CAPTURE_FAILED, group=group.value, code=code.name)

    def _first_look(self, sample: CapturedSample) -> SampleResult:
        attribute = sample.attribute
        return judge_sample(sample, self._policy.threshold(attribute), self._policy.rule(attribute))

    def _take_in(
        self, state: Registration, group: CaptureGroup, taken: Sequence[tuple[CapturedSample, SampleResult]]
    ) -> Registration:
        """Make count what may, hold the rest."""
        counting: list[CapturedSample] = []
        findings: list[Finding] = []
        for sample, result in taken:
            findings += [] if result.accepted else result.findings
            if result.accepted and self._may_count(state, sample):
                counting.append(sample)
            elif _shows_something(result.findings):
                self._hold(state.id, _Take(sample, None, result.findings))
        if counting:
            attempts = state.attempts.get(group, 1)
            entries = [self._book.entry(state.id, each, attempts, said=_noticed(each))[0] for each in counting]
            state = self._journal.commit(state.id, *entries)
        if findings:
            self._book.note_refusal(state.id, group, findings)
        return state

    def _may_count(self, state: Registration, sample: CapturedSample) -> bool:
        """Whether it counts before it was judged: where nothing does, or nobody is going to judge it."""
        kept = state.samples.get(sample.attribute)
        if kept is None:
            return True
        rule = self._policy.rule(sample.attribute)
        return not rule.judges and (kept.facts.forced or sample.quality > kept.facts.quality)

    # Judging

    def unjudged(
        self, registration_id: RegistrationId, group: CaptureGroup | None = None, *, needed: bool = False
    ) -> tuple[BiometricAttribute, ...]:
        """What the station is still to look at, in ``group`` or in all of the registration; with ``needed`` only
        what nothing is sealed before."""
        state = self._journal.load(registration_id)
        attributes = group.attributes if group else tuple(BiometricAttribute)
        return tuple(
            each
            for each in attributes
            if (self._policy.rule(each).needs_judgement if needed else self._policy.rule(each).judges)
            and (_is_pending(state, each) or self._waiting(registration_id, each))
        )

    def judge_the_rest(self, registration_id: RegistrationId) -> Registration:
        """Judge everything that is to be: what was seen after the person said yes would come too late. Raises what
        ``judge`` raises, of what nothing is sealed before; of the others it is done without."""
        needed = self.unjudged(registration_id, needed=True)
        for attribute in self.unjudged(registration_id):
            try:
                self.judge(registration_id, attribute)
            except (Unavailable, NotAuthentic):
                if attribute in needed:
                    raise
        return self._journal.load(registration_id)

    def judge(self, registration_id: RegistrationId, attribute: BiometricAttribute) -> CaptureOutcome:
        """Look at what was captured of ``attribute`` (0.2 to 0.75 s each) and decide what counts.

        Raises ``Unavailable``, ``NotAuthentic`` (weights); what counted, counts on, unjudged. Raises
        ``Refused(REGISTRATION_CLOSED)`` when the registration was finished meanwhile. Once the person has said yes
        to what counts, nothing is changed any more.
        """
        results: tuple[SampleResult, ...] = ()
        with self._judging:  # a lane and the check may ask for the same at once
            state = self._journal.open_draft(registration_id)
            self._judge.begin(registration_id)
            if _is_pending(state, attribute) and not state.previewed:
                state, results = self._judge_counted(state, state.samples[attribute])
            for take in () if state.previewed else self._waiting(registration_id, attribute):
                state, results = self._judge_take(state, take)
        return self._book.outcome(state, _group_of(attribute), results)

    def _judge_counted(
        self, state: Registration, event: SampleCaptured
    ) -> tuple[Registration, tuple[SampleResult, ...]]:
        sample = sample_of(event, self._journal.read(state.id, event.record))
        judged = self._judge.look(sample.attribute, sample.record)
        twins = () if event.facts.forced else self._twins(state, judged)
        result = self._result(sample, judged, twins)
        stays = result.accepted or event.facts.forced
        entries = [self._judgement(state, sample, judged, event.record.name, counts=stays)]
        results = [replace(result, accepted=stays)]
        if not stays:
            entries.append(self._set_aside(event, result.findings))
        for twin in twins:
            other = state.samples[BiometricAttribute(twin.detail["other"])]
            entries.append(self._set_aside(other, (twin,)))
            results.append(self._hold_again(state, other, judged))
        state = self._journal.commit(state.id, *entries)
        if not stays and judged.shows_something:
            self._hold(state.id, _Take(sample, judged, result.findings))
        return state, tuple(results)

    def _judge_take(self, state: Registration, take: _Take) -> tuple[Registration, tuple[SampleResult, ...]]:
        """Of a finger that counts already, or whose device was not content."""
        attribute = take.sample.attribute
        judged = self._judge.look(attribute, take.sample.record)
        twins = self._twins(state, judged)
        result = self._result(take.sample, judged, twins)
        self._let_go(state.id, take)
        kept = state.samples.get(attribute)
        if result.accepted and (
            kept is None or kept.facts.forced or result.quality > self._policy.quality_of(state, attribute)
        ):
            entry, ref = self._book.entry(state.id, take.sample, state.attempts.get(_group_of(attribute), 1))
            judgement = self._judgement(state, take.sample, judged, ref.name, counts=True)
            return self._journal.commit(state.id, entry, judgement), (result,)
        self._journal.note(
            state.id, AuditEvent.SAMPLE_JUDGED, **_judgement_detail(state, take.sample, judged, counts=False)
        )
        if not result.accepted and judged.shows_something:
            self._hold(state.id, _Take(take.sample, judged, result.findings))
        return state, (result,)

    def _result(self, sample: CapturedSample, judged: Judged, twins: Iterable[Finding]) -> SampleResult:
        rule = self._policy.rule(sample.attribute)
        threshold = self._policy.threshold(sample.attribute)
        quality = rule.deciding(sample.quality, judged.judgement.quality)
        seen = judged.findings_by_rule(strict=rule.needs_judgement)
        findings = (*twins, *seen, *_below(sample.attribute, quality, threshold))
        return SampleResult(sample.attribute, quality, threshold, not blocking(findings), findings)

    def _twins(self, state: Registration, judged: Judged) -> tuple[Finding, ...]:
        """One for each finger that counts and is the same as this one; those still to be judged look for
        themselves."""
        found = (
            self._judge.same_twice(judged, self._judge.look(other, self._journal.read(state.id, event.record)))
            for other, event in state.samples.items()
            if other is not judged.attribute
            and other.modality is judged.attribute.modality
            and other in state.judgements
        )
        return tuple(each for each in found if each is not None)

    def _judgement(
        self, state: Registration, sample: CapturedSample, judged: Judged, record: str, *, counts: bool
    ) -> Entry:
        event = SampleJudged(self._journal.now(), sample.attribute, record, judged.judgement)
        detail = _judgement_detail(state, sample, judged, counts=counts)
        return Entry(event, AuditEvent.SAMPLE_JUDGED, detail)

    def _set_aside(self, event: SampleCaptured, findings: Iterable[Finding]) -> Entry:
        attribute = event.facts.attribute
        aside = SampleSetAside(self._journal.now(), attribute, event.record.name)
        detail = {"attribute": attribute.value, "findings": codes(findings)}
        return Entry(aside, AuditEvent.SAMPLE_SET_ASIDE, detail)

    def _hold_again(self, state: Registration, event: SampleCaptured, twin: Judged) -> SampleResult:
        """What counted until its ``twin`` came."""
        attribute = event.facts.attribute
        sample = sample_of(event, self._journal.read(state.id, event.record))
        judged = self._judge.look(attribute, sample.record)
        result = self._result(sample, judged, [each for each in (self._judge.same_twice(judged, twin),) if each])
        self._hold(state.id, _Take(sample, judged, result.findings))
        return replace(result, accepted=False)

    # What is held

    def _hold(self, registration_id: RegistrationId, take: _Take) -> None:
        """Of those that are judged, the best one is enough."""
        key = (registration_id, take.sample.attribute)
        with self._lock:
            takes = (*self._takes.get(key, ()), take)
            settled = [each for each in takes if each.judged is not None or not self._rule(each).judges]
            waiting = [each for each in takes if each not in settled]
            best = [max(settled, key=self._rank)] if settled else []
            self._takes[key] = (*best, *waiting)

    def _let_go(self, registration_id: RegistrationId, take: _Take) -> None:
        key = (registration_id, take.sample.attribute)
        with self._lock:
            self._takes[key] = tuple(each for each in self._takes.get(key, ()) if each is not take)

    def _waiting(self, registration_id: RegistrationId, attribute: BiometricAttribute) -> tuple[_Take, ...]:
        takes = self._takes.get((registration_id, attribute), ())
        return tuple(each for each in takes if each.judged is None and self._rule(each).judges)

    def _best(self, registration_id: RegistrationId, attribute: BiometricAttribute) -> _Take | None:
        return max(self._takes.get((registration_id, attribute), ()), key=self._rank, default=None)

    def _rule(self, take: _Take) -> QualityRule:
        return self._policy.rule(take.sample.attribute)

    def _rank(self, take: _Take) -> tuple[bool, float, int]:
        station = take.judged.judgement.quality if take.judged else None
        quality = self._rule(take).deciding(take.sample.quality, station)
        wrong = [each for each in blocking(take.findings) if each.code is not QUALITY_BELOW_THRESHOLD]
        return not wrong, quality, -len(take.findings)

    def _keep_best(
        self,
        registration_id: RegistrationId,
        group: CaptureGroup,
        attributes: tuple[BiometricAttribute, ...],
        because: ForcedBecause,
        comment: str,
    ) -> CaptureOutcome:
        state = self._journal.load(registration_id)
        attempts = state.attempts.get(group, 1)
        entries: list[Entry] = []
        results = []
        for attribute in attributes:
            take = self._best(registration_id, attribute)
            assert take is not None  # else it was not named
            said = {"because": because.value, "findings": codes(take.findings)}
            entry, ref = self._book.entry(registration_id, take.sample, attempts, forced=True, said=said)
            entries.append(entry)
            if take.judged is not None:
                entries.append(self._judgement(state, take.sample, take.judged, ref.name, counts=True))
            quality = self._rank(take)[1]
            results.append(SampleResult(attribute, quality, self._policy.threshold(attribute), accepted=True))
        detail = {"group": group.value, "because": because.value}
        kept = PoorSamplesKept(self._journal.now(), attributes, because, comment)
        state = self._journal.commit(registration_id, *entries, Entry(kept, AuditEvent.POOR_SAMPLES_KEPT, detail))
        with self._lock:  # only now: a full disk must not cost the captures
            for attribute in attributes:
                del self._takes[registration_id, attribute]
        return self._book.outcome(state, group, tuple(results))


def check_samples(samples: Iterable[CapturedSample], kind: DeviceKind) -> None:
    """Believe nothing a device says about itself: a packet with a wrong signature is refused by the server when
    the person has long left. Raises ``NotAuthentic``, ``DeviceUnavailable``."""
    for sample in samples:
        if not 0 <= sample.quality <= 100:  # false for NaN, too
            raise DeviceUnavailable(DEVICE_FAILED, kind=kind.value)
        try:
            verify_attestation(sample.attestation, sample.record)
        except NotAuthentic as error:
            raise NotAuthentic(SAMPLE_NOT_AUTHENTIC, kind=kind.value) from error


def check_placement(
    wanted: Sequence[BiometricAttribute], samples: Sequence[CapturedSample]
) -> tuple[Finding, ...]:
    """Whether the device saw what it was asked for, no more and no less."""
    seen = {sample.attribute for sample in samples}
    if seen - set(wanted):
        return (Finding(WRONG_FINGER),)
    return tuple(Finding(FINGER_MISSING, field=each.value) for each in wanted if each not in seen)


def judge_sample(
    sample: CapturedSample, threshold: int, rule: QualityRule = QualityRule.DEVICE_ALONE
) -> SampleResult:
    """What can be said at once: the device's quality against the threshold, where it counts, for a finger whether
    there are ridges at all, and what the driver noticed, which keeps nothing from being taken."""
    findings = [replace(each, severity=Severity.WARNS) for each in sample.findings]
    if rule is not QualityRule.STATION:
        findings += _below(sample.attribute, sample.quality, threshold)
    if sample.attribute.modality is Modality.FINGER:
        ridges = ridge_quality(picture_of(sample.record))
        if isinstance(ridges, NotAssessed):
            findings.append(Finding(NO_RIDGES, field=sample.attribute.value))
    return SampleResult(
        sample.attribute,
        sample.quality,
        threshold,
        not blocking(findings),
        tuple(findings),
        judged=not rule.judges,
    )


def _below(attribute: BiometricAttribute, quality: float, threshold: int) -> list[Finding]:
    if quality >= threshold:
        return []
    detail = {"quality": int(quality), "threshold": threshold}  # never rounded up to the threshold
    return [Finding(QUALITY_BELOW_THRESHOLD, Severity.BLOCKS, attribute.value, detail)]


def _shows_something(findings: Iterable[Finding]) -> bool:
    return all(finding.code is not NO_RIDGES for finding in findings)


def _noticed(sample: CapturedSample) -> dict[str, str]:
    return {"findings": codes(sample.findings)} if sample.findings else {}


def _is_pending(state: Registration, attribute: BiometricAttribute) -> bool:
    return attribute in state.samples and attribute not in state.judgements


def _group_of(attribute: BiometricAttribute) -> CaptureGroup:
    return next(each for each in CaptureGroup if attribute in each.attributes)


def sample_of(event: SampleCaptured, record: bytes) -> CapturedSample:
    """As its device handed it out."""
    facts = event.facts
    return CapturedSample(
        attribute=facts.attribute,
        record=record,
        quality=facts.quality,
        captured_at=facts.captured_at,
        device=facts.device,
        device_code=facts.device_code,
        device_service_version=facts.device_service_version,
        attestation=facts.attestation,
        hash=facts.chain_hash,
    )


def _judgement_detail(
    state: Registration, sample: CapturedSample, judged: Judged, *, counts: bool
) -> dict[str, str]:
    said = judged.judgement
    return {
        "attribute": sample.attribute.value,
        "attempt": str(state.attempts.get(_group_of(sample.attribute), 1)),
        "device_quality": f"{sample.quality:.1f}",
        "quality": "" if said.quality is None else f"{said.quality:.1f}",
        "measure": said.measure,
        "findings": ",".join(sorted(set(said.findings))),
        "sha256": sha256(sample.record).hexdigest(),
        "counts": str(counts).lower(),
    }
