"""Records through MiTrust, over real sockets, from a service that looks at every header."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest

from muster.domain.evidence import ArtifactRole
from muster.domain.proofing import PollAction, RedirectAction
from muster.errors import MalformedData, NetworkUnavailable, Refused
from muster.methods import web
from muster.methods.mitrust import Mitrust
from muster.methods.mitrust_service import LONGEST_HEADER, MitrustService
from muster.methods.tools import MethodTools
from muster.proofing.definitions import Method
from muster.proofing.method import Brought, Done, NotDone, Outcome, Pending, Work
from simulators.loopback import Asked, Reply
from simulators.mitrust_service import CLIENT_ID, CODE, RECORD, SECRET, TOKEN, WAY_BACK, MitrustServer, query_of
from unit.proofing.graphs import definitions, method

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SCOPE = "name#essential address.formatted#softly_required"
COMPANY = {"company.country": "FR", "company.registration_number": "123456789"}
FAILED = {"status": "failed"}


@pytest.fixture(scope="module")
def started() -> Iterator[MitrustServer]:
    server = MitrustServer()
    yield server
    server.close()


@pytest.fixture
def server(started: MitrustServer) -> Iterator[MitrustServer]:
    started.forget()
    started.asked.clear()
    yield started
    assert started.complaints == []


@pytest.fixture
def mitrust() -> Mitrust:
    tools = MethodTools(
        lambda _: False,
        lambda: None,
        way_back=lambda: WAY_BACK,
        seal=lambda text: f"sealed {text}",
        unseal=lambda text: text.removeprefix("sealed "),
    )
    return Mitrust(tools)


def work(server: MitrustServer, mode: str = "autoupdate", **more: Any) -> Work:
    definition = {
        "_type": "MitrustMethodDefinition",
        "id": "records",
        "origin": server.origin,
        "clientRef": {"key": "client"},
        "sharingScope": SCOPE,
        "mode": mode,
        **({"tokenRef": {"key": "token"}} if mode == "autoupdate" else {}),
        "attributeMappings": [
            {"sourceAttribute": "given_name", "targetAttribute": "givenName"},
            {"sourceAttribute": "gender", "targetAttribute": "gender"},
            {"sourceAttribute": "address.formatted", "targetAttribute": "address"},
        ],
        **more,
    }
    read: Method = definitions(method("a"), [definition]).methods[0]
    secrets = {"client": f"{CLIENT_ID}:{SECRET}", "token": TOKEN}
    return Work("e", "a", 1, read, COMPANY if mode == "company" else {}, {}, "ref", NOON, secrets.__getitem__)


def after(outcome: Outcome, server: MitrustServer, mode: str = "autoupdate", **more: Any) -> Work:
    assert isinstance(outcome, Pending)
    return replace(work(server, mode, **more), state=outcome.state)


def no(outcome: Outcome) -> tuple[str, str, bool]:
    assert isinstance(outcome, NotDone)
    return outcome.code.name, outcome.provider_code, outcome.retryable


def wait_of(outcome: Outcome) -> timedelta:
    assert isinstance(outcome, Pending)
    assert isinstance(outcome.action, PollAction)
    return outcome.action.next_check_at - NOON


# --- without the person ----------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["autoupdate", "company"])
def test_records_are_asked_for_fetched_and_acknowledged(
    mitrust: Mitrust, server: MitrustServer, mode: str
) -> None:
    done = mitrust.poll(after(mitrust.dispatch(work(server, mode)), server, mode))
    assert isinstance(done, Done)
    assert done.attributes == {
        "givenName": "ERIKA",
        "gender": "female",  # read from a form of address
        "address": "3 RUE BELLINI 92800 PUTEAUX",
    }
    assert done.evidence.metadata["documents"] == "postal_address.proof_of_residence"
    assert done.files == (Brought(ArtifactRole.PROOF_OF_RESIDENCE, b"%PDF-1.7 bill", "RE1.pdf"),)
    assert server.open_sessions == 0
    session = [("POST", "/v2/sp/headless/"), ("GET", "/v2/sp/headless/")]
    fetched = [("GET", "/user_data/v1/userinfo"), ("DELETE", "/v2/sp/headless/")]
    company = [("POST", "/v2/sp/headless/company")] if mode == "company" else []
    assert server.calls == [("POST", "/oauth/token"), *company, *session, *fetched]


def verified(decision: str, *risks: dict[str, str]) -> dict[str, Any]:
    """A record with a document that the source verified."""
    front = {"file_wrapper": {"base64": base64.b64encode(b"\xff\xd8\xff front").decode()}}
    verification = {"decision": decision, **({"risk_indicators": list(risks)} if risks else {})}
    return {**RECORD, "identity": {"document": {"verification": verification, "front": front}}}


def told(mitrust: Mitrust, server: MitrustServer, record: Mapping[str, Any]) -> Outcome:
    server.record = record
    return mitrust.poll(after(mitrust.dispatch(work(server)), server))


def test_a_document_that_its_source_declined_is_refused_in_a_generic_sentence(
    mitrust: Mitrust, server: MitrustServer
) -> None:
    risks = ({"normalized": "document_expired", "raw": "112"}, {"normalized": "unheard_of", "raw": "9 x"})
    outcome = told(mitrust, server, verified("declined", *risks))
    assert no(outcome) == ("DOCUMENT_NOT_ACCEPTED", "document_expired:112 other:9_x", False)
    assert isinstance(outcome, NotDone)
    assert [each.role for each in outcome.files] == [ArtifactRole.PROOF_OF_RESIDENCE, ArtifactRole.FRONT]


def test_what_its_source_could_not_decide_can_be_tried_again(mitrust: Mitrust, server: MitrustServer) -> None:
    risk = {"normalized": "document_image_quality_low", "raw": "document_image_quality_low"}
    code, _, retryable = no(told(mitrust, server, verified("inconclusive", risk)))
    assert (code, retryable) == ("RECAPTURE_DOCUMENT", True)


def test_a_refusal_without_a_reason_is_one(mitrust: Mitrust, server: MitrustServer) -> None:
    assert no(told(mitrust, server, verified("declined"))) == ("ASK_SUPERVISOR", "other:no_reason_told", False)


def test_an_approved_document_is_no_hindrance(mitrust: Mitrust, server: MitrustServer) -> None:
    assert isinstance(told(mitrust, server, verified("approved")), Done)


def test_no_configuration_makes_an_attribute_of_a_decision(mitrust: Mitrust, server: MitrustServer) -> None:
    server.record = verified("approved")
    path = "identity.document.verification.decision"
    mapped = {"attributeMappings": [{"sourceAttribute": path, "targetAttribute": "decision"}]}
    begun = after(mitrust.dispatch(work(server, **mapped)), server, **mapped)
    outcome = mitrust.poll(begun)
    assert not isinstance(outcome, Done) or "decision" not in outcome.attributes


def test_tokens_are_remembered_sealed(mitrust: Mitrust, server: MitrustServer) -> None:
    state = after(mitrust.dispatch(work(server)), server).state
    assert [name for name, value in state.items() if value.startswith("sealed ")] == ["client", "session"]


def test_who_is_asked_too_often_is_asked_when_it_says_and_less_often_from_then_on(
    mitrust: Mitrust, server: MitrustServer
) -> None:
    ongoing = Reply.of({"status": "ongoing"})
    busy = Reply(429, headers={"x-ms-retry-after-ms": "20000"})
    server.polls = [ongoing, busy, Reply(429), ongoing, Reply.of({"status": "completed"})]
    outcome = mitrust.dispatch(work(server))
    waits = [wait_of(outcome)]
    while isinstance(outcome := mitrust.poll(after(outcome, server)), Pending):
        waits.append(wait_of(outcome))
    assert [each.total_seconds() for each in waits] == [3, 3, 20, 12, 12]
    assert isinstance(outcome, Done)


@pytest.mark.parametrize(
    ("reason", "code", "retryable"),
    [
        ("login", "MITRUST_LOGIN_FAILED", False),
        ("profile_not_found", "MITRUST_PROFILE_NOT_FOUND", False),
        ("profile_ambiguity", "MITRUST_PROFILE_AMBIGUOUS", False),
        ("internal", "MITRUST_SESSION_BROKEN", True),
    ],
)
def test_a_session_that_failed_is_acknowledged_as_well(
    mitrust: Mitrust, server: MitrustServer, reason: str, code: str, retryable: bool
) -> None:
    server.polls = [Reply.of({**FAILED, "reason": reason})]
    outcome = mitrust.poll(after(mitrust.dispatch(work(server)), server))
    assert no(outcome) == (code, f"2301 {reason}", retryable)
    assert server.open_sessions == 0


@pytest.mark.parametrize("answer", [Reply.of({"status": "unheard of"}), Reply(400), Reply(200, b"no JSON")])
def test_a_session_whose_answer_cannot_be_read_is_acknowledged_as_well(
    mitrust: Mitrust, server: MitrustServer, answer: Reply
) -> None:
    server.polls = [answer]
    outcome = mitrust.poll(after(mitrust.dispatch(work(server)), server))
    assert isinstance(outcome, NotDone)
    assert server.open_sessions == 0


def test_what_cannot_be_read_is_told_though_nobody_hears_of_its_end(
    mitrust: Mitrust, server: MitrustServer
) -> None:
    server.polls = [Reply(400)]
    server.trouble["DELETE", "/v2/sp/headless/"] = Reply(503)
    assert no(mitrust.poll(after(mitrust.dispatch(work(server)), server)))[0] == "MITRUST_REFUSED"


def test_a_session_that_waited_for_more_than_an_hour_is_fetched_and_acknowledged(
    mitrust: Mitrust, server: MitrustServer
) -> None:
    server.polls = [Reply.of({"status": "ongoing"}), Reply.of({"status": "completed"})]
    begun = after(mitrust.dispatch(work(server)), server)
    server.clients.clear()
    later = mitrust.poll(begun)
    assert isinstance(mitrust.poll(after(later, server)), Done)
    assert server.open_sessions == 0
    assert server.calls.count(("POST", "/oauth/token")) == 2


def test_a_session_that_waited_for_more_than_an_hour_is_ended_when_nobody_waits_any_more(
    mitrust: Mitrust, server: MitrustServer
) -> None:
    begun = after(mitrust.dispatch(work(server)), server)
    server.clients.clear()
    mitrust.cancel(begun)
    assert server.open_sessions == 0


def test_who_is_never_let_in_again_is_told_so(mitrust: Mitrust, server: MitrustServer) -> None:
    begun = after(mitrust.dispatch(work(server)), server)
    server.trouble["GET", "/v2/sp/headless/"] = Reply(401)
    assert no(mitrust.poll(begun)) == ("MITRUST_NOT_ENTITLED", "2301 401", False)


def test_records_may_take_longer_than_other_answers(
    server: MitrustServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = MitrustService(server.origin, CLIENT_ID, SECRET)
    client = service.client_token()
    session = service.start(client, TOKEN)
    answer = server.answer

    def in_its_time(asked: Asked) -> Reply:
        Event().wait(1.2)  # several looks at the clock of whoever hangs up
        return answer(asked)

    monkeypatch.setattr(server, "answer", in_its_time)
    monkeypatch.setattr(web, "ANSWER_WITHIN_S", 0.05)
    assert service.user_info(client, session.token).claims["given_name"] == "ERIKA"
    with pytest.raises(NetworkUnavailable, match="PROVIDER_TOO_SLOW"):
        service.acknowledge(client, session.token)


def test_a_session_nobody_waits_for_any_more_is_acknowledged(mitrust: Mitrust, server: MitrustServer) -> None:
    mitrust.cancel(after(mitrust.dispatch(work(server)), server))
    assert server.open_sessions == 0
    mitrust.cancel(work(server))  # which was not begun


def test_records_are_not_lost_over_an_acknowledgement_that_does_not_get_through(
    mitrust: Mitrust, server: MitrustServer
) -> None:
    server.trouble["DELETE", "/v2/sp/headless/"] = Reply(503)
    outcome = mitrust.dispatch(work(server))
    while isinstance(outcome, Pending):
        outcome = mitrust.poll(after(outcome, server))
    assert isinstance(outcome, Done)
    assert server.calls.count(("DELETE", "/v2/sp/headless/")) == 3


def test_records_are_not_lost_over_an_acknowledgement_that_got_through_and_was_not_heard_of(
    mitrust: Mitrust, server: MitrustServer
) -> None:
    server.polls = [Reply.of({"status": "completed"}), Reply(404)]  # the session is gone by then
    server.trouble["DELETE", "/v2/sp/headless/"] = Reply(504)
    outcome = mitrust.dispatch(work(server))
    while isinstance(outcome, Pending):
        outcome = mitrust.poll(after(outcome, server))
    assert isinstance(outcome, Done)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_records_are_not_lost_over_an_acknowledgement_that_is_refused(
    mitrust: Mitrust, server: MitrustServer, status: int
) -> None:
    server.trouble["DELETE", "/v2/sp/headless/"] = Reply(status)
    assert isinstance(mitrust.poll(after(mitrust.dispatch(work(server)), server)), Done)


def test_why_a_session_failed_is_told_though_nobody_hears_of_its_end(
    mitrust: Mitrust, server: MitrustServer
) -> None:
    server.polls = [Reply.of({**FAILED, "reason": "login"})]
    server.trouble["DELETE", "/v2/sp/headless/"] = Reply(503)
    outcome = mitrust.poll(after(mitrust.dispatch(work(server)), server))
    assert no(outcome)[0] == "MITRUST_LOGIN_FAILED"


def test_a_session_that_is_gone_needs_no_acknowledgement(mitrust: Mitrust, server: MitrustServer) -> None:
    server.trouble["DELETE", "/v2/sp/headless/"] = Reply(404)
    assert isinstance(mitrust.poll(after(mitrust.dispatch(work(server)), server)), Done)


def test_who_is_not_entitled_is_sent_to_a_person(mitrust: Mitrust, server: MitrustServer) -> None:
    server.entitled = False
    assert no(mitrust.dispatch(work(server, "company"))) == ("MITRUST_NOT_ENTITLED", "2301 403", False)


def test_a_record_without_what_is_needed_ends_it(mitrust: Mitrust, server: MitrustServer) -> None:
    server.record = {"name": "ERIKA MUSTERMANN"}  # sources need not know the parts of a name
    needs = [{"sourceAttribute": "given_name", "targetAttribute": "givenName", "required": True}]
    begun = mitrust.dispatch(work(server))
    outcome = mitrust.poll(after(begun, server, attributeMappings=needs))
    assert no(outcome) == ("MITRUST_RECORD_MISSING", "given_name", True)
    assert server.open_sessions == 0


@pytest.mark.parametrize("status", [500, 503, 429])
def test_trouble_on_the_other_side_is_no_answer(mitrust: Mitrust, server: MitrustServer, status: int) -> None:
    server.trouble["POST", "/oauth/token"] = Reply(status)
    with pytest.raises(NetworkUnavailable):
        mitrust.dispatch(work(server))


# --- the token, and how it is sent -----------------------------------------------------------------------


def service(server: MitrustServer) -> MitrustService:
    return MitrustService(server.origin, CLIENT_ID, SECRET)


@pytest.mark.parametrize(
    ("length", "refuse_above", "headers", "bodies"),
    [(1000, 1 << 20, 1, 0), (LONGEST_HEADER + 1, 1 << 20, 0, 1), (9000, 8192, 1, 1)],
)
def test_k15_a_token_goes_in_a_header_while_that_is_possible(
    server: MitrustServer, length: int, refuse_above: int, headers: int, bodies: int
) -> None:
    server.refuse_headers_above = refuse_above
    client = service(server).client_token()
    service(server).start(client, TOKEN + "x" * (length - len(TOKEN)))
    begun = [each for each in server.asked if each.path == "/v2/sp/headless/"]
    assert sum("headless_token" in each.headers for each in begun) == headers
    assert sum(bool(each.body) for each in begun) == bodies


def test_k13_a_token_is_renewed_whatever_the_answer_calls_its_data(server: MitrustServer) -> None:
    client = service(server).client_token()
    assert service(server).renew(client, TOKEN, NOON) == f"{TOKEN}-renewed"


def test_how_many_sources_could_answer_needs_no_secret(server: MitrustServer) -> None:
    assert service(server).active_sources(SCOPE) == 53
    assert "authorization" not in server.asked[-1].headers


def test_an_answer_that_is_none_is_refused(server: MitrustServer) -> None:
    server.trouble["GET", "/v2/public/dp/statistics"] = Reply(200, b"<html>")
    with pytest.raises(MalformedData, match="MITRUST_UNREADABLE"):
        service(server).active_sources(SCOPE)


# --- in the person's browser -----------------------------------------------------------------------------


def test_k14_the_persons_own_browser_is_sent_there_with_everything_it_needs(
    mitrust: Mitrust, server: MitrustServer
) -> None:
    pending = mitrust.dispatch(work(server, "interactive"))
    assert isinstance(pending, Pending)
    assert isinstance(pending.action, RedirectAction)
    assert pending.action.url.startswith(f"{server.origin}/v2/sp/sharingflow/start?")
    assert query_of(pending.action.url) == {
        "client_id": CLIENT_ID,
        "scope": SCOPE,
        "state": "ref",
        "redirect_uri": WAY_BACK,
    }
    assert pending.action.expires_at == NOON + timedelta(minutes=10)
    assert server.asked == []  # nothing is asked before the person's click


def came_back(mitrust: Mitrust, server: MitrustServer, data: Mapping[str, str]) -> Outcome:
    begun = mitrust.dispatch(work(server, "interactive"))
    return mitrust.callback(after(begun, server, "interactive"), data)


def test_what_the_person_shared_is_fetched(mitrust: Mitrust, server: MitrustServer) -> None:
    done = came_back(mitrust, server, {"state": "ref", "code": CODE})
    assert isinstance(done, Done)
    assert done.attributes["givenName"] == "ERIKA"


@pytest.mark.parametrize(
    ("error", "code", "number", "retryable"),
    [
        ("access_denied", "MITRUST_ENDED_BY_PERSON", "2303", True),
        ("timeout", "MITRUST_TOOK_TOO_LONG", "2301", True),
        ("invalid_scope", "MITRUST_MISCONFIGURED", "2301", False),
        ("temporarily_unavailable", "MITRUST_MAINTENANCE", "2302", True),
        ("invalid_request", "MITRUST_MISCONFIGURED", "2301", False),
        ("session_corrupted", "MITRUST_SESSION_BROKEN", "2301", True),
    ],
)
def test_each_reason_for_coming_back_without_records_has_its_own_sentence(
    mitrust: Mitrust, server: MitrustServer, error: str, code: str, number: str, retryable: bool
) -> None:
    data = {"state": "ref", "error": error, "error_description": "L&#39;usager"}
    assert no(came_back(mitrust, server, data)) == (code, f"{number} {error}", retryable)


def test_coming_back_with_nothing_is_a_session_that_broke_off(mitrust: Mitrust, server: MitrustServer) -> None:
    assert no(came_back(mitrust, server, {"state": "ref"}))[0] == "MITRUST_SESSION_BROKEN"


@pytest.mark.parametrize("state", ["", "another"])
def test_an_answer_of_another_request_does_not_end_this_one(
    mitrust: Mitrust, server: MitrustServer, state: str
) -> None:
    with pytest.raises(Refused, match="MITRUST_STATE_FOREIGN"):
        came_back(mitrust, server, {"state": state, "code": CODE})


def test_a_network_that_is_gone_when_the_browser_comes_back_can_be_tried_again(
    mitrust: Mitrust, server: MitrustServer
) -> None:
    server.trouble["POST", "/oauth/token"] = Reply(503)
    outcome = came_back(mitrust, server, {"state": "ref", "code": CODE})
    assert no(outcome) == ("PROVIDER_IN_TROUBLE", "2302", True)


# --- the configuration -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", [{"sharingScope": "name##"}, {"mode": "autoupdate", "tokenRef": None}, {"mode": "later"}]
)
def test_a_definition_with_a_mistake_is_refused(server: MitrustServer, wrong: dict[str, Any]) -> None:
    with pytest.raises(MalformedData, match="PROOFING_VALUE_WRONG"):
        work(server, **{"mode": "interactive", **wrong})


@pytest.mark.parametrize("question", ["submit"])
def test_an_answer_it_does_not_wait_for_is_a_failure(
    mitrust: Mitrust, server: MitrustServer, question: str
) -> None:
    assert no(getattr(mitrust, question)(work(server), {}))[0] == "MITRUST_NOT_AWAITED"
