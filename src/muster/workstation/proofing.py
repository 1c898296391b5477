"""Proving who somebody is before they are captured: the ten commands of identity proofing, one to one.

Rules:

1. What a command decides is appended together with its audit record, in the transaction that read the state.
2. A method is asked outside any transaction, and its answer counts only if nothing happened to its node meanwhile.
   That it was about to be asked is written first: killed in between, the node stands at ``DISPATCHED`` and can be
   dispatched again.
3. Choices that the plan makes by itself are made with whatever is available, in the same transaction.
4. A clean-up on the other side is tried once and never stands in anybody's way.
5. Identifiers are hashed before anything is written.
6. Files that an answer brings are kept sealed with the registration, and with it they are destroyed; of an
   execution about nobody none is kept.
"""

from __future__ import annotations

import json
import secrets as random_source
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import Condition
from time import monotonic

from muster.audit.catalogue import AuditEvent
from muster.crypto.keyed_hash import KeyedHash
from muster.domain.evidence import Artifact, ArtifactRole
from muster.domain.operators import Permission
from muster.domain.proofing import (
    AttributeValue,
    Identifier,
    NodeStatus,
    Scenario,
)
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Code, MusterError, Refused
from muster.formats.media_types import media_type_of
from muster.methods.sensors import Sensors
from muster.methods.tools import Hub, MethodTools, found_methods
from muster.proofing import commands
from muster.proofing.availability import METHOD_NOT_HERE, Surroundings
from muster.proofing.compilation import Compiled, compile_use_case, use_case_of
from muster.proofing.definitions import Definitions, Trigger, UseCase, parse_definitions
from muster.proofing.events import FilesKept, NodeCompleted, ProofingEvent, RuleMaterialized
from muster.proofing.materialization import Record, records_of
from muster.proofing.method import Brought, Outcome, ProofingMethod, Work
from muster.proofing.plan import Plan
from muster.proofing.progress import Progress
from muster.proofing.reach import Attesting
from muster.store.database import Work as Transaction
from muster.store.proofings import Execution
from muster.workstation.autoupdate import TokenVault
from muster.workstation.browser_return import BrowserReturn
from muster.workstation.inspection import read_file
from muster.workstation.journal import Journal
from muster.workstation.proofing_secrets import ProofingSecrets
from muster.workstation.proofing_view import ExecutionView, MaterializationView, OpenView, open_view_of, view_of
from muster.workstation.wallet_return import WalletReturn

USE_CASE_NONE = Code("USE_CASE_NONE", "No proofing use case is meant for this.")

RETURN_UNKNOWN = Code("RETURN_UNKNOWN", "Nobody here waits for what the browser brought back.")
RETURN_USED = Code(
    "RETURN_USED", "What the browser brought back belongs to an attempt that is over. Go on where the step stands."
)

_MATCH = "IdentityMatch"
_NO_OF_WALLETS = frozenset({"WALLET_DECLINED", "WALLET_COULD_NOT"})
_ID_OCTETS = 16
_CALLBACK_OCTETS = 32
_LOOKED_AGAIN_S = 1.0
_CODES = "proofing codes given"
_MOST_CODES = 200

Fields = Mapping[str, str]
Inputs = Mapping[str, AttributeValue]
Question = Callable[[ProofingMethod, Work], Outcome]


@dataclass(frozen=True, slots=True)
class Situation:
    """Whom a use case is looked for; ``use_case`` names one and then nothing else counts."""

    tenant: str = "default"
    use_case: str = ""
    process: str = ""
    age: int | None = None
    country: str = ""
    trigger_type: str = ""
    entry_point_type: str = ""


class Proofing:
    """``devices`` says which kinds of devices are ready, ``downgraded`` which methods' services were not there
    lately, ``credential_authorities`` who vouches for issuers of wallets' credentials; ``hub`` is the center's, if
    there is one; ``sensors`` are the devices themselves. ``is_online`` is set by whoever knows better than that
    there may always be a network; ``methods`` by whoever has others than this package."""

    def __init__(
        self,
        journal: Journal,
        identifier_hash: KeyedHash,
        secrets: ProofingSecrets,
        *,
        devices: Callable[[], frozenset[str]] = frozenset,
        credential_authorities: Callable[[], Collection[bytes]] = tuple,
        downgraded: Callable[[], frozenset[str]] = frozenset,
        sensors: Sensors,
        sharing_tokens: TokenVault,
        hub: Callable[[], Hub | None] = lambda: None,
    ) -> None:
        self._journal = journal
        self._hash = identifier_hash
        self.is_online = True
        self._devices = devices
        self._downgraded = downgraded
        self.secrets = secrets
        self._way_back = BrowserReturn(self._arrived, goes_to=self._goes_to)
        self._wallet_door = WalletReturn(self._answered)
        self._credential_authorities = credential_authorities
        self._sensors = sensors
        self._sharing_tokens = sharing_tokens
        self._hub = hub
        self._came_back = Condition()

    @cached_property
    def methods(self) -> Mapping[str, ProofingMethod]:
        """By type; found at the first need, since some bring heavy libraries."""
        tools = MethodTools(
            self._is_known,
            self._supervisor,
            self._way_back.address,
            self._hash.of,
            self.secrets.seal,
            self.secrets.unseal,
            self._wallet_door.address,
            self._credential_authorities,
            lambda: self._sensors,
            self._is_new_code,
            self._sharing_tokens.own,
            self._sharing_tokens.of_person,
            self._keep_sharing_token,
            self._pages,
            self._hub,
        )
        return found_methods(tools)

    # idv.usecase.resolve, idv.graph.compile

    @staticmethod
    def definitions(path: Path) -> Definitions:
        """Raises ``BadInput``: no file, or ``MalformedData`` for one that is no configuration."""
        return parse_definitions(read_file(path))

    @staticmethod
    def resolve(definitions: Definitions, situation: Situation) -> UseCase:
        """The one that is meant. Raises ``BadInput(USE_CASE_UNKNOWN | USE_CASE_DISABLED | USE_CASE_NONE)``."""
        if situation.use_case:
            return use_case_of(definitions, situation.use_case, situation.tenant)
        meant = [
            (trigger.priority, use_case)
            for use_case in definitions.use_cases
            if use_case.enabled and use_case.tenant_id == situation.tenant
            for trigger in use_case.triggers
            if _fits(trigger, situation)
        ]
        if not meant:
            raise BadInput(USE_CASE_NONE)
        return max(meant, key=lambda each: each[0])[1]

    @staticmethod
    def compile(definitions: Definitions, use_case: UseCase) -> Compiled:
        """The plan, or every reason why there is none."""
        return compile_use_case(definitions, use_case)

    # idv.execution.*

    def start(
        self,
        plan: Plan,
        *,
        subject: str = "",
        scenario: Scenario = Scenario.FACE_TO_FACE,
        territory: str = "",
        attributes: Inputs | None = None,
    ) -> ExecutionView:
        """Begin. ``scenario`` is face to face where an officer is signed in and says that the person is there;
        ``subject`` is the number of a registration, if there is one.

        Raises ``BadInput`` for what is no number, or one that this station does not have.
        """
        whose = RegistrationId(subject) if subject else None
        begun = commands.started(
            plan,
            at=self._journal.now(),
            scenario=scenario,
            online=self.is_online,
            subject=subject,
            territory=territory,
            attributes=attributes,
        )
        settled = commands.settled(plan, [begun], self._around(plan), begun.at)
        with self._journal.database.work() as work:
            self._journal.access.require(Permission.REGISTER, work)
            if whose:
                work.registrations.load(whose)
            execution = work.proofings.start(random_source.token_hex(_ID_OCTETS), plan, begun, *settled)
            self._record(
                work, AuditEvent.PROOFING_STARTED, execution, (begun, *settled), use_case=plan.use_case.id
            )
        return self._view(execution)

    def get(self, execution_id: str) -> ExecutionView:
        """Where it stands. Raises ``BadInput(PROOFING_UNKNOWN)``.

        That a supervisor was shown what providers said goes into the trail, when they said something.
        """
        execution = self.stored(execution_id)
        view = self._view(execution, unveiled=self._journal.access.may(Permission.SEE_INDICATORS))
        if any(each.provider_code for each in view.errors) or any(each.metadata for each in view.results):
            with self._journal.database.work() as work:
                self._record(work, AuditEvent.PROOFING_SHOWN, execution, ())
        return view

    def look(self, execution_id: str) -> ExecutionView:
        """Where it stands, as an officer sees it, whoever looks. Raises ``BadInput(PROOFING_UNKNOWN)``."""
        return self._view(self.stored(execution_id))

    def open(self) -> tuple[OpenView, ...]:
        """What can be gone on with, and when something last happened there; the newest first."""
        now = self._journal.now()
        with self._journal.database.read() as work:
            return tuple(open_view_of(work.proofings.load(id_), at, now) for id_, at in work.proofings.open())

    def about(self, subject: str) -> tuple[str, ...]:
        """The executions about one registration, in the order of their beginnings."""
        with self._journal.database.read() as work:
            return work.proofings.of_subject(subject)

    def cancel(self, execution_id: str, reason: str, expected_version: int | None = None) -> ExecutionView:
        """For a supervisor. Raises ``BadInput`` without a reason, ``Refused``."""
        self._journal.access.require(Permission.REVIEW)
        by = self._journal.operator.user_id
        execution = self._change(
            execution_id,
            lambda _, progress, now: commands.cancelled(progress, by, reason, now),
            expected_version,
            AuditEvent.PROOFING_CANCELLED,
            permission=Permission.REVIEW,
        )
        return self._view(execution)

    # idv.node.*

    def dispatch(
        self, execution_id: str, node: str, inputs: Inputs | None = None, expected_version: int | None = None
    ) -> ExecutionView:
        """Begin a step, and make the choices that lead to it.

        Raises ``BadInput``, ``Refused``, and ``Unavailable`` when the method could not be asked; then it can be
        dispatched again.
        """
        execution = self._change(
            execution_id,
            lambda plan, progress, now: commands.dispatched(plan, progress, node, self._around(plan), now),
            expected_version,
        )
        if execution.progress.nodes[node].status is not NodeStatus.DISPATCHED:
            return self._view(execution)  # it failed, or was deferred
        return self._ask(execution, node, lambda method, work: method.dispatch(work), inputs=inputs)

    def submit(
        self, execution_id: str, node: str, fields: Fields, expected_version: int | None = None
    ) -> ExecutionView:
        """A form was filled in: of a method, of a choice (``selection``) or the consents (``$.consents``)."""
        execution, progress, now = self._open(execution_id, expected_version)
        if commands.entered(execution.plan, progress, node, fields, now) is not None:
            execution = self._change(
                execution_id,
                lambda plan, progress, now: commands.entered(plan, progress, node, fields, now) or (),
                expected_version,
            )
            return self._view(execution)
        commands.require_awaited(progress, node, [NodeStatus.AWAITING_INPUT], now)
        commands.require_fields(progress, node, fields)
        return self._ask(execution, node, lambda method, work: method.submit(work, fields))

    def callback(
        self, execution_id: str, node: str, data: Fields, expected_version: int | None = None
    ) -> ExecutionView:
        """Somebody outside answered. The same answer once more changes nothing and is no error."""
        self._journal.access.require(Permission.REGISTER)
        delivery = commands.digest_of(data)
        execution = self.stored(execution_id)
        there = execution.progress.nodes.get(node)
        if there is not None and delivery in there.deliveries:
            return self._view(execution)
        execution, progress, now = self._open(execution_id, expected_version)
        commands.require_awaited(progress, node, [NodeStatus.AWAITING_CALLBACK], now)
        return self._ask(execution, node, lambda method, work: method.callback(work, data), delivery)

    def returned(self, data: Fields) -> ExecutionView:
        """A browser came back; whose answer it brings, its ``state`` says, which is looked up and never read.

        Raises ``Refused(RETURN_UNKNOWN | RETURN_USED)`` besides what ``callback`` raises.
        """
        execution_id, node = self._who_waits(data)
        try:
            return self.callback(execution_id, node, data)
        finally:
            with self._came_back:
                self._came_back.notify_all()

    def _who_waits(self, data: Fields) -> tuple[str, str]:
        state = data.get("state", "")
        with self._journal.database.read() as work:
            found = work.proofings.of_callback(state) if state else None
        if found is None:
            raise Refused(RETURN_UNKNOWN)
        there = self.stored(found[0]).progress.nodes[found[1]]
        waits = getattr(there.action, "callback_ref", "") == state
        if not waits and commands.digest_of(data) not in there.deliveries:
            raise Refused(RETURN_USED)
        return found

    def _arrived(self, data: Fields) -> bool:
        """Whether what the browser brought did."""
        _, node = self._who_waits(data)
        return all(each.error is None for each in self.returned(data).nodes if each.id == node)

    def _goes_to(self, data: Fields) -> str | None:
        """Where the configuration sends the browser on."""
        execution_id, node = self._who_waits(data)
        plan = self.stored(execution_id).plan
        return getattr(plan.method_of(plan.nodes[node]), "post_auth_redirect_uri", None)

    def _answered(self, data: Fields) -> bool:
        """Whether what a wallet brought is an answer, be it that the person said no."""
        _, node = self._who_waits(data)
        errors = {each.error.code for each in self.returned(data).nodes if each.id == node and each.error}
        return errors <= _NO_OF_WALLETS

    def stand_by(self, execution_id: str, node: str, within_s: float) -> ExecutionView:
        """Wait until a browser brought what this node waits for, or the time is over."""
        give_up = monotonic() + within_s
        with self._came_back:
            while (left := give_up - monotonic()) > 0:
                there = self.stored(execution_id).progress_at(self._journal.now()).nodes[node]
                if there.status is not NodeStatus.AWAITING_CALLBACK:
                    break
                self._came_back.wait(min(left, _LOOKED_AGAIN_S))
        return self._view(self.stored(execution_id))

    def close(self) -> None:
        self._way_back.close()
        self._wallet_door.close()

    def poll(self, execution_id: str, node: str, expected_version: int | None = None) -> ExecutionView:
        """See whether somebody outside is done."""
        execution, progress, now = self._open(execution_id, expected_version)
        commands.require_awaited(progress, node, [NodeStatus.AWAITING_POLL], now)
        return self._ask(execution, node, lambda method, work: method.poll(work))

    # idv.materialization.apply

    def materialize(
        self, execution_id: str, *, write: bool = True, leave_out: Collection[str] = ()
    ) -> MaterializationView:
        """Write what the rules ask for; ``write=False`` only shows it. ``leave_out`` are kinds of records that
        this deployment does not want. Again is safe, and goes on where an interrupted one stopped.

        Raises ``Refused(NOT_COMPLETED)``.
        """
        self._journal.access.require(Permission.REGISTER)
        execution = self.stored(execution_id)
        progress = execution.progress_at(self._journal.now())
        records = tuple(each for each in records_of(execution.plan, progress) if each.kind not in leave_out)
        written = 0
        if write:
            for rule in range(len(execution.plan.use_case.materializations)):
                if rule not in progress.materialized:
                    written += self._write(execution_id, rule, [each for each in records if each.rule == rule])
            progress = self.stored(execution_id).progress
        rules = range(len(execution.plan.use_case.materializations))
        pending = tuple(each for each in rules if each not in progress.materialized)
        return MaterializationView(execution_id, records, written, pending)

    def _write(self, execution_id: str, rule: int, records: list[Record]) -> int:
        with self._journal.database.work() as work:
            self._journal.access.require(Permission.REGISTER, work)
            execution = work.proofings.load(execution_id)
            written = work.proofings.put_records(execution_id, records)
            if rule not in execution.progress.materialized:
                event = RuleMaterialized(self._journal.now(), rule, len(records))
                execution = work.proofings.append(execution, event)
            kind = execution.plan.use_case.materializations[rule].kind
            self._record(
                work, AuditEvent.PROOFING_MATERIALIZED, execution, (), rule=kind, records=str(len(records))
            )
        return written

    # What they share

    def _ask(
        self,
        execution: Execution,
        node: str,
        question: Question,
        delivery: str = "",
        *,
        inputs: Inputs | None = None,
    ) -> ExecutionView:
        progress = execution.progress
        since = progress.nodes[node].since
        type_ = execution.plan.method_of(execution.plan.nodes[node]).type
        method = self.methods.get(type_)
        if method is None:  # it was here when the step began
            raise Refused(METHOD_NOT_HERE, type=type_)
        outcome = question(method, self._work(execution, progress, node, inputs or {}))
        artifacts = self._kept(progress.started.subject, outcome.files)
        execution = self._change(
            execution.id,
            lambda plan, now_progress, now: commands.answered(
                plan, now_progress, node, since, outcome, self._digest, now, delivery, artifacts
            ),
            artifacts=artifacts,
        )
        return self._view(execution)

    def _kept(self, subject: str, files: Sequence[Brought]) -> tuple[Artifact, ...]:
        """Sealed into files that count once the answer is written."""
        if not subject:
            return ()
        kept = [(each, self._journal.keep(RegistrationId(subject), each.content)) for each in files]
        return tuple(
            Artifact(each.role, media_type_of(each.content), ref.digest, ref.size, each.name, ref.name)
            for each, ref in kept
        )

    def _change(
        self,
        execution_id: str,
        decide: Callable[[Plan, Progress, datetime], tuple[ProofingEvent, ...]],
        expected_version: int | None = None,
        audit: AuditEvent = AuditEvent.PROOFING_WENT_ON,
        *,
        permission: Permission = Permission.REGISTER,
        artifacts: Sequence[Artifact] = (),
    ) -> Execution:
        """Decide and write in one transaction; an execution whose time is over is ended instead, and refused."""
        with self._journal.database.work() as work:
            self._journal.access.require(permission, work)
            execution, now = work.proofings.load(execution_id), self._journal.now()
            before = execution.progress
            ended = commands.expired(before, now)
            if ended:
                execution = work.proofings.append(execution, *ended)
                self._record(work, AuditEvent.PROOFING_EXPIRED, execution, ended)
            else:
                commands.require_version(before, expected_version)
                events = decide(execution.plan, before, now)
                execution = self._append(work, execution, events, now)
                for each in artifacts if events else ():
                    work.blobs.add(RegistrationId(before.started.subject), each.ref)
                self._record(work, audit, execution, execution.events[before.version :])
        self._clean_up(execution, before)
        if ended:
            raise Refused(commands.PROOFING_EXPIRED)
        return execution

    def _append(
        self, work: Transaction, execution: Execution, events: tuple[ProofingEvent, ...], now: datetime
    ) -> Execution:
        if not events:
            return execution
        around = self._around(execution.plan)
        settled = commands.settled(execution.plan, [*execution.events, *events], around, now)
        return work.proofings.append(execution, *events, *settled)

    def _open(self, execution_id: str, expected_version: int | None) -> tuple[Execution, Progress, datetime]:
        """For looking before a method is asked; ends what expired."""
        self._journal.access.require(Permission.REGISTER)
        execution, now = self.stored(execution_id), self._journal.now()
        progress = execution.progress
        if commands.expired(progress, now):
            self._change(execution_id, lambda *_: ())
        commands.require_open(progress)
        commands.require_version(progress, expected_version)
        return execution, progress, now

    def _clean_up(self, execution: Execution, before: Progress) -> None:
        """Tell the methods of nodes that were cancelled just now."""
        after = execution.progress
        for node in execution.plan.leaves():
            was, now = before.nodes[node.id].status, after.nodes[node.id].status
            method = self.methods.get(execution.plan.method_of(node).type)
            if now is NodeStatus.CANCELLED and was is not now and method is not None:
                with suppress(MusterError):
                    method.cancel(self._work(execution, before, node.id, {}))

    def _work(self, execution: Execution, progress: Progress, node: str, inputs: Inputs) -> Work:
        there = progress.nodes[node]
        return Work(
            execution_id=execution.id,
            node=node,
            attempt=there.attempts,
            definition=execution.plan.method_of(execution.plan.nodes[node]),
            inputs=commands.inputs_of(execution.plan, progress, node, inputs),
            state=there.state,
            callback_ref=getattr(there.action, "callback_ref", "")
            or random_source.token_urlsafe(_CALLBACK_OCTETS),
            now=self._journal.now(),
            secret=self.secrets.find,
            answers=there.answers,
        )

    def stored(self, execution_id: str) -> Execution:
        """Its plan and its events themselves. Raises ``BadInput(PROOFING_UNKNOWN)``."""
        with self._journal.database.read() as work:
            return work.proofings.load(execution_id)

    def _view(self, execution: Execution, *, unveiled: bool = False) -> ExecutionView:
        return view_of(execution, self._journal.now(), self._around(execution.plan), unveiled=unveiled)

    def _around(self, plan: Plan) -> Surroundings:
        needs_devices = any(each.device for each in plan.methods.values())
        devices = self._devices() if needs_devices else frozenset[str]()
        return Surroundings(self.is_online, frozenset(self.methods), devices, self._downgraded())

    def _record(
        self,
        work: Transaction,
        audit: AuditEvent,
        execution: Execution,
        events: tuple[ProofingEvent, ...],
        **detail: str,
    ) -> None:
        """Kinds and names of steps, never what was found."""
        progress = execution.progress
        steps = dict.fromkeys(str(getattr(each, "node", "")) for each in events)
        told = {
            "execution": execution.id,
            "status": progress.status.value,
            "version": str(progress.version),
            "events": " ".join(type(each).__name__ for each in events),
            "nodes": " ".join(each for each in steps if each),
            **detail,
        }
        work.record(
            audit, actor=self._journal.operator.user_id, subject=progress.started.subject or execution.id, **told
        )

    def _digest(self, identifier: Identifier) -> str:
        return self._hash.of(identifier.type, _plain(identifier))

    def _keep_sharing_token(self, work: Work, token: str) -> None:
        """For a registration; of an execution about nobody none is kept, since nobody could ask for it again."""
        subject = self.stored(work.execution_id).progress.started.subject
        if subject:
            self._sharing_tokens.keep(work.definition.id, subject, token)

    def _pages(self, execution_id: str) -> tuple[Brought, ...]:
        """The last of each side."""
        execution = self.stored(execution_id)
        kept = [each for event in execution.events if isinstance(event, FilesKept) for each in event.artifacts]
        sides = {each.role: each for each in kept if each.role in (ArtifactRole.FRONT, ArtifactRole.BACK)}
        whose = execution.progress.started.subject
        return tuple(
            Brought(each.role, self._journal.read(RegistrationId(whose), each.ref)) for each in sides.values()
        )

    def fetch_service_proofs(self, registration_id: RegistrationId) -> None:
        """Fetch what services signed of all that they found about somebody, and keep it with the registration:
        they delete what they gathered once they were asked. What was fetched before is not asked for again.

        Raises ``NetworkUnavailable``, ``KeyUnavailable``, ``Refused``."""
        with self._journal.database.read() as work:
            executions = [work.proofings.load(each) for each in work.proofings.of_subject(registration_id.text)]
        for execution in executions:
            has = {
                event.node
                for event in execution.events
                if isinstance(event, FilesKept)
                and any(each.role is ArtifactRole.SERVICE_PROOF for each in event.artifacts)
            }
            for event in execution.events:
                if isinstance(event, NodeCompleted) and event.node not in has:
                    self._fetch_service_proof(registration_id, execution, event)

    def _fetch_service_proof(
        self, registration_id: RegistrationId, execution: Execution, completed: NodeCompleted
    ) -> None:
        definition = execution.plan.method_of(execution.plan.nodes[completed.node])
        method: object = self.methods.get(definition.type)
        if not isinstance(method, Attesting):
            return
        content = method.service_proof(definition, completed.evidence.metadata, self.secrets.find)
        if content is None:
            return
        artifacts = self._kept(registration_id.text, (Brought(ArtifactRole.SERVICE_PROOF, content),))
        with self._journal.database.work() as work:
            now = work.proofings.load(execution.id)
            work.proofings.append(now, FilesKept(self._journal.now(), completed.node, artifacts))
            for each in artifacts:
                work.blobs.add(registration_id, each.ref)
            self._record(work, AuditEvent.PROOFING_WENT_ON, now, (), files=str(len(artifacts)))

    def _supervisor(self) -> str | None:
        return self._journal.operator.user_id if self._journal.access.may(Permission.REVIEW) else None

    def _is_known(self, identifier: Identifier) -> bool:
        with self._journal.database.read() as work:
            return bool(work.proofings.matches(_MATCH, self._digest(identifier)))

    def _is_new_code(self, digest: str, step: int) -> bool:
        """The latest codes alone are kept: those before are too old to count anyway."""
        with self._journal.database.work() as work:
            given: dict[str, int] = json.loads(work.settings.get(_CODES) or "{}")
            is_new = step > given.get(digest, -1)
            if is_new:
                latest = sorted({**given, digest: step}.items(), key=lambda each: each[1])[-_MOST_CODES:]
                work.settings.put(_CODES, json.dumps(dict(latest)))
            told = "yes" if is_new else "no"
            work.record(AuditEvent.PROOFING_CODE_GIVEN, actor=self._journal.operator.user_id, new=told)
        return is_new


def _plain(identifier: Identifier) -> str:
    """However it was typed. In e-mail addresses capitals and small letters are alike, elsewhere they are not."""
    text = unicodedata.normalize("NFC", identifier.value.strip())
    return text.casefold() if identifier.type == "EMAIL" else text


def _fits(trigger: Trigger, situation: Situation) -> bool:
    youngest, oldest = trigger.minimum_age, trigger.maximum_age
    asks_age = youngest is not None or oldest is not None
    return (
        trigger.trigger_type in (None, situation.trigger_type)
        and trigger.entry_point_type in (None, situation.entry_point_type)
        and (trigger.processes is None or situation.process in trigger.processes)
        and (trigger.countries is None or situation.country in trigger.countries)
        and not (asks_age and situation.age is None)
        and (youngest is None or situation.age is None or situation.age >= youngest)
        and (oldest is None or situation.age is None or situation.age <= oldest)
    )


__all__ = ["Compiled", "ExecutionView", "MaterializationView", "OpenView", "Proofing", "Scenario", "Situation"]
