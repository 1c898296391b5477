"""What a device can do, read off the protocols in ``api.Device``: the one place where a capability is named.

Somebody adds a capability by writing its protocol there. Its methods take and give what ``wire_values`` carries,
and may ask for an ``Event`` (somebody may set it: stop) and for functions to call meanwhile: one of a ``Frame``
shows what is seen, the newest wins; any other is waited for.
"""

from __future__ import annotations

import collections.abc
import inspect
from dataclasses import dataclass
from functools import lru_cache
from threading import Event
from types import MappingProxyType, NoneType
from typing import Any, get_args, get_origin, get_type_hints

from muster.devices.api import Device, Signer
from muster.devices.frames import Frame


@dataclass(frozen=True, slots=True)
class Called:
    """A function a method is given: the types of what it is called with, and of what it answers."""

    takes: tuple[Any, ...]
    gives: Any

    @property
    def shows(self) -> bool:
        """Whether it is there to look at, so that only the newest matters."""
        return self.takes == (Frame,) and self.gives is None


@dataclass(frozen=True, slots=True)
class Method:
    """One method of a capability. ``values`` are the parameters that are carried, with their types; ``cancel``
    names the parameter that stops it, ``functions`` those that are called."""

    name: str
    signature: inspect.Signature
    values: tuple[tuple[str, Any], ...]
    cancel: str | None
    functions: collections.abc.Mapping[str, Called]
    gives: Any

    @property
    def lasts(self) -> bool:
        """Whether it goes on until it is stopped, giving nothing but what it shows."""
        return self.gives is NoneType and any(each.shows for each in self.functions.values())


@dataclass(frozen=True, slots=True)
class Capability:
    """A protocol: its methods, and its properties, which stay as they are while a device is open."""

    protocol: type
    methods: tuple[Method, ...]
    properties: tuple[tuple[str, Any], ...]

    @property
    def name(self) -> str:
        return self.protocol.__name__


@lru_cache(maxsize=1)
def capabilities() -> collections.abc.Mapping[str, Capability]:
    """By the name of their protocol."""
    return MappingProxyType({each.__name__: _read(each) for each in get_args(Device)})


@lru_cache(maxsize=1)
def signing() -> tuple[tuple[str, ...], Called]:
    """How ``api.Signer.attest`` is called: the names of what it takes, and their types."""
    hints = get_type_hints(Signer.attest)
    gives = hints.pop("return")
    return tuple(hints), Called(tuple(hints.values()), gives)


def of(device: object) -> tuple[Capability, ...]:
    """What this device can do."""
    return tuple(each for each in capabilities().values() if isinstance(device, each.protocol))


def _read(protocol: type) -> Capability:
    members = {name: each for name, each in vars(protocol).items() if not name.startswith("_")}
    methods = [_method(name, each) for name, each in members.items() if inspect.isfunction(each)]
    properties = [
        (name, get_type_hints(each.fget)["return"]) for name, each in members.items() if isinstance(each, property)
    ]
    return Capability(protocol, tuple(methods), tuple(properties))


def _method(name: str, function: Any) -> Method:
    hints = get_type_hints(function)
    gives = hints.pop("return")
    functions = {
        each: _called(hint) for each, hint in hints.items() if get_origin(hint) is collections.abc.Callable
    }
    cancel = next((each for each, hint in hints.items() if hint is Event), None)
    values = [(each, hint) for each, hint in hints.items() if each not in functions and each != cancel]
    return Method(name, inspect.signature(function), tuple(values), cancel, functions, gives)


def _called(hint: Any) -> Called:
    takes, gives = get_args(hint)
    return Called(tuple(takes), gives)
