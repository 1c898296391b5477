"""What a person's identity rests on: the pieces that were handed in, and what each of them is worth.

A :class:`Submission` is what came in and never changes. An :class:`Evidence` is what one evaluation found of it:
every new submission evaluates all of them anew, as a revision of the same piece, since a later document can
contradict an earlier one or lend it weight. What each is worth is data (``proofing.levels``).

Two scales: a piece has a *strength*, the most its kind can be worth, and a *score*, what it reached; the whole has
a level of assurance. After IDEMIA's ID&V ("Trusted Identity Claim Verification"), whose names they bear.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from muster.domain.document_risk import DocumentVerdict, Risk
from muster.domain.lifecycle import BlobRef
from muster.domain.proofing import Assurance, Level, Scenario


class EvidenceLevel(Level):
    """Of one piece: its strength, its score."""

    LEVEL0 = "LEVEL0"
    LEVEL1 = "LEVEL1"
    LEVEL2 = "LEVEL2"
    LEVEL3 = "LEVEL3"
    LEVEL4 = "LEVEL4"
    LEVEL5 = "LEVEL5"

    def at_most(self, ceiling: EvidenceLevel) -> EvidenceLevel:
        return self if self.rank <= ceiling.rank else ceiling

    def raised(self, steps: int) -> EvidenceLevel:
        levels = list(EvidenceLevel)
        return levels[min(self.rank + steps, len(levels) - 1)]


class LevelOfAssurance(Level):
    """Of the whole."""

    LOA0 = "LOA0"
    LOA1 = "LOA1"
    LOA2 = "LOA2"
    LOA3 = "LOA3"


class EvidenceKind(Enum):
    DOCUMENT = "document"
    EID_TOKEN = "eid_token"  # noqa: S105 - a kind of evidence
    WALLET_CREDENTIAL = "wallet_credential"
    BIOMETRIC = "biometric"
    ONE_TIME_CODE = "one_time_code"
    REGISTER_RECORD = "register_record"
    VOUCH = "vouch"
    # Drawn from the others: what all that is verified says, each address, each portrait.
    ATTRIBUTES = "attributes"
    ADDRESS = "address"
    PORTRAIT = "portrait"

    @property
    def is_sign_in(self) -> bool:
        """A signed statement of somebody else's, about which nobody here decides."""
        return self in (EvidenceKind.EID_TOKEN, EvidenceKind.WALLET_CREDENTIAL)

    @property
    def is_derived(self) -> bool:
        return self in (EvidenceKind.ATTRIBUTES, EvidenceKind.ADDRESS, EvidenceKind.PORTRAIT)


class EvidenceStatus(Enum):
    """``NOT_VERIFIED`` was processed without enough checks to decide; ``INVALID`` failed one."""

    PROCESSING = "PROCESSING"
    VERIFIED = "VERIFIED"
    NOT_VERIFIED = "NOT_VERIFIED"
    INVALID = "INVALID"

    @classmethod
    def of_verdict(cls, verdict: DocumentVerdict) -> EvidenceStatus:
        return {
            DocumentVerdict.APPROVED: cls.VERIFIED,
            DocumentVerdict.DECLINED: cls.INVALID,
            DocumentVerdict.INCONCLUSIVE: cls.NOT_VERIFIED,
        }[verdict]


class CheckOutcome(Enum):
    OK = "OK"
    WARNING = "WARNING"
    UNVERIFIED = "UNVERIFIED"
    FAILED = "KO"


@dataclass(frozen=True, slots=True)
class Check:
    """``name`` is the source's, in capitals. Unless a ``blocking`` one is fine, the evidence is not verified."""

    name: str
    outcome: CheckOutcome
    blocking: bool = False

    @property
    def indicator(self) -> str:
        """As it is exchanged: ``DOC_EXPIRATION_DATE_OK``."""
        return f"{self.name}_{self.outcome.value}"


class ArtifactRole(Enum):
    FRONT = "front"
    BACK = "back"
    PORTRAIT = "portrait"
    ATTESTATION = "attestation"
    PROOF_OF_RESIDENCE = "proof_of_residence"
    RECORD = "record"  # whatever else a source shared
    SERVICE_PROOF = "service_proof"  # what a service signed of all that it found


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file behind a piece of evidence. What it is says ``media_type``, told from its content, never from its
    role: the front of an eID is a PDF. ``digest`` is its SHA-256 (hex); ``filename`` empty where it has none;
    ``kept`` names the sealed file with the registration, empty for one that is made when it is asked for."""

    role: ArtifactRole
    media_type: str
    digest: str
    size: int
    filename: str = ""
    kept: str = ""

    @property
    def ref(self) -> BlobRef:
        return BlobRef(self.kept, self.digest, self.size)


@dataclass(frozen=True, slots=True)
class EvidenceFault:
    """What the service or the station calls it; ``code`` is ID&V's number where it has one."""

    code: str
    message: str


# ID&V's numbers for what goes wrong with a trusted claim, and for a document that contradicts the rest.
AUTHENTICATION_FAILED = EvidenceFault("2301", "Authentication has failed.")
AUTHORIZATION_SERVER_UNAVAILABLE = EvidenceFault("2302", "The authorization server is unavailable.")
ACCESS_DENIED = EvidenceFault("2303", "Access denied.")
ATTRIBUTES_DIFFER = EvidenceFault("1131", "Identity attributes don't match with evidences")


@dataclass(frozen=True, slots=True)
class Address:
    """As far as the source tells; ``country`` has three letters (ISO 3166-1 alpha-3)."""

    lines: tuple[str, ...] = ()
    postcode: str = ""
    locality: str = ""
    region: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class IdentityAttributes:
    """Of the person, as one piece tells them; ``None`` is what it does not tell. ``birthdate`` is ISO 8601, a year
    alone where no more is known; ``gender`` is ``female``, ``male`` or the source's own word in small letters."""

    given_names: tuple[str, ...] = ()
    surname: str | None = None
    full_name: str | None = None
    birthdate: str | None = None
    gender: str | None = None
    nationality: str | None = None
    others: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DocumentDetails:
    """``type`` is the source's word in capitals (``PASSPORT``, ``DRIVING_LICENSE``); days are ISO 8601."""

    type: str
    number: str | None = None
    issuing_country: str | None = None
    issuing_state: str | None = None
    issued_on: str | None = None
    expires_on: str | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """One piece as it was handed in. ``row`` names what it counts as in the level table (``document_optical``);
    ``wire_type`` is ID&V's name of its type; ``references`` the pieces it hangs on: a face match on its document.

    ``verdict`` is for documents alone: an eID is a signed statement, and nobody decides about it.
    ``provider`` is who stands behind it: an identity provider, a register, the station itself. ``assurance`` is
    what the method found, where it is more exact than the level table; ``answered_at`` when whoever was asked had
    told what is in here, ``processing`` that they have not yet. ``level_one_device``: a device took it of the body
    that is certified L1 (SBI, ``certification``) and that somebody believed vouches for.
    """

    id: str
    kind: EvidenceKind
    wire_type: str
    row: str
    submitted_at: datetime
    provider: str
    scenario: Scenario
    method: str = ""
    attributes: IdentityAttributes | None = None
    address: Address | None = None
    document: DocumentDetails | None = None
    verdict: DocumentVerdict | None = None
    checks: tuple[Check, ...] = ()
    risks: tuple[Risk, ...] = ()
    faults: tuple[EvidenceFault, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    references: tuple[str, ...] = ()
    assurance: Assurance | None = None
    amr: tuple[str, ...] = ()
    answered_at: datetime | None = None
    processing: bool = False
    level_one_device: bool = False

    def __post_init__(self) -> None:
        if self.verdict is not None and self.kind is not EvidenceKind.DOCUMENT:
            raise ValueError("only a document is decided about")
        if self.kind is EvidenceKind.EID_TOKEN and self.risks:
            raise ValueError("an eID has no risk indicators: its proof is a signature")
        if self.verdict is DocumentVerdict.APPROVED and self.risks:
            raise ValueError("nothing speaks against an approved document")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the ``revision``-th evaluation (from 1) found of a submission. ``score`` never exceeds ``strength``."""

    submission: Submission
    revision: int
    evaluated_at: datetime
    status: EvidenceStatus
    strength: EvidenceLevel
    score: EvidenceLevel
    faults: tuple[EvidenceFault, ...] = ()

    @property
    def id(self) -> str:
        return self.submission.id

    @property
    def is_verified(self) -> bool:
        return self.status is EvidenceStatus.VERIFIED

    def indicators(self, outcome: CheckOutcome) -> tuple[str, ...]:
        """``DOC_EXPIRATION_DATE_OK`` and the like, in the order of the checks."""
        return tuple(each.indicator for each in self.submission.checks if each.outcome is outcome)


@dataclass(frozen=True, slots=True)
class UpgradePath:
    """Adding what counts as these rows of the level table would reach ``reaches``: a passport, and the person's
    face compared with it."""

    add: tuple[str, ...]
    reaches: LevelOfAssurance


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All evidence as of ``at``. ``name_reference`` is the piece whose name counts, ``rule`` the row of the level
    table that gave the level, ``assurance`` the same on the scales of others (eIDAS, NIST)."""

    at: datetime
    evidence: tuple[Evidence, ...]
    level: LevelOfAssurance
    rule: str
    assurance: Assurance
    amr: tuple[str, ...]
    name_reference: str | None
    upgrade_paths: tuple[UpgradePath, ...]

    @property
    def level_one_amr(self) -> tuple[str, ...]:
        """Of ``amr`` what verified comparisons say of what a device of level L1 took."""
        pieces = (each.submission for each in self.evidence if each.is_verified)
        return tuple(dict.fromkeys(word for each in pieces if each.level_one_device for word in each.amr))

    def of(self, submission_id: str) -> Evidence:
        """Raises ``KeyError``."""
        for each in self.evidence:
            if each.id == submission_id:
                return each
        raise KeyError(submission_id)
