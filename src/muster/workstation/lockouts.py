"""How often somebody was wrong, and how long they have to wait: kept through restarts.

Rules:

1. An attempt is written down before it is looked at, so that pulling the plug gives none for free.
2. The wait grows with every wrong attempt. It is counted by the computer's uptime where that has not begun anew,
   so that setting the clock changes nothing; after a restart by the clock, and a clock that stands before the last
   attempt begins the wait again: nobody waits longer than the wait, and nobody less by setting the clock back.
3. A name nobody here has is treated like any other. Such names share a few entries and are never written down:
   people type passwords into the wrong box.
4. Before a sign-in the trail is locked, so what happened is kept here for it until somebody has signed in.

The file cannot be protected from somebody who can write it; who can has the disk, and is held up by Argon2.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from muster import durable
from muster.clock import Clock, parse_rfc3339, rfc3339
from muster.errors import Code, SignInRefused
from muster.file_lock import FileLock, of_this_system
from muster.workstation.uptime import Uptime, uptime

SIGN_IN_LATER = Code(
    "SIGN_IN_LATER", "There were too many wrong attempts. Wait {minutes} min {seconds} s, then try again."
)

_UNKNOWN = "unknown {number}"
_UNKNOWN_ENTRIES = 16


# Between what a station's people may set each number. The least let a typing error pass; nobody is ever kept out
# longer than an hour.
FREE_ATTEMPTS, FIRST_WAIT_S, LONGEST_WAIT_S = (3, 10), (10, 300), (300, 3600)


@dataclass(frozen=True, slots=True)
class Patience:
    """The first ``free`` attempts cost nothing; then the wait doubles from the first to the longest."""

    free: int = 5
    first_wait_s: int = 30
    longest_wait_s: int = 3600

    def wait_s(self, wrong: int) -> int:
        """After so many wrong attempts in a row."""
        if wrong < self.free:
            return 0
        return min(self.first_wait_s << min(wrong - self.free, 32), self.longest_wait_s)


def is_nobodys(name: str) -> bool:
    """Whether wrong attempts are told under it of a name that nobody here has."""
    return name.startswith(_UNKNOWN.format(number=""))


class KeptPatience:
    """The patience that people set, where a sign-in finds it: what was signed lies in the database, which is still
    shut then. Who can write the file could as well remove the one that counts attempts; what it says is taken only
    between the bounds that people have."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, shipped: Patience) -> Patience:
        """What counts for the next attempt; ``shipped`` where nothing else was set, or nothing that may be."""
        try:
            said = Patience(**json.loads(self._path.read_bytes()))
            numbers = (said.free, said.first_wait_s, said.longest_wait_s)
            bounds = (FREE_ATTEMPTS, FIRST_WAIT_S, LONGEST_WAIT_S)
            is_fit = all(
                type(number) is int and least <= number <= most
                for number, (least, most) in zip(numbers, bounds, strict=True)
            )
        except (OSError, ValueError, TypeError, RecursionError):
            return shipped
        return said if is_fit else shipped

    def keep(self, counting: Patience, shipped: Patience) -> None:
        """Raises ``StorageUnavailable``."""
        if counting == self.read(shipped):
            return
        with durable.disk_errors():
            if counting == shipped:
                self._path.unlink(missing_ok=True)
            else:
                durable.write(self._path, json.dumps(asdict(counting)).encode())


@dataclass(frozen=True, slots=True)
class Attempts:
    """``wrong`` in a row, the last one at ``at`` by the clock, ``seconds`` after ``boot``; ``untold`` are all the
    wrong ones the trail has not heard of."""

    wrong: int
    untold: int
    at: str
    boot: str
    seconds: float


class Lockouts:
    def __init__(
        self,
        path: Path,
        known: Callable[[], Collection[str]],
        clock: Clock,
        patience: Patience,
        running: Callable[[], Uptime] = uptime,
        lock: FileLock | None = None,
    ) -> None:
        self._path = path
        self._known = known
        self._clock = clock
        self._patience = patience
        self._running = running
        self._lock = lock or of_this_system()
        self._last_written: dict[str, Attempts] = {}

    def begin(self, user_id: str) -> None:
        """Count an attempt, as a wrong one until :meth:`succeeded`. Raises ``SignInRefused(SIGN_IN_LATER)`` while
        there is to be waited, ``StorageUnavailable``."""
        with self._changing() as entries:
            name = self._name(user_id)
            before = entries.get(name, self._never())
            if before.wrong >= self._patience.free and self._is_before(before):
                before = entries[name] = self._now(before.wrong, before.untold)
            left = self._left_s(before)
            if left <= 0:
                entries[name] = self._now(before.wrong + 1, before.untold + 1)
        if left > 0:
            minutes, seconds = divmod(int(left) + 1, 60)
            raise SignInRefused(SIGN_IN_LATER, minutes=minutes, seconds=seconds)

    def succeeded(self, user_id: str) -> None:
        """The attempt was right."""
        with self._changing() as entries:
            name = self._name(user_id)
            before = entries.get(name, self._never())
            entries[name] = replace(before, wrong=0, untold=max(before.untold - 1, 0))

    def gave_up(self, user_id: str) -> None:
        """Nothing was looked at (a device, a disk): the attempt does not count."""
        with self._changing() as entries:
            name = self._name(user_id)
            before = entries.get(name, self._never())
            entries[name] = replace(before, wrong=max(before.wrong - 1, 0), untold=max(before.untold - 1, 0))

    def left_s(self, user_id: str) -> float:
        """How long there is to be waited. Raises ``StorageUnavailable``."""
        return max(0.0, self._left_s(self._read().get(self._name(user_id), self._never())))

    def take_untold(self) -> tuple[tuple[str, int, str], ...]:
        """Name, how many wrong attempts, and when the last was: each is handed out once."""
        with self._changing() as entries:
            untold = tuple((name, each.untold, each.at) for name, each in entries.items() if each.untold)
            for name, each in list(entries.items()):
                entries[name] = replace(each, untold=0)
        return untold

    def forget(self, user_id: str) -> None:
        """Somebody has a new password, or works here no longer."""
        with self._changing() as entries:
            entries.pop(self._name(user_id), None)

    def _name(self, user_id: str) -> str:
        wanted = user_id.strip().casefold()
        if any(wanted == each.casefold() for each in self._known()):
            return wanted
        number = hashlib.sha256(wanted.encode("utf-8", "replace")).digest()[0] % _UNKNOWN_ENTRIES
        return _UNKNOWN.format(number=number)

    def _left_s(self, attempts: Attempts) -> float:
        return self._patience.wait_s(attempts.wrong) - max(0.0, self._since_s(attempts))

    def _is_before(self, attempts: Attempts) -> bool:
        return self._since_s(attempts) < 0

    def _since_s(self, attempts: Attempts) -> float:
        running = self._running()
        if running.boot and running.boot == attempts.boot:
            return running.seconds - attempts.seconds
        return (self._clock() - parse_rfc3339(attempts.at)).total_seconds()

    def _now(self, wrong: int, untold: int) -> Attempts:
        running = self._running()
        return Attempts(wrong, untold, rfc3339(self._clock()), running.boot, running.seconds)

    def _never(self) -> Attempts:
        return Attempts(0, 0, rfc3339(datetime.fromtimestamp(0, self._clock().tzinfo)), "", 0.0)

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Attempts]]:
        """The entries, written back whole; one program at a time."""
        with durable.disk_errors():
            lock = self._path.with_suffix(".lock").open("ab")
        with lock:
            with durable.disk_errors():
                self._lock.take(lock.fileno())
            try:
                entries = self._read()
                yield entries
                if entries != self._last_written:
                    content = {name: asdict(each) for name, each in entries.items()}
                    durable.write(self._path, json.dumps(content).encode())
            finally:
                self._lock.leave(lock.fileno())

    def _read(self) -> dict[str, Attempts]:
        """A file that was made unreadable lets nobody try more than before: everybody begins with one wait. Raises
        ``StorageUnavailable`` where the disk does not give it."""
        self._last_written = {}
        with durable.disk_errors():
            octets = _content(self._path)
        try:
            content = json.loads(octets)
            self._last_written = {str(name): _attempts(each) for name, each in content.items()}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            tried = self._now(self._patience.free, 0)
            return {self._name(each): tried for each in self._known()}
        return dict(self._last_written)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b"{}"


def _attempts(content: dict[str, object]) -> Attempts:
    made = Attempts(**content)  # type: ignore[arg-type]
    if not all(type(each) is int and each >= 0 for each in (made.wrong, made.untold)):
        raise ValueError("counts")
    parse_rfc3339(made.at)
    if not isinstance(made.boot, str) or not isinstance(made.seconds, int | float):
        raise TypeError("uptime")
    return made
