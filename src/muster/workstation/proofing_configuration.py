"""The station's own proofing configuration: kept in its database, and for which processes it asks for a proof.

An administrator sets it; it counts from the next sign-in on, as everything a desk is put together from. A use
case is meant for a registration when one of its triggers names the process. The file holds no secrets, but whoever
could change it could make a proof easier: hence it lies with everything else that is sealed, and setting it is
audited.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from muster.audit.catalogue import AuditEvent
from muster.domain.operators import Permission
from muster.domain.registration import Process
from muster.errors import Code, Refused
from muster.proofing.compilation import compile_use_case
from muster.proofing.definitions import Definitions, Trigger, UseCase, parse_definitions
from muster.workstation.inspection import read_file
from muster.workstation.journal import Journal

PROOFING_CONFIGURATION_UNUSABLE = Code(
    "PROOFING_CONFIGURATION_UNUSABLE",
    "This configuration cannot be used as long as a use case in it has faults: {use_case}.",
)

TENANT = "default"
TRIGGER_TYPE = "registration"
_SETTING = "proofing configuration"
_DEMO = Path(__file__).parent / "defaults" / "proofing_demo.json"


@dataclass(frozen=True, slots=True)
class InForce:
    """``processes`` stands beside the text so that signing in does not have to read all of it."""

    content: bytes
    processes: frozenset[Process]


class ProofingConfiguration:
    """``with_demo``: where none was set, the one that is shipped for demo stations counts."""

    def __init__(self, journal: Journal, *, with_demo: bool = False) -> None:
        self._journal = journal
        self._with_demo = with_demo

    @staticmethod
    def read(path: Path) -> bytes:
        """Raises ``BadInput``."""
        return read_file(path)

    def in_force(self) -> InForce | None:
        with self._journal.database.read() as work:
            kept = work.settings.get(_SETTING)
        if kept:
            said = json.loads(kept)
            return InForce(said["content"].encode(), frozenset(Process(each) for each in said["processes"]))
        return InForce(demo_content(), frozenset({Process.NEW})) if self._with_demo else None

    def processes(self) -> frozenset[Process]:
        """Those in which somebody has to prove who they are."""
        found = self.in_force()
        return found.processes if found else frozenset()

    def definitions(self) -> Definitions:
        """Empty where nothing was set."""
        found = self.in_force()
        return parse_definitions(found.content) if found else Definitions()

    def set(self, content: bytes) -> frozenset[Process]:
        """Use this one from the next sign-in on; returns the processes it is for.

        Raises ``MalformedData``, ``Refused`` (for somebody who may not, and for one with faults).
        """
        definitions = parse_definitions(content)
        for use_case in definitions.use_cases:
            if use_case.enabled and compile_use_case(definitions, use_case).plan is None:
                raise Refused(PROOFING_CONFIGURATION_UNUSABLE, use_case=use_case.id)
        processes = processes_of(definitions)
        names = sorted(each.value for each in processes)
        with self._journal.database.work() as work:
            self._journal.access.require(Permission.CHANGE_SETTINGS, work)
            work.settings.put(_SETTING, json.dumps({"processes": names, "content": content.decode()}))
            work.record(
                AuditEvent.PROOFING_CONFIGURED,
                actor=self._journal.operator.user_id,
                sha256=hashlib.sha256(content).hexdigest(),
                processes=" ".join(names),
            )
        return processes


def processes_of(definitions: Definitions) -> frozenset[Process]:
    """What the use cases are for that can be meant at this station."""
    return frozenset(
        process
        for use_case in definitions.use_cases
        if use_case.enabled and use_case.tenant_id == TENANT
        for trigger in use_case.triggers
        for process in Process
        if _is_for(trigger, process)
    )


def asks_age(use_cases: tuple[UseCase, ...]) -> bool:
    """Whether which one is meant can depend on the person's age."""
    triggers = [trigger for each in use_cases for trigger in each.triggers]
    return any(each.minimum_age is not None or each.maximum_age is not None for each in triggers)


def _is_for(trigger: Trigger, process: Process) -> bool:
    """A trigger without processes is for whoever names its use case or its type, not for every registration."""
    return (
        trigger.processes is not None
        and process.value in trigger.processes
        and trigger.trigger_type in (None, TRIGGER_TYPE)
    )


def demo_content() -> bytes:
    return read_file(_DEMO)
