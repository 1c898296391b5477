"""Taking the proof of an identity: one signed file that says what it rests on, and the case is closed.

Rules (K20):

1. It can be taken once the packet is sealed and no review of it is open: nothing that somebody still has to look
   at is destroyed.
2. First the archive is put together and kept, sealed; then it is written; then the case is closed and what the
   proof rests on is destroyed here, the kept archive with it. Killed in between, the next time goes on with the
   same octets.
3. Once the case is closed the proof is taken no second time: there is nothing left to make it of. What was written
   is known by its digest.
4. Pictures and documents of the person never are in it, only their digests; they follow the deletion policy.
5. Whoever takes it sees everything, so that it is for people who may see what speaks against a document.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from muster import durable
from muster.audit.catalogue import AuditEvent
from muster.crypto.jws import sign_with_key, verify_with_key
from muster.crypto.machine_key import MachineKey
from muster.crypto.signing import key_index_of
from muster.domain.evidence import Artifact, ArtifactRole, Evaluation, Evidence
from muster.domain.lifecycle import ProofPutTogether, ProofTaken, Registration
from muster.domain.operators import Permission
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Code, NotAuthentic, Refused
from muster.formats.proof_archive import Listed, Manifest, listed, read_proof, write_proof
from muster.packet.gips import identity
from muster.packet.govstack_claims import person_claims
from muster.packet.mitrust import identity_dataset
from muster.packet.openid_assurance import verified_claims
from muster.store.database import Work
from muster.workstation.attestation import attested
from muster.workstation.evidence import EvidenceLedger
from muster.workstation.inspection import read_file
from muster.workstation.journal import Journal

PROOF_TOO_EARLY = Code(
    "PROOF_TOO_EARLY", "The proof can be taken once the packet is sealed. Finish the registration first."
)
PROOF_UNDER_REVIEW = Code(
    "PROOF_UNDER_REVIEW", "A supervisor has yet to look at this registration. The proof can be taken after that."
)
PROOF_ALREADY_TAKEN = Code(
    "PROOF_ALREADY_TAKEN",
    "The proof of this identity was taken already and what it rests on was destroyed. Ask whoever keeps the file.",
)
PROOF_FILE_UNWRITABLE = Code(
    "PROOF_FILE_UNWRITABLE", "The proof cannot be written to {file}. Name a file in a folder that is there."
)
PROOF_OF_ANOTHER = Code(
    "PROOF_OF_ANOTHER", "This proof of an identity was signed with another key than the one it was compared with."
)

_NEEDED = (Permission.EXPORT, Permission.SEE_INDICATORS)
_JSON, _PDF = "application/json", "application/pdf"
_INSIDE = frozenset({ArtifactRole.ATTESTATION, ArtifactRole.SERVICE_PROOF})
_ENDINGS = {_PDF: "pdf", "application/zip": "zip"}
_PARTNER = "proof"


@dataclass(frozen=True, slots=True)
class TakenProof:
    """``digest`` is the SHA-256 (hex) of the file."""

    registration_id: RegistrationId
    digest: str
    size: int
    level: str


@dataclass(frozen=True, slots=True)
class ProofOutlook:
    """Whether a proof can be taken now, and what taking it would destroy here: ``pieces`` of evidence, and
    ``files`` behind them that nothing else needs. ``hindrance`` is why it cannot be, ``taken`` that it was."""

    hindrance: Code | None
    pieces: int = 0
    files: int = 0
    taken: ProofTaken | None = None


@dataclass(frozen=True, slots=True)
class ProofVerdict:
    """What a file says of itself, all of it signed by the key with the fingerprint ``key``. ``is_compared``: that
    is the key it was compared with; otherwise only that nothing was changed since somebody signed it."""

    station: str
    registration_id: str
    packet_id: str
    at: datetime
    level: str
    key: str
    trail_sequence: int
    trail_head: str
    files: tuple[str, ...]
    is_compared: bool


class ProofArchives:
    """``partner_subject`` gives the pseudonym of a person for a partner, ``fetch`` keeps what services signed of
    all that they found."""

    def __init__(
        self,
        journal: Journal,
        ledger: EvidenceLedger,
        key: MachineKey,
        partner_subject: Callable[[str, str], str],
        fetch: Callable[[RegistrationId], None],
    ) -> None:
        self._journal = journal
        self._ledger = ledger
        self._key = key
        self._partner_subject = partner_subject
        self._fetch = fetch

    @property
    def is_offered(self) -> bool:
        """For a page, by what the database said last: whether this operator may take proofs at all."""
        return all(map(self._journal.access.offers, _NEEDED))

    def outlook(self, registration_id: RegistrationId) -> ProofOutlook:
        """For whoever decides what to offer; whether it is done is :meth:`take`'s to say. Raises ``Refused`` (not
        allowed), ``BadInput``."""
        self._require_allowed()
        state = self._journal.load(registration_id)
        pieces = self._ledger.submissions(registration_id)
        try:
            _require_ready(state)
        except Refused as error:
            return ProofOutlook(error.code, len(pieces), taken=state.proof_taken)
        if not pieces:
            return ProofOutlook(self._ledger.absence(registration_id))
        with self._journal.database.read() as work:
            files = self._behind(work, registration_id)
        return ProofOutlook(None, len(pieces), len(files))

    def take(self, registration_id: RegistrationId, file: Path, *, with_services: bool = True) -> TakenProof:
        """Write the proof to ``file``, replacing what is there, and close the case. What services signed of all
        that they found is asked for first, unless ``with_services`` is not: for one that is gone for good.

        Raises ``Refused`` (not allowed, too early, under review, taken already, EVIDENCE_ABSENT), ``BadInput`` (an
        unknown registration, no file in a folder), ``NetworkUnavailable`` (a service), ``KeyUnavailable``,
        ``StorageUnavailable``; then the case is open and nothing is lost.
        """
        self._require_allowed()
        if file.is_dir() or not file.absolute().parent.is_dir():
            raise BadInput(PROOF_FILE_UNWRITABLE, file=str(file))
        state = self._journal.load(registration_id)
        _require_ready(state)
        waiting = state.proof_waiting
        if waiting is None:
            if with_services:
                self._fetch(registration_id)
            waiting = self._put_together(registration_id, state)
        content = self._journal.read(registration_id, waiting.archive)
        level = read_proof(content).manifest.evaluation["globalStatus"]["levelOfAssurance"]
        durable.write(file, content)
        self._close(registration_id, waiting)
        return TakenProof(registration_id, waiting.archive.digest, waiting.archive.size, level)

    def _require_allowed(self) -> None:
        for needed in _NEEDED:
            self._journal.access.require(needed)

    def _put_together(self, registration_id: RegistrationId, state: Registration) -> ProofPutTogether:
        archive = self._journal.keep(registration_id, self._archive(registration_id, state))
        event = ProofPutTogether(self._journal.now(), self._me, archive)
        with self._journal.database.work() as work:
            now = work.registrations.load(registration_id)
            _require_ready(now)
            if now.proof_waiting is not None:  # another window was quicker
                work.record(AuditEvent.PROOF_PUT_TOGETHER, actor=self._me, subject=registration_id.text)
                return now.proof_waiting
            work.registrations.append(registration_id, event)
            work.blobs.add(registration_id, archive)
            work.record(
                AuditEvent.PROOF_PUT_TOGETHER,
                actor=self._me,
                subject=registration_id.text,
                sha256=archive.digest,
                size=str(archive.size),
            )
        return event

    def _close(self, registration_id: RegistrationId, waiting: ProofPutTogether) -> None:
        now, subject = self._journal.now(), registration_id.text
        with self._journal.database.work() as work:
            state = work.registrations.load(registration_id)
            _require_ready(state)
            if state.proof_waiting is None or state.proof_waiting.archive != waiting.archive:
                # Sent back and put together anew while this one was written.
                raise Refused(PROOF_TOO_EARLY)
            names = self._of_the_proof(work, registration_id, waiting)
            work.blobs.remove(names)
            work.proofings.destroy_content(subject, now, self._me)
            taken = ProofTaken(now, self._me, waiting.archive.digest, waiting.archive.size)
            work.registrations.append(registration_id, taken)
            work.record(
                AuditEvent.PROOF_TAKEN,
                actor=self._me,
                subject=subject,
                sha256=taken.digest,
                size=str(taken.size),
                files=str(len(names)),
            )
        self._journal.blobs.destroy(names)

    def _of_the_proof(
        self, work: Work, registration_id: RegistrationId, waiting: ProofPutTogether
    ) -> tuple[str, ...]:
        """Files that nothing needs any more: the kept archive, and those behind evidence."""
        return (waiting.archive.name, *self._behind(work, registration_id))

    def _behind(self, work: Work, registration_id: RegistrationId) -> tuple[str, ...]:
        """Files behind evidence which the registration itself does not name as a document of its own."""
        said = [each.body for each in work.registrations.stored(registration_id)]
        behind = {
            each.kept
            for piece in self._ledger.submissions(registration_id)
            for each in piece.artifacts
            if each.kept
        }
        return tuple(sorted(name for name in behind if not any(name in body for body in said)))

    def _archive(self, registration_id: RegistrationId, state: Registration) -> bytes:
        station, subject = self._journal.station.ref_id, registration_id.text
        evaluation = self._ledger.for_others(registration_id, unveiled=True)
        evaluation, made = attested(evaluation, self._key, station)
        told = identity(evaluation, subject, state.started.at, closed=True)

        def read(artifact: Artifact) -> bytes:
            return made.get(artifact.digest) or self._ledger.read(registration_id, artifact)

        without_pictures = _with_artifacts(evaluation, lambda each: each.role is ArtifactRole.ATTESTATION)
        pseudonym = self._partner_subject(_PARTNER, subject)
        wordings: dict[str, Any] = {
            "gips": told,
            "mitrust": identity_dataset(without_pictures, read),
            "openid-ida": verified_claims(evaluation, subject),
            "govstack": person_claims(evaluation, pseudonym),
            "ledger": [_piece(each) for each in evaluation.evidence if not each.submission.kind.is_derived],
        }
        files = {f"evidence/{name}.json": _encoded(content) for name, content in wordings.items()}
        lines = [listed(name, _JSON, content) for name, content in files.items()]
        not_inside = []
        for artifact in {each.digest: each for each in _artifacts(evaluation)}.values():
            if artifact.role not in _INSIDE:
                not_inside.append(Listed(artifact.role.value, artifact.media_type, artifact.digest, artifact.size))
                continue
            name = f"files/{artifact.digest}.{_ENDINGS.get(artifact.media_type, 'bin')}"
            files[name] = read(artifact)
            lines.append(listed(name, artifact.media_type, files[name]))
        assert state.sealed is not None  # or it is too early
        with self._journal.database.read() as work:
            newest = work.trail.newest()
        manifest = Manifest(
            station=station,
            registration_id=subject,
            packet_id=state.sealed.packet_id,
            packet_digest=state.sealed.digest.lower(),
            at=self._journal.now(),
            key=self._key.signing_public,
            trail_sequence=newest.sequence if newest else 0,
            trail_head=newest.digest if newest else "0" * 64,
            evaluation=told,
            files=tuple(lines),
            not_inside=tuple(not_inside),
        ).encode()
        return write_proof(manifest, sign_with_key(self._key, manifest, self._key.signing_key_index), files)

    @property
    def _me(self) -> str:
        return self._journal.operator.user_id


def verify_proof(file: Path, key: Path | None = None) -> ProofVerdict:
    """Check a proof anywhere, without a station. ``key`` holds the public key or certificate of the station's
    machine key, PEM or DER.

    Raises ``BadInput`` (no file, no such format, no key), ``NotAuthentic`` (changed, or another's).
    """
    found = read_proof(read_file(file))
    manifest = found.manifest
    verify_with_key(found.signature, manifest.key)
    index = key_index_of(manifest.key)
    if key is not None and key_index_of(read_file(key)) != index:
        raise NotAuthentic(PROOF_OF_ANOTHER)
    status = manifest.evaluation.get("globalStatus")
    level = status.get("levelOfAssurance") if isinstance(status, dict) else None
    return ProofVerdict(
        station=manifest.station,
        registration_id=manifest.registration_id,
        packet_id=manifest.packet_id,
        at=manifest.at,
        level=level if isinstance(level, str) else "",
        key=index,
        trail_sequence=manifest.trail_sequence,
        trail_head=manifest.trail_head,
        files=tuple(sorted(found.files)),
        is_compared=key is not None,
    )


def _require_ready(state: Registration) -> None:
    if state.proof_taken is not None:
        raise Refused(PROOF_ALREADY_TAKEN)
    if state.sealed is None:
        raise Refused(PROOF_TOO_EARLY)
    if state.awaits_approval:
        raise Refused(PROOF_UNDER_REVIEW)


def _artifacts(evaluation: Evaluation) -> list[Artifact]:
    return [each for piece in evaluation.evidence for each in piece.submission.artifacts]


def _with_artifacts(evaluation: Evaluation, stays: Callable[[Artifact], bool]) -> Evaluation:
    def reduced(each: Evidence) -> Evidence:
        artifacts = tuple(artifact for artifact in each.submission.artifacts if stays(artifact))
        return replace(each, submission=replace(each.submission, artifacts=artifacts))

    return replace(evaluation, evidence=tuple(map(reduced, evaluation.evidence)))


def _piece(evidence: Evidence) -> dict[str, Any]:
    """What stands in no other wording, since none has a place for every kind."""
    submission = evidence.submission
    return {
        "id": evidence.id,
        "kind": submission.kind.value,
        "type": submission.wire_type,
        "method": submission.method,
        "provider": submission.provider,
        "status": evidence.status.value,
        "strength": evidence.strength.value,
        "score": evidence.score.value,
        "checks": [each.indicator for each in submission.checks],
        "risks": [{"normalized": each.normalized.value, "raw": each.raw} for each in submission.risks],
        "errors": [{"code": each.code, "message": each.message} for each in evidence.faults],
        "referenceIds": list(submission.references),
        "artifacts": [{"role": each.role.value, "sha256": each.digest} for each in submission.artifacts],
    }


def _encoded(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()
