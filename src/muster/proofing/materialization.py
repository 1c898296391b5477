"""What is to be written once an execution is completed: records, as the use case's rules say.

The records are found from the plan and the events alone. So they can be looked at before anything is written, and
whoever was interrupted while writing finds the same ones again: a record is known by execution, rule and number.
Identifiers appear as keyed hashes, as everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from muster.clock import rfc3339
from muster.domain.proofing import ExecutionStatus
from muster.errors import Code, Refused
from muster.proofing.definitions import (
    AttachEvidenceMaterialization,
    CreateIdentifiersMaterialization,
    CreateIdentityMatchMaterialization,
    CreateRegistrationMaterialization,
    CreateRelationshipMaterialization,
    MarkVerifiedMaterialization,
    Rule,
)
from muster.proofing.plan import Plan
from muster.proofing.progress import Progress, Result

NOT_COMPLETED = Code("NOT_COMPLETED", "Nothing can be written down yet: the proof of identity is not complete.")


@dataclass(frozen=True, slots=True)
class Record:
    """``kind`` is what the source calls what a rule creates; ``digest`` the keyed hash of the identifier it is
    about, by which a record is found again."""

    rule: int
    number: int
    kind: str
    body: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""


def records_of(plan: Plan, progress: Progress) -> tuple[Record, ...]:
    """Everything that is to be written, in the order of the rules. Raises ``Refused(NOT_COMPLETED)``."""
    if progress.status is not ExecutionStatus.COMPLETED:
        raise Refused(NOT_COMPLETED)
    return tuple(
        record
        for number, rule in enumerate(plan.use_case.materializations)
        for record in _records(number, rule, progress)
    )


def _records(number: int, rule: Rule, progress: Progress) -> Iterator[Record]:
    match rule:
        case CreateIdentifiersMaterialization(from_nodes=nodes, identifier_filter=types):
            yield from _identifiers(number, "CorrelationIdentifier", progress, nodes, types)
        case CreateIdentityMatchMaterialization(from_nodes=nodes, hash_algorithm=algorithm):
            yield from _identifiers(number, "IdentityMatch", progress, nodes, None, hashAlgorithm=algorithm)
        case CreateRelationshipMaterialization(relationship_type=kind, source_node_id=node):
            yield from _one_if_found(number, "Relationship", progress, node, relationshipType=kind)
        case CreateRegistrationMaterialization():
            country = rule.jurisdiction_country or ""
            yield from _one_if_found(
                number,
                "Registration",
                progress,
                rule.source_node_id,
                registrationType=rule.registration_type,
                jurisdictionCountry=country,
            )
        case AttachEvidenceMaterialization(from_nodes=nodes):
            yield from (
                Record(number, at, "Evidence", _evidence(each)) for at, each in enumerate(_from(progress, nodes))
            )
        case MarkVerifiedMaterialization(role=role):
            levels = progress.assurance
            words = {name: getattr(levels, name) for name in ("eidas", "ial", "aal", "strength")}
            told = {name: each.value for name, each in words.items() if each is not None}
            yield Record(number, 0, "Verified", {**told, "role": role or "", "amr": " ".join(progress.amr)})


def _from(progress: Progress, nodes: Collection[str] | None) -> Iterator[Result]:
    return (each for each in progress.results if nodes is None or each.node in nodes)


def _identifiers(
    number: int,
    kind: str,
    progress: Progress,
    nodes: Collection[str] | None,
    types: Collection[str] | None,
    **more: str,
) -> Iterator[Record]:
    found = {(one.type, one.digest): each for each in _from(progress, nodes) for one in each.completed.identifiers}
    kept = [(type_, digest, each) for (type_, digest), each in found.items() if types is None or type_ in types]
    for at, (type_, digest, each) in enumerate(kept):
        body = {"identifierType": type_, "node": each.node, "subject": progress.started.subject, **more}
        yield Record(number, at, kind, body, digest)


def _one_if_found(number: int, kind: str, progress: Progress, node: str, **body: str) -> Iterator[Record]:
    """One record about what a node found; none when that node was not needed."""
    for each in _from(progress, (node,)):
        digest = next((one.digest for one in each.completed.identifiers), "")
        yield Record(number, 0, kind, {"node": node, "subject": progress.started.subject, **body}, digest)


def _evidence(result: Result) -> dict[str, str]:
    evidence = result.completed.evidence
    return {
        "node": result.node,
        "methodId": result.method_id,
        "provider": evidence.provider,
        "methodType": evidence.method_type,
        "at": rfc3339(evidence.at),
        **{f"metadata.{name}": value for name, value in evidence.metadata.items()},
    }
