"""Opening the station's database, rebuilt where it is found damaged.

A key slot is authenticated, so the key that came out of one is this station's. Should its file and the rest of the
folder come from two stations all the same, the sealed device key does not open with it: then nothing is touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from muster.clock import Clock
from muster.crypto.sealing import Sealer, derive_key
from muster.durable import disk_errors
from muster.errors import Code, KeyUnavailable, NotAuthentic, StorageUnavailable
from muster.store.carbon_copy import CarbonCopy
from muster.store.database import DATABASE_BUSY, Database
from muster.store.rebuilding import Rebuilt as Rebuilt  # noqa: PLC0414 - what commands and pages show
from muster.store.rebuilding import Remains, rebuild
from muster.workstation.data_folder import DataFolder
from muster.workstation.station_lock import StationLock

KEY_OF_ANOTHER_STATION = Code(
    "KEY_OF_ANOTHER_STATION",
    "The key in station.json does not belong to this folder: two stations were mixed up. Nothing was changed; put "
    "the right station.json back.",
)
DATABASE_WAS_REBUILT = Code(
    "DATABASE_WAS_REBUILT",
    "The station's database was damaged. It was put aside in {folder} and rebuilt; look through your drafts and "
    "packets, and tell your supervisor.",
)
_READ_WHOLE_BYTES = 8 * 1024 * 1024  # a database that is read whole at each sign-in: some 30 ms


def open_database(
    folder: DataFolder, station_key: bytes, clock: Clock, *, thorough: bool = False
) -> tuple[Database, Rebuilt | None]:
    """The database, and what became of it if it had to be rebuilt. ``thorough`` reads all of it however large.

    Raises ``NotAuthentic``, ``KeyUnavailable(KEY_OF_ANOTHER_STATION)``, ``StorageUnavailable``.
    """
    copy = CarbonCopy(folder.copy, Sealer(station_key, "copy"))
    key = derive_key(station_key, "database")
    if folder.database.exists():
        try:
            database = Database.open(folder.database, key, clock, copy=copy)
            if _is_good(database, thorough):
                return database, None
            database.close()
        except NotAuthentic:
            pass
    _require_right_key(folder, station_key)
    with _alone(folder):
        rebuilt = rebuild(Remains(folder.database, key, copy, folder.blobs, folder.outbox), clock)
    return Database.open(folder.database, key, clock, copy=copy), rebuilt


def _is_good(database: Database, thorough: bool) -> bool:
    try:
        reads_all = thorough or database.is_suspect or database.size <= _READ_WHOLE_BYTES
        good = not database.is_behind_its_copy() and (not reads_all or database.is_whole())
    except BaseException:  # an open database would keep its file
        database.close()
        raise
    return good


def _require_right_key(folder: DataFolder, station_key: bytes) -> None:
    with disk_errors():
        try:
            sealed = folder.device_key.read_bytes()
        except FileNotFoundError:
            return
    try:
        Sealer(station_key, "keys").open(sealed, "device")
    except NotAuthentic as error:
        raise KeyUnavailable(KEY_OF_ANOTHER_STATION) from error


@contextmanager
def _alone(folder: DataFolder) -> Iterator[None]:
    lock = StationLock.take(folder.lock)
    try:
        if not lock.is_alone:
            raise StorageUnavailable(DATABASE_BUSY)
        yield
    finally:
        lock.release()
