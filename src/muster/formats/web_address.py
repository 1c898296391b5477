"""Whether what is sent to an address can be read on the way: https, or http that does not leave this machine; and
whether it goes to the place that is meant."""

from __future__ import annotations

from urllib.parse import urlsplit

_PORTS = {"https": 443, "http": 80}
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_safe(url: str, *, loopback: bool = True) -> bool:
    """``loopback`` False: this machine is none of its business. Names and passwords inside an address are read by
    whoever logs it, and are refused."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.fragment or parts.username is not None or not (url.isascii() and url.isprintable()):
        return False
    return parts.scheme == "https" or (loopback and parts.scheme == "http" and host in _LOOPBACK)


def is_loopback(url: str) -> bool:
    """For an address that is one."""
    return urlsplit(url).hostname in _LOOPBACK


def is_below(url: str, base: str) -> bool:
    """Whether ``url`` is ``base`` or follows a stroke after it, at the same scheme, host and port."""
    try:
        place, path = _split(url)
        wanted, above = _split(base)
    except ValueError:
        return False
    return place == wanted and path[: len(above)] == above and ".." not in path


def _split(url: str) -> tuple[tuple[str, str | None, int | None], list[str]]:
    """Raises ``ValueError``."""
    parts = urlsplit(url)
    place = (parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme))
    return place, parts.path.rstrip("/").split("/")
