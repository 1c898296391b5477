"""Whether what is sent to an address can be read on the way: https, or http that does not leave this machine."""

from __future__ import annotations

from urllib.parse import urlsplit

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
