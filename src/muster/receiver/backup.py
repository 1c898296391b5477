"""One file with everything a hub keeps, and a hub from such a file; neither depends on which engines are used.

::

    backup.json             form of the tables, when it was made, how many rows and objects
    rows/<table>.jsonl      a row a line; octets in base64 under "base64"
    objects/<name>          packets, byte for byte

All rows are of one moment; packets are never changed, so those that the rows name belong to it. What was sealed
for the national system is left out, since it goes once it was sent: a hub from a backup seals it anew. What is
sealed stays sealed: the center's key is not in the file and has to be kept apart. A backup is restored into an
empty hub only.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from muster import durable
from muster.clock import Clock, rfc3339
from muster.errors import BadInput, Code, NotAuthentic
from muster.receiver.database import Database
from muster.receiver.objects import OBJECT_DAMAGED, Objects, store
from muster.receiver.tables import forward, metadata, packet

HUB_BACKUP_UNREADABLE = Code("HUB_BACKUP_UNREADABLE", "This file is no backup of a hub, or it is damaged.")
HUB_BACKUP_OTHER_VERSION = Code(
    "HUB_BACKUP_OTHER_VERSION",
    "The backup was made by another version of Muster: restore it with that one ({version}).",
)
HUB_NOT_EMPTY = Code("HUB_NOT_EMPTY", "There is data already. A backup is restored into an empty hub only.")

_FORMAT = "muster-hub-backup-1"
_LEFT_OUT: Mapping[str, Mapping[str, None]] = {forward.name: {"object_name": None, "digest": None, "size": None}}


@dataclass(frozen=True, slots=True)
class Counted:
    rows: int
    objects: int


def back_up(database: Database, objects: Objects, file: Path, clock: Clock) -> Counted:
    """Write everything to ``file``, which is there whole or not at all. Raises ``StorageUnavailable``."""
    temporary = file.with_name(f".{file.name}{durable.UNFINISHED}")
    rows = 0
    names: list[str] = []
    with durable.disk_errors():
        try:
            with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
                with database.reading() as connection:
                    form = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
                    for table in metadata.sorted_tables:
                        with archive.open(f"rows/{table.name}.jsonl", "w", force_zip64=True) as stream:
                            for row in connection.execute(sa.select(table)):
                                kept = {**row._mapping, **_LEFT_OUT.get(table.name, {})}
                                stream.write(json.dumps(_encoded(kept)).encode() + b"\n")
                                rows += 1
                    names += connection.scalars(sa.select(packet.c.object_name))
                for name in names:
                    archive.writestr(zipfile.ZipInfo(f"objects/{name}"), objects.get(name))
                said = {
                    "format": _FORMAT,
                    "tables": form,
                    "madeAt": rfc3339(clock()),
                    "rows": rows,
                    "objects": len(names),
                }
                archive.writestr("backup.json", json.dumps(said, indent=2))
            durable.publish(temporary, file)
        finally:
            temporary.unlink(missing_ok=True)
    return Counted(rows, len(names))


def restore(database: Database, objects: Objects, file: Path) -> Counted:
    """Fill an empty hub: the objects first, then all rows at once. Raises ``BadInput``, ``NotAuthentic``,
    ``StorageUnavailable``."""
    try:
        with zipfile.ZipFile(file) as archive:
            return _restore(database, objects, archive)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise BadInput(HUB_BACKUP_UNREADABLE) from error


def _restore(database: Database, objects: Objects, archive: zipfile.ZipFile) -> Counted:
    said = json.loads(archive.read("backup.json"))
    if said["format"] != _FORMAT:
        raise BadInput(HUB_BACKUP_UNREADABLE)
    tables = {table.name: table for table in metadata.sorted_tables}
    with database.reading() as connection:
        form = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        if said["tables"] != form:
            raise BadInput(HUB_BACKUP_OTHER_VERSION, version=str(said["tables"]))
        for table in tables.values():
            if connection.execute(sa.select(table).limit(1)).first() is not None:
                raise BadInput(HUB_NOT_EMPTY)
    digests = {
        each["object_name"]: each["digest"] for name in ("packet", "forward") for each in _rows(archive, name)
    }
    names = [each.removeprefix("objects/") for each in archive.namelist() if each.startswith("objects/")]
    for name in names:
        content = archive.read(f"objects/{name}")
        if hashlib.sha256(content).hexdigest() != digests.get(name):
            raise NotAuthentic(OBJECT_DAMAGED)
        store(objects, name, content)
    count = 0
    with database.writing() as connection:
        for name, table in tables.items():
            rows = list(_rows(archive, name))
            if rows:
                connection.execute(sa.insert(table), rows)
            count += len(rows)
        if (count, len(names)) != (said["rows"], said["objects"]):
            raise BadInput(HUB_BACKUP_UNREADABLE)
    return Counted(count, len(names))


def _rows(archive: zipfile.ZipFile, table: str) -> Iterator[dict[str, Any]]:
    with archive.open(f"rows/{table}.jsonl") as stream:
        for line in stream:
            yield {name: _decoded(value) for name, value in json.loads(line).items()}


def _encoded(row: Any) -> dict[str, Any]:
    return {
        name: {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes | memoryview) else value
        for name, value in row.items()
    }


def _decoded(value: Any) -> Any:
    return base64.b64decode(value["base64"], validate=True) if isinstance(value, dict) else value
