"""How somebody proves who they are, in our words: levels, what is waited for, what came of it.

Four scales stand side by side and are never compared with each other: eIDAS, NIST's identity level (SP 800-63A),
NIST's authenticator level (SP 800-63B) and the strength of evidence. A level that nobody claims is ``None``.

Identifiers (a subject id, an e-mail address) leave a method in clear and are kept as keyed hashes only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import TypeVar

AttributeValue = bool | int | float | str


class _Word(Enum):
    """A word of a configuration, found in capitals and in small letters alike: sources write both."""

    @classmethod
    def _missing_(cls, value: object) -> Enum | None:
        wanted = value.casefold() if isinstance(value, str) else None
        return next((each for each in cls if str(each.value).casefold() == wanted), None)


class Level(_Word):
    """A step of one scale, the lowest first."""

    @property
    def rank(self) -> int:
        return list(type(self)).index(self)


class Eidas(Level):
    LOW = "low"
    SUBSTANTIAL = "substantial"
    HIGH = "high"


class Ial(Level):
    IAL1 = "IAL1"
    IAL2 = "IAL2"
    IAL3 = "IAL3"


class Aal(Level):
    AAL1 = "AAL1"
    AAL2 = "AAL2"
    AAL3 = "AAL3"


class Strength(Level):
    FAIR = "FAIR"
    STRONG = "STRONG"
    SUPERIOR = "SUPERIOR"


class Framework(_Word):
    EIDAS = "EIDAS"
    NIST_800_63A = "NIST_800_63A"
    UK_DIATF = "UK_DIATF"
    DE_AML = "DE_AML"


class Scenario(_Word):
    """Where the person is while proving who they are."""

    FACE_TO_FACE = "FACE_TO_FACE"
    REMOTE_ASSISTED = "REMOTE_ASSISTED"
    UNATTENDED_REMOTE = "UNATTENDED_REMOTE"


class Consent(_Word):
    BIOMETRIC_PROCESSING = "BIOMETRIC_PROCESSING"
    DATA_SHARING = "DATA_SHARING"
    CROSS_BORDER_TRANSFER = "CROSS_BORDER_TRANSFER"


_L = TypeVar("_L", bound=Level)


@dataclass(frozen=True, slots=True)
class Assurance:
    """How sure one may be, on each scale."""

    eidas: Eidas | None = None
    ial: Ial | None = None
    aal: Aal | None = None
    strength: Strength | None = None

    def at_most(self, ceiling: Assurance) -> Assurance:
        """On each scale the lower; what the ceiling does not claim is not claimed."""
        return Assurance(
            _lower(self.eidas, ceiling.eidas),
            _lower(self.ial, ceiling.ial),
            _lower(self.aal, ceiling.aal),
            _lower(self.strength, ceiling.strength),
        )

    def joined(self, other: Assurance) -> Assurance:
        """On each scale the higher."""
        return Assurance(
            _higher(self.eidas, other.eidas),
            _higher(self.ial, other.ial),
            _higher(self.aal, other.aal),
            _higher(self.strength, other.strength),
        )

    def reaches(self, least: Assurance) -> bool:
        """Whether nothing that ``least`` asks for is missed."""
        pairs = (
            (self.eidas, least.eidas),
            (self.ial, least.ial),
            (self.aal, least.aal),
            (self.strength, least.strength),
        )
        return all(there is None or (mine is not None and mine.rank >= there.rank) for mine, there in pairs)


HIGHEST = Assurance(Eidas.HIGH, Ial.IAL3, Aal.AAL3, Strength.SUPERIOR)


def _lower(one: _L | None, other: _L | None) -> _L | None:
    if one is None or other is None:
        return None
    return one if one.rank <= other.rank else other


def _higher(one: _L | None, other: _L | None) -> _L | None:
    if one is None or other is None:
        return one or other
    return one if one.rank >= other.rank else other


# --- what is waited for ----------------------------------------------------------------------------------


class FieldType(Enum):
    TEXT = "TEXT"
    CODE = "CODE"
    SELECT = "SELECT"
    CONSENT = "CONSENT"


@dataclass(frozen=True, slots=True)
class InputField:
    """``label`` is a word of the configuration or a plain English one, where ``{where}`` may stand for ``where``;
    ``options`` belong to ``SELECT``."""

    id: str
    label: str
    type: FieldType = FieldType.TEXT
    required: bool = True
    options: tuple[str, ...] = ()
    where: str = ""

    def said(self, label: str) -> str:
        """``label`` is this one's, perhaps in another language."""
        return label.replace("{where}", self.where)


@dataclass(frozen=True, slots=True)
class RedirectAction:
    """The person is to be sent to an address outside; ``callback_ref`` names the way back."""

    url: str
    callback_ref: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UserInputAction:
    fields: tuple[InputField, ...]


@dataclass(frozen=True, slots=True)
class PollAction:
    """Somebody outside is working; asking earlier than ``next_check_at`` is of no use. ``shown`` is as in
    ``WaitForCallbackAction``."""

    next_check_at: datetime
    interval_ms: int = 5000
    shown: str = ""

    @classmethod
    def after(cls, wait: timedelta, now: datetime, shown: str = "") -> PollAction:
        return cls(now + wait, round(wait / timedelta(milliseconds=1)), shown)


@dataclass(frozen=True, slots=True)
class WaitForCallbackAction:
    """Somebody outside will answer. ``shown`` is what the person needs for it, such as the text of a QR code."""

    callback_ref: str
    expires_at: datetime
    shown: str = ""


PendingAction = RedirectAction | UserInputAction | PollAction | WaitForCallbackAction


class NodeStatus(Enum):
    PENDING = "PENDING"
    READY = "READY"
    DISPATCHED = "DISPATCHED"
    AWAITING_INPUT = "AWAITING_INPUT"
    AWAITING_CALLBACK = "AWAITING_CALLBACK"
    AWAITING_POLL = "AWAITING_POLL"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"
    CANCELLED = "CANCELLED"

    @property
    def is_over(self) -> bool:
        return self in _OVER

    @property
    def is_awaiting(self) -> bool:
        return self in (NodeStatus.AWAITING_INPUT, NodeStatus.AWAITING_CALLBACK, NodeStatus.AWAITING_POLL)


_OVER = frozenset({NodeStatus.COMPLETED, NodeStatus.FAILED, NodeStatus.SKIPPED, NodeStatus.CANCELLED})


class ExecutionStatus(Enum):
    CREATED = "CREATED"
    RUNNING = "RUNNING"
    AWAITING_ACTION = "AWAITING_ACTION"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"

    @property
    def is_over(self) -> bool:
        return self not in (ExecutionStatus.CREATED, ExecutionStatus.RUNNING, ExecutionStatus.AWAITING_ACTION)


class ProofOutcome(Enum):
    """What a registration's proof of identity came to."""

    PROVEN = "proven"
    OWED = "owed"  # there was no network, and the policy lets the person be enrolled all the same
    NOT_ASKED = "not_asked"  # no use case is meant for this person


# --- what came of it -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Identifier:
    """As a method found it. ``type`` is a word such as ``SUBJECT_ID``, ``EMAIL``, ``DID``."""

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class HashedIdentifier:
    """The same as it is kept: ``digest`` is a keyed hash (hex)."""

    type: str
    digest: str


@dataclass(frozen=True, slots=True)
class MethodEvidence:
    """For an auditor: who was asked, how and when. ``metadata`` holds codes and digests, nothing of the person."""

    provider: str
    method_type: str
    at: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)


class ErrorKind(Enum):
    """The source's kinds of errors."""

    DRIVER = "DriverError"
    GRAPH = "GraphEvaluationError"
    ASSURANCE = "AssuranceError"
    COMPLIANCE = "ComplianceError"


@dataclass(frozen=True, slots=True)
class ProofingError:
    """What went wrong in a node or, without one, in the whole. ``code`` names a sentence, ``provider_code`` is
    what the other side called it, ``retryable`` says that the node could be tried again when it happened."""

    kind: ErrorKind
    code: str
    node: str | None = None
    provider_code: str = ""
    retryable: bool = False
