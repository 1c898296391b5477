"""The ten commands at a station, with methods that answer by script; everything else is real."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import keyring
import pyotp
import pytest

from muster.audit.chain import AuditRecord
from muster.crypto import os_keyring
from muster.domain.operators import Permission, Role
from muster.domain.proofing import (
    Aal,
    Assurance,
    Eidas,
    ExecutionStatus,
    Ial,
    Identifier,
    MethodEvidence,
    NodeStatus,
    PollAction,
    RedirectAction,
    Scenario,
    Strength,
    UserInputAction,
)
from muster.errors import BadInput, Code, KeyUnavailable, MusterError, NetworkUnavailable, Refused
from muster.proofing.definitions import parse_definitions
from muster.proofing.method import Done, NotDone, Outcome, Work
from muster.proofing.plan import Plan
from muster.workstation.desk import Desk
from muster.workstation.proofing import ExecutionView, Proofing, Situation
from muster.workstation.station import Station
from simulators.account_keyring import Account
from simulators.scripted_method import ScriptedMethod
from unit.proofing.graphs import EMAIL, SERVICE, VOUCH, choice, method, parallel, plan, sequence, threshold
from unit.workstation.desks import OFFICER, SUPERVISOR, SetClock, desk_at, with_database_key

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TYPES = ("oidc", "wallet", "otp", "document", "biometric", "claim_match", "rest_api", "vouch")
SAMPLE = Path(__file__).parents[1] / "proofing" / "source_sample.json"

Script = Mapping[str, list[str | MusterError]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, new_station: Station) -> Path:
    root = tmp_path_factory.mktemp("proofing") / "station"
    shutil.copytree(new_station.folder.root, root)
    return root


@pytest.fixture(scope="module")
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture(scope="module")
def shared(folder: Path, clock: SetClock) -> Iterator[Desk]:
    with desk_at(folder, clock=clock) as desk:
        yield desk


@pytest.fixture
def desk(shared: Desk, clock: SetClock) -> Desk:
    clock.moment = NOON
    shared.proofing.is_online = True
    scripted(shared, {})
    return shared


def scripted(desk: Desk, script: Script) -> Mapping[str, ScriptedMethod]:
    methods = {each: ScriptedMethod(each, script) for each in TYPES}
    desk.proofing.methods = methods
    return methods


def sample(use_case: str) -> Plan:
    definitions = parse_definitions(SAMPLE.read_bytes())
    return Proofing.compile(definitions, Proofing.resolve(definitions, Situation(use_case=use_case))).required()


def status(view: ExecutionView, node: str) -> NodeStatus:
    return next(each.status for each in view.nodes if each.id == node)


def records_about(desk: Desk, subject: str) -> tuple[AuditRecord, ...]:
    with desk.proofing._journal.database.audit_log() as log:
        return log.about(subject)


def audited(desk: Desk, view: ExecutionView) -> list[str]:
    return [each.event for each in records_about(desk, view.execution_id)]


# --- the source's use cases and code samples -------------------------------------------------------------


def test_customer_onboarding_runs_from_the_code_by_mail_to_the_wallet(desk: Desk) -> None:
    scripted(desk, {"step-email": ["form", "done"], "step-wallet": ["wait", "done"]})
    view = desk.proofing.start(sample("customer-onboarding"))
    assert (view.status, view.next) == (ExecutionStatus.CREATED, ("step-email",))
    view = desk.proofing.dispatch(view.execution_id, "step-email")
    assert (view.status, status(view, "step-email")) == (
        ExecutionStatus.AWAITING_ACTION,
        NodeStatus.AWAITING_INPUT,
    )
    view = desk.proofing.submit(view.execution_id, "step-email", {"code": "123456"})
    assert view.next == ("step-passport", "step-wallet")
    view = desk.proofing.dispatch(view.execution_id, "step-wallet")
    assert status(view, "step-passport") is NodeStatus.SKIPPED
    view = desk.proofing.callback(view.execution_id, "step-wallet", {"vp_token": "x"})
    assert (view.status, view.assurance.eidas) == (ExecutionStatus.COMPLETED, Eidas.HIGH)
    assert view.amr == ("otp", "wallet")
    assert view.may_enroll


def test_employee_registration_runs_through_the_login(desk: Desk) -> None:
    scripted(desk, {"step-oidc": ["redirect", "done"]})
    view = desk.proofing.start(sample("employee-registration"))
    view = desk.proofing.dispatch(view.execution_id, "step-oidc")
    (awaited,) = view.awaited
    assert isinstance(awaited.action, RedirectAction)
    view = desk.proofing.callback(
        view.execution_id, "step-oidc", {"code": "c", "state": awaited.action.callback_ref}
    )
    assert view.status is ExecutionStatus.COMPLETED
    assert [each.type for each in view.identifiers] == ["SUBJECT_ID"]


# The sample's methods are named in its text only; each gets the definition its name says.
DOCUMENTS: list[dict[str, Any]] = [
    {"_type": "DocumentMethodDefinition", "id": f"document-{kind}", "provider": "custom", "documentTypes": [kind]}
    for kind in ("passport", "id-card")
]
FACE = {"_type": "BiometricMethodDefinition", "id": "face", "provider": "custom"}
OIDC = {"_type": "OidcMethodDefinition", "id": "oidc", "discoveryUrl": "https://idp.example/",
        "clientIdRef": {"key": "idp.client-id"}}  # fmt: skip
WALLET = {"_type": "WalletMethodDefinition", "id": "wallet"}


def test_the_sample_with_a_choice_of_documents_and_liveness_runs_to_its_end(desk: Desk) -> None:
    scripted(desk, {"email-verify": ["form"], "liveness-check": ["poll"]})
    graph = sequence(
        method("email-verify", "email"),
        choice(method("passport-scan", "document-passport"), method("id-card-scan", "document-id-card")),
        method("liveness-check", "face"),
    )
    view = desk.proofing.start(plan(graph, [EMAIL, *DOCUMENTS, FACE], {"minimumAssurance": "substantial"}))
    view = desk.proofing.dispatch(view.execution_id, "email-verify")
    view = desk.proofing.submit(view.execution_id, "email-verify", {"code": "1"})
    view = desk.proofing.submit(view.execution_id, "$.children[1]", {"selection": "id-card-scan"})
    assert view.next == ("id-card-scan",)
    view = desk.proofing.dispatch(view.execution_id, "id-card-scan")
    view = desk.proofing.dispatch(view.execution_id, "liveness-check")
    (awaited,) = view.awaited
    assert isinstance(awaited.action, PollAction)
    with pytest.raises(Refused, match="TOO_EARLY"):
        desk.proofing.poll(view.execution_id, "liveness-check")


def test_the_sample_with_either_login_or_wallet_goes_by_what_is_begun(desk: Desk) -> None:
    graph = choice(method("institutional-login", "oidc"), method("wallet-presentation", "wallet"))
    view = desk.proofing.start(plan(graph, [OIDC, WALLET]))
    (awaited,) = view.awaited
    assert isinstance(awaited.action, UserInputAction)
    assert awaited.action.fields[0].options == ("institutional-login", "wallet-presentation")
    view = desk.proofing.dispatch(view.execution_id, "wallet-presentation")
    assert view.status is ExecutionStatus.COMPLETED
    assert status(view, "institutional-login") is NodeStatus.SKIPPED


def test_the_sample_with_two_of_three_survives_one_that_fails(desk: Desk) -> None:
    scripted(desk, {"document-scan": ["no"]})
    graph = threshold(
        2, method("oidc-login", "oidc"), method("document-scan", "document-passport"), method("biometric", "face")
    )
    view = desk.proofing.start(plan(graph, [OIDC, *DOCUMENTS, FACE], {"minimumAssurance": "substantial"}))
    for node in ("document-scan", "oidc-login", "biometric"):
        view = desk.proofing.dispatch(view.execution_id, node)
    assert view.status is ExecutionStatus.COMPLETED
    assert [each.code for each in view.errors] == ["SCRIPTED_NO"]


# --- races, repetitions, what comes too late -------------------------------------------------------------


class _Racing(ScriptedMethod):
    """While one answer is looked at, another one arrives and is done first."""

    def __init__(self, desk: Desk, other: Mapping[str, str]) -> None:
        super().__init__("oidc", {"step-oidc": ["redirect"]})
        self._desk, self._other = desk, other

    def callback(self, work: Work, data: Mapping[str, str]) -> Outcome:
        if data != self._other and not self.given:
            self.given.append(data)
            self._desk.proofing.callback(work.execution_id, work.node, self._other)
        return super().callback(work, data)


def _waiting_for_login(desk: Desk) -> ExecutionView:
    view = desk.proofing.start(sample("employee-registration"))
    return desk.proofing.dispatch(view.execution_id, "step-oidc")


def test_of_two_callbacks_that_race_one_wins_and_the_other_is_told(desk: Desk) -> None:
    desk.proofing.methods = {"oidc": _Racing(desk, {"code": "second"})}
    view = _waiting_for_login(desk)
    with pytest.raises(Refused, match="PROOFING_OVER"):
        desk.proofing.callback(view.execution_id, "step-oidc", {"code": "first"})
    assert desk.proofing.get(view.execution_id).status is ExecutionStatus.COMPLETED


def test_of_two_callbacks_that_race_while_the_rest_goes_on_the_later_is_told(desk: Desk) -> None:
    racing = _Racing(desk, {"code": "second"})
    desk.proofing.methods = {"oidc": racing, "otp": ScriptedMethod("otp")}
    graph = sequence(method("step-oidc", "oidc"), method("step-email", "email"))
    view = desk.proofing.start(plan(graph, [OIDC, EMAIL]))
    view = desk.proofing.dispatch(view.execution_id, "step-oidc")
    with pytest.raises(Refused, match="NODE_MOVED_ON"):
        desk.proofing.callback(view.execution_id, "step-oidc", {"code": "first"})
    assert desk.proofing.get(view.execution_id).next == ("step-email",)


def test_the_same_callback_at_the_same_time_is_no_error(desk: Desk) -> None:
    class Twice(_Racing):
        def callback(self, work: Work, data: Mapping[str, str]) -> Outcome:
            if not self.given:
                self.given.append(data)
                self._desk.proofing.callback(work.execution_id, work.node, self._other)
            return super().callback(work, data)

    desk.proofing.methods = {"oidc": Twice(desk, {"code": "c"})}
    view = _waiting_for_login(desk)
    assert (
        desk.proofing.callback(view.execution_id, "step-oidc", {"code": "c"}).status is ExecutionStatus.COMPLETED
    )


def test_a_callback_once_more_changes_nothing_and_asks_nobody(desk: Desk) -> None:
    methods = scripted(desk, {"step-oidc": ["redirect"]})
    view = _waiting_for_login(desk)
    done = desk.proofing.callback(view.execution_id, "step-oidc", {"code": "c"})
    again = desk.proofing.callback(view.execution_id, "step-oidc", {"code": "c"})
    assert (again.version, again.status) == (done.version, ExecutionStatus.COMPLETED)
    assert len(methods["oidc"].given) == 1


def test_another_callback_after_the_end_is_refused(desk: Desk) -> None:
    scripted(desk, {"step-oidc": ["redirect"]})
    view = _waiting_for_login(desk)
    desk.proofing.callback(view.execution_id, "step-oidc", {"code": "c"})
    with pytest.raises(Refused, match="PROOFING_OVER"):
        desk.proofing.callback(view.execution_id, "step-oidc", {"code": "d"})


def test_a_command_for_an_older_version_is_refused_and_changes_nothing(desk: Desk) -> None:
    scripted(desk, {"step-email": ["form"]})
    view = desk.proofing.start(sample("customer-onboarding"))
    later = desk.proofing.dispatch(view.execution_id, "step-email", expected_version=view.version)
    for command in (
        lambda: desk.proofing.dispatch(view.execution_id, "step-email", expected_version=view.version),
        lambda: desk.proofing.submit(view.execution_id, "step-email", {"code": "1"}, view.version),
    ):
        with pytest.raises(Refused, match="VERSION_CONFLICT"):
            command()
    assert desk.proofing.get(view.execution_id).version == later.version


def test_what_comes_after_its_time_ends_the_execution_and_is_refused(desk: Desk, clock: SetClock) -> None:
    methods = scripted(desk, {"step-oidc": ["redirect"]})
    view = _waiting_for_login(desk)
    clock.forward(seconds=600)
    assert desk.proofing.get(view.execution_id).status is ExecutionStatus.EXPIRED
    with pytest.raises(Refused, match="PROOFING_EXPIRED"):
        desk.proofing.callback(view.execution_id, "step-oidc", {"code": "c"})
    assert audited(desk, view)[-1] == "MUS-IDV-004"
    assert [verb for verb, _ in methods["oidc"].asked] == ["dispatch", "cancel"]
    clock.forward(seconds=-300)  # nor does turning the clock back bring it to life
    with pytest.raises(Refused, match="PROOFING_EXPIRED"):
        desk.proofing.dispatch(view.execution_id, "step-oidc")


def test_an_answer_after_the_action_s_own_time_is_refused_and_the_step_can_begin_anew(
    desk: Desk, clock: SetClock
) -> None:
    scripted(desk, {"step-wallet": ["wait", "wait"]})
    view = desk.proofing.start(plan(method("step-wallet", "wallet"), [WALLET]))
    view = desk.proofing.dispatch(view.execution_id, "step-wallet")
    clock.forward(minutes=10)
    with pytest.raises(Refused, match="ACTION_EXPIRED"):
        desk.proofing.callback(view.execution_id, "step-wallet", {"vp_token": "x"})
    view = desk.proofing.dispatch(view.execution_id, "step-wallet")
    assert (status(view, "step-wallet"), view.nodes[0].attempts) == (NodeStatus.AWAITING_CALLBACK, 2)


def test_a_crash_at_any_event_leaves_a_disk_from_which_it_goes_on_to_the_same_end(
    folder: Path, tmp_path: Path, clock: SetClock
) -> None:
    """The files are copied while the program runs, as a power cut would leave them."""
    root, copies = tmp_path / "station", []
    shutil.copytree(folder, root)
    words: Script = {"step-email": ["form", "again"], "step-wallet": ["wait"]}

    def copy() -> None:
        copies.append(tmp_path / f"copy-{len(copies)}")
        shutil.copytree(root, copies[-1])

    class Copying(ScriptedMethod):
        def _answer(self, verb: str, work: Work) -> Outcome:
            copy()  # while it is asked
            return super()._answer(verb, work)

    with desk_at(root, clock=clock) as desk:
        desk.proofing.methods = {each: Copying(each, words) for each in TYPES}
        execution_id = desk.proofing.start(sample("customer-onboarding")).execution_id
        ended = _to_the_end(desk, execution_id, copy)
    assert len(copies) == 11  # before each of six looks, and at each of five questions
    for each in copies:
        with desk_at(each, clock=clock) as desk:
            scripted(desk, {"step-email.dispatch": ["form"], "step-wallet.dispatch": ["wait"]})
            view = _to_the_end(desk, execution_id)
            assert (view.status, view.assurance, view.amr) == (ended.status, ended.assurance, ended.amr)
            assert [one.node for one in view.results] == ["step-email", "step-wallet"]
            assert view.identifiers == ended.identifiers
            assert desk.trail.verify().valid


def _to_the_end(desk: Desk, execution_id: str, after_each: Callable[[], None] = lambda: None) -> ExecutionView:
    """Whatever comes next, as somebody would who only sees what is shown."""
    while True:
        after_each()
        view = desk.proofing.get(execution_id)
        begun = [each.id for each in view.nodes if each.status is NodeStatus.DISPATCHED and each.method_id]
        waits = {each.node: each.kind for each in view.awaited}
        if view.status.is_over:
            return view
        if waits.get("step-email") == "UserInputAction":
            desk.proofing.submit(execution_id, "step-email", {"code": "1"})
        elif "step-wallet" in waits:
            desk.proofing.callback(execution_id, "step-wallet", {"vp_token": "x"})
        else:
            desk.proofing.dispatch(execution_id, (*begun, *reversed(view.next))[0])


# --- networks, attempts, cancelling ----------------------------------------------------------------------


def test_a_method_that_finds_no_network_leaves_a_step_that_can_be_begun_again(desk: Desk) -> None:
    down = NetworkUnavailable(Code.named("METHOD_NEEDS_NETWORK"))  # type: ignore[arg-type]
    scripted(desk, {"step-oidc": [down] * 7})
    view = desk.proofing.start(sample("employee-registration"))
    for _ in range(7):  # more often than a step may be tried: nobody was asked
        with pytest.raises(NetworkUnavailable):
            desk.proofing.dispatch(view.execution_id, "step-oidc")
    assert status(desk.proofing.get(view.execution_id), "step-oidc") is NodeStatus.DISPATCHED
    assert desk.proofing.dispatch(view.execution_id, "step-oidc").status is ExecutionStatus.COMPLETED


def test_a_step_that_fails_retryably_too_often_fails_for_good(desk: Desk) -> None:
    scripted(desk, {"step-oidc": ["again"] * 5})
    view = desk.proofing.start(sample("employee-registration"))
    for attempt in range(1, 6):
        view = desk.proofing.dispatch(view.execution_id, "step-oidc")
        assert view.errors[attempt - 1].retryable is (attempt < 5)
    assert view.status is ExecutionStatus.FAILED


@pytest.mark.parametrize(
    ("policy", "expected", "may_enroll"),
    [("FAIL", ExecutionStatus.FAILED, False), ("ENROLL_PROVISIONAL", ExecutionStatus.RUNNING, True)],
)
def test_without_a_network_the_policy_decides(
    desk: Desk, policy: str, expected: ExecutionStatus, may_enroll: bool
) -> None:
    desk.proofing.is_online = False
    view = desk.proofing.start(plan(method("login", "oidc"), [OIDC], {"offlinePolicy": policy}))
    view = desk.proofing.dispatch(view.execution_id, "login")
    assert (view.status, view.may_enroll) == (expected, may_enroll)


def test_without_a_network_waiting_is_the_default_and_nothing_happens(desk: Desk) -> None:
    desk.proofing.is_online = False
    view = desk.proofing.start(sample("employee-registration"))
    assert (view.next, view.nodes[0].hindrance) == ((), "METHOD_NEEDS_NETWORK")
    with pytest.raises(NetworkUnavailable, match="METHOD_NEEDS_NETWORK"):
        desk.proofing.dispatch(view.execution_id, "step-oidc")
    assert desk.proofing.get(view.execution_id).version == 1
    desk.proofing.is_online = True
    assert desk.proofing.dispatch(view.execution_id, "step-oidc").status is ExecutionStatus.COMPLETED


def test_an_officer_may_not_cancel_and_a_supervisor_says_why(folder: Path, desk: Desk, clock: SetClock) -> None:
    scripted(desk, {"step-oidc": ["redirect"]})
    view = _waiting_for_login(desk)
    with pytest.raises(Refused, match="SUPERVISOR_ONLY"):
        desk.proofing.cancel(view.execution_id, "left")
    with supervisor_at(folder, clock) as supervisor:
        methods = scripted(supervisor, {})
        with pytest.raises(BadInput, match="CANCEL_REASON_MISSING"):
            supervisor.proofing.cancel(view.execution_id, "  ")
        ended = supervisor.proofing.cancel(view.execution_id, "The person left")
        assert (ended.status, ended.cancel_reason) == (ExecutionStatus.CANCELLED, "The person left")
        assert (ended.cancelled_by, status(ended, "step-oidc")) == (SUPERVISOR.user_id, NodeStatus.CANCELLED)
        assert [verb for verb, _ in methods["oidc"].asked] == ["cancel"]
    with pytest.raises(Refused, match="PROOFING_OVER"):
        desk.proofing.callback(view.execution_id, "step-oidc", {"code": "c"})


def supervisor_at(root: Path, clock: SetClock) -> AbstractContextManager[Desk]:
    return desk_at(root, clock=clock, who=SUPERVISOR)


def test_what_a_provider_said_is_for_supervisors_and_their_look_is_on_record(
    folder: Path, desk: Desk, clock: SetClock
) -> None:
    class Declining(ScriptedMethod):
        def dispatch(self, work: Work) -> Outcome:
            return replace(NotDone(Code.named("SCRIPTED_NO") or Code("X", "X.")), provider_code="2301")

    desk.proofing.methods = {"oidc": Declining("oidc")}
    view = desk.proofing.start(sample("employee-registration"))
    view = desk.proofing.dispatch(view.execution_id, "step-oidc")
    assert [each.provider_code for each in desk.proofing.get(view.execution_id).errors] == ["", ""]
    with supervisor_at(folder, clock) as supervisor:
        shown = supervisor.proofing.get(view.execution_id)
    assert [each.provider_code for each in shown.errors] == ["2301", ""]
    assert audited(desk, view)[-1] == "MUS-IDV-006"


def test_whoever_may_not_register_people_asks_no_method(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    methods = scripted(desk, {"step-oidc": ["redirect"]})
    view = _waiting_for_login(desk)
    asked = len(methods["oidc"].asked)
    administrator = {role: frozenset({Permission.CHANGE_SETTINGS}) for role in Role}
    monkeypatch.setattr(desk.access, "permissions", administrator)
    for command in (
        lambda: desk.proofing.start(sample("employee-registration")),
        lambda: desk.proofing.dispatch(view.execution_id, "step-oidc"),
        lambda: desk.proofing.submit(view.execution_id, "step-oidc", {}),
        lambda: desk.proofing.callback(view.execution_id, "step-oidc", {}),
        lambda: desk.proofing.poll(view.execution_id, "step-oidc"),
        lambda: desk.proofing.materialize(view.execution_id),
    ):
        with pytest.raises(Refused, match="OFFICER_ONLY"):
            command()
    assert len(methods["oidc"].asked) == asked


def test_a_method_that_is_no_longer_installed_is_said_to_be_missing(desk: Desk) -> None:
    scripted(desk, {"step-oidc": ["redirect"]})
    view = _waiting_for_login(desk)
    desk.proofing.methods = {}
    with pytest.raises(Refused, match="METHOD_NOT_HERE"):
        desk.proofing.callback(view.execution_id, "step-oidc", {"code": "c"})


# --- consents, secrets, attributes -----------------------------------------------------------------------


def test_nothing_runs_before_the_person_agreed(desk: Desk) -> None:
    asked = {"requiredConsents": ["DATA_SHARING"]}
    face = {**FACE, "compliance": {"requiredConsents": ["BIOMETRIC_PROCESSING"]}}
    graph = parallel(method("m", "vouch"), method("f", "face"))
    view = desk.proofing.start(plan(graph, [VOUCH, face], asked))
    assert [each.value for each in view.consents_missing] == ["DATA_SHARING", "BIOMETRIC_PROCESSING"]
    with pytest.raises(Refused, match="CONSENT_MISSING"):
        desk.proofing.dispatch(view.execution_id, "m")
    with pytest.raises(BadInput, match="FIELDS_WRONG"):
        desk.proofing.submit(view.execution_id, "$.consents", {"SHARING": "true"})
    with pytest.raises(BadInput, match=r"CONSENT_VALUE_WRONG: .* true .*: DATA_SHARING"):
        desk.proofing.submit(view.execution_id, "$.consents", {"DATA_SHARING": "maybe"})
    view = desk.proofing.submit(view.execution_id, "$.consents", {"DATA_SHARING": "true"})
    assert view.next == ("m",)
    view = desk.proofing.submit(view.execution_id, "$.consents", {"BIOMETRIC_PROCESSING": "true"})
    assert view.next == ("m", "f")


def test_a_later_step_is_given_what_an_earlier_one_found(desk: Desk) -> None:
    methods = scripted(desk, {})
    bound = [
        {
            "source": {"_type": "PriorNodeAttribute", "nodeId": "a", "attributePath": "a.seen"},
            "target": "portrait",
        },
        {"source": {"_type": "ContextAttribute", "attributePath": "name"}, "target": "who"},
        {"source": {"_type": "UserInputAttribute", "fieldId": "typed"}, "target": "code"},
        {"source": {"_type": "ContextAttribute", "attributePath": "absent"}, "target": "nothing"},
    ]
    view = desk.proofing.start(
        plan(sequence(method("a"), method("b", "service", inputBindings=bound)), [VOUCH, SERVICE]),
        attributes={"name": "Erika Mustermann"},
    )
    desk.proofing.dispatch(view.execution_id, "a")
    view = desk.proofing.dispatch(view.execution_id, "b", {"typed": "1"})
    assert methods["rest_api"].asked[-1][1].inputs == {"portrait": True, "who": "Erika Mustermann", "code": "1"}
    assert view.attribute_sources == {"a.seen": "a", "b.seen": "b"}


def test_a_secret_comes_from_the_environment_before_the_sealed_settings(
    folder: Path, desk: Desk, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(KeyUnavailable, match="SECRET_MISSING"):
        desk.proofing.secrets.find("idp.client-id")
    with pytest.raises(Refused, match="SUPERVISOR_ONLY"):
        desk.proofing.secrets.keep("idp.client-id", "s3cret-word")
    with supervisor_at(folder, clock) as supervisor:
        supervisor.proofing.secrets.keep("idp.client-id", "s3cret-word")
    assert desk.proofing.secrets.find("idp.client-id") == "s3cret-word"
    stored = with_database_key(folder, "SELECT value FROM setting WHERE name LIKE 'proofing secret%'")
    assert "s3cret" not in str(stored)
    monkeypatch.setenv("MUSTER_SECRET_IDP_CLIENT_ID", "another")
    assert desk.proofing.secrets.find("idp.client-id") == "another"


@pytest.fixture
def account() -> Iterator[Account]:
    before, account = keyring.get_keyring(), Account()
    keyring.set_keyring(account)
    yield account
    keyring.set_keyring(before)


class Faulting(Account):
    """A desktop whose other side went away."""

    def get_password(self, service: str, username: str) -> str | None:
        raise OSError("no bus")


def test_what_binds_the_station_is_no_methods_secret(desk: Desk, account: Account) -> None:
    os_keyring.seal(bytes(32))
    ((_, name),) = account.held
    with pytest.raises(KeyUnavailable, match="SECRET_MISSING"):
        desk.proofing.secrets.find(name)


def test_a_keyring_that_faults_has_no_secret(desk: Desk, account: Account) -> None:
    keyring.set_keyring(Faulting())
    with pytest.raises(KeyUnavailable, match="SECRET_MISSING"):
        desk.proofing.secrets.find("idp.other-id")


def test_a_secret_is_found_in_the_accounts_keyring(desk: Desk, account: Account) -> None:
    account.set_password("muster", "idp.other-id", "s3cret-word")
    assert desk.proofing.secrets.find("idp.other-id") == "s3cret-word"


# --- materialization -------------------------------------------------------------------------------------

RULES = [
    {"_type": "CreateIdentifiersMaterialization"},
    {"_type": "CreateIdentityMatchMaterialization"},
    {"_type": "AttachEvidenceMaterialization"},
    {"_type": "CreateRelationshipMaterialization", "relationshipType": "student", "sourceNodeId": "login"},
    {"_type": "CreateRegistrationMaterialization", "registrationType": "NEW", "sourceNodeId": "login"},
    {"_type": "MarkVerifiedMaterialization", "role": "resident"},
]
CLAIM = {"_type": "ClaimMatchMethodDefinition", "id": "known", "identifierType": "EMAIL", "attribute": "email"}


class _Mail(ScriptedMethod):
    """Finds out that somebody has this address."""

    def __init__(self, address: str) -> None:
        super().__init__("oidc")
        self._address = address

    def dispatch(self, work: Work) -> Outcome:
        levels = Assurance(Eidas.HIGH, Ial.IAL3, Aal.AAL3, Strength.SUPERIOR)
        return Done(levels, MethodEvidence("idp", "oidc", work.now), (Identifier("EMAIL", self._address),))


def _proven(desk: Desk, address: str) -> ExecutionView:
    desk.proofing.methods = {"oidc": _Mail(address)}
    view = desk.proofing.start(plan(method("login", "oidc"), [OIDC], materializations=RULES))
    return desk.proofing.dispatch(view.execution_id, "login")


def test_what_will_be_written_can_be_seen_before_and_is_written_once(desk: Desk) -> None:
    view = _proven(desk, "erika@mustermann.example")
    seen = desk.proofing.materialize(view.execution_id, write=False)
    assert (seen.written, seen.pending) == (0, (0, 1, 2, 3, 4, 5))
    first, trail = desk.proofing.materialize(view.execution_id), audited(desk, view)
    second = desk.proofing.materialize(view.execution_id)
    assert audited(desk, view) == trail
    assert (first.written, second.written, second.pending) == (6, 0, ())
    assert seen.records == first.records == second.records
    assert [each.kind for each in first.records] == [
        "CorrelationIdentifier", "IdentityMatch", "Evidence", "Relationship", "Registration", "Verified",
    ]  # fmt: skip


def test_nothing_is_written_before_the_end(desk: Desk) -> None:
    view = desk.proofing.start(plan(method("login", "oidc"), [OIDC], materializations=RULES))
    with pytest.raises(Refused, match="NOT_COMPLETED"):
        desk.proofing.materialize(view.execution_id)


def test_a_write_that_failed_halfway_is_finished_by_the_next(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    view = _proven(desk, "erika@mustermann.example")
    put = type(desk.proofing._journal.database).work
    calls = iter(range(100))

    def failing(self: Any) -> Any:
        if next(calls) == 3:
            raise OSError("the disk")
        return put(self)

    monkeypatch.setattr(type(desk.proofing._journal.database), "work", failing)
    with pytest.raises(OSError, match="disk"):
        desk.proofing.materialize(view.execution_id)
    monkeypatch.undo()
    assert desk.proofing.get(view.execution_id).materialized == (0, 1, 2)
    done = desk.proofing.materialize(view.execution_id)
    assert (done.written, len(done.records)) == (3, 6)


def test_a_deployment_may_leave_a_kind_of_record_out(desk: Desk) -> None:
    view = _proven(desk, "erika@mustermann.example")
    done = desk.proofing.materialize(view.execution_id, leave_out=["Registration"])
    assert (done.written, done.pending) == (5, ())


def test_somebody_who_was_proven_here_is_known_again_however_the_address_is_written(desk: Desk) -> None:
    _view = _proven(desk, "max@mustermann.example")
    desk.proofing.materialize(_view.execution_id)
    del desk.proofing.methods
    bound = [{"source": {"_type": "ContextAttribute", "attributePath": "email"}, "target": "email"}]
    known = plan(method("m", "known", inputBindings=bound), [CLAIM])
    for address, expected in (
        (" Max@Mustermann.Example", ExecutionStatus.COMPLETED),
        ("moritz@mustermann.example", ExecutionStatus.FAILED),
    ):
        view = desk.proofing.start(known, attributes={"email": address})
        assert desk.proofing.dispatch(view.execution_id, "m").status is expected


APP = {"_type": "OtpMethodDefinition", "id": "app", "type": "otp", "channel": "authenticator_app"}


def test_a_code_of_an_authenticator_counts_in_one_execution_and_the_next_one_in_another(desk: Desk) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEE"
    del desk.proofing.methods
    bound = [{"source": {"_type": "ContextAttribute", "attributePath": "secret"}, "target": "totpSecret"}]

    asking = plan(method("m", "app", inputBindings=bound), [APP])

    def given(code: str) -> NodeStatus:
        view = desk.proofing.start(asking, attributes={"secret": secret})
        desk.proofing.dispatch(view.execution_id, "m")
        return status(desk.proofing.submit(view.execution_id, "m", {"code": code}), "m")

    first, second = (pyotp.TOTP(secret).at(NOON + timedelta(seconds=later)) for later in (0, 30))
    assert given(first) is NodeStatus.COMPLETED
    assert given(first) is NodeStatus.AWAITING_INPUT
    assert given(second) is NodeStatus.COMPLETED
    assert given(first) is NodeStatus.AWAITING_INPUT
    with desk.proofing._journal.database.audit_log() as log:
        told = [each.detail["new"] for each in log.newest_first(50) if each.event == "MUS-IDV-010"]
    assert told == ["no", "yes", "no", "yes"]


def test_no_identifier_is_anywhere_in_clear(folder: Path, desk: Desk) -> None:
    view = _proven(desk, "erika.secret@mustermann.example")
    desk.proofing.materialize(view.execution_id)
    tables = ("proofing_event", "proofing_record", "audit", "proofing")
    assert all("erika.secret" not in str(with_database_key(folder, f"SELECT * FROM {each}")) for each in tables)


# --- what is stored --------------------------------------------------------------------------------------


def test_an_execution_goes_on_by_the_plan_it_began_with(desk: Desk) -> None:
    began = sample("employee-registration")
    view = desk.proofing.start(began)
    stored = desk.proofing.stored(view.execution_id).plan
    assert (stored.digest, stored.text) == (began.digest, began.text)
    assert desk.proofing.get(view.execution_id).plan_digest == began.digest


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ("123", "REGISTRATION_ID_LENGTH"),
        ("1000110002000012026030112000x", "REGISTRATION_ID_NOT_NUMERIC"),
        ("99999100020000120260301120000", "REGISTRATION_UNKNOWN"),
    ],
)
def test_nobody_proves_who_they_are_for_a_registration_that_is_not_here(
    desk: Desk, subject: str, code: str
) -> None:
    before = desk.proofing.open()
    with pytest.raises(BadInput, match=code):
        desk.proofing.start(sample("employee-registration"), subject=subject)
    assert desk.proofing.open() == before


def test_every_change_has_its_audit_record_and_the_trail_is_whole(desk: Desk) -> None:
    scripted(desk, {"step-email": ["form"]})
    view = desk.proofing.start(sample("customer-onboarding"), subject=desk.enrollment.start().id.text)
    desk.proofing.dispatch(view.execution_id, "step-email")
    desk.proofing.submit(view.execution_id, "step-email", {"code": "1"})
    about = records_about(desk, view.subject)
    records = [each for each in about if each.detail.get("execution") == view.execution_id]
    assert [(each.event, each.detail["events"]) for each in records] == [
        ("MUS-IDV-001", "ProofingStarted"),
        ("MUS-IDV-002", "NodeDispatched"),
        ("MUS-IDV-002", "NodeAwaits"),
        ("MUS-IDV-002", "NodeCompleted"),
    ]
    assert desk.trail.verify().valid
    assert desk.proofing.about(view.subject) == (view.execution_id,)
    assert [each.subject for each in desk.proofing.open() if each.execution_id == view.execution_id] == [
        view.subject
    ]


def test_whoever_returns_after_hours_finds_everything_as_it_was(folder: Path, desk: Desk, clock: SetClock) -> None:
    scripted(desk, {"step-email": ["form"]})
    slow = json.loads(SAMPLE.read_text(encoding="utf-8"))
    slow["useCases"][0]["policy"]["sessionTtlSeconds"] = 86_400
    definitions = parse_definitions(json.dumps(slow).encode())
    began = Proofing.compile(definitions, definitions.use_cases[0]).required()
    view = desk.proofing.start(began)
    view = desk.proofing.dispatch(view.execution_id, "step-email")
    clock.forward(hours=20)
    with desk_at(folder, clock=clock) as another:
        scripted(another, {})
        assert view.execution_id in [each.execution_id for each in another.proofing.open()]
        again = another.proofing.get(view.execution_id)
        assert (again.awaited, again.version) == (view.awaited, view.version)
        assert another.proofing.submit(view.execution_id, "step-email", {"code": "1"}).next


def test_a_form_with_other_fields_is_refused(desk: Desk) -> None:
    scripted(desk, {"step-email": ["form"]})
    view = desk.proofing.start(sample("customer-onboarding"))
    desk.proofing.dispatch(view.execution_id, "step-email")
    for fields in ({}, {"kode": "1"}, {"code": "1", "more": "2"}):
        with pytest.raises(BadInput, match="FIELDS_WRONG"):
            desk.proofing.submit(view.execution_id, "step-email", fields)


def test_what_is_not_waited_for_is_refused(desk: Desk) -> None:
    view = desk.proofing.start(sample("customer-onboarding"))
    with pytest.raises(Refused, match="NOT_AWAITED"):
        desk.proofing.submit(view.execution_id, "step-email", {"code": "1"})
    with pytest.raises(Refused, match="NOT_AWAITED"):
        desk.proofing.poll(view.execution_id, "step-email")
    with pytest.raises(Refused, match="NOT_AWAITED"):
        desk.proofing.callback(view.execution_id, "step-email", {})
    with pytest.raises(BadInput, match="NODE_UNKNOWN"):
        desk.proofing.dispatch(view.execution_id, "step-none")
    with pytest.raises(BadInput, match="NODE_NO_METHOD"):
        desk.proofing.dispatch(view.execution_id, "$")
    with pytest.raises(Refused, match="NODE_NOT_READY"):
        desk.proofing.dispatch(view.execution_id, "step-wallet")
    with pytest.raises(BadInput, match="PROOFING_UNKNOWN"):
        desk.proofing.get("none")


def test_the_officer_is_the_one_who_is_on_record(desk: Desk) -> None:
    view = desk.proofing.start(sample("employee-registration"), scenario=Scenario.REMOTE_ASSISTED)
    assert view.scenario is Scenario.REMOTE_ASSISTED
    assert records_about(desk, view.execution_id)[0].actor == OFFICER.user_id
