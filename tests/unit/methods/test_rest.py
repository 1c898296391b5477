"""Asking a service of the deployment's own, over real sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from muster.domain.proofing import Aal, Assurance, Eidas, Ial, Identifier, PollAction, Strength
from muster.errors import NetworkUnavailable
from muster.methods.rest import RestApi
from muster.methods.tools import MethodTools
from muster.proofing.definitions import Method
from muster.proofing.method import Done, NotDone, Outcome, Pending, Work
from simulators.loopback import Asked, LoopbackServer, Reply
from unit.proofing.graphs import definitions, method

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
VERIFIED = Reply.of({"status": "VERIFIED"})


class Service(LoopbackServer):
    """Answers with what it was given, the last of it again and again."""

    replies: list[Reply]

    def answer(self, asked: Asked) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@pytest.fixture(scope="module")
def started() -> Iterator[Service]:
    service = Service()
    yield service
    service.close()


@pytest.fixture
def service(started: Service) -> Service:
    started.replies = [VERIFIED]
    started.asked.clear()
    return started


@pytest.fixture
def rest() -> RestApi:
    return RestApi(MethodTools(lambda _: False, lambda: None))


def _work(service: Service, inputs: Mapping[str, Any] | None = None, **more: Any) -> Work:
    definition = {
        "_type": "RestApiMethodDefinition",
        "id": "register",
        "endpoint": f"{service.origin}/proofs",
        "authRef": {"key": "token"},
        "attributeMappings": [
            {"sourceAttribute": "nin", "targetAttribute": "number", "identifierType": "NIN"},
            {"sourceAttribute": "name.given", "targetAttribute": "given_name"},
        ],
        **more,
    }
    read: Method = definitions(method("a"), [definition]).methods[0]
    secrets = {"token": "t0ken", "basic": "Basic dXNlcjp3b3Jk"}
    return Work("e", "a", 1, read, inputs or {}, {}, "ref", NOON, secrets.__getitem__)


def _no(outcome: Outcome) -> tuple[str, str, bool]:
    assert isinstance(outcome, NotDone)
    return outcome.code.name, outcome.provider_code, outcome.retryable


def _pending(outcome: Outcome) -> tuple[Pending, PollAction]:
    assert isinstance(outcome, Pending) and isinstance(outcome.action, PollAction)
    return outcome, outcome.action


def _unavailable(rest: RestApi, work: Work) -> str:
    with pytest.raises(NetworkUnavailable) as error:
        rest.dispatch(work)
    return error.value.code.name


# --- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", ["http://register.example/proofs", "https://", "register"])
def test_an_address_that_is_not_secure_is_told_nothing(rest: RestApi, service: Service, endpoint: str) -> None:
    assert _no(rest.dispatch(_work(service, endpoint=endpoint))) == ("PROVIDER_ADDRESS_UNSAFE", "", False)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(500), "PROVIDER_IN_TROUBLE"),
        (Reply(429), "PROVIDER_IN_TROUBLE"),
        (Reply(503), "PROVIDER_IN_TROUBLE"),
        (Reply(204), "PROVIDER_ANSWER_UNREADABLE"),
        (Reply(301, headers={"Location": "/elsewhere"}), "PROVIDER_ANSWER_UNREADABLE"),
        (Reply(body=b"no json"), "PROVIDER_ANSWER_UNREADABLE"),
        (Reply(body=b'{"status": "VERIFIED", "x": NaN}'), "PROVIDER_ANSWER_UNREADABLE"),
        (Reply.of([]), "PROVIDER_ANSWER_UNREADABLE"),
        (Reply.of({}), "PROVIDER_ANSWER_UNREADABLE"),
        (Reply.of({"status": "APPROVED"}), "PROVIDER_ANSWER_UNREADABLE"),
        (Reply.of({"status": ["VERIFIED"]}), "PROVIDER_ANSWER_UNREADABLE"),
        (Reply(202), "PROVIDER_ANSWER_UNREADABLE"),
        (Reply(body=b" " * (1024 * 1024 + 1)), "PROVIDER_ANSWER_TOO_LARGE"),
    ],
)
def test_what_is_no_answer_leaves_everything_as_it_was(
    rest: RestApi, service: Service, reply: Reply, code: str
) -> None:
    service.replies = [reply]
    assert _unavailable(rest, _work(service)) == code


@pytest.mark.parametrize(
    ("reply", "code", "said", "retryable"),
    [
        (Reply(401), "REST_STATION_REFUSED", "401", True),
        (Reply(403), "REST_STATION_REFUSED", "403", True),
        (Reply(422), "REST_QUESTION_REFUSED", "422", False),
        (Reply.of({"status": "INVALID", "code": "DEAD"}), "REST_INVALID", "DEAD", False),
        (Reply.of({"status": "NOT_VERIFIED"}), "REST_NOT_VERIFIED", "", True),
        (Reply.of({"status": "INVALID", "code": "Erika is not 42"}), "REST_INVALID", "", False),
        (
            Reply(202, headers={"Location": "https://elsewhere.example/1"}),
            "REST_QUESTION_REFUSED",
            "location",
            False,
        ),
        (Reply(202, headers={"Location": "//elsewhere/1"}), "PROVIDER_ADDRESS_UNSAFE", "", False),
    ],
)
def test_each_no_has_its_code(
    rest: RestApi, service: Service, reply: Reply, code: str, said: str, retryable: bool
) -> None:
    service.replies = [reply]
    assert _no(rest.dispatch(_work(service))) == (code, said, retryable)


def test_what_is_required_and_not_told_fails_the_step(rest: RestApi, service: Service) -> None:
    wanted = [{"sourceAttribute": "nin", "targetAttribute": "number", "required": True}]
    assert _no(rest.dispatch(_work(service, attributeMappings=wanted)))[0] == "REST_CLAIM_MISSING"


# --- what is asked and told ------------------------------------------------------------------------------


def test_the_service_is_asked_what_is_bound_to_the_step_and_nothing_else(rest: RestApi, service: Service) -> None:
    rest.dispatch(_work(service, {"nin": "123", "adult": True}))
    asked = service.asked[0]
    assert (asked.method, asked.path, asked.headers["authorization"]) == ("POST", "/proofs", "Bearer t0ken")
    assert json.loads(asked.body) == {
        "executionId": "e",
        "nodeId": "a",
        "methodId": "register",
        "attributes": {"nin": "123", "adult": True},
    }


def test_a_secret_of_two_words_is_the_whole_authorization(rest: RestApi, service: Service) -> None:
    rest.dispatch(_work(service, authRef={"key": "basic"}))
    assert service.asked[0].headers["authorization"] == "Basic dXNlcjp3b3Jk"


def test_the_same_question_has_the_same_key_until_it_was_answered(rest: RestApi, service: Service) -> None:
    work = _work(service)
    for each in (work, replace(work, attempt=2), replace(work, attempt=3, answers=1), replace(work, node="b")):
        rest.dispatch(each)
    keys = [each.headers["idempotency-key"] for each in service.asked]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_a_verified_person_has_what_the_service_told(rest: RestApi, service: Service) -> None:
    told = {
        "status": "VERIFIED",
        "attributes": {"nin": "123", "name": {"given": "Erika"}, "secret": "x"},
        "assurance": {"eidas": "substantial", "ial": "IAL2", "aal": "AAL9", "strength": "STRONG"},
        "amr": ["kba", 1, "two words", "kba"],
    }
    service.replies = [Reply.of(told)]
    done = rest.dispatch(_work(service))
    assert isinstance(done, Done)
    assert (done.attributes, done.identifiers) == (
        {"number": "123", "given_name": "Erika"},
        (Identifier("NIN", "123"),),
    )
    assert done.assurance == Assurance(Eidas.SUBSTANTIAL, Ial.IAL2, None, Strength.STRONG)
    assert (done.amr, done.evidence.provider) == (("kba",), "127.0.0.1")


def test_a_service_that_says_no_level_gives_the_least(rest: RestApi, service: Service) -> None:
    done = rest.dispatch(_work(service))
    assert isinstance(done, Done)
    assert done.assurance == Assurance(Eidas.LOW, Ial.IAL1, None, Strength.FAIR)
    service.replies = [Reply.of({"status": "VERIFIED", "assurance": {"aal": "AAL1"}})]
    done = rest.dispatch(_work(service))
    assert isinstance(done, Done)
    assert done.assurance == Assurance(aal=Aal.AAL1)


# --- waiting ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, timedelta(seconds=5)),
        ({"Retry-After": "30"}, timedelta(seconds=30)),
        ({"Retry-After": "Sun, 01 Mar 2026 12:01:00 GMT"}, timedelta(minutes=1)),
        ({"Retry-After": "30", "x-ms-retry-after-ms": "1500"}, timedelta(seconds=1.5)),
        ({"Retry-After": "soon"}, timedelta(seconds=5)),
        ({"Retry-After": "-1"}, timedelta(seconds=5)),
        ({"Retry-After": "0"}, timedelta(milliseconds=250)),
        ({"Retry-After": "999999999"}, timedelta(days=1)),
    ],
)
def test_it_is_not_looked_at_before_the_service_says(
    rest: RestApi, service: Service, headers: dict[str, str], wait: timedelta
) -> None:
    service.replies = [Reply(202, headers={"Location": "/proofs/1", **headers})]
    pending, action = _pending(rest.dispatch(_work(service)))
    assert action.next_check_at == NOON + wait
    assert pending.state["at"] == f"{service.origin}/proofs/1"


def test_an_answer_that_takes_its_time_is_looked_at_until_it_is_there(rest: RestApi, service: Service) -> None:
    processing = Reply.of({"status": "PROCESSING"})
    service.replies = [Reply(202, headers={"Location": "/proofs/1"}), processing, Reply(202), VERIFIED]
    outcome: Outcome = rest.dispatch(_work(service))
    for _ in range(2):
        outcome = rest.poll(replace(_work(service), state=_pending(outcome)[0].state))
    outcome = rest.poll(replace(_work(service), state=_pending(outcome)[0].state))
    assert isinstance(outcome, Done)
    assert [each.path for each in service.asked] == ["/proofs"] + ["/proofs/1"] * 3
    assert all(each.headers["authorization"] == "Bearer t0ken" for each in service.asked)


def test_a_busy_service_is_asked_the_same_again_when_it_says(rest: RestApi, service: Service) -> None:
    service.replies = [Reply(429, headers={"x-ms-retry-after-ms": "2000"}), VERIFIED]
    pending, action = _pending(rest.dispatch(_work(service)))
    assert action.next_check_at == NOON + timedelta(seconds=2)
    assert isinstance(rest.poll(replace(_work(service), state=pending.state, answers=1)), Done)
    first, second = service.asked
    assert (second.method, second.body) == ("POST", first.body)
    assert second.headers["idempotency-key"] == first.headers["idempotency-key"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_question_the_service_forgot_can_be_asked_again(rest: RestApi, service: Service, status: int) -> None:
    service.replies = [Reply(status)]
    work = replace(_work(service), state={"key": "k", "at": f"{service.origin}/proofs/1"})
    assert _no(rest.poll(work)) == ("REST_FORGOTTEN", str(status), True)


def test_a_service_that_is_not_there_is_looked_at_another_time(rest: RestApi, service: Service) -> None:
    gone = Service()
    gone.close()
    work = replace(_work(gone), state={"key": "k", "at": f"{gone.origin}/proofs/1"})
    with pytest.raises(NetworkUnavailable):
        rest.poll(work)
    assert _unavailable(rest, _work(gone)) == "PROVIDER_UNREACHABLE"


def test_a_service_is_told_that_nobody_waits_any_more(rest: RestApi, service: Service) -> None:
    rest.cancel(replace(_work(service), state={"key": "k", "at": f"{service.origin}/proofs/1"}))
    rest.cancel(_work(service))
    assert [(each.method, each.path) for each in service.asked] == [("DELETE", "/proofs/1")]


@pytest.mark.parametrize("question", ["submit", "callback"])
def test_an_answer_this_method_does_not_wait_for_is_a_failure(
    rest: RestApi, service: Service, question: str
) -> None:
    assert _no(getattr(rest, question)(_work(service), {}))[0] == "REST_NOT_AWAITED"
