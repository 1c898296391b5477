"""Identity proofing as JSON and as lines: the source's names where it has them, ours beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from muster.cli.common import plain
from muster.domain.proofing import InputField, NodeStatus, RedirectAction, UserInputAction
from muster.workstation.proofing import Compiled, ExecutionView, MaterializationView, OpenView


def compiled_document(compiled: Compiled) -> dict[str, Any]:
    findings = [
        {"code": each.code.name, "place": each.field, "message": each.sentence} for each in compiled.findings
    ]
    if compiled.plan is None:
        return {"valid": False, "findings": findings}
    nodes = {
        each.id: {"_type": each.kind.value, "place": each.place, "children": each.children}
        for each in compiled.plan.nodes.values()
    }
    return {
        "valid": True,
        "findings": findings,
        "digest": compiled.plan.digest,
        "rootNode": compiled.plan.root,
        "nodesById": nodes,
        "executionOrder": [each.id for each in compiled.plan.leaves()],
    }


def execution_document(view: ExecutionView, *, attributes: bool) -> dict[str, Any]:
    """``attributes``: with what was found out about the person, for the command that is there for that."""
    return {
        "executionId": view.execution_id,
        "useCaseId": view.use_case_id,
        "tenantId": view.tenant_id,
        "subject": view.subject,
        "status": view.status,
        "version": view.version,
        "createdAt": view.created_at,
        "expiresAt": view.expires_at,
        "nodeStates": {
            each.id: {
                "_type": each.kind,
                "place": each.place,
                "status": each.status,
                "optional": each.optional,
                "name": each.name,
                "description": each.description,
                "methodId": each.method_id,
                "attempts": each.attempts,
                "chosen": each.chosen,
                "deferred": each.deferred,
                "hindrance": each.hindrance,
                "error": each.error.code if each.error else "",
            }
            for each in view.nodes
        },
        "next": view.next,
        "currentPendingActions": [
            {"nodeId": each.node, "action": {"_type": each.kind, **plain(each.action)}} for each in view.awaited
        ],
        "consents": {"given": view.consents_given, "missing": view.consents_missing},
        "accumulatedAttributes": {
            "attributes": view.attributes if attributes else {},
            "provenance": view.attribute_sources,
        },
        "results": [
            {
                "nodeId": each.node,
                "methodId": each.method_id,
                "assurance": each.assurance,
                "amr": each.amr,
                "evidence": {"provider": each.provider, "timestamp": each.at, "metadata": each.metadata},
            }
            for each in view.results
        ],
        "identifiers": [{"type": each.type, "digest": each.digest} for each in view.identifiers],
        "errors": [
            {
                "_type": each.kind,
                "code": each.code,
                "message": each.sentence,
                "nodeId": each.node,
                "retryable": each.retryable,
                "providerErrorCode": each.provider_code,
            }
            for each in view.errors
        ],
        "overallAssurance": view.assurance,
        "minimumAssurance": view.minimum,
        "combinedAmr": view.amr,
        "mayEnroll": view.may_enroll,
        "cancelReason": view.cancel_reason,
        "pendingMaterializations": view.pending_materializations,
        "planDigest": view.plan_digest,
    }


def open_document(found: Iterable[OpenView]) -> dict[str, Any]:
    return {
        "executions": [
            {
                "executionId": each.execution_id,
                "useCaseId": each.use_case_id,
                "subject": each.subject,
                "status": each.status,
                "changedAt": plain(each.changed_at),
            }
            for each in found
        ]
    }


def open_lines(found: Iterable[OpenView]) -> Iterator[str]:
    for each in found:
        about = f", about {each.subject}" if each.subject else ""
        yield f"{each.execution_id}  {each.use_case_name}: {each.status.value}{about}  {plain(each.changed_at)}"


def execution_lines(view: ExecutionView) -> Iterator[str]:
    yield f"{view.execution_id}  {view.use_case_name}: {view.status.value}, version {view.version}"
    for each in view.nodes:
        mark = ">" if each.id in view.next else " "
        optional = " (optional)" if each.optional and each.status is not NodeStatus.COMPLETED else ""
        why = f"  {each.hindrance_sentence}" if each.hindrance_sentence else ""
        why = f"  {each.error.sentence}" if each.error else why
        yield f"{mark} {'  ' * each.depth}{each.name}: {each.status.value}{optional}{why}"
        if mark == ">":
            yield from map(_asked, each.asks)
    for awaited in view.awaited:
        where = f"  {awaited.action.url}" if isinstance(awaited.action, RedirectAction) else ""
        yield f"? {awaited.node}: {awaited.kind}{where}"
        if isinstance(awaited.action, UserInputAction):
            yield from map(_asked, awaited.action.fields)
    for error in view.errors:
        if not error.node:
            yield f"{error.sentence} [{error.code}]"


def _asked(field: InputField) -> str:
    """The name for ``--value``, and what it means where that says more."""
    means = f" – {field.said(field.label)}" if field.label != field.id else ""
    among = f": {', '.join(field.options)}" if field.options else ""
    return f"    {field.id}{means}{among}"


def records_document(done: MaterializationView) -> dict[str, Any]:
    return {
        "executionId": done.execution_id,
        "records": [
            {
                "rule": each.rule,
                "number": each.number,
                "kind": each.kind,
                "digest": each.digest,
                "body": {**each.body},
            }
            for each in done.records
        ],
        "written": done.written,
        "pendingMaterializations": done.pending,
    }
