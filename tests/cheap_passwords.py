"""Stations whose passwords cost little to try: Argon2 with its least parameters, written into ``station.json`` as
any other. What a password costs where nobody says otherwise is tested beside ``muster.crypto.key_slots``; at every
sign-in, signature and unlocking of a test it would be paid for with a sixth of a second and 64 MiB.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from muster.crypto.key_slots import Argon2Cost, make_slot
from muster.workstation import station

CHEAP = Argon2Cost(memory_kib=64, iterations=1, lanes=1)


@contextmanager
def cheap_passwords() -> Iterator[None]:
    """While it lasts, what is made opens cheaply, ever after."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(station, "make_slot", partial(make_slot, cost=CHEAP))
        yield


@pytest.fixture(scope="session", autouse=True)
def passwords_are_cheap() -> Iterator[None]:
    """For a ``conftest.py`` to import."""
    with cheap_passwords():
        yield
