"""What an execution brought in, as pieces of evidence: a fold over its plan and events.

Methods speak in ID&V's words of what they found (``MethodEvidence.metadata``); here these words become a
:class:`~muster.domain.evidence.Submission`. What the configuration let a method keep of a person it kept under
names of its own, so the names of the source (``given_name``, ``document.number``) are found through its mappings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from muster.domain.document_risk import DocumentVerdict, Risk
from muster.domain.evidence import (
    ACCESS_DENIED,
    AUTHENTICATION_FAILED,
    AUTHORIZATION_SERVER_UNAVAILABLE,
    Address,
    Artifact,
    Check,
    CheckOutcome,
    DocumentDetails,
    EvidenceFault,
    EvidenceKind,
    IdentityAttributes,
    Submission,
)
from muster.domain.proofing import ProofingError, Scenario, Strength
from muster.proofing.definitions import (
    BiometricMethodDefinition,
    DocumentMethodDefinition,
    Method,
    PriorNodeAttribute,
)
from muster.proofing.events import (
    FilesKept,
    NodeCompleted,
    NodeDispatched,
    NodeFailed,
    ProofingEvent,
    ProofingStarted,
)
from muster.proofing.method import DEVICE_LEVEL, LEVEL_ONE, SEALED
from muster.proofing.plan import Plan

_FAULTS = {each.code: each for each in (AUTHENTICATION_FAILED, AUTHORIZATION_SERVER_UNAVAILABLE, ACCESS_DENIED)}
_KINDS: Mapping[str, tuple[EvidenceKind, str]] = {
    "oidc": (EvidenceKind.EID_TOKEN, "eid"),
    "wallet": (EvidenceKind.WALLET_CREDENTIAL, "wallet_pid"),
    "document": (EvidenceKind.DOCUMENT, "document_optical"),
    "biometric": (EvidenceKind.BIOMETRIC, "face_match"),
    "otp": (EvidenceKind.ONE_TIME_CODE, "one_time_code"),
    "rest_api": (EvidenceKind.REGISTER_RECORD, "register_record"),
    "id_and_v": (EvidenceKind.EID_TOKEN, "trusted_id_claim"),
    "mitrust": (EvidenceKind.REGISTER_RECORD, "register_record"),
    "claim_match": (EvidenceKind.REGISTER_RECORD, "register_record"),
    "vouch": (EvidenceKind.VOUCH, "vouch"),
}
_LISTS = (
    ("positiveIndicators", CheckOutcome.OK),
    ("warningIndicators", CheckOutcome.WARNING),
    ("unverifiedIndicators", CheckOutcome.UNVERIFIED),
)
# Without them evidence of the kind is not verified: ID&V's default, and what a wallet's holder has to have done.
_BLOCKING = frozenset({"OIDC_AUTHENTICATION", "WALLET_PRESENTATION"})
_GENUINE = "genuine"  # domain.chips.ChipAuthenticity
_ROOTS = ("identity.", "")
_NAMED = frozenset({"given_name", "family_name", "name", "birthdate", "gender", "nationality"})
_ADDRESS, _DOCUMENT = "address.", "document."


@dataclass(slots=True)
class _Node:
    """What happened last to one node."""

    begun: datetime
    answered: datetime | None = None
    completed: NodeCompleted | None = None
    error: ProofingError | None = None
    attempt: int = 1
    artifacts: tuple[Artifact, ...] = ()


@dataclass(slots=True)
class _Seen:
    started: ProofingStarted
    nodes: dict[str, _Node] = field(default_factory=dict)


def submissions_of(execution_id: str, plan: Plan, events: Iterable[ProofingEvent]) -> tuple[Submission, ...]:
    """Every method that was begun, in the order in which it was last begun: what it came to, or that it is on its
    way. A step that was repeated is there as it was last; the trail tells the rest."""
    seen = _seen(events)
    if seen is None:
        return ()
    order = sorted(seen.nodes, key=lambda node: seen.nodes[node].begun)
    ids = {node: str(uuid5(NAMESPACE_OID, f"{execution_id}/{node}/{seen.nodes[node].attempt}")) for node in order}
    return tuple(_submission(plan, node, seen.nodes[node], seen.started.scenario, ids) for node in order)


def _seen(events: Iterable[ProofingEvent]) -> _Seen | None:
    seen: _Seen | None = None
    for event in events:
        match event:
            case ProofingStarted():
                seen = _Seen(event)
            case NodeDispatched() if seen is not None:
                seen.nodes[event.node] = _Node(event.at, attempt=event.attempt)
            case FilesKept() if seen is not None and event.node in seen.nodes:
                seen.nodes[event.node].artifacts += event.artifacts
            case NodeCompleted() if seen is not None and event.node in seen.nodes:
                node = seen.nodes[event.node]
                node.completed, node.answered = event, event.at
            case NodeFailed() if seen is not None and event.node in seen.nodes:
                node = seen.nodes[event.node]
                node.error, node.answered = event.error, event.at
    return seen


def _submission(plan: Plan, node: str, seen: _Node, scenario: Scenario, ids: Mapping[str, str]) -> Submission:
    method = plan.methods[plan.nodes[node].method_id]
    kind, row = _KINDS[method.type]
    completed = seen.completed
    metadata = completed.evidence.metadata if completed is not None else {}
    claims = _claims(method, completed)
    risks = _risks(seen.error) if kind is not EvidenceKind.EID_TOKEN else ()
    return Submission(
        id=ids[node],
        kind=kind,
        wire_type=metadata.get("type") or _wire_type(method),
        row=_row(row, completed, metadata),
        submitted_at=seen.begun,
        provider=completed.evidence.provider if completed is not None else "",
        scenario=scenario,
        method=method.id,
        attributes=_attributes(claims),
        address=_address(claims),
        document=_document(kind, claims, metadata),
        verdict=_verdict(seen) if kind is EvidenceKind.DOCUMENT else None,
        checks=tuple(_checks(metadata)),
        risks=risks,
        faults=tuple(_faults(seen.error)),
        artifacts=tuple({each.digest: each for each in seen.artifacts}.values()),
        references=tuple(_references(plan, node, ids)),
        assurance=completed.assurance if completed is not None else None,
        amr=completed.amr if completed is not None else (),
        level_one_device=kind is EvidenceKind.BIOMETRIC and metadata.get(DEVICE_LEVEL) == LEVEL_ONE,
        answered_at=seen.answered,
        processing=seen.answered is None,
    )


def _row(row: str, completed: NodeCompleted | None, metadata: Mapping[str, str]) -> str:
    if row == "document_optical" and metadata.get("chip") == _GENUINE and _is_superior(completed):
        return "document_chip"
    if row == "eid" and completed is not None and completed.assurance.strength not in (None, Strength.FAIR):
        return "eid_strong"
    return row


def _is_superior(completed: NodeCompleted | None) -> bool:
    """Of a genuine chip: its own portrait is the one that a face is compared with, not the printed one."""
    return completed is not None and completed.assurance.strength is Strength.SUPERIOR


def _wire_type(method: Method) -> str:
    """Before anybody knows what it is."""
    match method:
        case DocumentMethodDefinition():
            return "ID_DOCUMENT"
        case BiometricMethodDefinition(modality=modality):
            return modality.upper()
        case _:
            return "TRUSTED_ID_CLAIM" if method.type in ("oidc", "wallet", "id_and_v") else method.type.upper()


def _verdict(seen: _Node) -> DocumentVerdict | None:
    """What could not be read or judged is not declined for that, however often it was tried."""
    if seen.completed is not None:
        return DocumentVerdict.APPROVED
    if seen.error is None:
        return None
    is_declined = not seen.error.retryable and any(each.normalized.declines for each in _risks(seen.error))
    return DocumentVerdict.DECLINED if is_declined else DocumentVerdict.INCONCLUSIVE


def _checks(metadata: Mapping[str, str]) -> Iterator[Check]:
    for key, outcome in _LISTS:
        for indicator in metadata.get(key, "").split():
            name = indicator.removesuffix(f"_{outcome.value}")
            yield Check(name, outcome, name in _BLOCKING)


def _risks(error: ProofingError | None) -> tuple[Risk, ...]:
    """As ``methods.refusals`` writes them: ``document_expired:DOC_EXPIRATION_DATE ...``."""
    pairs = (each.partition(":") for each in (error.provider_code if error is not None else "").split())
    return tuple(dict.fromkeys(Risk.of_provider(name, raw) for name, colon, raw in pairs if colon))


def _faults(error: ProofingError | None) -> Iterator[EvidenceFault]:
    if error is not None:
        told = error.provider_code.partition(" ")[0]
        yield _FAULTS.get(told, EvidenceFault(error.code, ""))


def _references(plan: Plan, node: str, ids: Mapping[str, str]) -> Iterator[str]:
    """The pieces that gave it what it compared: a face with the portrait of a document."""
    for binding in plan.nodes[node].bindings:
        if isinstance(binding.source, PriorNodeAttribute) and binding.source.node_id in ids:
            yield ids[binding.source.node_id]


def _claims(method: Method, completed: NodeCompleted | None) -> dict[str, str]:
    """By the source's names, without ``identity.``; what is sealed stays so."""
    if completed is None:
        return {}
    mappings = getattr(method, "attribute_mappings", ())
    told: dict[str, str] = {}
    for each in mappings:
        value = completed.attributes.get(each.target_attribute)
        if value is None or str(value).startswith(SEALED):
            continue
        told.setdefault(each.source_attribute.removeprefix(_ROOTS[0]), str(value))
    return told


def _attributes(claims: Mapping[str, str]) -> IdentityAttributes | None:
    others = {
        name: value
        for name, value in claims.items()
        if name not in _NAMED and not name.startswith((_ADDRESS, _DOCUMENT))
    }
    if not (_NAMED & set(claims) or others):
        return None
    given = claims.get("given_name")
    return IdentityAttributes(
        given_names=(given,) if given else (),
        surname=claims.get("family_name"),
        full_name=claims.get("name"),
        birthdate=claims.get("birthdate"),
        gender=claims.get("gender", "").casefold() or None,
        nationality=claims.get("nationality"),
        others=others,
    )


def _address(claims: Mapping[str, str]) -> Address | None:
    told = {name.removeprefix(_ADDRESS): value for name, value in claims.items() if name.startswith(_ADDRESS)}
    if not told:
        return None
    street = told.get("street_address") or (told.get("formatted") if "locality" not in told else None)
    return Address(
        lines=tuple(line for line in (street or "").splitlines() if line.strip()),
        postcode=told.get("postal_code", ""),
        locality=told.get("locality", ""),
        region=told.get("region", ""),
        country=told.get("country", ""),
    )


def _document(
    kind: EvidenceKind, claims: Mapping[str, str], metadata: Mapping[str, str]
) -> DocumentDetails | None:
    """Of a document itself, or of the one that a sign-in says the person has."""
    told = {name.removeprefix(_DOCUMENT): value for name, value in claims.items() if name.startswith(_DOCUMENT)}
    if kind is not EvidenceKind.DOCUMENT and not told:
        return None
    return DocumentDetails(
        type=told.get("type") or (metadata.get("type", "ID_DOCUMENT") if kind is EvidenceKind.DOCUMENT else ""),
        number=told.get("number"),
        issuing_country=told.get("issuing_country"),
        issuing_state=told.get("issuing_state"),
        issued_on=told.get("date_of_issue"),
        expires_on=told.get("date_of_expiry"),
    )
