"""What every exchange over HTTP keeps to, whoever is asked."""

from __future__ import annotations

import ssl

import httpx2

_LONGEST_NUMBER = 9  # thirty years in seconds


def tls_context(given: ssl.SSLContext | None = None) -> ssl.SSLContext:
    """``given``, or one that believes the system's authorities; TLS 1.2 at least. Making one takes longer than an
    answer."""
    context = given or httpx2.create_ssl_context()
    context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
    return context


def is_insecure(error: BaseException) -> bool:
    """Whether TLS was what an exchange broke off over."""
    seen: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in seen:
        seen.append(cause)
        cause = cause.__cause__ or cause.__context__
    return any(isinstance(each, ssl.SSLError) for each in seen)


def is_number(text: str, longest: int = _LONGEST_NUMBER) -> bool:
    """Of a header: decimal digits and not too many."""
    return text.isascii() and text.isdigit() and len(text) <= longest
