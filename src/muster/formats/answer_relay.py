"""Where wallets and browsers answer a station that nobody reaches from outside: by way of its center.

The center keeps a question and, once, its answer, under a name that the station draws: 256 bits that nobody
guesses. It can neither change a question (it is signed) nor read a wallet's answer (it is encrypted to the
station). All lies below one address, at Muster's own hub ``<hub>/relay``::

    PUT    {relay}/{name}           station   {"request": "<signed question>", "expiresAt": "<RFC 3339>"}   201
    GET    {relay}/{name}/request   wallet    200 application/oauth-authz-req+jwt
    POST   {relay}/{name}/response  wallet    its form, as it is                       200 {}, once; then 400
    GET    {relay}/{name}/response  browser   its query, as it is               200 a page, once; then 400
    GET    {relay}/{name}           station   202 nothing yet (Retry-After); 200 the fields, as an object
    DELETE {relay}/{name}           station   204 nobody waits any more

``request`` is empty where a browser is waited for. To a hub a station shows who it is by its signature
(``http_signature``), to another center with a bearer's token or a whole ``Authorization``; wallets and browsers
show nothing.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from urllib.parse import parse_qsl

from muster.clock import rfc3339
from muster.errors import Code, MalformedData
from muster.formats.json_part import JsonPart

RELAY_REQUEST_UNREADABLE = Code(
    "RELAY_REQUEST_UNREADABLE", "A request to relay answers cannot be read: {part} is missing or has a wrong form."
)

PATH = "/relay"
"""Below a hub's address."""
REQUEST, RESPONSE = "request", "response"
QUESTION_TYPE = "application/oauth-authz-req+jwt"  # RFC 9101, 10.2
FORM_TYPE = "application/x-www-form-urlencoded"
_NAME_OCTETS = 32
_NAME = re.compile(r"[A-Za-z0-9_-]{43}")
_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*|")
_MOST_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Left:
    """What a station leaves: ``question`` is a compact JWS, or empty."""

    question: str
    until: datetime

    def encode(self) -> bytes:
        return json.dumps({"request": self.question, "expiresAt": rfc3339(self.until)}).encode()

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Raises ``MalformedData``."""
        part = JsonPart.of(content, RELAY_REQUEST_UNREADABLE)
        question, until = part.text("request"), part.moment_or_none("expiresAt")
        if not _JWT.fullmatch(question):
            raise part.malformed("request")
        if until is None:
            raise part.malformed("expiresAt")
        return cls(question, until)


def new_name() -> str:
    return secrets.token_urlsafe(_NAME_OCTETS)


def is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def fields_of(form: str) -> dict[str, str]:
    """What a form or a query holds; of a name that comes twice the first. Raises ``MalformedData``."""
    try:
        pairs = parse_qsl(form, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise MalformedData(RELAY_REQUEST_UNREADABLE, part="form") from error
    if not pairs:
        raise MalformedData(RELAY_REQUEST_UNREADABLE, part="form")
    return dict(reversed(pairs))
