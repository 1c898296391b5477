"""One station's authenticated conversation with one server: whatever is asked, it is asked and checked like this.

Sent along: the token as ``Cookie: Authorization=<JWT>`` and, where the server wants it, a signature over the
body (section 4.4 of the packet notes) and, for a hub, one over the request (``request_signing``). A token that
the server no longer takes is renewed once, in the middle of a batch as well. What comes back is handed on only
when its signature is good; an answer without ``response`` carries none, so of such an answer only the refusal
may be believed.
"""

from __future__ import annotations

from muster import base64url
from muster.crypto.machine_key import MachineKey
from muster.upload.login import ServerLogin
from muster.upload.refusals import refusal_in
from muster.upload.request_signing import RequestSigning
from muster.upload.signer import Signer
from muster.upload.transport import SERVER_WANTS_SIGN_IN, Answer, Exchange, Request, SignInWanted, Transport

# kernel-auth-adapter says it with status 401 or, behind some services, with 200.
_NOT_SIGNED_IN = "KER-ATH-401"
_UNCACHED = {"Cache-Control": "no-cache,max-age=0"}


class Conversation(Exchange):
    """``login`` is absent at a server that asks for none, ``signer`` at one that signs nothing; ``request_key`` is
    there when requests are to be signed; ``waiting`` is how many packets a station has to send."""

    def __init__(
        self,
        transport: Transport,
        *,
        login: ServerLogin | None = None,
        signer: Signer | None = None,
        request_key: MachineKey | None = None,
        waiting: int | None = None,
    ) -> None:
        self._transport = transport
        self._login = login
        self._signer = signer
        self._request_key = request_key
        self._signing = RequestSigning(request_key, waiting=waiting) if request_key is not None else None

    def send(self, request: Request) -> Answer:
        """Raises ``NetworkUnavailable``, ``Refused``, ``SignInWanted``, ``ServerNotAuthentic``."""
        answer = self._authenticated(self._signed(request))
        if self._signer is not None:
            self._signer.check(answer, self._authenticated)
        return answer

    def _authenticated(self, request: Request) -> Answer:
        login = self._login
        if login is None:
            return self._once(request)
        try:
            return self._once(_with_token(request, login.token(self._transport)))
        except SignInWanted:
            login.renew(self._transport)
            return self._once(_with_token(request, login.token(self._transport)))

    def _once(self, request: Request) -> Answer:
        answer = self._sent(request)
        refusal = refusal_in(answer.content)
        if refusal is not None and refusal[0] == _NOT_SIGNED_IN:
            raise SignInWanted(SERVER_WANTS_SIGN_IN)
        return answer

    def _sent(self, request: Request) -> Answer:
        if self._signing is None:
            return self._transport.send(request)
        return self._signing.sent(request, self._transport.send, lambda: self._transport.server_time)

    def _signed(self, request: Request) -> Request:
        if self._request_key is None or request.body is None:
            return request
        signature = base64url.encode(self._request_key.sign(request.body))
        return request.with_headers(
            {"request-signature": f"Authorization:{signature}", "keyIndex": self._request_key.key_index}
        )


def _with_token(request: Request, token: str) -> Request:
    return request.with_headers({"Cookie": f"Authorization={token}", **_UNCACHED})
