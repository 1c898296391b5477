"""How much somebody may ask who has not shown who they are, by the address they ask from.

Counted are requests that anybody may make (to be let in, to sign in, a wallet's, those of the supervisors' page)
and, apart from them, those that were refused for want of a good signature. Whoever takes more hears when to come
back, before the body of the request is read. An address from which a station's good signature came within the
hour is a center's: what else comes from there is counted, and its stations are served whatever that is.

It is counted in each process's memory, by its own clock. Addresses that asked longest ago are forgotten when
there are too many. Of IPv6, where each household has numbers without end, the network counts.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from muster.receiver.guard import Answering

TRUSTED_FOR_S = 3600.0
_ADDRESSES = 10_000
_NETWORK_BITS = 64
_UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class Patience:
    """With one address: what it may ask, and how many of its stations may wait for approval at once."""

    requests_a_minute: int = 120
    waiting: int = 20


class Allowance:
    """A minute's requests at once, and as many again in the course of each minute."""

    def __init__(self, a_minute: int, seconds: Callable[[], float] = time.monotonic) -> None:
        self._most = float(max(a_minute, 1))
        self._seconds = seconds
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # how many, and when that was

    def wait_s(self, address: str) -> int:
        """0 for who may ask now."""
        left = self._now(address)
        return 0 if left >= 1 else max(math.ceil((1 - left) * 60 / self._most), 1)

    def take(self, address: str) -> None:
        left = self._now(address)
        self._left.pop(address, None)
        self._left[address] = max(left - 1, 0.0), self._seconds()
        if len(self._left) > _ADDRESSES:
            self._left.popitem(last=False)

    def _now(self, address: str) -> float:
        left, at = self._left.get(address, (self._most, 0.0))
        return min(left + (self._seconds() - at) * self._most / 60, self._most)


class Strangers:
    """In front of everything. ``open_to_all`` says of a path whether it is served without a signature, ``free``
    whether it is not counted."""

    def __init__(
        self,
        app: ASGIApp,
        patience: Patience,
        answer: Answering,
        *,
        open_to_all: Callable[[str], bool],
        free: Callable[[str], bool],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._answer = answer
        self._open_to_all = open_to_all
        self._free = free
        self._seconds = seconds
        self._asked = Allowance(patience.requests_a_minute, seconds)
        self._refused = Allowance(patience.requests_a_minute, seconds)
        self._trusted: OrderedDict[str, float] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._free(scope["path"]):
            await self._app(scope, receive, send)
            return
        address, is_open = address_of(scope), self._open_to_all(scope["path"])
        wait_s = self._wait_s(address, is_open=is_open)
        if wait_s:
            answer = self._answer(429, "TOO_MANY_REQUESTS", "Too much comes from this address; later")
            answer.headers["Retry-After"] = str(wait_s)
            answer.headers["Connection"] = "close"  # the rest of the request is not waited for
            await answer(scope, receive, send)
            return
        if is_open:
            self._asked.take(address)

        async def told(message: Message) -> None:
            if not is_open and message.get("status") == _UNAUTHORIZED:
                self._refused.take(address)
            await send(message)

        await self._app(scope, receive, told)
        if scope.get("state", {}).get("station") is not None:
            self._trust(address)

    def _wait_s(self, address: str, *, is_open: bool) -> int:
        if is_open:
            return self._asked.wait_s(address)
        return 0 if self._is_trusted(address) else self._refused.wait_s(address)

    def _is_trusted(self, address: str) -> bool:
        at = self._trusted.get(address)
        return at is not None and self._seconds() - at < TRUSTED_FOR_S

    def _trust(self, address: str) -> None:
        self._trusted.pop(address, None)
        self._trusted[address] = self._seconds()
        if len(self._trusted) > _ADDRESSES:
            self._trusted.popitem(last=False)


def address_of(scope: Scope) -> str:
    """Who asks, as far as their address tells; "" where there is none."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return ""
    return str(_told_apart(address))


def _told_apart(address: IPv4Address | IPv6Address) -> object:
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or ip_network((address, _NETWORK_BITS), strict=False)
