"""Asking wallets by way of a centre: a station need not be reached from outside.

The centre keeps a question and, once, its answer, under a name that the station draws. It can neither change the
one (it is signed) nor read the other (it is encrypted to the station). All lies below one address, ``relayUrl``::

    PUT    {relay}/{name}           station   {"request": "<signed question>", "expiresAt": "<RFC 3339>"}   201
    GET    {relay}/{name}/request   wallet    200 application/oauth-authz-req+jwt
    POST   {relay}/{name}/response  wallet    its form, as it is                       200 {}, once; then 400
    GET    {relay}/{name}           station   202 nothing yet (Retry-After); 200 the form's fields, as an object
    DELETE {relay}/{name}           station   nobody waits any more

The station shows who it is with a bearer's token, or a whole ``Authorization``; wallets show nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from muster.clock import rfc3339
from muster.errors import BadInput, Code, NetworkUnavailable, Refused
from muster.methods.web import PROVIDER_ANSWER_UNREADABLE, PROVIDER_IN_TROUBLE, Reply, ask, authorization

WALLET_RELAY_REFUSED = Code(
    "WALLET_RELAY_REFUSED",
    "The centre does not accept this station's questions to wallets. Tell your administrator.",
)
WALLET_RELAY_FORGOT = Code(
    "WALLET_RELAY_FORGOT", "The centre does not know the question to the wallet any more. Begin this step again."
)


@dataclass(frozen=True, slots=True)
class Relay:
    """``secret`` is nothing, a token, or a whole ``Authorization`` of two words."""

    url: str
    secret: str = field(default="", repr=False)

    def at(self, name: str, part: str = "") -> str:
        return "/".join(filter(None, (self.url.rstrip("/"), name, part)))

    def leave(self, name: str, question: str, until: datetime) -> None:
        """Raises ``NetworkUnavailable``, ``BadInput``, ``Refused``."""
        body = json.dumps({"request": question, "expiresAt": rfc3339(until)}).encode()
        self._asked("PUT", name, body)

    def look(self, name: str) -> tuple[Reply, Mapping[str, str] | None]:
        """What a wallet sent, or nothing yet. Raises as ``leave`` does."""
        reply = self._asked("GET", name)
        if reply.status == 202:
            return reply, None
        sent = reply.json()
        if not all(isinstance(each, str) for each in sent.values()):
            raise NetworkUnavailable(PROVIDER_ANSWER_UNREADABLE)
        return reply, sent

    def forget(self, name: str) -> None:
        self._asked("DELETE", name)

    def _asked(self, method: str, name: str, body: bytes | None = None) -> Reply:
        headers = {"Content-Type": "application/json"} if body else {}
        reply = ask(method, self.at(name), headers={**headers, **authorization(self.secret)}, body=body)
        if reply.status == 429 or reply.status >= 500:
            raise NetworkUnavailable(PROVIDER_IN_TROUBLE)
        if reply.status in (404, 410):
            raise Refused(WALLET_RELAY_FORGOT)
        if reply.status >= 400:
            raise BadInput(WALLET_RELAY_REFUSED)
        if reply.status not in (200, 201, 202, 204):
            raise NetworkUnavailable(PROVIDER_ANSWER_UNREADABLE)
        return reply
