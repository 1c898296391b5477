"""What MiTrust's services answer ("Advanced": headless and autoupdate modes, error management, documents).

Its own samples differ from each other in small things (``succes`` and ``success``, ``date`` for ``data``, a token
of ninety days said to end in an hour). All of that is read, and nothing here looks at a status which the answer or
the data tell better. Values of a person are never part of an error.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from muster import base64url
from muster.errors import Code, MalformedData
from muster.formats.json_part import JsonPart, required_object, required_text

MITRUST_UNREADABLE = Code(
    "MITRUST_UNREADABLE", "MiTrust answered with something that cannot be read. Try again later, or tell support."
)
MITRUST_FILE_UNREADABLE = Code("MITRUST_FILE_UNREADABLE", "A document that MiTrust sent cannot be read.")

_MOST_FILES = 50
_LONGEST_FILE = 20 * 1024 * 1024
_DEEPEST = 12


class SessionStatus(Enum):
    ONGOING = "ongoing"
    COMPLETED = "completed"
    FAILED = "failed"


class FailedBecause(Enum):
    """Why a headless session came to nothing."""

    LOGIN = "login"
    PROFILE_NOT_FOUND = "profile_not_found"
    PROFILE_AMBIGUITY = "profile_ambiguity"
    INTERNAL = "internal"


class RedirectError(Enum):
    """What the browser comes back with when nothing was shared."""

    ACCESS_DENIED = "access_denied"
    TIMEOUT = "timeout"
    INVALID_SCOPE = "invalid_scope"
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"
    INVALID_REQUEST = "invalid_request"
    SESSION_CORRUPTED = "session_corrupted"


@dataclass(frozen=True, slots=True)
class HeadlessSession:
    token: str
    sharing_flow_id: str


@dataclass(frozen=True, slots=True)
class Polled:
    status: SessionStatus
    because: FailedBecause | None = None


@dataclass(frozen=True, slots=True)
class SharedFile:
    """``path`` is the claim it stood under (``postal_address.proof_of_residence``)."""

    path: str
    content: bytes
    filename: str


@dataclass(frozen=True, slots=True)
class UserInfo:
    """``claims`` by dotted paths, without the files; nobody may count on any of them being there. ``consent`` is
    the proof of the person's consent, encrypted (JWE), for whoever has to show it; ``autoupdate`` the token by
    which the same is shared again, where the person agreed to that."""

    claims: Mapping[str, str]
    files: tuple[SharedFile, ...]
    consent: str
    autoupdate: str = ""


@dataclass(frozen=True, slots=True)
class Redirected:
    """``state`` is what was sent along; ``description`` plain text, to be shown as such."""

    state: str
    error: RedirectError | None
    description: str = ""


def access_token(body: bytes) -> str:
    """Of the client. Raises ``MalformedData``."""
    return required_text(JsonPart.of(body, MITRUST_UNREADABLE).values, "access_token", MITRUST_UNREADABLE)


def headless_token(body: bytes) -> str:
    """A headless token, first or renewed: under ``data`` or ``date``, and under ``autoupdate`` when renewed.
    Raises ``MalformedData``."""
    data = _data(body)
    inner = data.get("autoupdate")
    wrapper = required_object(
        inner if isinstance(inner, dict) else data, "access_token_wrapper", MITRUST_UNREADABLE
    )
    return required_text(wrapper, "access_token", MITRUST_UNREADABLE)


def headless_session(body: bytes) -> HeadlessSession:
    """Raises ``MalformedData``."""
    data = _data(body)
    flow = data.get("sharing_flow_id")
    return HeadlessSession(
        required_text(data, "headless_session", MITRUST_UNREADABLE), flow if isinstance(flow, str) else ""
    )


def polled(body: bytes) -> Polled:
    """The status stands at the top or under ``data``; a reason nobody knows is an internal one. Raises
    ``MalformedData``."""
    values = JsonPart.of(body, MITRUST_UNREADABLE).values
    data = values.get("data")
    for place in (data if isinstance(data, dict) else {}, values):
        for word in (place.get("status"), place.get("message")):
            if isinstance(word, str) and word.casefold() in _STATUSES:
                status = SessionStatus(word.casefold())
                return Polled(status, _because(place) if status is SessionStatus.FAILED else None)
    raise MalformedData(MITRUST_UNREADABLE, part="status")


_STATUSES = frozenset(each.value for each in SessionStatus)


def _because(place: Mapping[str, Any]) -> FailedBecause:
    reason = place.get("reason")
    try:
        return FailedBecause(reason)
    except ValueError:
        return FailedBecause.INTERNAL


def user_info(body: bytes) -> UserInfo:
    """Raises ``MalformedData``, also for a document that is no base64 or too large."""
    data = _data(body)
    told = required_object(data, "user_info", MITRUST_UNREADABLE)
    token = _autoupdate(data, told)
    if isinstance(told.get(_AUTOUPDATE), dict):  # a secret, and nothing about the person
        told = {name: value for name, value in told.items() if name != _AUTOUPDATE}
    consent = data.get("user_consent")
    jwe = consent.get("jwe") if isinstance(consent, dict) else None
    claims: dict[str, str] = {}
    files: list[SharedFile] = []
    for path, value in _leaves(told, ()):
        if isinstance(value, SharedFile):
            files.append(value)
        elif value is not None and str(value).strip():
            claims[path] = str(value)
    if len(files) > _MOST_FILES:
        raise MalformedData(MITRUST_FILE_UNREADABLE, part="count")
    return UserInfo(claims, tuple(files), jwe if isinstance(jwe, str) else "", token)


_AUTOUPDATE = "autoupdate"
_TOKEN_TYPES = ("headless", "headless_token", "")  # of a renewed one; of a headless one; where it is not told


def _autoupdate(data: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    """The first token, which "the initial transaction generates": the source does not show how it comes. It shows
    the same wrapper twice, of a renewed one under ``data.autoupdate`` and of a headless one, "which is equivalent
    to an AutoUpdate Token", under ``data``; and ``autoupdate`` is an item of a scope, what those ask for stands in
    ``user_info``. It is read in these three places, and never where ``token_type`` names another kind of token."""
    for place in (data.get(_AUTOUPDATE), data, told.get(_AUTOUPDATE)):
        wrapper = place.get("access_token_wrapper") if isinstance(place, dict) else None
        if isinstance(wrapper, dict) and wrapper.get("token_type", "") in _TOKEN_TYPES:
            token = wrapper.get("access_token")
            if isinstance(token, str) and token:
                return token
    return ""


def _leaves(value: object, path: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    if len(path) > _DEEPEST:
        raise MalformedData(MITRUST_UNREADABLE, part="depth")
    name = ".".join(path)
    if isinstance(value, dict) and isinstance(value.get("file_wrapper"), dict):
        yield name, _file(name, value["file_wrapper"])
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*path, str(number)))
    elif isinstance(value, bool | int | float | str):
        yield name, value


def _file(path: str, wrapper: Mapping[str, Any]) -> SharedFile:
    text, filename = wrapper.get("base64"), wrapper.get("filename")
    if not isinstance(text, str) or len(text) > _LONGEST_FILE * 4 // 3:
        raise MalformedData(MITRUST_FILE_UNREADABLE, part="base64")
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedData(MITRUST_FILE_UNREADABLE, part="base64") from error
    # A name for people: what a sender writes before a slash is nobody's folder here.
    plain = filename.replace("\\", "/").rpartition("/")[2] if isinstance(filename, str) else ""
    return SharedFile(path, content, plain[:200])


def active_sources(body: bytes) -> int:
    """How many sources could answer a scope just now. Raises ``MalformedData``."""
    count = _data(body).get("active_dps")
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise MalformedData(MITRUST_UNREADABLE, part="data.active_dps")
    return count


def final_day(token: str) -> datetime | None:
    """When an AutoUpdate token can be renewed no more: it is a JWS whose ``refresh_token`` claim is one, too, with
    that moment as its ``exp``. Nobody but MiTrust can check either, so this is a date to plan by and no more; None
    where it cannot be read."""
    refresh = _payload(token).get("refresh_token")
    return _moment(_payload(refresh).get("exp")) if isinstance(refresh, str) else None


def given_on(token: str) -> datetime | None:
    """When a token was made (``iat``), where it tells: not by whom, and nobody here can check it."""
    return _moment(_payload(token).get("iat"))


def _moment(numeric_date: object) -> datetime | None:
    if isinstance(numeric_date, bool) or not isinstance(numeric_date, int):
        return None
    try:
        return datetime.fromtimestamp(numeric_date, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _payload(token: str) -> Mapping[str, Any]:
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        told = json.loads(base64url.decode(parts[1]))
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def redirected(url: str) -> Redirected:
    """What the browser brought back. The description is HTML inside an address: both are taken off. An error
    nobody knows is a session that is damaged. Raises ``MalformedData`` without a state."""
    told = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    if not told.get("state"):
        raise MalformedData(MITRUST_UNREADABLE, part="state")
    if "error" not in told:
        return Redirected(told["state"], None)
    try:
        error = RedirectError(told["error"])
    except ValueError:
        error = RedirectError.SESSION_CORRUPTED
    return Redirected(told["state"], error, html.unescape(told.get("error_description", ""))[:500])


def _data(body: bytes) -> Mapping[str, Any]:
    values = JsonPart.of(body, MITRUST_UNREADABLE).values
    return required_object(values, "data" if "data" in values else "date", MITRUST_UNREADABLE)
