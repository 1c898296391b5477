"""A sign-in at an OpenID provider that came to nothing: as what, and by which number of IDEMIA's ID&V.

2301 authentication failed, 2302 authorization server unavailable, 2303 access denied.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from muster.errors import Code
from muster.proofing.method import NotDone

OIDC_RESPONSE_INCOMPLETE = Code(
    "OIDC_RESPONSE_INCOMPLETE",
    "The identity provider sent the browser back without an answer. Begin this step again.",
)
OIDC_RESPONSE_ISSUER = Code(
    "OIDC_RESPONSE_ISSUER",
    "The answer in the browser is from another identity provider than the one that was asked.",
)
OIDC_SIGN_IN_FAILED = Code(
    "OIDC_SIGN_IN_FAILED", "The sign-in at the identity provider did not succeed. It can be tried again."
)
OIDC_ACCESS_DENIED = Code(
    "OIDC_ACCESS_DENIED", "The sign-in was declined at the identity provider. It can be tried again."
)
OIDC_PROVIDER_DOWN = Code("OIDC_PROVIDER_DOWN", "The identity provider has a problem just now. Try again later.")
OIDC_STATION_REFUSED = Code(
    "OIDC_STATION_REFUSED", "The identity provider does not accept this station. Tell your administrator."
)
OIDC_EXCHANGE_REFUSED = Code(
    "OIDC_EXCHANGE_REFUSED", "The identity provider did not confirm the sign-in. Begin this step again."
)
OIDC_ID_TOKEN_ABSENT = Code(
    "OIDC_ID_TOKEN_ABSENT", "The identity provider sent no proof of the sign-in. Tell your administrator."
)
OIDC_ACR_NOT_MET = Code(
    "OIDC_ACR_NOT_MET", "The sign-in was not as strong as is needed here. Sign in again in a stronger way."
)
OIDC_SIGN_IN_TOO_OLD = Code(
    "OIDC_SIGN_IN_TOO_OLD",
    "The identity provider told of an earlier sign-in, perhaps somebody else's. Sign in again at the provider.",
)
OIDC_SIGN_IN_UNDATED = Code(
    "OIDC_SIGN_IN_UNDATED",
    "The identity provider does not say when the person signed in, so it may have been somebody before. Tell your "
    "administrator.",
)
OIDC_USERINFO_OF_ANOTHER = Code(
    "OIDC_USERINFO_OF_ANOTHER", "The identity provider told about another person than the one who signed in."
)
OIDC_CLAIM_MISSING = Code(
    "OIDC_CLAIM_MISSING", "The identity provider did not tell something about the person that is needed here."
)

FAILED, DOWN, DENIED = "2301", "2302", "2303"

# RFC 6749, sections 4.1.2.1 and 5.2; what is not named here is a sign-in that failed.
_ERRORS: Mapping[str, tuple[Code, str]] = MappingProxyType(
    {
        "access_denied": (OIDC_ACCESS_DENIED, DENIED),
        "server_error": (OIDC_PROVIDER_DOWN, DOWN),
        "temporarily_unavailable": (OIDC_PROVIDER_DOWN, DOWN),
        "invalid_grant": (OIDC_EXCHANGE_REFUSED, FAILED),
        "unmet_authentication_requirements": (OIDC_ACR_NOT_MET, FAILED),
        **dict.fromkeys(
            (
                "invalid_client",
                "invalid_request",
                "invalid_scope",
                "unauthorized_client",
                "unsupported_grant_type",
                "unsupported_response_type",
            ),
            (OIDC_STATION_REFUSED, FAILED),
        ),
    }
)


class CameToNothing(Exception):
    """A sign-in that ends here, and as what."""

    def __init__(self, code: Code, number: str = FAILED, said: str = "", *, retryable: bool = True) -> None:
        super().__init__(code.name)
        self.outcome = NotDone(code, f"{number} {said}".strip(), retryable)


def refusal(said: str) -> CameToNothing:
    """The provider's word for it is kept where it is one: anybody can write into an address."""
    code, number = _ERRORS.get(said, (OIDC_SIGN_IN_FAILED, FAILED))
    return CameToNothing(code, number, said if re.fullmatch(r"[a-z_]{1,64}", said) else "")
