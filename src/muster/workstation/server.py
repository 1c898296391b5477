"""Where packets go: a server's address, known or still to be started, and what it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from muster.errors import BadInput, Code, NetworkUnavailable
from muster.upload.target import kinds

SERVER_NOT_SET = Code(
    "SERVER_NOT_SET", "This station has no server address. Packets stay in the outbox until it has one."
)

SERVER_ADDRESS_WRONG = Code("SERVER_ADDRESS_WRONG", "The server's address is not one: write https://name.")
SERVER_NOT_SECURE = Code("SERVER_NOT_SECURE", "The server's address must begin with https.")

SERVER_TERMS_WRONG = Code(
    "SERVER_TERMS_WRONG", "The setting {name} has a value it cannot have. It may be one of: {values}."
)

_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_Value = TypeVar("_Value")


class Login(Enum):
    """Whether the server serves only who signed in there."""

    NONE = "none"
    PASSWORD = "password"  # noqa: S105 - the word of a setting


@dataclass(frozen=True, slots=True)
class ServerTerms:
    """What a server asks of a station and promises it (sections 4.4 and 7.1 of the packet notes)."""

    login: Login = Login.NONE
    signed_answers: bool = True
    signed_requests: bool = False
    kind: str = "mosip"

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> ServerTerms:
        """From ``MUSTER_SERVER_KIND`` (mosip, govstack), ``MUSTER_SERVER_LOGIN`` (none, password),
        ``MUSTER_SERVER_SIGNED_ANSWERS`` (yes, no) and ``MUSTER_SERVER_SIGNED_REQUESTS``. Raises ``BadInput``."""
        logins, flags = {each.value: each for each in Login}, {"yes": True, "no": False}
        return cls(
            _setting(settings, "MUSTER_SERVER_LOGIN", logins, cls().login),
            _setting(settings, "MUSTER_SERVER_SIGNED_ANSWERS", flags, cls().signed_answers),
            _setting(settings, "MUSTER_SERVER_SIGNED_REQUESTS", flags, cls().signed_requests),
            _setting(settings, "MUSTER_SERVER_KIND", {each: each for each in kinds()}, cls().kind),
        )


def _setting(settings: Mapping[str, str], name: str, values: Mapping[str, _Value], default: _Value) -> _Value:
    text = settings.get(name, "")
    if text and text not in values:
        raise BadInput(SERVER_TERMS_WRONG, name=name, values=", ".join(values))
    return values[text] if text else default


class Server(Protocol):
    @property
    def terms(self) -> ServerTerms: ...

    def url(self) -> str:
        """The base address, without a slash at the end. Raises ``NetworkUnavailable``."""


@dataclass(frozen=True, slots=True)
class RemoteServer:
    """A server by its address: https, or http on this very machine.

    The first certificate that comes from there decides who can read packets, so nobody in between may answer.
    """

    address: str
    terms: ServerTerms = ServerTerms()

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.address)
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise BadInput(SERVER_ADDRESS_WRONG) from error
        if parts.scheme not in ("http", "https") or not host:
            raise BadInput(SERVER_ADDRESS_WRONG)
        if parts.scheme == "http" and host not in _THIS_MACHINE:
            raise BadInput(SERVER_NOT_SECURE)

    def url(self) -> str:
        return self.address.rstrip("/")


def is_elsewhere(server: Server) -> bool:
    """Whether it is another computer. One that there is not, or that does not start, is nowhere."""
    try:
        return urlsplit(server.url()).hostname not in _THIS_MACHINE
    except NetworkUnavailable:
        return False


class NoServer:
    """A station that only collects."""

    terms = ServerTerms()

    def url(self) -> str:
        raise NetworkUnavailable(SERVER_NOT_SET)
