"""A private key is read once in a process of tests, however often stations that are copies of one are opened.

Reading one proves that its numbers are primes, which takes a tenth of a second; a sign-in reads three, and so does
whoever opens a receiver's folder: it was two fifths of what the tests of the workstation took. What is given the
second time is the very key that the library read out of the same octets; nothing else is remembered, least of all
that something could not be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

_READS = ("load_der_private_key", "load_pem_private_key")
_KEYS = 256  # more than any file of tests has


@contextmanager
def reading_once() -> Iterator[None]:
    """While it lasts, the library remembers."""
    with pytest.MonkeyPatch.context() as patch:
        for name in _READS:
            patch.setattr(serialization, name, _remembering(getattr(serialization, name)))
        yield


@pytest.fixture(scope="session", autouse=True)
def private_keys_are_read_once() -> Iterator[None]:
    """For a ``conftest.py`` to import."""
    with reading_once():
        yield


def _remembering(read: Callable[..., Any]) -> Callable[..., Any]:
    @lru_cache(_KEYS)
    def remembered(content: bytes) -> Any:
        return read(content, None)

    def reading(data: Any, password: Any = None, *arguments: Any, **named: Any) -> Any:
        if type(data) is bytes and password is None and not arguments and not named:
            return remembered(data)
        return read(data, password, *arguments, **named)

    return reading
