"""An OpenID provider as it describes itself (OpenID Connect Discovery 1.0, section 4).

A provider is believed about itself only where its description fits the address it was found at, and where every
address in it is as safe as that one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from muster.errors import BadInput, Code, NetworkUnavailable
from muster.formats.web_address import is_loopback
from muster.methods.web import PROVIDER_IN_TROUBLE, PROVIDER_UNREACHABLE, ask, require_safe

OIDC_PROVIDER_MISDESCRIBED = Code(
    "OIDC_PROVIDER_MISDESCRIBED",
    "The identity provider's description of itself does not fit its address. Tell your administrator.",
)
OIDC_PROVIDER_LACKS = Code(
    "OIDC_PROVIDER_LACKS", "The identity provider does not offer what a sign-in needs. Tell your administrator."
)

_WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class OpenIdProvider:
    """``names_itself``: it says with every answer in the browser who it is (RFC 9207). ``algorithms`` and
    ``client_authentication`` are empty where it does not say."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    algorithms: tuple[str, ...]
    client_authentication: tuple[str, ...]
    names_itself: bool

    def keys(self) -> Mapping[str, Any]:
        """Its keys of this moment: asked each time, for a provider may change them at any."""
        return _told(self.jwks_uri)


def discovered(discovery_url: str) -> OpenIdProvider:
    """Raises ``NetworkUnavailable``, and ``BadInput`` for a provider that cannot be used."""
    told = _told(discovery_url)
    issuer = told.get("issuer")
    if not isinstance(issuer, str) or issuer.rstrip("/") + _WELL_KNOWN != discovery_url:
        raise BadInput(OIDC_PROVIDER_MISDESCRIBED)
    for name, needed in (("response_types_supported", "code"), ("code_challenge_methods_supported", "S256")):
        if needed not in (_words(told, name) or (needed,)):  # who does not say may offer it
            raise BadInput(OIDC_PROVIDER_LACKS)
    return OpenIdProvider(
        issuer,
        _endpoint(told, "authorization_endpoint", discovery_url),
        _endpoint(told, "token_endpoint", discovery_url),
        _endpoint(told, "jwks_uri", discovery_url),
        _endpoint(told, "userinfo_endpoint", discovery_url) if "userinfo_endpoint" in told else "",
        _words(told, "id_token_signing_alg_values_supported"),
        _words(told, "token_endpoint_auth_methods_supported"),
        told.get("authorization_response_iss_parameter_supported") is True,
    )


def _told(url: str) -> dict[str, Any]:
    reply = ask("GET", url)
    if reply.status >= 500:
        raise NetworkUnavailable(PROVIDER_IN_TROUBLE)
    if reply.status != 200:
        raise NetworkUnavailable(PROVIDER_UNREACHABLE)
    return reply.json()


def _endpoint(told: Mapping[str, Any], name: str, discovery_url: str) -> str:
    """A provider elsewhere has no business on this machine."""
    url = told.get(name)
    if not isinstance(url, str):
        raise BadInput(OIDC_PROVIDER_LACKS)
    require_safe(url, loopback=is_loopback(discovery_url))
    return url


def _words(told: Mapping[str, Any], name: str) -> tuple[str, ...]:
    words = told.get(name)
    return tuple(each for each in words if isinstance(each, str)) if isinstance(words, list) else ()
