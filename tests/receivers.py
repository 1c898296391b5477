"""Looking into a receiver's folder from outside, as somebody with its keys can."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from muster.clock import utc_now
from muster.receiver.database import Database, database_in
from muster.receiver.machines import Standing
from muster.receiver.storage import Storage
from muster.receiver.tables import metadata


def kept_packet(folder: Path, packet_id: str) -> Path:
    """Where an accepted packet lies; a file that is not there for one that was not accepted."""
    storage = Storage(folder, utc_now)
    row = storage.accepted(packet_id)
    storage.close()
    return folder / (row["object_name"] if row else f"packets/{packet_id}.zip")


def accepted(folder: Path) -> list[str]:
    storage = Storage(folder, utc_now)
    ids = list(storage.accepted_ids())
    storage.close()
    return ids


def enrollment(folder: Path, registration_id: str) -> bytes:
    storage = Storage(folder, utc_now)
    kept = storage.enrollment(registration_id)
    storage.close()
    assert kept is not None
    return kept


def announcement(folder: Path, packet_id: str) -> dict[str, Any]:
    storage = Storage(folder, utc_now)
    entry = storage.announcement(packet_id)
    storage.close()
    assert entry is not None
    return entry


def announced(folder: Path) -> list[str]:
    storage = Storage(folder, utc_now)
    ids = list(storage.announced_ids())
    storage.close()
    return ids


def note_wrongly(folder: Path, packet_id: str, wrong: dict[str, Any]) -> None:
    """As if the server had written something else down than the station announced."""
    storage = Storage(folder, utc_now)
    entry = storage.announcement(packet_id)
    assert entry is not None
    assert storage.announce(packet_id, {**entry, **wrong})
    storage.close()


@contextmanager
def unknown_machines(folder: Path) -> Iterator[None]:
    """Every machine is barred meanwhile."""
    storage = Storage(folder, utc_now)
    machines = [each.ref_id for each in storage.known.all()]
    for each in machines:
        storage.known.decide(each, Standing.BARRED, "supervisor")
    yield
    for each in machines:
        storage.known.decide(each, Standing.APPROVED, "supervisor")
    storage.close()


def forget(folder: Path) -> None:
    """Let it know its keys, machines and users only. The keys are not even read: many tests begin with this."""
    if not folder.is_dir():
        return
    database = Database.open(database_in(folder))
    with database.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name not in ("secret", "machine", "hub_user"):
                connection.execute(table.delete())
    database.close()
    for path in folder.glob("packets/*"):
        path.unlink()
