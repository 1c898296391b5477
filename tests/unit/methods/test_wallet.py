"""A wallet of others' making shows what is asked for, and lies, over real sockets; the engine around it is in
``integration/test_proofing_wallet.py``."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from joserfc import jwe
from joserfc.jwk import ECKey

from muster import base64url
from muster.clock import utc_now
from muster.crypto.signing import SigningKey
from muster.domain.proofing import (
    Aal,
    Assurance,
    Eidas,
    Ial,
    Identifier,
    PollAction,
    Strength,
    WaitForCallbackAction,
)
from muster.errors import BadInput, KeyUnavailable, NetworkUnavailable, NotAuthentic, Refused
from muster.formats.http_signature import SIGNATURE
from muster.methods.tools import Hub, MethodTools
from muster.methods.wallet import Wallet
from muster.proofing.definitions import Method
from muster.proofing.method import Done, NotDone, Outcome, Pending, Work
from muster.upload.request_signing import RequestSigning
from muster.workstation.proofing_secrets import SECRET_MISSING
from muster.workstation.wallet_return import WalletReturn
from simulators.loopback import Asked, LoopbackServer, Reply
from simulators.real_wallet import Wallet as Phone
from simulators.real_wallet import real_wallet
from simulators.wallet_issuers import STATUS_SIGNING, Party
from simulators.wallet_relay import TOKEN, WalletRelay
from unit.proofing.graphs import definitions, method

ISSUER = "https://pid.musterstaat.example"
ERIKA = {
    "iss": ISSUER,
    "vct": "urn:eudi:pid:1",
    "given_name": "Erika",
    "family_name": "Mustermann",
    "birthdate": "1984-08-12",
    "sub": "erika-7",
    "nationalities": ["UTO"],
}
NOT_TAKEN = {"error": "invalid_request", "error_description": "the presentation was not accepted"}


@dataclass(frozen=True)
class World:
    """Who there is: the authority that is trusted, an issuer below it, one below nobody, and this station."""

    authority: Party
    issuer: Party
    forger: Party
    station: Party
    secret: str = field(repr=False)

    def secrets(self, key: str) -> str:
        known = {"idv.wallet.access": self.secret, "relay": TOKEN}
        if key not in known:
            raise KeyUnavailable(SECRET_MISSING, key=key)
        return known[key]


@pytest.fixture(scope="module")
def world() -> World:
    authority = Party.authority("Muster Root")
    above = Party.authority("Access Root")
    station = above.issuer("Station 10011")
    return World(
        authority,
        authority.issuer(uri=ISSUER),
        Party.authority("Muster Root").issuer(uri=ISSUER),
        station,
        station.key_pem + station.pem + above.pem,
    )


@pytest.fixture(scope="module")
def phone() -> Iterator[Phone]:
    with real_wallet() as phone:
        yield phone


class Counter:
    """A station that asks one wallet at a time: what comes to its door is judged as the engine would have it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.door = WalletReturn(self._arrived)
        self.wallet = Wallet(
            MethodTools(
                lambda _: False,
                lambda: None,
                seal=lambda text: text[::-1],
                unseal=self._unsealed,
                wallet_door=self.door.address,
            )
        )
        self.outcomes: list[Outcome] = []
        self._refs = map("ref-{}".format, count())
        self.work: Work = None  # type: ignore[assignment]

    @staticmethod
    def _unsealed(text: str) -> str:
        if not text:
            raise NotAuthentic(SECRET_MISSING)
        return text[::-1]

    def _arrived(self, data: Any) -> bool:
        self.outcomes.append(self.wallet.callback(self.work, data))
        return isinstance(self.outcomes[-1], Done)

    def definition(self, **more: Any) -> Method:
        own = {"_type": "WalletMethodDefinition", "id": "pid", "issuerCertificates": [self.world.authority.pem]}
        return definitions(method("a"), [{**own, **more}]).methods[0]

    def begin(self, **more: Any) -> Outcome:
        ref, definition = next(self._refs), self.definition(**more)
        self.work = Work("e", "a", 1, definition, {}, {}, ref, utc_now(), self.world.secrets)
        outcome = self.wallet.dispatch(self.work)
        if isinstance(outcome, Pending):
            self.work = replace(self.work, state=outcome.state)
        return outcome

    def asks(self, **more: Any) -> str:
        """The link that the wallet opens."""
        outcome = self.begin(**more)
        assert isinstance(outcome, Pending) and isinstance(outcome.action, WaitForCallbackAction)
        return outcome.action.shown

    def came_to(self) -> tuple[str, str, bool]:
        outcome = self.outcomes[-1]
        assert isinstance(outcome, NotDone), outcome
        assert not outcome.code.sentence.count("{")  # what is stored has no detail to fill in
        return outcome.code.name, outcome.provider_code, outcome.retryable

    def done(self) -> Done:
        outcome = self.outcomes[-1]
        assert isinstance(outcome, Done), outcome
        return outcome


@pytest.fixture(scope="module")
def _counter(world: World) -> Iterator[Counter]:
    counter = Counter(world)
    yield counter
    counter.door.close()


@pytest.fixture
def counter(_counter: Counter, world: World) -> Counter:
    _counter.world = world
    _counter.outcomes.clear()
    return _counter


def _refused(counter: Counter, said: dict[str, Any]) -> tuple[str, bool]:
    """As what; the wallet is told the same whatever it was."""
    assert (said["status"], said["body"]) == (400, NOT_TAKEN)
    name, number, retryable = counter.came_to()
    assert number == ("" if retryable else "2301")  # what is untrue is invalid evidence, all else is open
    return name, retryable


# --- lies ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lies", "code", "retryable"),
    [
        ({"nonce": "of another question"}, "PRESENTATION_NONCE", False),
        ({"aud": "x509_hash:somebody-else"}, "PRESENTATION_AUDIENCE", False),
        ({"iat": 1_700_000_000}, "PRESENTATION_OUT_OF_DATE", True),
        ({"holder": "another"}, "PRESENTATION_HOLDER", False),
        ({"less": ["birthdate"]}, "WALLET_CLAIM_MISSING", True),
        ({"more": ["nationalities"]}, "WALLET_SHOWED_MORE", True),
        ({"state": "of another question"}, "WALLET_ANSWER_UNREADABLE", True),
        ({"vpToken": {"other": ["x"]}}, "WALLET_ANSWER_UNREADABLE", True),
        ({"vpToken": {"credential": ["x", "x"]}}, "WALLET_ANSWER_UNREADABLE", True),
        ({"vpToken": {"credential": [7]}}, "WALLET_ANSWER_UNREADABLE", True),
        ({"vpToken": {"credential": ["no credential"]}}, "CREDENTIAL_UNREADABLE", False),
        ({"resend": "a.b.c.d.e"}, "WALLET_ANSWER_UNREADABLE", True),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_an_answer_to_another_question_of_another_holder_or_with_other_content_is_refused(
    counter: Counter, phone: Phone, world: World, lies: dict[str, Any], code: str, retryable: bool
) -> None:
    said = phone.opens(counter.asks(), world.issuer.credential(ERIKA), **lies)
    assert _refused(counter, said) == (code, retryable)


def test_an_issuer_whom_nobody_vouches_for_is_refused_whatever_it_calls_itself(
    counter: Counter, phone: Phone, world: World
) -> None:
    said = phone.opens(counter.asks(), world.forger.credential(ERIKA))
    assert _refused(counter, said) == ("CREDENTIAL_ISSUER_UNTRUSTED", False)
    borrowed = {**world.forger.credential(ERIKA), "x5c": world.issuer.x5c}
    assert _refused(counter, phone.opens(counter.asks(), borrowed)) == ("CREDENTIAL_SIGNATURE", False)


def test_an_issuer_that_names_another_or_whose_certificate_expired_is_refused(
    counter: Counter, phone: Phone, world: World
) -> None:
    named = world.issuer.credential({**ERIKA, "iss": "https://pid.elsewhere.example"})
    assert _refused(counter, phone.opens(counter.asks(), named)) == ("CREDENTIAL_ISSUER_UNTRUSTED", False)
    late = world.authority.issuer(uri=ISSUER, days=(-100, -1)).credential(ERIKA)
    assert _refused(counter, phone.opens(counter.asks(), late)) == ("CREDENTIAL_ISSUER_UNTRUSTED", False)


def test_of_those_who_are_vouched_for_only_the_listed_ones_count(
    counter: Counter, phone: Phone, world: World
) -> None:
    credential = world.issuer.credential(ERIKA)
    said = phone.opens(counter.asks(trustedIssuers=["https://pid.elsewhere.example"]), credential)
    assert _refused(counter, said) == ("CREDENTIAL_ISSUER_UNTRUSTED", False)
    for name in (ISSUER, "CN=Musterstaat", "CN=Muster Root"):
        phone.opens(counter.asks(trustedIssuers=["https://pid.elsewhere.example", name]), credential)
        assert counter.done().evidence.provider == ISSUER


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": 1_700_000_000}, "CREDENTIAL_OUT_OF_DATE"),
        ({"nbf": 4_000_000_000}, "CREDENTIAL_OUT_OF_DATE"),
        ({"vct": "https://musterstaat.example/loyalty"}, "CREDENTIAL_OF_ANOTHER_KIND"),
    ],
)
def test_a_credential_that_does_not_count_now_or_is_another_one_is_refused_and_may_be_changed_for_a_better(
    counter: Counter, phone: Phone, world: World, changes: dict[str, Any], code: str
) -> None:
    said = phone.opens(counter.asks(), world.issuer.credential({**ERIKA, **changes}))
    assert _refused(counter, said) == (code, True)


@pytest.mark.parametrize("clear", [True, False])
def test_a_person_who_says_no_in_the_wallet_may_be_asked_again(
    counter: Counter, phone: Phone, world: World, clear: bool
) -> None:
    phone.opens(counter.asks(), world.issuer.credential(ERIKA), refuses="access_denied", clear=clear)
    assert counter.came_to() == ("WALLET_DECLINED", "access_denied", True)


@pytest.mark.parametrize(
    ("said", "kept"), [("vp_formats_not_supported", "vp_formats_not_supported"), ("Erika!", "")]
)
def test_a_wallet_that_cannot_answer_is_another_matter_and_free_text_of_its_is_not_kept(
    counter: Counter, phone: Phone, world: World, said: str, kept: str
) -> None:
    phone.opens(counter.asks(), world.issuer.credential(ERIKA), refuses=said, clear=True)
    assert counter.came_to() == ("WALLET_COULD_NOT", kept, True)


def test_what_was_shown_once_is_no_answer_to_another_question(
    counter: Counter, phone: Phone, world: World
) -> None:
    before = phone.opens(counter.asks(), world.issuer.credential(ERIKA))
    said = phone.opens(counter.asks(), world.issuer.credential(ERIKA), resend=before["answer"])
    assert _refused(counter, said) == ("WALLET_ANSWER_UNREADABLE", True)


def test_an_answer_that_comes_too_late_is_none(counter: Counter, phone: Phone, world: World) -> None:
    link = counter.asks(answerTtlSeconds=60)
    counter.work = replace(counter.work, now=counter.work.now + timedelta(seconds=60))
    assert _refused(counter, phone.opens(link, world.issuer.credential(ERIKA))) == ("WALLET_TOO_LATE", True)


def test_whoever_brings_anothers_answer_does_not_end_this_attempt(counter: Counter) -> None:
    counter.asks()
    with pytest.raises(Refused) as refusal:
        counter.wallet.callback(counter.work, {"state": "ü", "response": "x"})
    assert refusal.value.code.name == "WALLET_STATE_FOREIGN"


@pytest.mark.parametrize("kept", ["", "]no json", "]7[", "".join(reversed('["a", "b"]'))])
def test_what_another_station_remembers_is_told_from_what_a_wallet_did(counter: Counter, kept: str) -> None:
    counter.asks()
    forgotten = replace(counter.work, state={"kept": kept})
    assert counter.wallet.callback(forgotten, {"state": counter.work.callback_ref}) == counter.wallet.poll(
        forgotten
    )
    outcome = counter.wallet.poll(forgotten)
    assert isinstance(outcome, NotDone) and (outcome.code.name, outcome.retryable) == ("WALLET_FORGOTTEN", True)


def test_it_waits_for_a_wallet_and_for_nothing_else(counter: Counter) -> None:
    counter.asks()
    outcome = counter.wallet.submit(counter.work, {"code": "1"})
    assert isinstance(outcome, NotDone) and outcome.code.name == "WALLET_NOT_AWAITED"


# --- the question ----------------------------------------------------------------------------------------


def test_k22_the_question_is_signed_for_this_attempt_alone_and_asks_for_no_more_than_is_needed(
    counter: Counter, phone: Phone, world: World
) -> None:
    said = phone.opens(counter.asks(credentialTypes=["eu.europa.ec.eudi.pid.1"]), world.issuer.credential(ERIKA))
    question = said["question"]
    assert said["fits"] is True
    assert (question["response_mode"], question["aud"]) == ("direct_post.jwt", "https://self-issued.me/v2")
    assert question["client_id"].startswith("x509_hash:") and question["exp"] - question["iat"] == 300
    asked = question["dcql_query"]["credentials"][0]
    assert (asked["format"], asked["meta"]) == ("dc+sd-jwt", {"vct_values": ["urn:eudi:pid:1"]})
    assert [each["path"] for each in asked["claims"]] == [["given_name"], ["family_name"], ["birthdate"]]
    again = phone.opens(counter.asks(), world.issuer.credential(ERIKA))["question"]
    own = lambda each: {each["nonce"], each["state"], each["client_metadata"]["jwks"]["keys"][0]["x"]}  # noqa: E731
    assert own(question).isdisjoint(own(again))


def test_the_authority_that_wallets_know_is_not_sent_along(counter: Counter, world: World) -> None:
    signed = _fetched(counter.asks()).content
    header = json.loads(base64url.decode(signed.split(b".")[0]))
    assert (header["typ"], header["x5c"]) == ("oauth-authz-req+jwt", world.station.x5c)


def _said(question: bytes) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(base64url.decode(question.split(b".")[1]))
    return said


def _fetched(link: str, verb: str = "POST", **posted: str) -> httpx2.Response:
    where = dict(parse_qsl(urlsplit(link).query))["request_uri"]
    return httpx2.request(verb, where, data=posted if verb == "POST" else None, trust_env=False)


def test_a_wallet_gets_its_own_nonce_back_and_the_question_encrypted_if_it_asks(counter: Counter) -> None:
    link = counter.asks()
    assert dict(parse_qsl(urlsplit(link).query))["request_uri_method"] == "post"
    plain = _said(_fetched(link, wallet_nonce="of-the-wallet").content)
    assert plain["wallet_nonce"] == "of-the-wallet"
    assert "wallet_nonce" not in _said(_fetched(link, "GET").content)
    key = ECKey.generate_key("P-256")
    metadata = {
        "jwks": {"keys": [{**key.as_dict(private=False), "kid": "w", "use": "enc"}]},
        "request_object_encryption_alg_values_supported": ["ECDH-ES"],
        "request_object_encryption_enc_values_supported": ["A256GCM"],
    }
    hidden = _fetched(link, wallet_nonce="n", wallet_metadata=json.dumps(metadata))
    assert hidden.headers["content-type"] == "application/oauth-authz-req+jwt"
    opened = jwe.decrypt_compact(hidden.content, key).plaintext
    assert opened is not None and _said(opened)["wallet_nonce"] == "n"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"credentialTypes": ["org.iso.18013.5.1.mDL"]}, "WALLET_FORMAT_UNKNOWN"),
        ({"dcqlQuery": "no json"}, "WALLET_QUERY_WRONG"),
        ({"dcqlQuery": {"credentials": []}}, "WALLET_QUERY_WRONG"),
        ({"dcqlQuery": {"credentials": [7]}}, "WALLET_QUERY_WRONG"),
        ({"dcqlQuery": {"credentials": [{"id": "a", "format": "mso_mdoc"}]}}, "WALLET_FORMAT_UNKNOWN"),
        ({"issuerCertificates": []}, "WALLET_NO_AUTHORITY"),
    ],
)
def test_nobody_is_asked_what_could_not_be_held_to(counter: Counter, more: dict[str, Any], code: str) -> None:
    outcome = counter.begin(**more)
    assert isinstance(outcome, NotDone) and outcome.code.name == code


@pytest.mark.parametrize(
    "place", [{"listenOn": "0.0.0.0:0"}, {"publicUrl": "http://station7.example"}, {"listenOn": "127.0.0.1:99999"}]
)
def test_wallets_are_not_sent_where_anybody_could_listen(counter: Counter, place: dict[str, str]) -> None:
    outcome = counter.begin(**place)
    assert isinstance(outcome, NotDone) and outcome.code.name == "PROVIDER_ADDRESS_UNSAFE"


def _query(**changes: Any) -> dict[str, Any]:
    asked = {
        "id": "pid",
        "format": "dc+sd-jwt",
        "meta": {"vct_values": ["urn:eudi:pid:1"]},
        "claims": [
            {"path": ["sub"]},
            {"path": ["nationalities"]},
            {"path": ["family_name"], "values": ["Mustermann"]},
        ],
    }
    return {"credentials": [{**asked, **changes}]}


@pytest.mark.parametrize(
    "query",
    [
        _query(id="of other letters"),
        _query(id=7),
        _query(meta={"vct_values": []}),
        _query(claims=[]),
        _query(claims=[{"path": ["nationalities", None]}]),
        _query(claims=[{"path": ["sub"], "values": [{}]}]),
        _query(claim_sets=[["a"]]),
        {**_query(), "credential_sets": []},
        {"credentials": [*_query()["credentials"], *_query()["credentials"]]},
    ],
)
def test_a_query_with_more_than_an_answer_could_be_held_to_is_refused(counter: Counter, query: Any) -> None:
    outcome = counter.begin(dcqlQuery=query)
    assert isinstance(outcome, NotDone) and outcome.code.name == "WALLET_QUERY_WRONG"


def test_a_station_that_wallets_do_not_know_asks_nobody(counter: Counter, world: World) -> None:
    with pytest.raises(KeyUnavailable):
        counter.begin(accessRef={"key": "absent"})
    for secret in ("no key", world.station.pem, world.station.key_pem + world.issuer.pem):
        counter.world = replace(world, secret=secret)
        with pytest.raises(BadInput, match="cannot be used"):
            counter.begin()
    late = world.authority.issuer("Station", days=(-100, -1))
    counter.world = replace(world, secret=late.key_pem + late.pem)
    with pytest.raises(BadInput) as refusal:
        counter.begin()
    assert refusal.value.code.name == "WALLET_ACCESS_OUT_OF_DATE"


# --- what is believed ------------------------------------------------------------------------------------


def test_what_the_wallet_shows_becomes_attributes_and_evidence(
    counter: Counter, phone: Phone, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        said = phone.opens(counter.asks(), world.issuer.credential(ERIKA))
    assert (said["status"], said["body"]) == (200, {})
    done = counter.done()
    assert done.attributes == {"given_name": "Erika", "family_name": "Mustermann", "birthdate": "1984-08-12"}
    assert done.assurance == Assurance(Eidas.HIGH, Ial.IAL2, Aal.AAL2, Strength.SUPERIOR)
    assert (done.amr, done.identifiers, done.evidence.provider) == (("hwk",), (), ISSUER)
    told = done.evidence.metadata
    assert (told["strength"], told["score"], told["level"]) == ("LEVEL5", "LEVEL4", "high")
    assert (told["credentialStatus"], told["unverifiedIndicators"]) == ("not listed", "")
    assert not any(word in json.dumps(dict(told)) + caplog.text for word in ("Erika", "Mustermann", "1984"))


def test_a_subject_is_an_identifier_together_with_its_issuer_and_no_attribute(
    counter: Counter, phone: Phone, world: World
) -> None:
    phone.opens(counter.asks(dcqlQuery=json.dumps(_query())), world.issuer.credential(ERIKA))
    done = counter.done()
    assert done.attributes == {"nationalities": "UTO", "family_name": "Mustermann"}
    assert done.identifiers == (Identifier("SUBJECT_ID", f"{ISSUER} erika-7"),)


def test_a_value_that_is_not_among_the_accepted_ones_is_as_good_as_none(
    counter: Counter, phone: Phone, world: World
) -> None:
    over = {"id": "age", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:eudi:pid:1"]}}
    query = {"credentials": [{**over, "claims": [{"path": ["over_18"], "values": [True]}]}]}
    said = phone.opens(counter.asks(dcqlQuery=query), world.issuer.credential({**ERIKA, "over_18": 1}))
    assert _refused(counter, said) == ("WALLET_CLAIM_MISSING", True)


def test_mappings_say_what_is_asked_for_and_by_which_name_it_is_kept(
    counter: Counter, phone: Phone, world: World
) -> None:
    mappings = [
        {"sourceAttribute": "address.locality", "targetAttribute": "city"},
        {"sourceAttribute": "email", "targetAttribute": "contact.email", "identifierType": "EMAIL"},
    ]
    claims = {
        **ERIKA,
        "email": "erika@mustermann.example",
        "address": {"locality": "Musterstadt", "country": "UTO"},
    }
    phone.opens(counter.asks(attributeMappings=mappings), world.issuer.credential(claims))
    done = counter.done()
    assert done.attributes == {"city": "Musterstadt", "contact.email": "erika@mustermann.example"}
    assert done.identifiers == (Identifier("EMAIL", "erika@mustermann.example"),)


@pytest.mark.parametrize(
    ("claims", "accepted", "level", "strength"),
    [
        ({}, [], "high", "superior"),
        ({"assurance_level": "substantial"}, ["substantial", "high"], "substantial", "superior"),
        (
            {"verification": {"assurance_level": "http://eidas.europa.eu/LoA/substantial"}},
            [],
            "substantial",
            "superior",
        ),
        ({"assurance_level": "very_high"}, [], "low", "fair"),
        ({"vct": "urn:muster:card"}, [], "low", "fair"),
    ],
)
def test_it_is_worth_what_the_issuer_says_and_a_pid_is_high_by_law(
    counter: Counter, phone: Phone, world: World, claims: Any, accepted: list[str], level: str, strength: str
) -> None:
    told = {**ERIKA, **claims}
    link = counter.asks(acceptedLoAs=accepted, credentialTypes=[told["vct"]])
    phone.opens(link, world.issuer.credential(told, shown=["assurance_level", "verification"]))
    reached = counter.done().assurance
    assert (reached.eidas, reached.strength) == (Eidas(level), Strength(strength))


def test_less_than_the_accepted_levels_is_refused(counter: Counter, phone: Phone, world: World) -> None:
    credential = world.issuer.credential({**ERIKA, "assurance_level": "low"}, shown=["assurance_level"])
    said = phone.opens(counter.asks(acceptedLoAs=["high", "substantial"]), credential)
    assert said["status"] == 400 and counter.came_to() == ("WALLET_LEVEL_TOO_LOW", "low", True)


def test_of_two_credentials_both_are_needed_and_the_weaker_counts(
    counter: Counter, phone: Phone, world: World
) -> None:
    card = {"id": "card", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:muster:card"]}}
    query = {"credentials": [*_query()["credentials"], {**card, "claims": [{"path": ["number"]}]}]}
    number = world.issuer.credential({"iss": ISSUER, "vct": "urn:muster:card", "number": "7"})
    phone.opens(counter.asks(dcqlQuery=query), world.issuer.credential(ERIKA), number)
    done = counter.done()
    assert (done.attributes["number"], done.attributes["nationalities"]) == ("7", "UTO")
    assert done.assurance.eidas is Eidas.LOW
    assert done.evidence.metadata["credentialTypes"] == "urn:eudi:pid:1 urn:muster:card"


CARDS = "https://cards.musterstaat.example"
CARD = {"iss": CARDS, "vct": "urn:muster:card", "number": "7", "sub": "card-7"}


def _with_card(*names: str) -> dict[str, Any]:
    """A query for Erika's name, and for the card with these claims of it."""
    name = {"id": "pid", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:eudi:pid:1"]}}
    card = {"id": "card", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:muster:card"]}}
    claims = [{"path": [each]} for each in names]
    return {"credentials": [{**name, "claims": [{"path": ["family_name"]}]}, {**card, "claims": claims}]}


def test_a_subject_goes_with_the_issuer_of_the_very_credential_it_stands_in(
    counter: Counter, phone: Phone, world: World
) -> None:
    card = world.authority.issuer("Cards", uri=CARDS).credential(CARD)
    phone.opens(counter.asks(dcqlQuery=_with_card("sub")), world.issuer.credential(ERIKA), card)
    assert counter.done().identifiers == (Identifier("SUBJECT_ID", f"{CARDS} card-7"),)


def test_two_credentials_of_two_holders_prove_nobody(counter: Counter, phone: Phone, world: World) -> None:
    card = world.authority.issuer("Cards", uri=CARDS).credential(CARD, apart=True)
    said = phone.opens(counter.asks(dcqlQuery=_with_card("number")), world.issuer.credential(ERIKA), card)
    assert _refused(counter, said) == ("WALLET_HOLDERS_DIFFER", True)


# --- whether the issuer withdrew it ----------------------------------------------------------------------


class Lists(LoopbackServer):
    """An issuer of this machine that publishes one list; ``at`` is where."""

    def __init__(self, authority: Party) -> None:
        super().__init__()
        self.at = f"{self.origin}/lists/1"
        self.issuer = authority.issuer(uri=self.origin)
        self.reply = Reply(404)

    def answer(self, asked: Asked) -> Reply:
        return self.reply


@pytest.fixture(scope="module")
def _lists(world: World) -> Iterator[Lists]:
    lists = Lists(world.authority)
    yield lists
    lists.close()


@pytest.fixture
def lists(_lists: Lists, world: World) -> Lists:
    _lists.asked.clear()
    _lists.reply = Reply(404)
    _lists.issuer = world.authority.issuer(uri=_lists.origin)
    return _lists


_AT = 5  # behind the first octet of a list


def _listed(lists: Lists) -> dict[str, Any]:
    status = {"status_list": {"uri": lists.at, "idx": _AT}}
    return lists.issuer.credential({**ERIKA, "iss": lists.origin, "status": status})


def _statuses(value: int) -> list[int]:
    return [*[0] * _AT, value]


@pytest.mark.parametrize("value", [1, 2])
def test_a_credential_that_was_withdrawn_or_suspended_is_refused(
    counter: Counter, phone: Phone, world: World, lists: Lists, value: int
) -> None:
    lists.reply = Reply(body=lists.issuer.status_list(lists.at, _statuses(value)))
    assert _refused(counter, phone.opens(counter.asks(), _listed(lists))) == ("CREDENTIAL_REVOKED", False)
    assert lists.asked[0].headers["accept"] == "application/statuslist+jwt"


def test_a_credential_that_still_counts_says_so_by_the_issuer_or_by_whom_its_authority_lets_sign_lists(
    counter: Counter, phone: Phone, world: World, lists: Lists
) -> None:
    signer = world.authority.list_signer(STATUS_SIGNING)
    for body in (
        lists.issuer.status_list(lists.at, _statuses(0)),
        signer.status_list(lists.at, _statuses(0), own=True),
    ):
        lists.reply = Reply(body=body)
        phone.opens(counter.asks(), _listed(lists))
        assert counter.done().evidence.metadata["credentialStatus"] == "valid"


def test_what_nobody_entitled_said_is_not_checked_and_the_evidence_says_so(
    counter: Counter, phone: Phone, world: World, lists: Lists
) -> None:
    other = world.authority.list_signer("1.3.6.1.5.5.7.3.1")
    stranger = Party.authority("Muster Root").list_signer(STATUS_SIGNING)
    old = lists.issuer.status_list(lists.at, _statuses(0), iat=1_700_000_000)
    for reply in (
        Reply(404),
        Reply(body=b"no list"),
        Reply(body=old),
        Reply(body=lists.issuer.status_list(lists.at + "0", _statuses(0))),
        Reply(body=lists.issuer.status_list(lists.at, [0])),
        Reply(body=world.forger.status_list(lists.at, _statuses(0))),
        Reply(body=other.status_list(lists.at, _statuses(0), own=True)),
        Reply(body=stranger.status_list(lists.at, _statuses(0), own=True)),
    ):
        lists.reply = reply
        phone.opens(counter.asks(), _listed(lists))
        told = counter.done().evidence.metadata
        assert (told["credentialStatus"], told["unverifiedIndicators"]) == (
            "not checked",
            "CREDENTIAL_STATUS_UNVERIFIED",
        )


def test_a_list_that_a_lie_names_is_never_asked_for(
    counter: Counter, phone: Phone, world: World, lists: Lists
) -> None:
    forged = world.forger.credential({**ERIKA, "status": {"status_list": {"uri": lists.at, "idx": 1}}})
    phone.opens(counter.asks(), forged)
    phone.opens(counter.asks(), _listed(lists), nonce="another")
    assert lists.asked == []


@pytest.mark.parametrize("value", [0, 1])
def test_an_authority_has_no_say_about_credentials_of_another(
    counter: Counter, phone: Phone, world: World, lists: Lists, value: int
) -> None:
    other = Party.authority("Another Root")
    said = other.list_signer(STATUS_SIGNING).status_list(lists.at, _statuses(value), own=True)
    lists.reply = Reply(body=said)
    phone.opens(counter.asks(issuerCertificates=[world.authority.pem, other.pem]), _listed(lists))
    assert counter.done().evidence.metadata["credentialStatus"] == "not checked"


def test_a_signer_of_lists_whose_certificate_expired_has_no_say(
    counter: Counter, phone: Phone, world: World, lists: Lists
) -> None:
    late = world.authority.list_signer(STATUS_SIGNING, days=(-100, -1))
    lists.reply = Reply(body=late.status_list(lists.at, _statuses(1), own=True))
    phone.opens(counter.asks(), _listed(lists))
    assert counter.done().evidence.metadata["credentialStatus"] == "not checked"


def test_whoever_vouches_for_the_issuer_lets_others_sign_its_lists(
    counter: Counter, phone: Phone, world: World, lists: Lists
) -> None:
    between = world.authority.authority_below("Musterstaat's own")
    lists.issuer = between.issuer(uri=lists.origin)
    signer = between.list_signer(STATUS_SIGNING)
    lists.reply = Reply(body=signer.status_list(lists.at, _statuses(1), own=True))
    said = phone.opens(counter.asks(), {**_listed(lists), "x5c": lists.issuer.x5c + between.x5c})
    assert _refused(counter, said) == ("CREDENTIAL_REVOKED", False)


def test_an_issuer_elsewhere_has_nothing_asked_on_this_machine(
    counter: Counter, phone: Phone, world: World, lists: Lists
) -> None:
    status = {"status_list": {"uri": lists.at, "idx": _AT}}
    phone.opens(counter.asks(), world.issuer.credential({**ERIKA, "status": status}))
    assert counter.done().evidence.metadata["credentialStatus"] == "not checked"
    assert lists.asked == []


# --- by way of a centre ----------------------------------------------------------------------------------


@pytest.fixture
def relay() -> Iterator[WalletRelay]:
    relay = WalletRelay()
    yield relay
    relay.close()


def _by(relay: WalletRelay) -> dict[str, Any]:
    return {"relayUrl": f"{relay.origin}/wallets", "relayAuthRef": {"key": "relay"}}


def _left(counter: Counter, relay: WalletRelay) -> PollAction:
    outcome = counter.begin(**_by(relay))
    assert isinstance(outcome, Pending) and isinstance(outcome.action, PollAction), outcome
    return outcome.action


def _poll(counter: Counter) -> Outcome:
    outcome = counter.wallet.poll(counter.work)
    counter.outcomes.append(outcome)
    return outcome


def test_a_centre_keeps_question_and_answer_and_can_read_neither_nonce_nor_person(
    counter: Counter, phone: Phone, world: World, relay: WalletRelay
) -> None:
    action = _left(counter, relay)
    assert action.interval_ms == 2000
    waits = _poll(counter)
    assert isinstance(waits, Pending) and isinstance(waits.action, PollAction)
    assert (waits.action.shown, waits.action.interval_ms, waits.state) == (action.shown, 1000, counter.work.state)
    assert phone.opens(action.shown, world.issuer.credential(ERIKA))["status"] == 200
    assert "Erika" not in json.dumps([each.body.decode() for each in relay.asked])
    assert isinstance(_poll(counter), Done)
    again = phone.opens(action.shown, world.issuer.credential(ERIKA))
    assert again["status"] == 400


@pytest.mark.parametrize(("lies", "code"), [({}, ""), ({"iat": 3600}, "PRESENTATION_OUT_OF_DATE")])
def test_an_answer_in_time_counts_hours_later_and_one_that_was_made_afterwards_does_not(
    counter: Counter, phone: Phone, world: World, relay: WalletRelay, lies: dict[str, int], code: str
) -> None:
    link, asked_at = _left(counter, relay).shown, counter.work.now
    at = {name: int(asked_at.timestamp()) + after for name, after in lies.items()}
    phone.opens(link, world.issuer.credential({**ERIKA, "exp": int(asked_at.timestamp()) + 1800}), **at)
    counter.work = replace(counter.work, now=asked_at + timedelta(hours=2))
    outcome = _poll(counter)
    assert isinstance(outcome, NotDone if code else Done)
    assert not code or counter.came_to() == (code, "", True)


@pytest.mark.parametrize("value", [0, 1])
def test_an_answer_that_is_looked_at_later_is_held_to_what_was_withdrawn_meanwhile(
    counter: Counter, phone: Phone, world: World, relay: WalletRelay, lists: Lists, value: int
) -> None:
    phone.opens(_left(counter, relay).shown, _listed(lists))
    later = counter.work.now + timedelta(hours=2)
    lists.reply = Reply(body=lists.issuer.status_list(lists.at, _statuses(value), iat=int(later.timestamp())))
    counter.work = replace(counter.work, now=later)
    _poll(counter)
    if value:
        assert counter.came_to() == ("CREDENTIAL_REVOKED", "2301", False)
    else:
        assert counter.done().evidence.metadata["credentialStatus"] == "valid"


def test_lies_by_way_of_a_centre_are_lies_as_well(
    counter: Counter, phone: Phone, world: World, relay: WalletRelay
) -> None:
    phone.opens(_left(counter, relay).shown, world.issuer.credential(ERIKA), nonce="another")
    _poll(counter)
    assert counter.came_to() == ("PRESENTATION_NONCE", "2301", False)
    phone.opens(_left(counter, relay).shown, world.issuer.credential(ERIKA), refuses="access_denied", clear=True)
    _poll(counter)
    assert counter.came_to() == ("WALLET_DECLINED", "access_denied", True)


def test_what_a_centre_says_wrong_is_told_apart(counter: Counter, relay: WalletRelay) -> None:
    _left(counter, relay)
    for reply, code in ((Reply(401), "WALLET_RELAY_REFUSED"), (Reply(410), "WALLET_RELAY_FORGOT")):
        relay.trouble = reply
        _poll(counter)
        assert counter.came_to() == (code, "", True)
    for reply in (Reply(503), Reply(429), Reply(302), Reply.of({"response": 7}), Reply(body=b"x")):
        relay.trouble = reply
        with pytest.raises(NetworkUnavailable):
            counter.wallet.poll(counter.work)
    relay.trouble = Reply(403)
    outcome = counter.begin(**_by(relay))
    assert isinstance(outcome, NotDone) and outcome.code.name == "WALLET_RELAY_REFUSED"


def test_a_busy_centre_is_asked_again_when_it_says_even_after_the_end(
    counter: Counter, relay: WalletRelay
) -> None:
    _left(counter, relay)
    relay.trouble = Reply(429, headers={"Retry-After": "60"})
    late = replace(counter.work, now=counter.work.now + timedelta(seconds=300))
    outcome = counter.wallet.poll(late)
    assert isinstance(outcome, Pending) and isinstance(outcome.action, PollAction)
    assert outcome.action.next_check_at == late.now + timedelta(seconds=60)


def test_a_centre_that_is_asked_too_long_is_given_up_and_told_when_nobody_waits(
    counter: Counter, relay: WalletRelay
) -> None:
    _left(counter, relay)
    late = replace(counter.work, now=counter.work.now + timedelta(seconds=300))
    outcome = counter.wallet.poll(late)
    assert isinstance(outcome, NotDone) and (outcome.code.name, outcome.retryable) == ("WALLET_TOO_LATE", True)
    counter.wallet.cancel(counter.work)
    assert relay.left == {}
    asked = len(relay.asked)
    counter.asks()
    counter.wallet.cancel(counter.work)  # at the station's own door there is nobody to tell
    assert len(relay.asked) == asked


def test_an_unsafe_centre_is_not_asked(counter: Counter) -> None:
    outcome = counter.begin(relayUrl="http://centre.example/wallets")
    assert isinstance(outcome, NotDone) and outcome.code.name == "PROVIDER_ADDRESS_UNSAFE"


@pytest.mark.parametrize(
    ("hub", "is_signed"), [("", True), ("/wallets", True), ("/wall", False), ("/other", False)]
)
def test_only_the_hub_s_own_relay_gets_the_station_s_signature(
    counter: Counter, relay: WalletRelay, hub: str, is_signed: bool
) -> None:
    own = Hub(f"{relay.origin}{hub}", RequestSigning(SigningKey.generate()))
    wallet = Wallet(replace(counter.wallet._tools, hub=lambda: own))
    definition = counter.definition(relayUrl=f"{relay.origin}/wallets")
    wallet.dispatch(Work("e", "a", 1, definition, {}, {}, "ref", utc_now(), counter.world.secrets))
    assert relay.asked
    assert {SIGNATURE.lower() in each.headers for each in relay.asked} == {is_signed}
