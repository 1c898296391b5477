"""A sign-in at an OpenID provider, in the system's browser: authorization code flow with PKCE.

Rules:

1. The browser is sent away with a state, a nonce and a challenge of this attempt's own. The state is the
   ``callback_ref`` under which the station stores whose it is; nothing is ever read out of it.
2. The browser comes back to this machine (RFC 8252, section 7.3: a port of the moment), and the answer counts when
   its state is this attempt's, and it is from the provider that was asked (RFC 9207).
3. Somebody always signs in anew (``prompt=login``, ``max_age=0``): the last person's session may still be in the
   browser. The ID Token says when that was (Core 1.0, section 3.1.2.1), or counts for nothing.
4. The ID Token is believed as ``crypto.id_token`` says. What else is told about the person comes from there and
   from the userinfo endpoint, if that is about the same subject; where both speak, what is signed counts.
5. Tokens and codes are in memory only. The subject is kept as a keyed hash, together with who issued it: subjects
   of two providers have nothing to do with each other.
"""

from __future__ import annotations

import secrets as random_source
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from muster.crypto.access_token import verified_access_token
from muster.crypto.id_token import (
    ID_TOKEN_KEY_UNKNOWN,
    ID_TOKEN_OUT_OF_DATE,
    TOLERANCE_S,
    Expected,
    IdToken,
    verified_id_token,
    verified_userinfo,
)
from muster.domain.proofing import Assurance, Identifier, MethodEvidence, RedirectAction, Strength
from muster.errors import BadInput, Code, NetworkUnavailable, NotAuthentic, Refused
from muster.methods.claims import SUBJECT_ID, mapped
from muster.methods.openid_exchange import exchanged, require_known
from muster.methods.openid_provider import OpenIdProvider, discovered
from muster.methods.openid_refusals import (
    DOWN,
    FAILED,
    OIDC_ACR_NOT_MET,
    OIDC_CLAIM_MISSING,
    OIDC_RESPONSE_INCOMPLETE,
    OIDC_RESPONSE_ISSUER,
    OIDC_SIGN_IN_TOO_OLD,
    OIDC_SIGN_IN_UNDATED,
    OIDC_USERINFO_OF_ANOTHER,
    CameToNothing,
    refusal,
)
from muster.methods.sign_in_strength import assurance_of, methods_of
from muster.methods.tools import MethodTools
from muster.methods.web import PROVIDER_IN_TROUBLE, ask
from muster.proofing.definitions import LOGIN_HINT, Method, OidcMethodDefinition
from muster.proofing.method import Done, NotDone, Outcome, Pending, Work

OIDC_STATE_FOREIGN = Code(
    "OIDC_STATE_FOREIGN", "What the browser brought back belongs to another step, or to another attempt."
)
OIDC_NOT_AWAITED = Code("OIDC_NOT_AWAITED", "This step waits for the browser and for nothing else.")

_SIGN_IN_WITHIN = timedelta(minutes=10)
_VERIFIER_OCTETS = 48  # 64 letters; RFC 7636 asks for 43 at least
_NONCE_OCTETS = 32
_LONGEST_CLASS = 100
_SIGNED = "application/jwt"

# A clock can be set and keys may have been changed at this moment; the other lies are lies tomorrow as well.
_WORTH_ANOTHER_TRY = frozenset({ID_TOKEN_OUT_OF_DATE, ID_TOKEN_KEY_UNKNOWN})
_SCORES: Mapping[Strength | None, str] = MappingProxyType(
    {Strength.FAIR: "LEVEL2", Strength.STRONG: "LEVEL3", Strength.SUPERIOR: "LEVEL3"}
)


class Oidc:
    type = "oidc"

    def __init__(self, tools: MethodTools) -> None:
        self._tools = tools

    def dispatch(self, work: Work) -> Outcome:
        """Raises ``NetworkUnavailable``, ``KeyUnavailable``, ``BadInput``: nothing happened."""
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        definition = _definition(work)
        require_known(work, definition)
        try:
            provider = discovered(definition.discovery_url)
        except BadInput as error:
            return NotDone(error.code)
        verifier = random_source.token_urlsafe(_VERIFIER_OCTETS)
        nonce = random_source.token_urlsafe(_NONCE_OCTETS)
        way_back = self._tools.way_back()
        url = prepare_grant_uri(
            provider.authorization_endpoint,
            work.secret(definition.client_id_ref.key),
            "code",
            redirect_uri=way_back,
            scope=" ".join(dict.fromkeys(("openid", *definition.scopes))),
            state=work.callback_ref,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            prompt="login",
            max_age="0",
            **_wishes(work, definition),
        )
        state = {
            "nonce": nonce,
            "verifier": verifier,
            "way_back": way_back,
            "issuer": provider.issuer,
            "asked_at": str(int(work.now.timestamp())),
        }
        return Pending(RedirectAction(str(url), work.callback_ref, work.now + _SIGN_IN_WITHIN), state)

    def submit(self, work: Work, fields: Mapping[str, str]) -> Outcome:
        return NotDone(OIDC_NOT_AWAITED)

    def callback(self, work: Work, data: Mapping[str, str]) -> Outcome:
        """Raises ``Refused(OIDC_STATE_FOREIGN)``: whoever brings another's answer does not end this attempt."""
        if not random_source.compare_digest(data.get("state", "").encode(), work.callback_ref.encode()):
            raise Refused(OIDC_STATE_FOREIGN)
        try:
            return _signed_in(work, data)
        except CameToNothing as nothing:
            return nothing.outcome
        except NetworkUnavailable as error:
            return NotDone(error.code, DOWN, retryable=True)
        except NotAuthentic as error:
            return NotDone(error.code, FAILED, error.code in _WORTH_ANOTHER_TRY)
        except BadInput as error:
            return NotDone(error.code, FAILED)

    def poll(self, work: Work) -> Outcome:
        return NotDone(OIDC_NOT_AWAITED)

    def cancel(self, work: Work) -> None:
        """The provider is not told: its answer finds nobody who waits."""

    def reached(self, definition: Method, secret: Callable[[str], str]) -> int | None:
        assert isinstance(definition, OidcMethodDefinition)
        discovered(definition.discovery_url)
        return None


def _definition(work: Work) -> OidcMethodDefinition:
    assert isinstance(work.definition, OidcMethodDefinition)
    return work.definition


def _wishes(work: Work, definition: OidcMethodDefinition) -> dict[str, str]:
    """What the provider is asked for besides; ``login_hint`` may be bound to the node."""
    hint = work.inputs.get(LOGIN_HINT)
    wishes = {"acr_values": " ".join(definition.acr_values), LOGIN_HINT: str(hint or "")}
    return {name: value for name, value in wishes.items() if value}


# --- the answer ------------------------------------------------------------------------------------------


def _signed_in(work: Work, data: Mapping[str, str]) -> Outcome:
    definition = _definition(work)
    provider = discovered(definition.discovery_url)
    code = _code(data, provider, work.state["issuer"])
    tokens = exchanged(work, definition, provider, code)
    expected = Expected(
        provider.issuer,
        work.secret(definition.client_id_ref.key),
        work.state["nonce"],
        tokens.access,
        work.now,
        provider.algorithms,
    )
    keys = provider.keys()
    token = verified_id_token(tokens.proof, keys, expected)
    _require_strength(token, definition)
    _require_fresh(token, int(work.state["asked_at"]))
    if definition.access_token == "jwt":  # noqa: S105 - a kind of token
        verified_access_token(
            tokens.access,
            keys,
            issuer=provider.issuer,
            client_id=expected.client_id,
            subject=token.claims["sub"],
            scopes=definition.scopes,
            now=work.now,
        )
    userinfo: Mapping[str, Any] = {}
    if definition.user_info_enabled and provider.userinfo_endpoint:
        userinfo = _userinfo(provider, keys, expected, token.claims["sub"])
    found = mapped(definition.attribute_mappings, {**userinfo, **token.claims})
    if found.missing:
        raise CameToNothing(OIDC_CLAIM_MISSING)
    others = tuple(each for each in found.identifiers if each.type != SUBJECT_ID)
    subject = Identifier(SUBJECT_ID, f"{provider.issuer} {token.claims['sub']}")
    methods = methods_of(token.claims.get("acr"), token.claims.get("amr"))
    assurance = assurance_of(token.claims.get("acr"), methods)
    evidence = _evidence(work, provider, token, assurance, read=bool(userinfo))
    return Done(assurance, evidence, (subject, *others), found.attributes, methods)


def _code(data: Mapping[str, str], provider: OpenIdProvider, issuer: str) -> str:
    named = data.get("iss")
    if provider.issuer != issuer or (named is None and provider.names_itself) or named not in (None, issuer):
        raise CameToNothing(OIDC_RESPONSE_ISSUER, retryable=False)
    if "error" in data:
        raise refusal(data["error"])
    if not data.get("code"):
        raise CameToNothing(OIDC_RESPONSE_INCOMPLETE)
    return data["code"]


def _require_strength(token: IdToken, definition: OidcMethodDefinition) -> None:
    if definition.acr_values and token.claims.get("acr") not in definition.acr_values:
        raise CameToNothing(OIDC_ACR_NOT_MET)


def _require_fresh(token: IdToken, asked_at: int) -> None:
    at = token.claims.get("auth_time")
    if at is None:
        raise CameToNothing(OIDC_SIGN_IN_UNDATED, retryable=False)
    if at < asked_at - TOLERANCE_S:
        raise CameToNothing(OIDC_SIGN_IN_TOO_OLD)


def _userinfo(
    provider: OpenIdProvider, keys: Mapping[str, Any], expected: Expected, subject: str
) -> Mapping[str, Any]:
    """What the provider tells besides; nothing where it refuses, as to access tokens for other resources."""
    headers = {"Authorization": f"Bearer {expected.access_token}", "Accept": f"application/json, {_SIGNED}"}
    reply = ask("GET", provider.userinfo_endpoint, headers=headers)
    if reply.status >= 500:
        raise NetworkUnavailable(PROVIDER_IN_TROUBLE)
    if reply.status != 200:
        return {}
    if reply.headers.get("content-type", "").partition(";")[0].strip().lower() == _SIGNED:
        text = reply.body.decode("ascii", "replace").strip()
        told = verified_userinfo(text, keys, expected.issuer, expected.client_id)
    else:
        told = reply.json()
    if told.get("sub") != subject:
        raise CameToNothing(OIDC_USERINFO_OF_ANOTHER, retryable=False)
    return told


def _evidence(
    work: Work, provider: OpenIdProvider, token: IdToken, assurance: Assurance, *, read: bool
) -> MethodEvidence:
    """A trusted claim in IDEMIA's words, and by what it can be found again at the provider."""
    acr = token.claims.get("acr")
    metadata = {
        "type": "TRUSTED_ID_CLAIM",
        "status": "VERIFIED",
        "score": _SCORES[assurance.strength],
        "positiveIndicators": "OIDC_AUTHENTICATION_OK",
        "acr": acr if isinstance(acr, str) and len(acr) <= _LONGEST_CLASS else "",
        "algorithm": token.algorithm,
        "id_token_sha256": token.digest,
        "userinfo": "read" if read else "not read",
    }
    return MethodEvidence(provider.issuer, Oidc.type, work.now, metadata)


def method(tools: MethodTools) -> Oidc:
    return Oidc(tools)
