"""What a proofing method is asked, and what it may answer. The engine knows nothing else of any method.

A method is one file in ``muster.methods``; this is all its author reads. Whatever it has to remember between two
questions it hands over as ``state`` and is given back: it keeps nothing itself, for the person may return after
hours to a program that was started anew.

An answer is a value. A method raises ``Unavailable`` (no network, no device) when it could not ask at all: then
nothing happened, and it is asked again some other time; so it is with ``BadInput``, when the wrong thing was laid
on a device and the form can be handed in again. Other errors of the tree are broken things and pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from muster.domain.evidence import ArtifactRole
from muster.domain.proofing import Assurance, AttributeValue, Identifier, MethodEvidence, PendingAction
from muster.errors import Code
from muster.proofing.definitions import Method

# So begins an attribute that a method sealed for another one: it is bound like any other, and shown to nobody.
SEALED = "sealed:"
# In a method's metadata: of which level (SBI, certification) the device is that took what was compared.
DEVICE_LEVEL, LEVEL_ONE = "device", "L1"


@dataclass(frozen=True, slots=True)
class Work:
    """One question. ``definition`` is the method's part of the configuration, ``inputs`` what was bound to this
    node, ``state`` what the method handed over last. ``secret`` gives what a reference stands for and raises
    ``KeyUnavailable``. ``callback_ref`` is this attempt's own, drawn at random. ``answers`` is how often this node
    had an answer before: asked again after a crash it is another ``attempt``, and still the same question."""

    execution_id: str
    node: str
    attempt: int
    definition: Method
    inputs: Mapping[str, AttributeValue]
    state: Mapping[str, str]
    callback_ref: str
    now: datetime
    secret: Callable[[str], str]
    answers: int = 0


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that an answer brings: a page that was looked at, a document that was shared. It is kept sealed with
    the registration and shown to supervisors; ``name`` is the source's, or says what it is."""

    role: ArtifactRole
    content: bytes = field(repr=False)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """Something is waited for."""

    action: PendingAction
    state: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Brought, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """It succeeded. Attributes go by the names of the configuration's ``targetAttribute``; pictures are never
    among them but in ``files``, and what only another method may read begins with ``SEALED``. ``assurance`` is
    what was reached, which may be less than the method can give."""

    assurance: Assurance
    evidence: MethodEvidence
    identifiers: tuple[Identifier, ...] = ()
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    amr: tuple[str, ...] = ()
    files: tuple[Brought, ...] = ()


@dataclass(frozen=True, slots=True)
class NotDone:
    """It did not succeed. ``retryable``: asking once more could help."""

    code: Code
    provider_code: str = ""
    retryable: bool = False
    files: tuple[Brought, ...] = ()


Outcome = Pending | Done | NotDone


class ProofingMethod(Protocol):
    """``type`` is the word of the configuration."""

    @property
    def type(self) -> str: ...

    def dispatch(self, work: Work) -> Outcome:
        """Begin. May be called again for another attempt, when the first led nowhere."""

    def submit(self, work: Work, fields: Mapping[str, str]) -> Outcome:
        """The person filled in the form."""

    def callback(self, work: Work, data: Mapping[str, str]) -> Outcome:
        """Somebody outside answered. The same answer is brought here once, however often it arrives."""

    def poll(self, work: Work) -> Outcome:
        """See whether somebody outside is done."""

    def cancel(self, work: Work) -> None:
        """Nobody waits any more: clean up on the other side, as well as that goes."""
