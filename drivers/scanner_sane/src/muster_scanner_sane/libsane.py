"""libsane.so.1 as the SANE standard 1.06 describes it, by ctypes: numbers in, numbers out.

Every call that fails raises :class:`SaneError` with the status number; texts of back ends are nowhere looked at.
The library keeps state for the whole process and is not made for threads: one :class:`Sane` a process, used by one
thread at a time. Back ends crash now and then, which is why a process of its own is the place for this.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_ubyte, c_void_p, cast
from dataclasses import dataclass
from enum import Enum, IntEnum, IntFlag
from itertools import count, takewhile
from typing import Any

LIBRARY = "libsane.so.1"
_FIXED = 1 << 16  # SANE_Fixed: 16 bits before, 16 behind the point (4.2.3)
_WORD = ctypes.sizeof(c_int)
_PIECE = 64 * 1024


class Status(IntEnum):
    """SANE_Status (4.3)."""

    GOOD = 0
    UNSUPPORTED = 1
    CANCELLED = 2
    DEVICE_BUSY = 3
    INVAL = 4
    EOF = 5
    JAMMED = 6
    NO_DOCS = 7
    COVER_OPEN = 8
    IO_ERROR = 9
    NO_MEM = 10
    ACCESS_DENIED = 11


class FrameFormat(IntEnum):
    """SANE_Frame (4.3.8)."""

    GRAY = 0
    RGB = 1
    RED = 2
    GREEN = 3
    BLUE = 4


class ValueType(IntEnum):
    """SANE_Value_Type (4.2.9.4)."""

    BOOL = 0
    INT = 1
    FIXED = 2
    STRING = 3
    BUTTON = 4
    GROUP = 5


class Unit(IntEnum):
    """SANE_Unit (4.2.9.5)."""

    NONE = 0
    PIXEL = 1
    BIT = 2
    MM = 3
    DPI = 4
    PERCENT = 5
    MICROSECOND = 6


class Capability(IntFlag):
    """SANE_CAP_* (4.2.9.7)."""

    SOFT_SELECT = 1
    INACTIVE = 32


_VALUES = (ValueType.BOOL, ValueType.INT, ValueType.FIXED, ValueType.STRING)


class _Constraint(Enum):
    """SANE_Constraint_Type (4.2.9.8)."""

    NONE = 0
    RANGE = 1
    WORDS = 2
    STRINGS = 3


class _Action(IntEnum):
    """SANE_Action (4.3.7)."""

    GET_VALUE = 0
    SET_VALUE = 1


class SaneError(Exception):
    """A call that failed; ``status`` is None for a number the standard does not know."""

    def __init__(self, number: int) -> None:
        super().__init__(f"SANE status {number}")
        self.status = Status(number) if number in set(Status) else None


class SaneAbsurd(Exception):
    """An answer that the standard does not allow."""


class _Device(Structure):
    _fields_ = (("name", c_char_p), ("vendor", c_char_p), ("model", c_char_p), ("type", c_char_p))


class _Range(Structure):
    _fields_ = (("min", c_int), ("max", c_int), ("quant", c_int))


class _OptionDescriptor(Structure):
    _fields_ = (
        ("name", c_char_p),
        ("title", c_char_p),
        ("desc", c_char_p),
        ("type", c_int),
        ("unit", c_int),
        ("size", c_int),
        ("cap", c_int),
        ("constraint_type", c_int),
        ("constraint", c_void_p),
    )


class _Parameters(Structure):
    _fields_ = (
        ("format", c_int),
        ("last_frame", c_int),
        ("bytes_per_line", c_int),
        ("pixels_per_line", c_int),
        ("lines", c_int),
        ("depth", c_int),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of sane_get_devices. ``name`` is what it is opened by."""

    name: str
    vendor: str
    model: str
    kind: str


@dataclass(frozen=True, slots=True)
class Parameters:
    """Of the frame that is being read. ``lines`` is -1 where the scanner does not know (4.3.8)."""

    format: FrameFormat
    is_last_frame: bool
    bytes_per_line: int
    pixels_per_line: int
    lines: int
    depth: int


@dataclass(frozen=True, slots=True)
class Option:
    """An option that can be set now. ``offered`` is what it may be: every value where they are listed; ``span``
    the least and greatest otherwise, where there are any."""

    number: int
    name: str
    type: ValueType
    unit: Unit
    size: int
    offered: tuple[str | float, ...] = ()
    span: tuple[float, float] | None = None


class Handle:
    """One opened scanner."""

    def __init__(self, library: Any, handle: c_void_p) -> None:
        self._library, self._handle = library, handle
        self._buffer = (c_ubyte * _PIECE)()

    def options(self) -> Mapping[str, Option]:
        """What can be set now. Setting one may change which others there are (4.3.7, SANE_INFO_RELOAD_OPTIONS)."""
        # Described before it is read: the net back end fetches options anew for the one, and refuses the other.
        self._library.sane_get_option_descriptor(self._handle, 0)
        options = c_int()
        self._control(0, _Action.GET_VALUE, byref(options))
        described = (self._described(number) for number in range(1, options.value))
        return {option.name: option for option in described if option is not None}

    def get(self, option: Option) -> str | float:
        if option.type is ValueType.STRING:
            text = ctypes.create_string_buffer(option.size)
            self._control(option.number, _Action.GET_VALUE, text)
            return text.value.decode("utf-8", "replace")
        word = c_int()
        self._control(option.number, _Action.GET_VALUE, byref(word))
        return word.value / _FIXED if option.type is ValueType.FIXED else word.value

    def set(self, option: Option, value: str | float) -> None:
        if option.type is ValueType.STRING:
            encoded = str(value).encode()
            if len(encoded) >= option.size:
                raise SaneError(Status.INVAL)
            self._control(option.number, _Action.SET_VALUE, ctypes.create_string_buffer(encoded, option.size))
            return
        number = float(value)
        word = c_int(round(number * _FIXED) if option.type is ValueType.FIXED else round(number))
        self._control(option.number, _Action.SET_VALUE, byref(word))

    def start(self) -> None:
        _check(self._library.sane_start(self._handle))

    def parameters(self) -> Parameters:
        """Exact only after ``start``."""
        told = _Parameters()
        _check(self._library.sane_get_parameters(self._handle, byref(told)))
        if told.format not in set(FrameFormat):
            raise SaneAbsurd
        return Parameters(
            FrameFormat(told.format),
            bool(told.last_frame),
            told.bytes_per_line,
            told.pixels_per_line,
            told.lines,
            told.depth,
        )

    def read(self) -> bytes | None:
        """The next octets of the frame, none at its end."""
        length = c_int()
        status = self._library.sane_read(self._handle, self._buffer, _PIECE, byref(length))
        if status == Status.EOF:
            return None
        _check(status)
        if not 0 <= length.value <= _PIECE:
            raise SaneAbsurd
        return bytes(memoryview(self._buffer)[: length.value])

    def cancel(self) -> None:
        """Ends what was started; must also be called when all was read (4.4)."""
        self._library.sane_cancel(self._handle)

    def close(self) -> None:
        self._library.sane_close(self._handle)

    def _control(self, number: int, action: _Action, value: Any) -> None:
        info = c_int()
        _check(self._library.sane_control_option(self._handle, number, action, value, byref(info)))

    def _described(self, number: int) -> Option | None:
        pointer = self._library.sane_get_option_descriptor(self._handle, number)
        if not pointer:
            return None
        told = pointer.contents
        settable = told.cap & Capability.SOFT_SELECT and not told.cap & Capability.INACTIVE
        if not settable or not told.name or told.type not in _VALUES or told.unit not in set(Unit):
            return None
        kind = ValueType(told.type)
        if kind is not ValueType.STRING and told.size != _WORD:  # a table, of gamma for one
            return None
        offered, span = _constraint(told, kind)
        return Option(
            number, told.name.decode("ascii", "replace"), kind, Unit(told.unit), told.size, offered, span
        )


class Sane:
    """The library. Raises ``OSError`` where this computer has none."""

    def __init__(self) -> None:
        self._library = library = ctypes.CDLL(LIBRARY)
        library.sane_get_option_descriptor.restype = POINTER(_OptionDescriptor)
        for name, arguments in _SIGNATURES.items():
            getattr(library, name).argtypes = arguments
        for name in ("sane_exit", "sane_close", "sane_cancel"):
            getattr(library, name).restype = None
        # No callback for passwords: a scanner that wants one says ACCESS_DENIED.
        _check(library.sane_init(None, None))

    def devices(self, *, everywhere: bool = False) -> tuple[Found, ...]:
        """What the back ends see now. On this computer that takes a twentieth of a second; ``everywhere`` lets
        them call out into the network as well, and takes several."""
        listed = POINTER(POINTER(_Device))()
        _check(self._library.sane_get_devices(byref(listed), not everywhere))
        told = [pointer.contents for pointer in _until_null(listed)]
        return tuple(Found(*map(_text, (each.name, each.vendor, each.model, each.type))) for each in told)

    @contextmanager
    def opened(self, name: str) -> Iterator[Handle]:
        handle = c_void_p()
        _check(self._library.sane_open(name.encode(), byref(handle)))
        opened = Handle(self._library, handle)
        try:
            yield opened
        finally:
            opened.close()

    def close(self) -> None:
        self._library.sane_exit()


_SIGNATURES: Mapping[str, tuple[Any, ...]] = {
    "sane_init": (POINTER(c_int), c_void_p),
    "sane_exit": (),
    "sane_get_devices": (POINTER(POINTER(POINTER(_Device))), c_int),
    "sane_open": (c_char_p, POINTER(c_void_p)),
    "sane_close": (c_void_p,),
    "sane_get_option_descriptor": (c_void_p, c_int),
    "sane_control_option": (c_void_p, c_int, c_int, c_void_p, POINTER(c_int)),
    "sane_get_parameters": (c_void_p, POINTER(_Parameters)),
    "sane_start": (c_void_p,),
    "sane_read": (c_void_p, POINTER(c_ubyte), c_int, POINTER(c_int)),
    "sane_cancel": (c_void_p,),
}


def _check(number: int) -> None:
    if number != Status.GOOD:
        raise SaneError(number)


def _text(told: bytes | None) -> str:
    return (told or b"").decode("utf-8", "replace").strip()


def _constraint(told: Any, kind: ValueType) -> tuple[tuple[str | float, ...], tuple[float, float] | None]:
    if not told.constraint:
        return (), None
    scale = _FIXED if kind is ValueType.FIXED else 1
    match told.constraint_type:
        case _Constraint.RANGE.value:
            span = cast(told.constraint, POINTER(_Range)).contents
            return (), (span.min / scale, span.max / scale)
        case _Constraint.WORDS.value:
            words = cast(told.constraint, POINTER(c_int))
            return tuple(words[place] / scale for place in range(1, words[0] + 1)), None
        case _Constraint.STRINGS.value:
            listed = _until_null(cast(told.constraint, POINTER(c_char_p)))
            return tuple(each.decode("utf-8", "replace") for each in listed), None
        case _:
            return (), None


def _until_null(listed: Any) -> Iterator[Any]:
    """C's arrays of pointers end with a null."""
    return takewhile(bool, (listed[place] for place in count()))
