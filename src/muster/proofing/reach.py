"""What can be asked of a service beside a person's proof: whether it is there, and its own proof in the end.

A method that can be asked has these verbs besides those of ``proofing.method``; one whose service has no harmless
question has none, and is known only by being used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

from muster.proofing.definitions import Method


@runtime_checkable
class Reachable(Protocol):
    def reached(self, definition: Method, secret: Callable[[str], str]) -> int | None:
        """It is there; how many of its sources could answer now, where it tells. Nothing about a person is asked.

        Raises ``NetworkUnavailable``, ``KeyUnavailable``, ``Refused``, ``BadInput``."""


@runtime_checkable
class Attesting(Protocol):
    """A service that gives a signed proof of all that it found, and deletes the rest once it did."""

    def service_proof(
        self, definition: Method, metadata: Mapping[str, str], secret: Callable[[str], str]
    ) -> bytes | None:
        """``metadata`` is what the method said with its evidence. None where the service has nothing any more.

        Raises as :meth:`Reachable.reached`."""
