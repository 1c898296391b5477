"""A trusted identity claim through ID&V, over real sockets, from a service that looks at every header."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from muster.domain.evidence import ArtifactRole, EvidenceLevel, EvidenceStatus, LevelOfAssurance
from muster.domain.proofing import PollAction, RedirectAction
from muster.errors import MalformedData, NetworkUnavailable, Refused
from muster.methods.id_and_v import IdAndV
from muster.methods.id_and_v_service import ClaimRequest, IdAndVService, Picture, ResponseType
from muster.methods.tools import MethodTools
from muster.proofing.definitions import Method
from muster.proofing.events import NodeCompleted, NodeDispatched
from muster.proofing.ledger import evaluate
from muster.proofing.levels import shipped_levels
from muster.proofing.method import Brought, Done, NotDone, Outcome, Pending, Work
from muster.proofing.submissions import submissions_of
from simulators.id_and_v_service import (
    AUTHORIZE,
    BACKEND_KEY,
    CLAIM,
    DOCUMENT,
    IDENTITY,
    PERSON_KEY,
    PROOF,
    IdAndVServer,
)
from simulators.loopback import Reply
from unit.proofing.graphs import definitions, method, plan, start

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WAY_BACK = "http://127.0.0.1/callback"
SAMPLE = Path(__file__).parents[1] / "formats" / "id_and_v_identity.json"


@pytest.fixture(scope="module")
def started() -> Iterator[IdAndVServer]:
    server = IdAndVServer(json.loads(SAMPLE.read_text(encoding="utf-8")))
    yield server
    server.close()


@pytest.fixture
def server(started: IdAndVServer) -> Iterator[IdAndVServer]:
    started.forget()
    started.asked.clear()
    yield started
    assert started.complaints == []


@pytest.fixture
def id_and_v() -> IdAndV:
    return IdAndV(MethodTools(lambda _: False, lambda: None, way_back=lambda: WAY_BACK))


def definition_of(server: IdAndVServer, **more: Any) -> dict[str, Any]:
    return {
        "_type": "IdAndVMethodDefinition",
        "id": "claim",
        "origin": server.origin,
        "backendKeyRef": {"key": "rs"},
        "personKeyRef": {"key": "ua"},
        "idpIdentifier": "MIDSERVER",
        "attributeMappings": [
            {"sourceAttribute": "given_name", "targetAttribute": "givenName"},
            {"sourceAttribute": "family_name", "targetAttribute": "surname"},
            {"sourceAttribute": "birthdate", "targetAttribute": "born"},
            {"sourceAttribute": "document.number", "targetAttribute": "number"},
        ],
        **more,
    }


def work(server: IdAndVServer, **more: Any) -> Work:
    read: Method = definitions(method("a"), [definition_of(server, **more)]).methods[0]
    secrets = {"rs": BACKEND_KEY, "ua": PERSON_KEY}
    return Work("e", "a", 1, read, {"login_hint": "ulysse"}, {}, "ref", NOON, secrets.__getitem__)


def came_back(id_and_v: IdAndV, server: IdAndVServer, state: str = "ref", **more: Any) -> Outcome:
    begun = id_and_v.dispatch(work(server, **more))
    assert isinstance(begun, Pending)
    return id_and_v.callback(replace(work(server, **more), state=begun.state), {"state": state})


def no(outcome: Outcome) -> tuple[str, str, bool]:
    assert isinstance(outcome, NotDone)
    return outcome.code.name, outcome.provider_code, outcome.retryable


# --- both scenarios, both response types -----------------------------------------------------------------


@pytest.mark.parametrize(("asked_by", "key"), [("user_agent", PERSON_KEY), ("relying_party", BACKEND_KEY)])
@pytest.mark.parametrize("response_type", ["JSON", "HTTP_REDIRECT"])
def test_k4_the_browser_is_sent_where_the_service_says(
    id_and_v: IdAndV, server: IdAndVServer, asked_by: str, key: str, response_type: str
) -> None:
    pending = id_and_v.dispatch(work(server, askedBy=asked_by, responseType=response_type))
    assert isinstance(pending, Pending)
    assert isinstance(pending.action, RedirectAction)
    assert (pending.action.url, pending.action.callback_ref) == (AUTHORIZE, "ref")
    assert server.requested == {
        "idpIdentifier": "MIDSERVER",
        "oidcGrantType": "authorization_code",  # K4
        "responseType": response_type,
        "postAuthRedirectUri": f"{WAY_BACK}?state=ref",  # K3: this attempt's own
        "userIdentifier": "ulysse",
        "key": key,
    }


def test_the_person_is_told_by_what_the_provider_shared(id_and_v: IdAndV, server: IdAndVServer) -> None:
    done = came_back(id_and_v, server)
    assert isinstance(done, Done)
    assert done.attributes == {
        "givenName": "CHRISTOPHE",
        "surname": "ULYSSE",
        "born": "1960-04-10",
        "number": "Q88705989",
    }
    assert (done.evidence.provider, done.evidence.metadata["evidence"]) == ("MIDSERVER", CLAIM)


def test_a_claim_that_takes_its_time_is_asked_about(id_and_v: IdAndV, server: IdAndVServer) -> None:
    server.signed_for = False
    outcome = came_back(id_and_v, server)
    assert isinstance(outcome, Pending)
    server.signed_for = True
    assert isinstance(id_and_v.poll(replace(work(server), state=outcome.state)), Done)


def test_where_the_browser_ends_nowhere_the_service_is_asked_instead(
    id_and_v: IdAndV, server: IdAndVServer
) -> None:
    server.signed_for = False
    outcome = id_and_v.dispatch(work(server, returnsToStation=False))
    assert isinstance(outcome, Pending)
    assert isinstance(outcome.action, PollAction)
    assert outcome.action.shown == AUTHORIZE  # as a code, for a telephone
    assert "postAuthRedirectUri" not in server.requested
    server.signed_for = True
    assert isinstance(id_and_v.poll(replace(work(server, returnsToStation=False), state=outcome.state)), Done)


# --- what goes wrong -------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["", "another"])
def test_k3_an_answer_of_another_sign_in_does_not_end_this_one(
    id_and_v: IdAndV, server: IdAndVServer, state: str
) -> None:
    with pytest.raises(Refused, match="ID_AND_V_STATE_FOREIGN"):
        came_back(id_and_v, server, state)


@pytest.mark.parametrize(
    ("status", "error", "code", "retryable"),
    [
        ("INVALID", "2301", "ID_AND_V_SIGN_IN_FAILED", True),
        ("NOT_VERIFIED", "2302", "ID_AND_V_PROVIDER_DOWN", True),
        ("NOT_VERIFIED", "2303", "ID_AND_V_ACCESS_DENIED", True),
        ("INVALID", "1131", "ID_AND_V_CONTRADICTED", False),
    ],
)
def test_each_error_has_its_own_sentence(
    id_and_v: IdAndV, server: IdAndVServer, status: str, error: str, code: str, retryable: bool
) -> None:
    told = {"status": status, "score": "LEVEL0", "errors": [{"code": error, "message": "secret words"}]}
    server.told["trustedIdClaim"]["evidenceStatus"] |= told
    assert no(came_back(id_and_v, server)) == (code, error, retryable)


@pytest.mark.parametrize(("status", "number"), [("INVALID", "2301"), ("NOT_VERIFIED", "2303")])
def test_without_an_error_the_status_says_which(
    id_and_v: IdAndV, server: IdAndVServer, status: str, number: str
) -> None:
    server.told["trustedIdClaim"]["evidenceStatus"]["status"] = status
    assert no(came_back(id_and_v, server))[1] == number


def test_what_the_service_did_not_verify_is_not_known(id_and_v: IdAndV, server: IdAndVServer) -> None:
    server.told["trustedIdClaim"]["trustedIdClaimData"]["personalAttributes"]["surname"]["verified"] = False
    done = came_back(id_and_v, server)
    assert isinstance(done, Done)
    assert "surname" not in done.attributes


@pytest.mark.parametrize(
    ("status", "code"), [(401, "ID_AND_V_KEY_REFUSED"), (404, "ID_AND_V_GONE"), (400, "ID_AND_V_REFUSED")]
)
def test_what_the_service_refuses_is_said(id_and_v: IdAndV, server: IdAndVServer, status: int, code: str) -> None:
    server.trouble["POST", ""] = Reply(status)
    assert no(id_and_v.dispatch(work(server)))[0] == code


def test_a_service_in_trouble_is_no_answer(id_and_v: IdAndV, server: IdAndVServer) -> None:
    server.trouble["POST", ""] = Reply(503)
    with pytest.raises(NetworkUnavailable):
        id_and_v.dispatch(work(server))


def test_a_sign_in_is_not_lost_over_a_service_that_cannot_be_asked_when_the_browser_is_back(
    id_and_v: IdAndV, server: IdAndVServer
) -> None:
    server.trouble = {("GET", "trusted-id-claims"): Reply(503)}
    waits = came_back(id_and_v, server)
    assert isinstance(waits, Pending)
    assert isinstance(waits.action, PollAction)
    server.trouble = {}
    assert isinstance(id_and_v.poll(replace(work(server), state=waits.state)), Done)


def test_the_person_is_not_sent_to_an_address_that_is_not_secure(id_and_v: IdAndV, server: IdAndVServer) -> None:
    answer = {"status": "PROCESSING", "id": CLAIM, "idpAuthorizeEndpoint": "http://id.example/authorize"}
    server.trouble["POST", "trusted-id-claim/oidc"] = Reply.of(answer)
    assert no(id_and_v.dispatch(work(server)))[0] == "PROVIDER_ADDRESS_UNSAFE"


def test_a_definition_without_the_key_it_needs_is_refused(server: IdAndVServer) -> None:
    with pytest.raises(MalformedData, match="PROOFING_VALUE_WRONG"):
        work(server, personKeyRef=None)


# --- the other calls -------------------------------------------------------------------------------------


def service(server: IdAndVServer) -> IdAndVService:
    return IdAndVService(server.origin, BACKEND_KEY, PERSON_KEY)


def test_a_documents_pictures_are_submitted(server: IdAndVServer) -> None:
    identity = service(server).create().id
    pictures = (
        Picture("DocumentFront", "image/jpeg", b"front\r\n--"),
        Picture("DocumentBack", "image/png", b"back"),
    )
    assert service(server).submit_document(identity, pictures, "USA", "DRIVING_LICENSE") == DOCUMENT
    (document,) = server.documents
    assert (document["DocumentFront"], document["DocumentBack"]) == (b"front\r\n--", b"back")
    assert json.loads(document["DocumentCaptureDetails"])["documentType"] == "DRIVING_LICENSE"


def test_taking_the_proof_ends_the_identity(server: IdAndVServer) -> None:
    assert service(server).proof(IDENTITY) == PROOF
    with pytest.raises(Refused, match="ID_AND_V_GONE"):
        service(server).identity(IDENTITY)


def test_a_redirect_to_nowhere_is_no_answer(server: IdAndVServer) -> None:
    server.trouble["POST", "trusted-id-claim/oidc"] = Reply(302, b"")
    request = ClaimRequest("MIDSERVER", ResponseType.HTTP_REDIRECT)
    with pytest.raises(NetworkUnavailable):
        service(server).request_claim(IDENTITY, request, by_person=True)


# --- what it is worth here -------------------------------------------------------------------------------


def test_the_samples_claim_is_worth_here_what_it_is_worth_there(id_and_v: IdAndV, server: IdAndVServer) -> None:
    done = came_back(id_and_v, server)
    assert isinstance(done, Done)
    graph = plan(method("a", "claim"), (definition_of(server),))
    events = [
        start(graph),
        NodeDispatched(NOON, "a", 1),
        NodeCompleted(NOON, "a", (), done.attributes, done.assurance, (), done.evidence),
    ]
    found = evaluate(submissions_of("e", graph, events), shipped_levels(), "case", NOON)
    claim = found.evidence[0]
    told = server.told["trustedIdClaim"]["evidenceStatus"]
    assert (claim.status, claim.strength, claim.score) == (
        EvidenceStatus(told["status"]),
        EvidenceLevel(told["strength"]),
        EvidenceLevel(told["score"]),
    )
    assert found.level is LevelOfAssurance(server.told["globalStatus"]["levelOfAssurance"])
    assert claim.submission.checks[0].blocking


# --- a document beside the claim, and the proof in the end ------------------------------------------------


PAGES = (Brought(ArtifactRole.FRONT, b"\xff\xd8\xff front"), Brought(ArtifactRole.BACK, b"\x89PNG\r\n\x1a\n back"))
BOUND = {"document.type": "DRIVING_LICENSE", "document.issuing_country": "USA"}


def with_pages(*pages: Brought) -> IdAndV:
    return IdAndV(MethodTools(lambda _: False, lambda: None, way_back=lambda: WAY_BACK, pages=lambda _: pages))


def judged(server: IdAndVServer, id_and_v: IdAndV) -> Outcome:
    """What it comes to once the service was asked about the document."""
    submitted = came_back(id_and_v, server, submitsDocument=True)
    assert isinstance(submitted, Pending)
    asked = replace(work(server, submitsDocument=True), state=submitted.state, inputs=BOUND)
    return id_and_v.poll(asked)


def test_the_pages_of_the_step_before_go_up_after_the_claim(server: IdAndVServer) -> None:
    begun = with_pages(*PAGES).dispatch(work(server, submitsDocument=True))
    assert isinstance(begun, Pending)
    asked = replace(work(server, submitsDocument=True), state=begun.state, inputs=BOUND)
    outcome = with_pages(*PAGES).callback(asked, {"state": "ref"})
    assert isinstance(outcome, Pending)
    assert outcome.state["document"] == DOCUMENT
    (sent,) = server.documents
    assert (sent["DocumentFront"], sent["DocumentBack"]) == (PAGES[0].content, PAGES[1].content)
    details = json.loads(sent["DocumentCaptureDetails"])
    assert (details["documentType"], details["jurisdiction"]) == ("DRIVING_LICENSE", "USA")


def test_a_document_that_contradicts_the_claim_ends_it_with_1131(server: IdAndVServer) -> None:
    assert no(judged(server, with_pages(*PAGES))) == ("ID_AND_V_CONTRADICTED", "1131", False)


@pytest.mark.parametrize("status", ["VERIFIED", "NOT_VERIFIED"])
def test_a_document_that_does_not_contradict_it_is_told_beside_it(server: IdAndVServer, status: str) -> None:
    server.told["idDocuments"][0]["evidenceStatus"] |= {"status": status, "errors": []}
    done = judged(server, with_pages(*PAGES))
    assert isinstance(done, Done)
    assert (done.evidence.metadata["document"], done.attributes["surname"]) == (status, "ULYSSE")


@pytest.mark.parametrize("documents", [[], ["PROCESSING"]])
def test_a_document_that_takes_its_time_is_asked_about(server: IdAndVServer, documents: list[str]) -> None:
    server.told["idDocuments"] = server.told["idDocuments"][: len(documents)]
    for each in server.told["idDocuments"]:
        each["evidenceStatus"] |= {"status": "PROCESSING", "errors": []}
    assert isinstance(judged(server, with_pages(*PAGES)), Pending)


def test_without_pages_the_claim_stands_alone(server: IdAndVServer) -> None:
    assert isinstance(came_back(with_pages(), server, submitsDocument=True), Done)
    assert server.documents == []


def test_k20_the_proof_of_the_service_is_fetched_in_the_end_and_once(server: IdAndVServer) -> None:
    definition, told = work(server).definition, {"identity": IDENTITY}
    assert with_pages().service_proof(definition, told, work(server).secret) == PROOF
    assert with_pages().service_proof(definition, told, work(server).secret) is None
