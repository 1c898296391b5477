"""The one error tree, named by what the caller can do next.

::

    MusterError
    |-- Cancelled            a person said no; nothing is wrong
    |-- BadInput             what was handed in is wrong: correct it and try again
    |   `-- MalformedData    bytes break their format; carries the offset
    |-- Unavailable          the station lacks something: plug it in, connect, free it, try again
    |   |-- DeviceUnavailable
    |   |-- NetworkUnavailable
    |   |-- StorageUnavailable
    |   `-- KeyUnavailable
    |-- NotAuthentic         a signature, hash or decryption says no: do not trust it
    `-- Refused              somebody with authority said no: ask them, or change what is asked
        `-- SignInRefused

Each error, and each finding of a check, carries a :class:`Code`: a stable name for scripts and help
desks and one plain sentence for the officer, which the window translates. The sentence may hold
``{placeholders}``; they are filled from ``detail``, which never carries a name, number, image or
payload byte of a person.

Results of checks are not errors: a finger of poor quality is a ``Finding`` (``domain.assessment``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Detail = Mapping[str, str | int | float]


_BY_NAME: dict[str, Code] = {}


@dataclass(frozen=True, slots=True)
class Code:
    """A stable name and the sentence an officer reads. Names are append-only: never reuse one."""

    name: str
    sentence: str

    def __post_init__(self) -> None:
        _BY_NAME.setdefault(self.name, self)

    @staticmethod
    def named(name: str) -> Code | None:
        """The code of that name, if the module that defines it was loaded: for names that were stored."""
        return _BY_NAME.get(name)

    @classmethod
    def told(cls, name: str, sentence: str) -> Code:
        """One that another process speaks of; ``sentence`` is its own, for a name that nothing here defines."""
        return _BY_NAME.get(name) or cls(name, sentence)

    def say(self, detail: Detail | None = None) -> str:
        """Return the English sentence with its placeholders filled."""
        return self.sentence.format(**(detail or {}))


class MusterError(Exception):
    """Anything broken or refused, with its code."""

    def __init__(self, code: Code, **detail: str | int | float) -> None:
        super().__init__(f"{code.name}: {code.say(detail)}")
        self.code = code
        self.detail: Detail = detail

    @property
    def sentence(self) -> str:
        return self.code.say(self.detail)


class Cancelled(MusterError):
    """A person stopped what was going on. Nothing is wrong and nothing was changed."""


class BadInput(MusterError):
    """What was handed in is wrong; the same call with better input can succeed."""


class MalformedData(BadInput):
    """Bytes that break their format. ``offset`` is where, in octets from the start."""

    def __init__(self, code: Code, *, offset: int = 0, **detail: str | int | float) -> None:
        super().__init__(code, offset=offset, **detail)
        self.offset = offset


class Unavailable(MusterError):
    """The station lacks something it needs right now; the same call may succeed later."""


class DeviceUnavailable(Unavailable):
    """A device is absent, busy, silent or broken."""


class NetworkUnavailable(Unavailable):
    """The other side could not be reached or did not answer in time."""


class StorageUnavailable(Unavailable):
    """The disk is full, read-only, or the store cannot be opened."""


class KeyUnavailable(Unavailable):
    """A key that is needed is not there or not unlocked."""


class NotAuthentic(MusterError):
    """A signature, hash or authenticated decryption failed: the bytes are not to be trusted."""


class Refused(MusterError):
    """Somebody with authority (policy, server, supervisor) said no."""


class SignInRefused(Refused):
    """The operator could not be signed in."""


INTERNAL_FAULT = Code(
    "INTERNAL_FAULT",
    "Something went wrong inside the program ({kind}). What was confirmed before is kept; try again, and tell "
    "your supervisor if it stays.",
)
CANCELLED = Code("CANCELLED", "You stopped this step. Nothing was changed.")
