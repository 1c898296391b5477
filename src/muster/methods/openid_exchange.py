"""What a code from the browser is worth: the station shows a provider who it is, and gets tokens (Authlib).

The station is known to the provider by a key, by a secret, or by its name alone; the challenge of the attempt
proves in any case that whoever brings the code sent the browser away (PKCE, RFC 7636).
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

import httpx2

from muster.crypto.signing import SigningKey
from muster.errors import NetworkUnavailable
from muster.methods.openid_provider import OpenIdProvider
from muster.methods.openid_refusals import OIDC_EXCHANGE_REFUSED, OIDC_ID_TOKEN_ABSENT, CameToNothing, refusal
from muster.methods.web import PROVIDER_ANSWER_UNREADABLE, PROVIDER_IN_TROUBLE, conversation
from muster.proofing.definitions import OidcMethodDefinition
from muster.proofing.method import Work


@dataclass(frozen=True, slots=True)
class Tokens:
    """``proof`` is the ID Token as it came; neither is ever written anywhere."""

    access: str = field(repr=False)
    proof: str = field(repr=False)


def require_known(work: Work, definition: OidcMethodDefinition) -> None:
    """Before the person is sent away, not when they come back: raises ``KeyUnavailable``, and ``BadInput`` for a
    key that is none."""
    work.secret(definition.client_id_ref.key)
    if definition.client_secret_ref is not None:
        work.secret(definition.client_secret_ref.key)
    if definition.client_key_ref is not None:
        SigningKey.from_pem(work.secret(definition.client_key_ref.key).encode())


def exchanged(work: Work, definition: OidcMethodDefinition, provider: OpenIdProvider, code: str) -> Tokens:
    """Raises ``CameToNothing``, ``NetworkUnavailable``, ``KeyUnavailable``."""
    from authlib.integrations.base_client import OAuthError

    try:
        with _client(work, definition, provider) as client:
            told = client.fetch_token(
                provider.token_endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=work.state["verifier"],
                redirect_uri=work.state["way_back"],
            )
    except OAuthError as error:
        raise refusal(str(error.error)) from None
    except httpx2.HTTPStatusError:  # 5xx, the one that Authlib raises
        raise NetworkUnavailable(PROVIDER_IN_TROUBLE) from None
    except (ValueError, TypeError, AttributeError):  # what is no JSON object; the texts quote tokens
        raise NetworkUnavailable(PROVIDER_ANSWER_UNREADABLE) from None
    access, proof = told.get("access_token"), told.get("id_token")
    if not isinstance(access, str) or not access:
        raise CameToNothing(OIDC_EXCHANGE_REFUSED)
    if not isinstance(proof, str):
        raise CameToNothing(OIDC_ID_TOKEN_ABSENT, retryable=False)
    return Tokens(access, proof)


@contextmanager
def _client(work: Work, definition: OidcMethodDefinition, provider: OpenIdProvider) -> Iterator[Any]:
    """This station as the provider knows it: with a key, a secret, or by its name alone."""
    from authlib.integrations.httpx_client import OAuth2Client
    from authlib.oauth2.rfc7523 import PrivateKeyJWT

    name = work.secret(definition.client_id_ref.key)
    secret, method = None, "none"
    if definition.client_key_ref is not None:
        secret, method = work.secret(definition.client_key_ref.key), "private_key_jwt"
    elif definition.client_secret_ref is not None:
        secret, method = work.secret(definition.client_secret_ref.key), _secret_method(provider)
    with (
        conversation(provider.token_endpoint) as terms,
        OAuth2Client(name, secret, token_endpoint_auth_method=method, **terms) as client,
    ):
        client.register_client_auth_method(PrivateKeyJWT(provider.token_endpoint))
        client.register_client_auth_method(("client_secret_basic", _basic))
        yield client


def _basic(client: Any, method: str, uri: str, headers: Mapping[str, str], body: str) -> tuple[str, Any, str]:
    """Both parts are form-encoded first (RFC 6749, section 2.3.1), which Authlib leaves out."""
    name, secret = quote_plus(client.client_id), quote_plus(client.client_secret)
    word = base64.b64encode(f"{name}:{secret}".encode()).decode()
    return uri, {**headers, "Authorization": f"Basic {word}"}, body


def _secret_method(provider: OpenIdProvider) -> str:
    known = provider.client_authentication
    is_post = "client_secret_post" in known and "client_secret_basic" not in known
    return "client_secret_post" if is_post else "client_secret_basic"
