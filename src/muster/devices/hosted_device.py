"""A device that is open in another process: has the methods and properties of the one there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from muster.clock import utc_now
from muster.devices.api import Device, DeviceContext, DeviceDescriptor
from muster.devices.capabilities import Method, capabilities
from muster.devices.host import Carried
from muster.devices.hosted_call import Asked, signing_by
from muster.devices.hosted_process import HostedProcess, Patience
from muster.devices.wire import Garbled, Message, Piece
from muster.devices.wire_values import pack, unpack

_TIMEOUT = "timeout_s"  # what the seam calls it, as a parameter or in a request


class HostedDevice:
    def __init__(
        self, process: HostedProcess, patience: Patience, descriptor: DeviceDescriptor, context: DeviceContext
    ) -> None:
        """Opens it. Raises ``DeviceUnavailable``, and what the driver raises."""
        self._process = process
        self._patience = patience
        self._kind = descriptor.kind
        self._functions = signing_by(context.signer)
        self._number = 0
        pieces: list[Piece] = []
        carried = (context.clock() - utc_now(), context.environment, context.allowed_lag)
        said = [pack(descriptor, DeviceDescriptor, pieces), pack(carried, Carried, pieces)]
        asked = Asked(self._kind, patience.opening_s, functions=self._functions)
        self.device: Device = process.call(asked, "open", said, pieces, self._opened)

    def _opened(self, number: int, answer: Message) -> Device:
        """What stands in for the device here. Raises ``Garbled``."""
        self._number = number
        names, properties = _told(answer)
        return cast(Device, _stand_in(tuple(names))(self, properties))

    def call(self, capability: str, method: Method, arguments: Mapping[str, Any]) -> Any:
        pieces: list[Piece] = []
        values = [pack(arguments[name], hint, pieces) for name, hint in method.values]
        functions = {name: (called, arguments[name]) for name, called in method.functions.items()}
        asked = Asked(
            self._kind,
            self._allowed_s(method, arguments),
            arguments[method.cancel] if method.cancel else None,
            {**functions, **self._functions},
        )
        said = [self._number, capability, method.name, values]
        return self._process.call(
            asked, "call", said, pieces, lambda _, last: unpack(last.said, method.gives, last.pieces)
        )

    def _allowed_s(self, method: Method, arguments: Mapping[str, Any]) -> float:
        told = [arguments[_TIMEOUT]] if _TIMEOUT in arguments else []
        told += [getattr(each, _TIMEOUT) for each in arguments.values() if hasattr(each, _TIMEOUT)]
        if told:
            return float(max(told)) + self._patience.beyond_timeout_s
        return self._patience.between_pictures_s if method.lasts else self._patience.call_s

    def close(self) -> None:
        """Raises ``DeviceUnavailable``, and what the driver raises."""
        asked = Asked(self._kind, self._patience.stopping_s)
        self._process.call(asked, "close", self._number, (), lambda _, last: None)


class _StandIn:
    """What a caller holds: has the properties of the device, and its methods (``_stand_in``)."""

    def __init__(self, opened: HostedDevice, properties: Mapping[str, Any]) -> None:
        self._opened = opened
        vars(self).update(properties)


@lru_cache(maxsize=64)
def _stand_in(names: tuple[str, ...]) -> type[_StandIn]:
    """The type of devices that can do what ``names`` say, so that ``isinstance`` tells."""
    methods = {each.name: _forwarded(name, each) for name in names for each in capabilities()[name].methods}
    return type(f"Hosted{''.join(names)}", (_StandIn,), methods)


def _forwarded(capability: str, method: Method) -> Callable[..., Any]:
    def forwarded(self: _StandIn, *args: Any, **kwargs: Any) -> Any:
        bound = method.signature.bind(self, *args, **kwargs)
        bound.apply_defaults()
        return self._opened.call(capability, method, bound.arguments)

    return forwarded


def _told(answer: Message) -> tuple[Sequence[str], Mapping[str, Any]]:
    """What the device that was opened can do, and its properties. Raises ``Garbled``."""
    try:
        names, properties = answer.said
        hints = {name: hint for each in names for name, hint in capabilities()[each].properties}
        return names, {name: unpack(properties[name], hint, answer.pieces) for name, hint in hints.items()}
    except (ValueError, TypeError, LookupError) as error:
        raise Garbled("no device") from error
