"""Cameras an administrator wrote down: addresses of network cameras, and video files that stand for one.

An address may hold a name and a password, in front of the host or among its parameters. Of an address only the
host is ever shown or made part of anything that is; ``repr`` included.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from muster.devices.api import setting_wrong
from muster.formats.web_address import is_loopback

_ENCRYPTED = ("https", "rtsps")
_SCHEMES = ("http", "rtsp", *_ENCRYPTED)
_DEFAULT_PORTS = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322}


@dataclass(frozen=True, slots=True)
class Address:
    """``url`` is secret."""

    host: str
    port: int
    url: str = field(repr=False)

    @property
    def is_open_to_others(self) -> bool:
        """Whether its pictures go through a network for everybody to see."""
        return not is_loopback(self.url) and urlsplit(self.url).scheme.lower() not in _ENCRYPTED

    @property
    def id(self) -> str:
        """From where it is, without whoever asks: two streams of one camera that differ in their parameters only
        have the same."""
        return f"net-{self.host}-{_digest(f'{self.port}{urlsplit(self.url).path}')}"


@dataclass(frozen=True, slots=True)
class VideoFile:
    path: Path

    @property
    def id(self) -> str:
        return f"video-{_digest(str(self.path))}"


Configured = Address | VideoFile


def configured_from(text: str) -> Sequence[tuple[str, Configured]]:
    """Comma separated, each with its id; a comma in an address is ``%2C``. Raises ``BadInput``, which tells
    nothing of them."""
    listed = [_configured(each, number) for number, each in enumerate(map(str.strip, text.split(",")), 1) if each]
    ids: list[str] = []
    for each in listed:
        twins = sum(other.partition("#")[0] == each.id for other in ids)
        ids.append(f"{each.id}#{twins + 1}" if twins else each.id)
    return list(zip(ids, listed, strict=True))


def _configured(text: str, number: int) -> Configured:
    if "://" not in text:
        return VideoFile(Path(text))
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme.lower() not in _SCHEMES or any(each.isspace() for each in text):
        raise setting_wrong("MUSTER_CAMERAS", number, "rtsps://host/path, https://host/path, file.avi")
    return Address(host, port or _DEFAULT_PORTS[parts.scheme.lower()], text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
