"""What happened to an execution. Each is a past fact, stored once and never changed.

An execution begins with :class:`ProofingStarted`; its version is the number of its events. What follows from an
event (a sequence that fails, a choice that is over, the end of the whole) is never stored: the fold finds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from muster.domain.evidence import Artifact
from muster.domain.proofing import (
    Assurance,
    AttributeValue,
    Consent,
    HashedIdentifier,
    MethodEvidence,
    PendingAction,
    ProofingError,
    Scenario,
)


@dataclass(frozen=True, slots=True)
class ProofingStarted:
    """``subject`` is whom it is about (a registration's number, or nothing), ``online`` whether it began with a
    network."""

    at: datetime
    plan_digest: str
    use_case_id: str
    tenant_id: str
    subject: str
    scenario: Scenario
    territory: str
    online: bool
    expires_at: datetime
    attributes: Mapping[str, AttributeValue]


@dataclass(frozen=True, slots=True)
class ConsentCollected:
    at: datetime
    consents: tuple[Consent, ...]


@dataclass(frozen=True, slots=True)
class ChildChosen:
    """By a person, or by the choice's own policy with what was available then."""

    at: datetime
    node: str
    child: str


@dataclass(frozen=True, slots=True)
class NodeDispatched:
    """A method is about to be asked; nothing is known of its answer. A node dispatched again begins anew."""

    at: datetime
    node: str
    attempt: int


@dataclass(frozen=True, slots=True)
class FilesKept:
    """The answer that follows brought these files."""

    at: datetime
    node: str
    artifacts: tuple[Artifact, ...]


@dataclass(frozen=True, slots=True)
class NodeAwaits:
    """A method waits for something. ``state`` is what it wants to be given back then; ``delivery`` the digest of
    what it was given now, if it was."""

    at: datetime
    node: str
    action: PendingAction
    state: Mapping[str, str] = field(default_factory=dict)
    delivery: str = ""


@dataclass(frozen=True, slots=True)
class NodeCompleted:
    at: datetime
    node: str
    identifiers: tuple[HashedIdentifier, ...]
    attributes: Mapping[str, AttributeValue]
    assurance: Assurance
    amr: tuple[str, ...]
    evidence: MethodEvidence
    delivery: str = ""


@dataclass(frozen=True, slots=True)
class NodeFailed:
    """When the error is retryable the node can be dispatched again."""

    at: datetime
    node: str
    error: ProofingError
    delivery: str = ""


@dataclass(frozen=True, slots=True)
class NodeDeferred:
    """There was no network for it, and the policy lets the person be enrolled all the same."""

    at: datetime
    node: str


@dataclass(frozen=True, slots=True)
class ProofingCancelled:
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProofingExpired:
    at: datetime


@dataclass(frozen=True, slots=True)
class RuleMaterialized:
    """What the ``rule``-th rule asks for is written."""

    at: datetime
    rule: int
    records: int


ProofingEvent = (
    ProofingStarted
    | ConsentCollected
    | ChildChosen
    | NodeDispatched
    | FilesKept
    | NodeAwaits
    | NodeCompleted
    | NodeFailed
    | NodeDeferred
    | ProofingCancelled
    | ProofingExpired
    | RuleMaterialized
)
