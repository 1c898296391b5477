"""A sign-in at a provider that lies, over real sockets; a real one is in ``integration/test_proofing_oidc.py``."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from muster.domain.proofing import Aal, Eidas, Identifier, RedirectAction
from muster.errors import BadInput, KeyUnavailable, NetworkUnavailable, Refused
from muster.methods import web
from muster.methods.oidc import Oidc
from muster.methods.openid_provider import _endpoint
from muster.methods.tools import MethodTools
from muster.proofing.definitions import Method
from muster.proofing.method import Done, NotDone, Outcome, Pending, Work
from muster.workstation.proofing_secrets import SECRET_MISSING
from simulators.loopback import Asked, Reply
from simulators.openid_provider import CLIENT, SECRET, SUBJECT, OpenIdProvider, signed
from unit.proofing.graphs import definitions, method

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECRETS = {"client": CLIENT, "secret": SECRET}
WAY_BACK = "http://127.0.0.1:51234/callback"


@pytest.fixture(scope="module")
def started() -> Iterator[OpenIdProvider]:
    provider = OpenIdProvider()
    yield provider
    provider.close()


@pytest.fixture
def provider(started: OpenIdProvider) -> OpenIdProvider:
    started.be_honest()
    started.clock = NOON.timestamp
    return started


@pytest.fixture
def oidc() -> Oidc:
    return Oidc(MethodTools(lambda _: False, lambda: None, lambda: WAY_BACK))


def _secret(name: str) -> str:
    if name not in SECRETS:
        raise KeyUnavailable(SECRET_MISSING, key=name)
    return SECRETS[name]


def _work(provider: OpenIdProvider, *, inputs: Mapping[str, Any] | None = None, **more: Any) -> Work:
    definition = {
        "_type": "OidcMethodDefinition",
        "id": "corporate",
        "discoveryUrl": provider.discovery_url,
        "clientIdRef": {"key": "client"},
        "clientSecretRef": {"key": "secret"},
        "attributeMappings": [
            {"sourceAttribute": "sub", "targetAttribute": "subject.id", "identifierType": "SUBJECT_ID"},
            {"sourceAttribute": "email", "targetAttribute": "contact.email", "identifierType": "EMAIL"},
        ],
        **more,
    }
    read: Method = definitions(method("a"), [{k: v for k, v in definition.items() if v is not None}]).methods[0]
    return Work("e", "a", 1, read, inputs or {}, {}, "ref-of-this-attempt", NOON, _secret)


def _sent(oidc: Oidc, work: Work) -> tuple[Work, str]:
    """The person's browser is sent away; what is asked next, and the address."""
    outcome = oidc.dispatch(work)
    assert isinstance(outcome, Pending) and isinstance(outcome.action, RedirectAction)
    return replace(work, state=outcome.state), outcome.action.url


def _signed_in(oidc: Oidc, provider: OpenIdProvider, work: Work | None = None, **brought: str) -> Outcome:
    work, url = _sent(oidc, work or _work(provider))
    return oidc.callback(work, {**provider.authorize(url), **brought})


def _no(outcome: Outcome) -> tuple[str, str, bool]:
    assert isinstance(outcome, NotDone)
    assert not outcome.code.sentence.count("{")  # what is stored has no detail to fill in
    return outcome.code.name, outcome.provider_code, outcome.retryable


# --- sending away ----------------------------------------------------------------------------------------


def test_the_browser_is_sent_with_this_attempts_own_state_nonce_and_challenge(
    oidc: Oidc, provider: OpenIdProvider
) -> None:
    work, url = _sent(oidc, _work(provider, acrValues=["a", "b"], inputs={"login_hint": "erika"}))
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith(f"{provider.origin}/auth?")
    assert (asked["state"], asked["nonce"]) == ("ref-of-this-attempt", work.state["nonce"])
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert (asked["redirect_uri"], asked["prompt"], asked["max_age"]) == (WAY_BACK, "login", "0")
    assert (asked["scope"], asked["acr_values"], asked["login_hint"]) == ("openid profile email", "a b", "erika")
    assert work.state["verifier"] not in url
    again, _ = _sent(oidc, _work(provider))
    assert {again.state["nonce"], again.state["verifier"]}.isdisjoint(work.state.values())


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://idp.example/.well-known/openid-configuration", "PROVIDER_ADDRESS_UNSAFE"),
        ("ftp://idp.example/.well-known/openid-configuration", "PROVIDER_ADDRESS_UNSAFE"),
        ("https://user:word@idp.example/.well-known/openid-configuration", "PROVIDER_ADDRESS_UNSAFE"),
        ("https://[idp/.well-known/openid-configuration", "PROVIDER_ADDRESS_UNSAFE"),
        ("nothing", "PROVIDER_ADDRESS_UNSAFE"),
    ],
)
def test_an_address_that_is_not_secure_is_not_asked(
    oidc: Oidc, provider: OpenIdProvider, url: str, code: str
) -> None:
    assert _no(oidc.dispatch(_work(provider, discoveryUrl=url)))[0] == code


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"issuer": "https://other.example"}, "OIDC_PROVIDER_MISDESCRIBED"),
        ({"issuer": None}, "OIDC_PROVIDER_MISDESCRIBED"),
        ({"authorization_endpoint": None}, "OIDC_PROVIDER_LACKS"),
        ({"token_endpoint": 1}, "OIDC_PROVIDER_LACKS"),
        ({"jwks_uri": None}, "OIDC_PROVIDER_LACKS"),
        ({"response_types_supported": ["id_token"]}, "OIDC_PROVIDER_LACKS"),
        ({"code_challenge_methods_supported": ["plain"]}, "OIDC_PROVIDER_LACKS"),
        ({"token_endpoint": "http://idp.example/token"}, "PROVIDER_ADDRESS_UNSAFE"),
        ({"userinfo_endpoint": "http://idp.example/me"}, "PROVIDER_ADDRESS_UNSAFE"),
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_used(
    oidc: Oidc, provider: OpenIdProvider, metadata: dict[str, Any], code: str
) -> None:
    provider.metadata = metadata
    assert _no(oidc.dispatch(_work(provider)))[0] == code


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(503), "PROVIDER_IN_TROUBLE"),
        (Reply(404), "PROVIDER_UNREACHABLE"),
        (Reply(body=b"<html>"), "PROVIDER_ANSWER_UNREADABLE"),
        (Reply(body=b"[1]"), "PROVIDER_ANSWER_UNREADABLE"),
        (Reply(body=b"[" * 100_000), "PROVIDER_ANSWER_UNREADABLE"),
        (Reply(headers={"Content-Encoding": "gzip"}), "PROVIDER_ANSWER_UNREADABLE"),
        (Reply(body=b" " * (web.MAXIMUM_ANSWER_BYTES + 1)), "PROVIDER_ANSWER_TOO_LARGE"),
    ],
)
def test_when_a_provider_cannot_be_asked_nothing_happens(
    oidc: Oidc, provider: OpenIdProvider, reply: Reply, code: str
) -> None:
    provider.instead["/.well-known/openid-configuration"] = reply
    with pytest.raises(NetworkUnavailable) as error:
        oidc.dispatch(_work(provider))
    assert error.value.code.name == code


def test_nobody_is_followed_to_another_address(oidc: Oidc, provider: OpenIdProvider) -> None:
    described = provider.answer(Asked("GET", "/.well-known/openid-configuration", {}, b""))
    moved = Reply(302, headers={"Location": f"{provider.origin}/moved"})
    provider.instead = {"/.well-known/openid-configuration": moved, "/moved": described}
    with pytest.raises(NetworkUnavailable):
        oidc.dispatch(_work(provider))


def test_a_provider_elsewhere_has_no_business_on_this_machine() -> None:
    told, here, elsewhere = {"jwks_uri": "http://127.0.0.1/jwks"}, "http://127.0.0.1/x", "https://idp.example/x"
    assert _endpoint(told, "jwks_uri", here) == told["jwks_uri"]
    with pytest.raises(BadInput):
        _endpoint(told, "jwks_uri", elsewhere)


def test_a_provider_that_is_not_there_is_no_network(oidc: Oidc) -> None:
    gone = OpenIdProvider()
    gone.close()
    with pytest.raises(NetworkUnavailable) as error:
        oidc.dispatch(_work(gone))
    assert error.value.code.name == "PROVIDER_UNREACHABLE"


def test_a_provider_that_is_too_slow_is_not_waited_for(
    oidc: Oidc, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "ANSWER_WITHIN_S", 0.1)
    hung_up = threading.Event()
    provider.before["/.well-known/openid-configuration"] = lambda: hung_up.wait(10)
    with pytest.raises(NetworkUnavailable) as error:
        oidc.dispatch(_work(provider))
    hung_up.set()
    assert error.value.code.name == "PROVIDER_TOO_SLOW"


@pytest.mark.parametrize("reference", ["clientIdRef", "clientSecretRef", "clientKeyRef"])
def test_a_station_that_lacks_a_secret_says_which_before_anybody_is_sent_away(
    oidc: Oidc, provider: OpenIdProvider, reference: str
) -> None:
    with pytest.raises(KeyUnavailable) as error:
        oidc.dispatch(_work(provider, **{reference: {"key": "no-such"}}))
    assert error.value.detail == {"key": "no-such"}


# --- what the browser brings -----------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["", "another", "ref-of-this-attempt ", "é"])
def test_another_s_state_ends_nothing(oidc: Oidc, provider: OpenIdProvider, state: str) -> None:
    with pytest.raises(Refused) as refused:
        _signed_in(oidc, provider, state=state)
    assert refused.value.code.name == "OIDC_STATE_FOREIGN"
    assert not [each for each in provider.asked if each.path == "/token"]


def test_an_answer_without_a_state_ends_nothing(oidc: Oidc, provider: OpenIdProvider) -> None:
    work, _ = _sent(oidc, _work(provider))
    with pytest.raises(Refused):
        oidc.callback(work, {"code": "c"})


@pytest.mark.parametrize(
    ("said", "code", "number"),
    [
        ("access_denied", "OIDC_ACCESS_DENIED", "2303 access_denied"),
        ("temporarily_unavailable", "OIDC_PROVIDER_DOWN", "2302 temporarily_unavailable"),
        ("server_error", "OIDC_PROVIDER_DOWN", "2302 server_error"),
        ("login_required", "OIDC_SIGN_IN_FAILED", "2301 login_required"),
        ("interaction_required", "OIDC_SIGN_IN_FAILED", "2301 interaction_required"),
        ("unauthorized_client", "OIDC_STATION_REFUSED", "2301 unauthorized_client"),
        ("Erika <b>Mustermann", "OIDC_SIGN_IN_FAILED", "2301"),
    ],
)
def test_a_provider_s_no_has_the_number_of_the_source(
    oidc: Oidc, provider: OpenIdProvider, said: str, code: str, number: str
) -> None:
    work, url = _sent(oidc, _work(provider))
    brought = {**provider.authorize(url), "error": said}
    assert _no(oidc.callback(work, brought)) == (code, number, True)


@pytest.mark.parametrize("issuer", ["https://other.example", ""])
def test_an_answer_from_another_provider_is_refused(oidc: Oidc, provider: OpenIdProvider, issuer: str) -> None:
    assert _no(_signed_in(oidc, provider, iss=issuer)) == ("OIDC_RESPONSE_ISSUER", "2301", False)


def test_a_provider_that_says_it_names_itself_has_to(oidc: Oidc, provider: OpenIdProvider) -> None:
    work, url = _sent(oidc, _work(provider))
    brought = provider.authorize(url)
    del brought["iss"]
    assert _no(oidc.callback(work, brought))[0] == "OIDC_RESPONSE_ISSUER"
    provider.metadata = {"authorization_response_iss_parameter_supported": None}
    assert isinstance(oidc.callback(work, brought), Done)


def test_an_answer_without_a_code_is_incomplete(oidc: Oidc, provider: OpenIdProvider) -> None:
    assert _no(_signed_in(oidc, provider, code="")) == ("OIDC_RESPONSE_INCOMPLETE", "2301", True)


# --- the exchange ----------------------------------------------------------------------------------------


def test_a_code_counts_once(oidc: Oidc, provider: OpenIdProvider) -> None:
    work, url = _sent(oidc, _work(provider))
    brought = provider.authorize(url)
    assert isinstance(oidc.callback(work, brought), Done)
    assert _no(oidc.callback(work, brought)) == ("OIDC_EXCHANGE_REFUSED", "2301 invalid_grant", True)


def test_a_code_of_another_attempt_is_refused_by_its_challenge(oidc: Oidc, provider: OpenIdProvider) -> None:
    _, other = _sent(oidc, _work(provider))
    stolen = provider.authorize(other)["code"]
    assert _no(_signed_in(oidc, provider, code=stolen))[1] == "2301 invalid_grant"


def test_a_wrong_secret_is_the_administrator_s_business(
    oidc: Oidc, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SECRETS, "secret", "wrong")
    assert _no(_signed_in(oidc, provider))[:2] == ("OIDC_STATION_REFUSED", "2301 invalid_client")


@pytest.mark.parametrize(
    ("path", "reply", "code", "number"),
    [
        ("/token", Reply(502), "PROVIDER_IN_TROUBLE", "2302"),
        ("/token", Reply(body=b"no json"), "PROVIDER_ANSWER_UNREADABLE", "2302"),
        ("/token", Reply(body=b"[]"), "PROVIDER_ANSWER_UNREADABLE", "2302"),
        ("/token", Reply(body=b"x" * (web.MAXIMUM_ANSWER_BYTES + 1)), "PROVIDER_ANSWER_TOO_LARGE", "2302"),
        ("/token", Reply(400), "OIDC_EXCHANGE_REFUSED", "2301"),
        ("/token", Reply.of({"access_token": 1}), "OIDC_EXCHANGE_REFUSED", "2301"),
        ("/token", Reply.of({"access_token": "a", "token_type": "Bearer"}), "OIDC_ID_TOKEN_ABSENT", "2301"),
        ("/jwks", Reply(503), "PROVIDER_IN_TROUBLE", "2302"),
        ("/jwks", Reply(body=b"{}"), "ID_TOKEN_KEY_UNKNOWN", "2301"),
        ("/userinfo", Reply(500), "PROVIDER_IN_TROUBLE", "2302"),
        ("/userinfo", Reply(body=b"jwt.jwt.jwt"), "PROVIDER_ANSWER_UNREADABLE", "2302"),
        ("/userinfo", Reply.of({"sub": "somebody else"}), "OIDC_USERINFO_OF_ANOTHER", "2301"),
        ("/userinfo", Reply.of({}), "OIDC_USERINFO_OF_ANOTHER", "2301"),
    ],
)
def test_what_goes_wrong_on_the_way_has_its_code(
    oidc: Oidc, provider: OpenIdProvider, path: str, reply: Reply, code: str, number: str
) -> None:
    provider.instead[path] = reply
    assert _no(_signed_in(oidc, provider))[:2] == (code, number)


def test_a_network_that_drops_in_the_middle_can_be_tried_again(oidc: Oidc, provider: OpenIdProvider) -> None:
    work, url = _sent(oidc, _work(provider))
    brought = provider.authorize(url)
    provider.metadata = {"token_endpoint": "http://127.0.0.1:9/token"}
    assert _no(oidc.callback(work, brought)) == ("PROVIDER_UNREACHABLE", "2302", True)


# --- the proof -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lie", "code", "retryable"),
    [
        ({"claims": {"nonce": "another"}}, "ID_TOKEN_NONCE", False),
        ({"claims": {"iss": "https://other.example"}}, "ID_TOKEN_ISSUER", False),
        ({"claims": {"aud": "another"}}, "ID_TOKEN_AUDIENCE", False),
        ({"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}}, "ID_TOKEN_ACCESS", False),
        ({"claims": {"exp": 1}}, "ID_TOKEN_OUT_OF_DATE", True),
        ({"algorithm": "none"}, "ID_TOKEN_ALGORITHM", False),
        ({"algorithm": "HS256"}, "ID_TOKEN_ALGORITHM", False),
        ({"signs_with": "second"}, "ID_TOKEN_KEY_UNKNOWN", True),
        ({"signs_with": "second", "header": {"kid": "first"}}, "ID_TOKEN_SIGNATURE", False),
        ({"claims": {"auth_time": int(NOON.timestamp()) - 3600}}, "OIDC_SIGN_IN_TOO_OLD", True),
        ({"claims": {"auth_time": None}}, "OIDC_SIGN_IN_UNDATED", False),
    ],
)
def test_each_lie_in_the_proof_is_refused_with_its_code(
    oidc: Oidc, provider: OpenIdProvider, lie: dict[str, Any], code: str, retryable: bool
) -> None:
    for name, value in lie.items():
        setattr(provider, name, value)
    assert _no(_signed_in(oidc, provider)) == (code, "2301", retryable)


def test_keys_may_change_between_two_sign_ins(oidc: Oidc, provider: OpenIdProvider) -> None:
    assert isinstance(_signed_in(oidc, provider), Done)
    provider.publishes, provider.signs_with = ["second"], "second"
    assert isinstance(_signed_in(oidc, provider), Done)
    provider.signs_with = "first"
    assert _no(_signed_in(oidc, provider))[0] == "ID_TOKEN_KEY_UNKNOWN"


@pytest.mark.parametrize("acr", [None, "weaker", 2])
def test_a_class_that_was_not_asked_for_does_not_do(oidc: Oidc, provider: OpenIdProvider, acr: object) -> None:
    provider.claims = {"acr": acr}
    assert _no(_signed_in(oidc, provider, _work(provider, acrValues=["strong"])))[0] == "OIDC_ACR_NOT_MET"


# --- what came of it -------------------------------------------------------------------------------------


def test_a_sign_in_gives_what_the_provider_told_and_how_sure_that_is(oidc: Oidc, provider: OpenIdProvider) -> None:
    provider.claims = {"acr": "idbb:acr:linked-wallet", "amr": ["hwk", "pin"], "auth_time": int(NOON.timestamp())}
    done = _signed_in(oidc, provider, _work(provider, acrValues=["idbb:acr:linked-wallet"]))
    assert isinstance(done, Done)
    assert (done.assurance.eidas, done.assurance.aal, done.amr) == (Eidas.SUBSTANTIAL, Aal.AAL2, ("hwk", "pin"))
    assert done.identifiers == (
        Identifier("SUBJECT_ID", f"{provider.origin} {SUBJECT}"),
        Identifier("EMAIL", "erika@mustermann.example"),
    )
    assert done.attributes == {"contact.email": "erika@mustermann.example"}
    assert (done.evidence.provider, done.evidence.method_type) == (provider.origin, "oidc")
    assert done.evidence.metadata["positiveIndicators"] == "OIDC_AUTHENTICATION_OK"


def test_the_subject_is_nowhere_but_in_its_identifier(oidc: Oidc, provider: OpenIdProvider) -> None:
    done = _signed_in(oidc, provider)
    assert isinstance(done, Done)
    assert SUBJECT not in f"{done.attributes}{done.evidence}"


def test_a_sign_in_by_password_alone_is_a_weak_proof(oidc: Oidc, provider: OpenIdProvider) -> None:
    provider.claims = {"amr": ["pwd"]}
    done = _signed_in(oidc, provider)
    assert isinstance(done, Done)
    assert (done.assurance.eidas, done.evidence.metadata["score"]) == (Eidas.LOW, "LEVEL2")


def test_what_is_signed_counts_before_what_is_not(oidc: Oidc, provider: OpenIdProvider) -> None:
    provider.claims = {"email": "signed@mustermann.example"}
    done = _signed_in(oidc, provider)
    assert isinstance(done, Done)
    assert done.attributes["contact.email"] == "signed@mustermann.example"


def test_an_address_that_nobody_verified_identifies_nobody(oidc: Oidc, provider: OpenIdProvider) -> None:
    provider.userinfo["email_verified"] = False
    done = _signed_in(oidc, provider)
    assert isinstance(done, Done)
    assert [each.type for each in done.identifiers] == ["SUBJECT_ID"]


def test_a_userinfo_endpoint_that_refuses_leaves_what_the_token_says(oidc: Oidc, provider: OpenIdProvider) -> None:
    provider.instead["/userinfo"] = Reply(401)
    done = _signed_in(oidc, provider)
    assert isinstance(done, Done)
    assert (done.attributes, done.evidence.metadata["userinfo"]) == ({}, "not read")


JWT = {"Content-Type": "application/jwt"}
SIGNED_EMAIL = {"sub": SUBJECT, "email": "jwt@mustermann.example"}


@pytest.mark.parametrize("more", [{}, {"aud": CLIENT}, {"aud": ["another", CLIENT]}])
def test_what_is_told_as_a_signed_token_is_read(
    oidc: Oidc, provider: OpenIdProvider, more: dict[str, Any]
) -> None:
    provider.instead["/userinfo"] = Reply(body=signed({**SIGNED_EMAIL, **more}).encode(), headers=JWT)
    done = _signed_in(oidc, provider)
    assert isinstance(done, Done)
    assert done.attributes == {"contact.email": "jwt@mustermann.example"}


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (signed(SIGNED_EMAIL, by="second", kid="first"), "ID_TOKEN_SIGNATURE"),
        (signed(SIGNED_EMAIL, algorithm="none"), "ID_TOKEN_ALGORITHM"),
        (signed({**SIGNED_EMAIL, "iss": "https://other.example"}), "ID_TOKEN_ISSUER"),
        (signed({**SIGNED_EMAIL, "aud": "another"}), "ID_TOKEN_AUDIENCE"),
        (signed({**SIGNED_EMAIL, "sub": "another"}), "OIDC_USERINFO_OF_ANOTHER"),
        ("{}", "ID_TOKEN_UNREADABLE"),
    ],
)
def test_a_signed_token_about_the_person_that_lies_is_refused(
    oidc: Oidc, provider: OpenIdProvider, token: str, code: str
) -> None:
    provider.instead["/userinfo"] = Reply(body=token.encode(), headers=JWT)
    assert _no(_signed_in(oidc, provider)) == (code, "2301", False)


def test_what_is_required_and_not_told_fails_the_step(oidc: Oidc, provider: OpenIdProvider) -> None:
    wanted = [{"sourceAttribute": "address.locality", "targetAttribute": "city", "required": True}]
    work = _work(provider, attributeMappings=wanted)
    assert _no(_signed_in(oidc, provider, work))[0] == "OIDC_CLAIM_MISSING"
    provider.userinfo["address"] = {"locality": "Musterstadt"}
    done = _signed_in(oidc, provider, work)
    assert isinstance(done, Done)
    assert done.attributes == {"city": "Musterstadt"}


# --- how the station shows who it is ---------------------------------------------------------------------


def _token_request(provider: OpenIdProvider) -> Any:
    return next(each for each in reversed(provider.asked) if each.path == "/token")


def test_a_secret_goes_into_the_header_or_the_form_as_the_provider_asks(
    oidc: Oidc, provider: OpenIdProvider
) -> None:
    assert isinstance(_signed_in(oidc, provider), Done)
    assert _token_request(provider).headers["authorization"].startswith("Basic ")
    provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert isinstance(_signed_in(oidc, provider), Done)
    assert _token_request(provider).form["client_secret"] == SECRET


def test_a_station_without_a_secret_is_a_public_client(oidc: Oidc, provider: OpenIdProvider) -> None:
    assert isinstance(_signed_in(oidc, provider, _work(provider, clientSecretRef=None)), Done)
    assert "client_secret" not in _token_request(provider).form


def test_a_station_with_a_key_signs_for_itself(
    oidc: Oidc, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = RSAKey.generate_key(2048)
    monkeypatch.setitem(SECRETS, "key", own.as_pem(private=True).decode())
    monkeypatch.setattr(provider, "_is_client", lambda asked: "client_assertion" in asked.form)
    work = _work(provider, clientSecretRef=None, clientKeyRef={"key": "key"})
    assert isinstance(_signed_in(oidc, provider, work), Done)
    said = jwt.decode(_token_request(provider).form["client_assertion"], own, algorithms=["RS256"]).claims
    assert (said["iss"], said["sub"], said["aud"]) == (CLIENT, CLIENT, f"{provider.origin}/token")


def test_a_key_that_cannot_be_read_sends_nobody_away(
    oidc: Oidc, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SECRETS, "key", "no key")
    work = _work(provider, clientSecretRef=None, clientKeyRef={"key": "key"})
    with pytest.raises(BadInput) as error:
        oidc.dispatch(work)
    assert error.value.code.name == "KEY_UNREADABLE"


# --- keeping quiet ---------------------------------------------------------------------------------------


def test_nothing_of_a_sign_in_is_logged(
    oidc: Oidc, provider: OpenIdProvider, caplog: pytest.LogCaptureFixture
) -> None:
    tokens: list[str] = []
    provider.before["/token"] = lambda: tokens.append(provider.asked[-1].form["code"])
    with caplog.at_level(logging.DEBUG):
        done = _signed_in(oidc, provider)
    assert isinstance(done, Done) and tokens
    for secret in (SUBJECT, SECRET, "erika@mustermann.example", "Bearer", *tokens):
        assert secret not in caplog.text


@pytest.mark.parametrize("question", ["submit", "poll"])
def test_an_answer_this_method_does_not_wait_for_is_a_failure(
    oidc: Oidc, provider: OpenIdProvider, question: str
) -> None:
    work = _work(provider)
    assert _no(oidc.submit(work, {}) if question == "submit" else oidc.poll(work))[0] == "OIDC_NOT_AWAITED"
    oidc.cancel(work)


def test_an_access_token_that_is_signed_is_checked_where_the_configuration_says_so(
    oidc: Oidc, provider: OpenIdProvider
) -> None:
    provider.access_claims = {}
    provider.claims = {"at_hash": None}
    assert isinstance(_signed_in(oidc, provider, _work(provider, accessToken="jwt")), Done)
    provider.access_claims = {"client_id": "another"}
    refused = _no(_signed_in(oidc, provider, _work(provider, accessToken="jwt")))
    assert refused == ("ACCESS_TOKEN_REFUSED", "2301", False)
    assert not [each for each in provider.asked[-2:] if each.path == "/userinfo"]
    assert isinstance(_signed_in(oidc, provider), Done)  # who does not look takes it for one that says nothing


def test_an_access_token_that_says_nothing_is_refused_where_a_signed_one_is_expected(
    oidc: Oidc, provider: OpenIdProvider
) -> None:
    assert _no(_signed_in(oidc, provider, _work(provider, accessToken="jwt")))[0] == "ID_TOKEN_UNREADABLE"
