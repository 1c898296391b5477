"""Asking wallets by way of a centre (``formats.answer_relay``): a station need not be reached from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from muster.errors import Code, NetworkUnavailable, Refused
from muster.formats.answer_relay import Left
from muster.methods.web import PROVIDER_ANSWER_UNREADABLE, PROVIDER_IN_TROUBLE, Reply, ask, authorization
from muster.upload.request_signing import RequestSigning
from muster.upload.transport import Request

WALLET_RELAY_REFUSED = Code(
    "WALLET_RELAY_REFUSED",
    "The centre does not accept this station's questions to wallets. Tell your administrator.",
)
WALLET_RELAY_FORGOT = Code(
    "WALLET_RELAY_FORGOT", "The centre does not know the question to the wallet any more. Begin this step again."
)

BUSY = 429


@dataclass(frozen=True, slots=True)
class Relay:
    """``secret`` is nothing, a token, or a whole ``Authorization`` of two words; ``signing`` is for a hub, which
    knows the station by its key."""

    url: str
    secret: str = field(default="", repr=False)
    signing: RequestSigning | None = None

    def at(self, name: str, part: str = "") -> str:
        return "/".join(filter(None, (self.url.rstrip("/"), name, part)))

    def leave(self, name: str, question: str, until: datetime) -> None:
        """Raises ``NetworkUnavailable``, ``BadInput``, ``Refused``."""
        self._asked("PUT", name, Left(question, until).encode())

    def look(self, name: str) -> tuple[Reply, Mapping[str, str] | None]:
        """What a wallet sent, or nothing yet, or nothing that a busy centre says before its time (429). Raises as
        ``leave`` does."""
        reply = self._asked("GET", name)
        if reply.status in (202, BUSY):
            return reply, None
        sent = reply.json()
        if not all(isinstance(each, str) for each in sent.values()):
            raise NetworkUnavailable(PROVIDER_ANSWER_UNREADABLE)
        return reply, sent

    def forget(self, name: str) -> None:
        self._asked("DELETE", name)

    def _asked(self, method: str, name: str, body: bytes | None = None) -> Reply:
        headers = {"Content-Type": "application/json"} if body else {}
        reply = self._sent(method, self.at(name), {**headers, **authorization(self.secret)}, body)
        if reply.status == BUSY and method == "GET" and "retry-after" in reply.headers:
            return reply
        if reply.status == BUSY or reply.status >= 500:
            raise NetworkUnavailable(PROVIDER_IN_TROUBLE)
        if reply.status in (404, 410):
            raise Refused(WALLET_RELAY_FORGOT)
        if reply.status >= 400:
            raise Refused(WALLET_RELAY_REFUSED)
        if reply.status not in (200, 201, 202, 204):
            raise NetworkUnavailable(PROVIDER_ANSWER_UNREADABLE)
        return reply

    def _sent(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        if self.signing is None:
            return ask(method, url, headers=headers, body=body)
        replies: list[Reply] = []

        def send(request: Request) -> Reply:
            replies.append(ask(method, url, headers=request.headers, body=body))
            if replies[-1].status == 401:
                raise Refused(WALLET_RELAY_REFUSED)
            return replies[-1]

        request = Request(method, urlsplit(url).path, headers=headers, body=body)
        return self.signing.sent(request, send, lambda: replies[-1].said_at, not_believed=Refused)
