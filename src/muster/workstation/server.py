"""Where packets go: a server's address, known or still to be started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from muster.errors import Code, NetworkUnavailable

SERVER_NOT_SET = Code(
    "SERVER_NOT_SET", "This station has no server address. Packets stay in the outbox until it has one."
)


class Server(Protocol):
    def url(self) -> str:
        """The base address, without a slash at the end. Raises ``NetworkUnavailable``."""


@dataclass(frozen=True, slots=True)
class RemoteServer:
    address: str

    def url(self) -> str:
        return self.address.rstrip("/")


class NoServer:
    """A station that only collects."""

    def url(self) -> str:
        raise NetworkUnavailable(SERVER_NOT_SET)
