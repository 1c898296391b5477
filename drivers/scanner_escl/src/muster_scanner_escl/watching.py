"""Which of the configured scanners answer, known before anybody asks.

One thread for each address, so that one that is switched off does not keep the others waiting. Scanners on USB are
asked every three seconds; those in the network less often, because a question keeps them awake.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from threading import Condition, Event, Thread

from muster.errors import DeviceUnavailable, NotAuthentic
from muster_scanner_escl.addresses import Address
from muster_scanner_escl.scanner import capabilities_of, connected
from muster_scanner_escl.words import Capabilities

HERE_EVERY_S = 3.0
NETWORK_EVERY_S = 20.0
_FIRST_LOOK_S = 0.4  # what somebody who asks right after the start waits at most


class Watch:
    """Looks for the first time when it is first asked."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._addresses = addresses
        self._changed = Condition()  # guards both below
        self._known: dict[Address, Capabilities | NotAuthentic | None] = {}
        self._threads: list[Thread] = []
        self._stop = Event()

    def scanners(self) -> Sequence[tuple[Address, Capabilities | NotAuthentic]]:
        """What answered when last looked, in the order of the addresses; or why it is not believed."""
        with self._changed:
            if not self._threads:
                self._threads = [
                    Thread(target=self._look_on, args=(each,), name="escl-watch", daemon=True)
                    for each in self._addresses
                ]
                for thread in self._threads:
                    thread.start()
            self._changed.wait_for(lambda: len(self._known) == len(self._addresses), _FIRST_LOOK_S)
            known = [(each, self._known.get(each)) for each in self._addresses]
        return [(address, told) for address, told in known if told is not None]

    def close(self) -> None:
        """Stop looking, as at the end of the program."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _look_on(self, address: Address) -> None:
        while not self._stop.is_set():
            told = _look(address)
            with self._changed:
                self._known[address] = told
                self._changed.notify_all()
            self._stop.wait(HERE_EVERY_S if address.is_here else NETWORK_EVERY_S)


def _look(address: Address) -> Capabilities | NotAuthentic | None:
    try:
        with suppress(DeviceUnavailable), connected(address) as connection:
            return capabilities_of(connection)
    except NotAuthentic as error:
        return error
    return None
