"""One request over one connection, which may break in the middle of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_ANSWER_WITHIN_S = 60


class LineBroke(Exception):
    """Nobody answered, or not to the end: what became of the request is not known."""


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    content: dict[str, Any]


async def ask(
    url: str, method: str, path: str, headers: Mapping[str, str], body: bytes, *, breaks_at: float | None = None
) -> Answered:
    """``breaks_at`` is the part of the body after which the line breaks; at 1 the answer is never read. Raises
    ``LineBroke``."""
    place = urlsplit(url)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    request = f"{method} {path} HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: close\r\n{head}"
    octets = f"{request}Content-Length: {len(body)}\r\n\r\n".encode() + body
    try:
        async with asyncio.timeout(_ANSWER_WITHIN_S):
            reader, writer = await asyncio.open_connection(place.hostname, place.port)
            try:
                writer.write(
                    octets if breaks_at is None else octets[: len(octets) - round(len(body) * (1 - breaks_at))]
                )
                await writer.drain()
                if breaks_at is not None:
                    raise LineBroke
                return _parse(await reader.read())
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError, ValueError) as error:
        raise LineBroke from error


def _parse(octets: bytes) -> Answered:
    """Raises ``ValueError`` for what is no whole answer."""
    head, _, body = octets.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
    if len(body) != int(headers.get("content-length", "-1")):
        raise ValueError("the answer is not whole")
    return Answered(int(status.split(" ")[1]), headers, json.loads(body))
