"""What levels, pieces of evidence and their files are called in the window's language.

Names of checks and of risks are those of the services and stand as they are: only supervisors read them.
"""

from __future__ import annotations

from collections.abc import Iterable

from muster.domain.evidence import (
    Artifact,
    ArtifactRole,
    CheckOutcome,
    Evidence,
    EvidenceKind,
    EvidenceStatus,
    LevelOfAssurance,
    UpgradePath,
)
from muster.ui.language import tr


def level_words(level: LevelOfAssurance) -> str:
    return tr("Level {level} of {most}", level=level.rank, most=max(each.rank for each in LevelOfAssurance))


def level_tone(level: LevelOfAssurance) -> str:
    return "good" if level.rank >= LevelOfAssurance.LOA2.rank else "plain"


def level_meaning(level: LevelOfAssurance) -> str:
    return {
        LevelOfAssurance.LOA0: tr("Nothing that others could check shows yet who this person is."),
        LevelOfAssurance.LOA1: tr("One reliable source shows who this person is."),
        LevelOfAssurance.LOA2: tr(
            "A verified document or wallet shows who this person is, and the face is theirs."
        ),
        LevelOfAssurance.LOA3: tr(
            "The strongest evidence there is shows who this person is, with the person before you."
        ),
    }[level]


def what_raises(paths: Iterable[UpgradePath]) -> list[str]:
    """One way to each level, of those that ask for least."""
    shortest: dict[LevelOfAssurance, UpgradePath] = {}
    for path in paths:
        if path.reaches not in shortest or len(path.add) < len(shortest[path.reaches].add):
            shortest[path.reaches] = path
    return [_path_words(shortest[level]) for level in LevelOfAssurance if level in shortest]


def _path_words(path: UpgradePath) -> str:
    steps = [_step_words(each) for each in path.add]
    said = steps[0] if len(steps) == 1 else tr("{one}, and then {other}", one=steps[0], other=steps[1])
    said = said[:1].upper() + said[1:]
    return tr("{what}: level {level}", what=said, level=path.reaches.rank)


def _step_words(row: str) -> str:
    """Of the level table; a row that nobody here knows goes by its own name."""
    return {
        "one_time_code": tr("send the person a one-time code"),
        "vouch": tr("let somebody vouch for the person"),
        "register_record": tr("ask a register for the person's record"),
        "eid": tr("let the person sign in at a provider"),
        "eid_strong": tr("let the person sign in at a provider with two factors"),
        "trusted_id_claim": tr("let the person sign in at a trusted provider"),
        "document_optical": tr("add a passport or identity card"),
        "document_chip": tr("read the chip of a passport or identity card"),
        "wallet_pid": tr("take the identity from the person's wallet"),
        "face_match": tr("compare the face"),
    }.get(row, row)


def piece_words(evidence: Evidence) -> str:
    """What it is; a type that nobody here knows goes by the service's own word."""
    wire_type, kind = evidence.submission.wire_type, evidence.submission.kind
    if kind.is_derived:
        return {
            EvidenceKind.ATTRIBUTES: tr("What all verified pieces say"),
            EvidenceKind.ADDRESS: tr("Address"),
            EvidenceKind.PORTRAIT: tr("Portrait"),
        }[kind]
    named = {
        "PASSPORT": tr("Passport"),
        "ID_CARD": tr("Identity card"),
        "DRIVING_LICENSE": tr("Driving licence"),
        "VISA": tr("Visa"),
        "ID_DOCUMENT": tr("Document"),
        "TRUSTED_ID_CLAIM": tr("Sign-in at a provider"),
        "FACE": tr("Face"),
        "FINGERPRINT": tr("Finger"),
        "FINGER": tr("Finger"),
        "OTP": tr("One-time code"),
        "REGISTER_RECORD": tr("Record of a register"),
        "REST_API": tr("Record of a register"),
        "MITRUST": tr("Record of a register"),
        "CLAIM_MATCH": tr("Looked up here"),
        "VOUCH": tr("Somebody vouched"),
    }
    return named.get(wire_type.upper(), wire_type)


def status_words(status: EvidenceStatus) -> str:
    return {
        EvidenceStatus.PROCESSING: tr("under way"),
        EvidenceStatus.VERIFIED: tr("verified"),
        EvidenceStatus.NOT_VERIFIED: tr("not decided"),
        EvidenceStatus.INVALID: tr("refused"),
    }[status]


def status_tone(status: EvidenceStatus) -> str:
    return {EvidenceStatus.VERIFIED: "good", EvidenceStatus.INVALID: "bad"}.get(status, "warn")


def outcome_words(outcome: CheckOutcome) -> str:
    return {
        CheckOutcome.OK: tr("Checks that went well"),
        CheckOutcome.WARNING: tr("Checks in doubt"),
        CheckOutcome.UNVERIFIED: tr("Checks that could not be made"),
        CheckOutcome.FAILED: tr("Checks that failed"),
    }[outcome]


def file_words(artifact: Artifact) -> str:
    return {
        ArtifactRole.FRONT: tr("Front of the document"),
        ArtifactRole.BACK: tr("Back of the document"),
        ArtifactRole.PORTRAIT: tr("Portrait"),
        ArtifactRole.ATTESTATION: tr("Attestation"),
        ArtifactRole.PROOF_OF_RESIDENCE: tr("Proof of address"),
        ArtifactRole.RECORD: tr("Shared document"),
        ArtifactRole.SERVICE_PROOF: tr("Proof signed by the service"),
    }[artifact.role]


_FORMS = {
    "application/pdf": "PDF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/tiff": "TIFF",
    "image/gif": "GIF",
    "image/jp2": "JPEG 2000",
    "image/webp": "WebP",
}
_ENDINGS = {
    "PDF": ".pdf",
    "JPEG": ".jpg",
    "PNG": ".png",
    "TIFF": ".tif",
    "GIF": ".gif",
    "JPEG 2000": ".jp2",
    "WebP": ".webp",
}


def form_words(artifact: Artifact) -> str:
    """What the content is, and how large."""
    form = _FORMS.get(artifact.media_type) or tr("unknown kind of file")
    return tr("{form}, {size} kB", form=form, size=max(1, round(artifact.size / 1000)))


def name_for_copy(artifact: Artifact) -> str:
    """By what it is, not by what a stranger called it."""
    return artifact.role.value + _ENDINGS.get(_FORMS.get(artifact.media_type, ""), ".bin")
