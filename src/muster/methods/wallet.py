"""A credential that the person shows from a wallet on their telephone: OpenID for Verifiable Presentations 1.0.

1. A question is made for this attempt alone: a nonce, a key to answer to, and the ``callback_ref`` as its state.
   The wallet finds it behind a link, shown as a QR code or opened on this machine, and fetches it signed.
2. The answer is encrypted. It comes to this station (``Door``), or to a centre that can neither read nor change it
   (``wallet_relay``) and is looked at there.
3. It counts once, and when it holds exactly what was asked for, from an issuer that is trusted, by the holder of
   the credential, for this nonce and this station. Several credentials count when one key holds them all. Whether
   the issuer withdrew it is looked up; when that cannot be done the evidence says so.
4. The wallet, or whoever sends something in its place, is never told why something was not taken.
5. Nonce and key are sealed in what the station remembers. A subject is kept as a keyed hash, with its issuer.
"""

from __future__ import annotations

import json
import re
import secrets as random_source
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

from muster.clock import parse_rfc3339, rfc3339
from muster.crypto.presentation import (
    CREDENTIAL_ISSUER_UNTRUSTED,
    CREDENTIAL_OF_ANOTHER_KIND,
    CREDENTIAL_OUT_OF_DATE,
    PRESENTATION_OUT_OF_DATE,
    CredentialStatus,
    Expected,
    Presentation,
    verified_presentation,
)
from muster.crypto.wallet_request import WALLET_ANSWER_UNREADABLE, AnswerKey, WalletAccess
from muster.domain.proofing import (
    Aal,
    Assurance,
    Eidas,
    Ial,
    Identifier,
    MethodEvidence,
    PollAction,
    Strength,
    WaitForCallbackAction,
)
from muster.errors import BadInput, Code, NetworkUnavailable, NotAuthentic, Refused
from muster.formats.answer_relay import PATH as RELAY_PATH
from muster.formats.answer_relay import REQUEST, RESPONSE, new_name
from muster.formats.web_address import is_below, is_loopback
from muster.methods.claims import SUBJECT_ID, mapped
from muster.methods.tools import Door, MethodTools
from muster.methods.wallet_question import (
    SD_JWT_VC,
    WALLET_CLAIM_MISSING,
    WALLET_SHOWED_MORE,
    Question,
    mappings_of,
    question_of,
)
from muster.methods.wallet_relay import BUSY, WALLET_RELAY_FORGOT, Relay
from muster.methods.web import PROVIDER_UNREACHABLE, ask, require_safe
from muster.proofing.definitions import WalletMethodDefinition
from muster.proofing.method import Done, NotDone, Outcome, Pending, Work

WALLET_STATE_FOREIGN = Code(
    "WALLET_STATE_FOREIGN", "What the wallet sent belongs to another step, or to another attempt."
)
WALLET_DECLINED = Code("WALLET_DECLINED", "The person did not agree in the wallet. It can be tried again.")
WALLET_COULD_NOT = Code(
    "WALLET_COULD_NOT", "The wallet could not answer, perhaps for want of a fitting credential. Take another way."
)
WALLET_HOLDERS_DIFFER = Code(
    "WALLET_HOLDERS_DIFFER",
    "The wallet did not prove that the credentials it showed belong to one and the same person.",
)
WALLET_TOO_LATE = Code("WALLET_TOO_LATE", "The wallet did not answer in time. Begin this step again.")
WALLET_LEVEL_TOO_LOW = Code(
    "WALLET_LEVEL_TOO_LOW", "The credential that the wallet showed does not prove enough for this purpose."
)
WALLET_FORGOTTEN = Code(
    "WALLET_FORGOTTEN", "What was remembered of the question to the wallet cannot be read. Begin this step again."
)
WALLET_NO_AUTHORITY = Code(
    "WALLET_NO_AUTHORITY",
    "This station knows nobody who issues credentials to wallets. Synchronise it, or tell your administrator.",
)
WALLET_NOT_AWAITED = Code("WALLET_NOT_AWAITED", "This step waits for a wallet and for nothing else.")

_ACCESS = "idv.wallet.access"
_ANYBODY = "https://self-issued.me/v2"  # the audience where it is not known which wallet will ask (section 5.8)
_ONLY_HERE = "127.0.0.1:0"
_KEY_ID = "answer"
_NONCE_OCTETS = 32
_LONGEST_NONCE = 1024
_LOOK_EVERY = timedelta(seconds=2)
_SHORTEST_WAIT = timedelta(milliseconds=250)
_LONGEST_WORD = 64
_FAILED = "2301"  # as ID&V counts a sign-in that was not one
# Another credential of the person's, a clock or another try can mend these; the others are lies tomorrow as well.
_WORTH_ANOTHER_TRY = frozenset(
    {
        CREDENTIAL_OF_ANOTHER_KIND,
        CREDENTIAL_OUT_OF_DATE,
        PRESENTATION_OUT_OF_DATE,
        WALLET_ANSWER_UNREADABLE,
        WALLET_CLAIM_MISSING,
        WALLET_HOLDERS_DIFFER,
        WALLET_SHOWED_MORE,
    }
)
# A PID is issued at level high, whoever issues it: Regulation (EU) 910/2014, article 5a(11).
_PID = "urn:eudi:pid:"
_BY_LEVEL: Mapping[Eidas, Assurance] = MappingProxyType(
    {
        Eidas.LOW: Assurance(Eidas.LOW, Ial.IAL1, Aal.AAL1, Strength.FAIR),
        Eidas.SUBSTANTIAL: Assurance(Eidas.SUBSTANTIAL, Ial.IAL2, Aal.AAL2, Strength.SUPERIOR),
        Eidas.HIGH: Assurance(Eidas.HIGH, Ial.IAL2, Aal.AAL2, Strength.SUPERIOR),
    }
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the station remembers of its question; ``relay_name`` is nothing where wallets come to the station."""

    nonce: str
    key: str
    state: str
    client_id: str
    until: datetime
    relay_name: str = ""

    def as_text(self) -> str:
        fields = [self.nonce, self.key, self.state, self.client_id, rfc3339(self.until), self.relay_name]
        return json.dumps(fields)

    @classmethod
    def from_text(cls, text: str) -> _Kept:
        """Raises ``ValueError``, ``TypeError``."""
        nonce, key, state, client_id, until, relay_name = json.loads(text)
        return cls(nonce, key, state, client_id, parse_rfc3339(until), relay_name)


class Wallet:
    type = "wallet"

    def __init__(self, tools: MethodTools) -> None:
        self._tools = tools

    def dispatch(self, work: Work) -> Outcome:
        """Raises ``Unavailable``, ``KeyUnavailable``, and ``BadInput`` for what an administrator has to mend at
        this station: nothing happened."""
        definition = _definition(work)
        access = WalletAccess.from_pem(work.secret(_key_name(definition)), work.now)
        try:
            question = question_of(definition)
        except BadInput as error:
            return NotDone(error.code)
        if not self._authorities(definition):
            return NotDone(WALLET_NO_AUTHORITY, retryable=True)
        relay = self._relay(work)
        kept = _Kept(
            random_source.token_urlsafe(_NONCE_OCTETS),
            AnswerKey.drawn().as_text(),
            work.callback_ref,
            access.client_id,
            work.now + timedelta(seconds=definition.answer_ttl_seconds),
            new_name() if relay else "",
        )
        if relay:
            return self._by_relay(work, relay, access, question, kept)
        return self._at_the_door(work, access, question, kept)

    def submit(self, work: Work, fields: Mapping[str, str]) -> Outcome:
        return NotDone(WALLET_NOT_AWAITED)

    def callback(self, work: Work, data: Mapping[str, str]) -> Outcome:
        """Raises ``Refused(WALLET_STATE_FOREIGN)``: whoever brings another's answer does not end this attempt."""
        if not random_source.compare_digest(data.get("state", "").encode(), work.callback_ref.encode()):
            raise Refused(WALLET_STATE_FOREIGN)
        kept = self._kept(work)
        if kept is None:
            return NotDone(WALLET_FORGOTTEN, retryable=True)
        return _TOO_LATE if work.now >= kept.until else self._answered(work, kept, data, work.now)

    def poll(self, work: Work) -> Outcome:
        """Raises ``NetworkUnavailable``: it is looked at another time. An answer that was given in time counts
        however late that is, and is judged as at the last moment it could have been given."""
        kept = self._kept(work)
        if kept is None:
            return NotDone(WALLET_FORGOTTEN, retryable=True)
        relay = self._relay(work)
        if relay is None:
            return NotDone(WALLET_RELAY_FORGOT, retryable=True)
        try:
            reply, sent = relay.look(kept.relay_name)
        except (BadInput, Refused) as error:
            return NotDone(error.code, retryable=True)
        if sent is not None:
            return self._answered(work, kept, sent, min(work.now, kept.until))
        if work.now >= kept.until and reply.status != BUSY:
            return _TOO_LATE
        wait = reply.asks_to_wait(work.now)
        link = _link(work, kept.client_id, relay.at(kept.relay_name, REQUEST))
        return Pending(_look_again(work, link, wait), work.state)

    def cancel(self, work: Work) -> None:
        """A centre is told; whoever comes to the station's own door finds nobody who waits."""
        kept = self._kept(work)
        relay = self._relay(work)
        if kept is not None and kept.relay_name and relay is not None:
            relay.forget(kept.relay_name)

    # --- asking ------------------------------------------------------------------------------------------

    def _at_the_door(self, work: Work, access: WalletAccess, question: Question, kept: _Kept) -> Outcome:
        definition = _definition(work)
        tls = work.secret(definition.tls_ref.key) if definition.tls_ref else ""
        door = Door(definition.listen_on or _ONLY_HERE, definition.public_url or "", tls)
        try:
            require_safe(door.public_url or f"{'https' if tls else 'http'}://{door.listen_on}")
        except BadInput as error:
            return NotDone(error.code, retryable=True)

        def fetched(base: str, told: Mapping[str, str]) -> str:
            """The question as a wallet fetches it, which may add what it wants to see again in there."""
            claims = _claims(kept, question, work.now, _response_uri(base, kept.state))
            if told.get("wallet_nonce"):
                claims["wallet_nonce"] = told["wallet_nonce"][:_LONGEST_NONCE]
            return access.signed(claims, told.get("wallet_metadata", ""))

        base = self._tools.wallet_door(door, kept.state, fetched)
        link = _link(work, access.client_id, _request_uri(base, kept.state), method="post")
        return Pending(WaitForCallbackAction(kept.state, kept.until, link), self._sealed(kept))

    def _relay(self, work: Work) -> Relay | None:
        """The centre that is named, else this station's hub, unless wallets are said to come to the station. The
        signature names no host: another centre could pass it on to the hub, and gets none."""
        definition, hub = _definition(work), self._tools.hub()
        if definition.relay_url and definition.relay_auth_ref:
            return Relay(definition.relay_url, work.secret(definition.relay_auth_ref.key))
        if definition.relay_url:
            signing = hub.signing if hub and is_below(definition.relay_url, hub.url) else None
            return Relay(definition.relay_url, signing=signing)
        if hub is None or definition.has_own_door:
            return None
        return Relay(f"{hub.url}{RELAY_PATH}", signing=hub.signing)

    def _by_relay(
        self, work: Work, relay: Relay, access: WalletAccess, question: Question, kept: _Kept
    ) -> Outcome:
        """Signed once and for all: the centre has no key, so wallets cannot add anything to it."""
        claims = _claims(kept, question, work.now, relay.at(kept.relay_name, RESPONSE))
        try:
            require_safe(relay.url)
            relay.leave(kept.relay_name, access.signed(claims), kept.until)
        except (BadInput, Refused) as error:
            return NotDone(error.code, retryable=True)
        link = _link(work, access.client_id, relay.at(kept.relay_name, REQUEST))
        return Pending(_look_again(work, link, None), self._sealed(kept))

    def _sealed(self, kept: _Kept) -> dict[str, str]:
        return {"kept": self._tools.seal(kept.as_text())}

    def _kept(self, work: Work) -> _Kept | None:
        try:
            return _Kept.from_text(self._tools.unseal(work.state["kept"]))
        except (NotAuthentic, KeyError, ValueError, TypeError):  # another station's, or none
            return None

    def _authorities(self, definition: WalletMethodDefinition) -> tuple[bytes, ...]:
        own = (each.encode() for each in definition.issuer_certificates)
        return (*own, *self._tools.credential_authorities())

    # --- the answer --------------------------------------------------------------------------------------

    def _answered(self, work: Work, kept: _Kept, sent: Mapping[str, str], at: datetime) -> Outcome:
        if "error" in sent:
            return _refusal(sent["error"])
        try:
            answer = AnswerKey.from_text(kept.key).opened(sent.get("response", ""))
            if answer.get("state") != kept.state:
                raise NotAuthentic(WALLET_ANSWER_UNREADABLE)
            if "error" in answer:
                return _refusal(answer["error"])
            return self._shown(work, kept, answer.get("vp_token"), at)
        except NotAuthentic as error:
            is_open = error.code in _WORTH_ANOTHER_TRY
            return NotDone(error.code, "" if is_open else _FAILED, retryable=is_open)

    def _shown(self, work: Work, kept: _Kept, token: object, at: datetime) -> Outcome:
        """Raises ``NotAuthentic``."""
        definition = _definition(work)
        question = question_of(definition)
        presented = _presentations(token, question)
        claims: list[dict[str, Any]] = []
        believed: list[Presentation] = []
        for asked in question.credentials:
            expected = Expected(
                kept.nonce, kept.client_id, asked.types, self._authorities(definition), at, work.now, _list_at
            )
            shown = verified_presentation(presented[asked.id], expected)
            if definition.trusted_issuers and shown.issuer_names.isdisjoint(definition.trusted_issuers):
                raise NotAuthentic(CREDENTIAL_ISSUER_UNTRUSTED)
            claims.append(asked.taken(shown))
            believed.append(shown)
        if len({each.holder for each in believed}) > 1:
            raise NotAuthentic(WALLET_HOLDERS_DIFFER)
        level = min((_level(each) for each in believed), key=lambda each: each.rank)
        if definition.accepted_lo_as and level.rank < min(each.rank for each in definition.accepted_lo_as):
            return NotDone(WALLET_LEVEL_TOO_LOW, level.value, retryable=True)
        mappings = mappings_of(definition, question)
        found = mapped(mappings, ChainMap(*claims))
        if found.missing:
            return NotDone(WALLET_CLAIM_MISSING, retryable=True)
        identifiers = dict.fromkeys(
            _with_issuer(identifier, shown.issuer)
            for shown, own in zip(believed, claims, strict=True)
            for identifier in mapped(mappings, own).identifiers
        )
        evidence = _evidence(work, believed, level)
        amr = ("hwk",) if level is Eidas.HIGH else ("pop",)
        return Done(_BY_LEVEL[level], evidence, tuple(identifiers), found.attributes, amr)


_TOO_LATE = NotDone(WALLET_TOO_LATE, retryable=True)


def _definition(work: Work) -> WalletMethodDefinition:
    assert isinstance(work.definition, WalletMethodDefinition)
    return work.definition


def _key_name(definition: WalletMethodDefinition) -> str:
    return definition.access_ref.key if definition.access_ref else _ACCESS


def _request_uri(base: str, state: str) -> str:
    return f"{base}/request/{state}"


def _response_uri(base: str, state: str) -> str:
    return f"{base}/response/{state}"


def _link(work: Work, client_id: str, request_uri: str, *, method: str = "get") -> str:
    query = {"client_id": client_id, "request_uri": request_uri, "request_uri_method": method}
    return f"{_definition(work).link_scheme}://?{urlencode(query, quote_via=quote)}"


def _look_again(work: Work, link: str, wait: timedelta | None) -> PollAction:
    wait = max(_LOOK_EVERY if wait is None else wait, _SHORTEST_WAIT)
    return PollAction.after(wait, work.now, link)


def _claims(kept: _Kept, question: Question, now: datetime, response_uri: str) -> dict[str, Any]:
    key = AnswerKey.from_text(kept.key).public_jwk(_KEY_ID)
    algorithms = {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]}
    return {
        "iss": kept.client_id,
        "aud": _ANYBODY,
        "client_id": kept.client_id,
        "response_type": "vp_token",
        "response_mode": "direct_post.jwt",
        "response_uri": response_uri,
        "nonce": kept.nonce,
        "state": kept.state,
        "iat": int(now.timestamp()),
        "exp": int(kept.until.timestamp()),
        "client_metadata": {
            "jwks": {"keys": [key]},
            "vp_formats_supported": {SD_JWT_VC: algorithms},
            "encrypted_response_enc_values_supported": ["A128GCM", "A256GCM"],
        },
        "dcql_query": question.as_dcql(),
    }


def _refusal(said: object) -> NotDone:
    """RFC 6749's words; the wallet's own description could say anything."""
    if said == "access_denied":
        return NotDone(WALLET_DECLINED, "access_denied", retryable=True)
    is_word = isinstance(said, str) and re.fullmatch(rf"[a-z_]{{1,{_LONGEST_WORD}}}", said)
    return NotDone(WALLET_COULD_NOT, str(said) if is_word else "", retryable=True)


def _presentations(token: object, question: Question) -> dict[str, str]:
    """One for each credential that was asked for, and none besides. Raises ``NotAuthentic``."""
    if not isinstance(token, dict) or set(token) != {each.id for each in question.credentials}:
        raise NotAuthentic(WALLET_ANSWER_UNREADABLE)
    found = {name: each[0] if isinstance(each, list) and len(each) == 1 else each for name, each in token.items()}
    if not all(isinstance(each, str) for each in found.values()):
        raise NotAuthentic(WALLET_ANSWER_UNREADABLE)
    return found


def _list_at(url: str, issuer: str) -> bytes:
    """A list of withdrawn credentials, as its issuer publishes it; an issuer elsewhere has no business on this
    machine."""
    require_safe(url, loopback=is_loopback(issuer))
    reply = ask("GET", url, headers={"Accept": "application/statuslist+jwt"})
    if reply.status != 200:
        raise NetworkUnavailable(PROVIDER_UNREACHABLE)
    return reply.body


def _level(shown: Presentation) -> Eidas:
    """As the issuer says, in OpenID's word or eIDAS' address; what says nothing and is no PID is low."""
    verification = shown.claims.get("verification")
    said = shown.claims.get("assurance_level")
    if said is None and isinstance(verification, dict):
        said = verification.get("assurance_level")
    if said is None:
        return Eidas.HIGH if shown.type.startswith(_PID) else Eidas.LOW
    try:
        return Eidas(str(said).rsplit("/", 1)[-1])
    except ValueError:
        return Eidas.LOW


def _with_issuer(identifier: Identifier, issuer: str) -> Identifier:
    """Subjects of two issuers have nothing to do with each other."""
    if identifier.type != SUBJECT_ID:
        return identifier
    return Identifier(SUBJECT_ID, f"{issuer} {identifier.value}")


def _evidence(work: Work, believed: list[Presentation], level: Eidas) -> MethodEvidence:
    """A trusted claim in IDEMIA's words, and by what each credential can be found again at its issuer."""
    statuses = {each.status for each in believed}
    unchecked = CredentialStatus.NOT_CHECKED in statuses
    metadata = {
        "type": "TRUSTED_ID_CLAIM",
        "status": "VERIFIED",
        "strength": "LEVEL5",
        "score": "LEVEL4" if level is not Eidas.LOW else "LEVEL2",
        "positiveIndicators": "WALLET_PRESENTATION_OK",
        "unverifiedIndicators": "CREDENTIAL_STATUS_UNVERIFIED" if unchecked else "",
        "credentialTypes": " ".join(each.type for each in believed),
        "credentialStatus": " ".join(each.status.value for each in believed),
        "level": level.value,
        "credential_sha256": " ".join(each.digest for each in believed),
    }
    return MethodEvidence(believed[0].issuer, Wallet.type, work.now, metadata)


def method(tools: MethodTools) -> Wallet:
    return Wallet(tools)
