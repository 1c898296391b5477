"""Where packets go: a server's address, known or still to be started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from muster.errors import BadInput, Code, NetworkUnavailable

SERVER_NOT_SET = Code(
    "SERVER_NOT_SET", "This station has no server address. Packets stay in the outbox until it has one."
)

SERVER_ADDRESS_WRONG = Code("SERVER_ADDRESS_WRONG", "The server's address is not one: write https://name.")
SERVER_NOT_SECURE = Code("SERVER_NOT_SECURE", "The server's address must begin with https.")

_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


class Server(Protocol):
    def url(self) -> str:
        """The base address, without a slash at the end. Raises ``NetworkUnavailable``."""


@dataclass(frozen=True, slots=True)
class RemoteServer:
    """A server by its address: https, or http on this very machine.

    The first certificate that comes from there decides who can read packets, so nobody in between may answer.
    """

    address: str

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


class NoServer:
    """A station that only collects."""

    def url(self) -> str:
        raise NetworkUnavailable(SERVER_NOT_SET)
