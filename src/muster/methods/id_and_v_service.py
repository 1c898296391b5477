"""Every call of IDEMIA's ID&V that a station makes ("Trusted Identity Claim Verification", Web Service Calls).

Two keys: what the person's own application sends bears ``GIPS-UA``, what goes from one back end to the other
``GIPS-RS``. Taking the proof ends the transaction and has the service delete what it gathered.
"""

from __future__ import annotations

import json
import secrets as random_source
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from urllib.parse import quote

from muster.errors import Code, NetworkUnavailable, Refused
from muster.formats import gips
from muster.formats.gips import ClaimRequested, GlobalStatus, IdentityTold
from muster.methods.web import (
    DOCUMENTS_WITHIN_S,
    MAXIMUM_ANSWER_BYTES,
    PROVIDER_ANSWER_UNREADABLE,
    Reply,
    ask,
    good,
)

ID_AND_V_KEY_REFUSED = Code(
    "ID_AND_V_KEY_REFUSED",
    "The identity-proofing service does not accept this station's key. Tell your administrator.",
)
ID_AND_V_REFUSED = Code(
    "ID_AND_V_REFUSED", "The identity-proofing service did not accept what it was sent. Tell your administrator."
)
ID_AND_V_GONE = Code(
    "ID_AND_V_GONE", "The identity-proofing service does not know this person any more. Begin this step again."
)

_LONGEST_PROOF = 64 * 1024 * 1024
_JSON = "application/json"
_NOBODY = "gips-00000000-0000-0000-0000-000000000000"


class ResponseType(Enum):
    """How the service says where the person signs in."""

    JSON = "JSON"
    HTTP_REDIRECT = "HTTP_REDIRECT"


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """``back_to`` is where the browser is sent in the end; without it, it is shown nothing (201). ``user`` is the
    login at the identity provider, where it is known."""

    idp: str
    response_type: ResponseType
    back_to: str | None = None
    user: str | None = None

    def body(self) -> bytes:
        content = {
            "idpIdentifier": self.idp,
            "oidcGrantType": "authorization_code",
            "responseType": self.response_type.value,
            "postAuthRedirectUri": self.back_to,
            "userIdentifier": self.user,
        }
        return json.dumps({name: value for name, value in content.items() if value}).encode()


@dataclass(frozen=True, slots=True)
class Picture:
    """``role`` is ``DocumentFront`` or ``DocumentBack``."""

    role: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class IdAndVService:
    """``origin`` is what stands before ``/gips``. Every call raises ``NetworkUnavailable`` (nothing is known of
    it), ``BadInput`` (an address that is not safe), ``MalformedData`` and ``Refused``."""

    origin: str
    backend_key: str
    person_key: str = ""

    def create(self) -> GlobalStatus:
        """A new identity, with nothing in it."""
        content_type, body = _multipart(())
        return gips.created(_good(self._ask("POST", "/identities", content_type, body)))

    def request_claim(self, identity: str, request: ClaimRequest, *, by_person: bool) -> ClaimRequested:
        """``by_person``: their application asks, and not the station's back end. With ``HTTP_REDIRECT`` the
        evidence's id is not told: it stands in the identity."""
        path = f"{_of(identity)}/trusted-id-claim/oidc"
        key = self.person_key if by_person else self.backend_key
        reply = self._ask("POST", path, _JSON, request.body(), key)
        if request.response_type is ResponseType.HTTP_REDIRECT and reply.status == 302:
            location = reply.headers.get("location", "")
            if not location:
                raise NetworkUnavailable(PROVIDER_ANSWER_UNREADABLE)
            return ClaimRequested("", location)
        return gips.claim_requested(_good(reply))

    def claims(self, identity: str) -> IdentityTold:
        """How the trusted claim stands."""
        return gips.identity_told(_good(self._ask("GET", f"{_of(identity)}/trusted-id-claims", _JSON)))

    def identity(self, identity: str) -> IdentityTold:
        """How everything stands."""
        return gips.identity_told(_good(self._ask("GET", _of(identity), _JSON)))

    def submit_document(self, identity: str, pictures: Sequence[Picture], country: str, kind: str) -> str:
        """A document's pictures; ``kind`` is ``PASSPORT``, ``IDENTITY_CARD`` ... Returns the evidence's id."""
        details = {"jurisdiction": country, "documentType": kind, "source": "LIVE_CAPTURE_IMAGE"}
        parts = (*pictures, Picture("DocumentCaptureDetails", _JSON, json.dumps(details).encode()))
        content_type, body = _multipart(parts)
        path = f"{_of(identity)}/id-documents/capture"
        reply = self._ask("POST", path, content_type, body, within_s=DOCUMENTS_WITHIN_S)
        return gips.document_submitted(_good(reply))

    def reached(self) -> None:
        """It is there and takes this station's key: it says that it knows nobody of a number that nobody has."""
        try:
            self.claims(_NOBODY)
        except Refused as error:
            if error.code != ID_AND_V_GONE:
                raise

    def proof(self, identity: str) -> bytes:
        """The archive of all that was gathered. Asked for once: the service then deletes."""
        path = f"{_of(identity)}/proof"
        return _good(self._ask("GET", path, "", most_bytes=_LONGEST_PROOF, within_s=DOCUMENTS_WITHIN_S))

    def _ask(
        self,
        method: str,
        path: str,
        content_type: str,
        body: bytes | None = None,
        key: str = "",
        *,
        most_bytes: int = MAXIMUM_ANSWER_BYTES,
        within_s: float | None = None,
    ) -> Reply:
        headers = {"apikey": key or self.backend_key, **({"Content-Type": content_type} if content_type else {})}
        url = f"{self.origin.rstrip('/')}/gips/v1{path}"
        return ask(method, url, headers=headers, body=body, most_bytes=most_bytes, within_s=within_s)


def _of(identity: str) -> str:
    return f"/identities/{quote(identity, safe='')}"


def _multipart(parts: Sequence[Picture]) -> tuple[str, bytes]:
    """RFC 7578. Without parts it is empty but for its end, as the source's own request is."""
    boundary = random_source.token_hex(16)
    body = b""
    for each in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{each.role}"; filename="{each.role}"\r\n'
        body += f"{head}Content-Type: {each.media_type}\r\n\r\n".encode() + each.content + b"\r\n"
    return f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode()


def _good(reply: Reply) -> bytes:
    return good(reply, denied=ID_AND_V_KEY_REFUSED, refused=ID_AND_V_REFUSED, gone=ID_AND_V_GONE)
