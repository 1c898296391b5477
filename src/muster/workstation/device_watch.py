"""What was plugged in or pulled out, told as it happens: one lane looks once a second, and nobody else has to.

Whoever wants to know is called from that lane, or from wherever somebody else looked, and has to be quick.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event, Lock

from muster.devices.api import DeviceDescriptor, DeviceStatus
from muster.workstation.lanes import Lanes

_LOOK_EVERY_S = 1.0
_LANE = "device-watch"


@dataclass(frozen=True, slots=True)
class DevicesChanged:
    """The ids of devices that appeared, vanished, or are in another state than before (busy, out of order)."""

    appeared: tuple[str, ...]
    vanished: tuple[str, ...]
    changed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.appeared or self.vanished or self.changed)


_NO_CHANGE = DevicesChanged((), (), ())

Tell = Callable[[DevicesChanged], None]
_States = dict[str, tuple[DeviceStatus, str]]  # by id; the second is the code of what is the matter


class DeviceWatch:
    """Looks as long as somebody listens, and beside that for whoever asks."""

    def __init__(self, find: Callable[[], Sequence[DeviceDescriptor]], every_s: float = _LOOK_EVERY_S) -> None:
        self._find = find
        self._every_s = every_s
        self._lanes = Lanes()
        self._guard = Lock()  # guards the three below
        self._listeners: list[Tell] = []
        self._stop: Event | None = None
        self._seen: _States | None = None  # by whoever looked last

    def look(self) -> Sequence[DeviceDescriptor]:
        """What is there now; a change since anybody's last look is told to those who listen.

        Whoever shows what is there looks through this: a device that is gone and back between two looks of the
        lane was shown as gone by somebody, and has to be told as back.
        """
        found = self._find()
        now = {each.id: (each.status, each.problem.code.name if each.problem else "") for each in found}
        with self._guard:
            before, self._seen = self._seen, now
        if before is not None:
            change = _between(before, now)
            if change:
                self._tell(change)
        return found

    def listen(self, tell: Tell) -> Callable[[], None]:
        """Call ``tell`` for every change from now on; what is returned ends that.

        It is called once with no change, when the first look was taken: whoever read what is there a moment before
        may have read something else.
        """
        with self._guard:
            self._listeners.append(tell)
            if self._stop is None:
                self._stop = Event()
                stop = self._stop
                self._lanes.submit(_LANE, lambda: self._watch(stop))

        def end() -> None:
            with self._guard:
                if tell in self._listeners:
                    self._listeners.remove(tell)
                if not self._listeners:
                    self._rest()

        return end

    def close(self) -> None:
        with self._guard:
            self._listeners.clear()
            self._rest()
        self._lanes.close()

    def _rest(self) -> None:
        if self._stop is not None:
            self._stop.set()
            self._stop = None

    def _watch(self, stop: Event) -> None:
        self.look()
        self._tell(_NO_CHANGE)
        while not stop.wait(self._every_s):
            self.look()

    def _tell(self, change: DevicesChanged) -> None:
        with self._guard:
            listeners = list(self._listeners)
        for tell in listeners:
            tell(change)


def _between(before: _States, now: _States) -> DevicesChanged:
    return DevicesChanged(
        appeared=tuple(each for each in now if each not in before),
        vanished=tuple(each for each in before if each not in now),
        changed=tuple(each for each in now if each in before and now[each] != before[each]),
    )
