"""Taking over a receiver's folder as it was when every record was a file of its own.

::

    users.json                                  who may sign in
    machines/<ref>.pem, <ref>.opens             public keys
    announced/, accepted/, rejected/<id>.json   one file for each packet
    states/<id>.txt, enrollments/<id>.json
    packets/<id>.zip                            accepted packets

Each file becomes a row and is removed when the row is there; killed in between, the next start goes on. Packets
stay where they lie unless the object store is another place. What the database knows already stays as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from muster import durable
from muster.crypto.key_slots import slot_from_json
from muster.domain.delivery import ServerStatus
from muster.errors import BadInput, Code
from muster.receiver.machines import Machine, Standing
from muster.receiver.objects import OBJECT_MISSING, store
from muster.receiver.storage import Storage
from muster.receiver.tables import packet, refusal

RECEIVER_FILE_DAMAGED = Code(
    "RECEIVER_FILE_DAMAGED",
    "A file of the receiver is damaged and cannot be taken over: {file}. Mend or remove it.",
)

_FOLDERS = ("machines", "announced", "accepted", "rejected", "states", "enrollments")


def take_over(storage: Storage) -> int:
    """How many files became rows. Raises ``BadInput(RECEIVER_FILE_DAMAGED)``, ``StorageUnavailable``."""
    folder = storage.folder
    kinds: tuple[tuple[str, str, Callable[[Storage, Path], None]], ...] = (
        ("", "users.json", _users),
        ("machines", "*.pem", _machine),
        ("announced", "*.json", _announced),
        ("accepted", "*.json", _accepted),
        ("rejected", "*.json", _rejected),
        ("states", "*.txt", _state),
        ("enrollments", "*.json", _enrolled),
    )
    count = 0
    for name, pattern, take in kinds:
        for path in sorted((folder / name).glob(pattern)):
            try:
                take(storage, path)
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise BadInput(RECEIVER_FILE_DAMAGED, file=path.name) from error
            with durable.disk_errors():
                path.unlink(missing_ok=True)
            count += 1
    for name in _FOLDERS:
        if (folder / name).is_dir() and not any((folder / name).iterdir()):
            (folder / name).rmdir()
    return count


def _users(storage: Storage, path: Path) -> None:
    for each in json.loads(path.read_text(encoding="utf-8")):
        slot = slot_from_json(each)
        if storage.user(slot.user_id) is None:
            storage.register_user(slot)


def _machine(storage: Storage, path: Path) -> None:
    other = path.with_suffix(".opens")
    signs = path.read_bytes()
    if storage.machine(path.stem) is None:
        opens = other.read_bytes() if other.exists() else signs
        storage.known.register(path.stem, Machine(signs, opens), Standing.APPROVED)
    other.unlink(missing_ok=True)


def _announced(storage: Storage, path: Path) -> None:
    if storage.announcement(path.stem) is None:
        storage.announce(path.stem, _object(path))


def _accepted(storage: Storage, path: Path) -> None:
    """The record was written after the packet, so the packet is there, unless it became a row already."""
    name = f"packets/{path.stem}.zip"
    lies_here = storage.folder / name
    if storage.accepted(path.stem) is not None:
        if storage.keeps_objects_elsewhere:
            lies_here.unlink(missing_ok=True)
        return
    record = _object(path)
    if not lies_here.exists():
        raise BadInput(OBJECT_MISSING)
    content = lies_here.read_bytes()
    if storage.keeps_objects_elsewhere:
        store(storage.objects, name, content)
    said = {
        **storage.named(path.stem),
        "object_name": name,
        "digest": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "received_at": str(record["receivedAt"]),
    }
    added = storage.database.insert(packet).values(packet_id=path.stem, **said)
    with storage.database.writing() as connection:
        connection.execute(added.on_conflict_do_nothing(index_elements=[packet.c.packet_id]))
    if storage.keeps_objects_elsewhere:
        lies_here.unlink()


def _rejected(storage: Storage, path: Path) -> None:
    record = _object(path)
    said = {
        **storage.named(path.stem),
        "refused_at": str(record["receivedAt"]),
        "size": int(record["size"]),
        "code": str(record["code"]),
        "message": str(record["message"]),
    }
    added = storage.database.insert(refusal).values(packet_id=path.stem, **said)
    with storage.database.writing() as connection:
        connection.execute(added.on_conflict_do_nothing(index_elements=[refusal.c.packet_id]))


def _state(storage: Storage, path: Path) -> None:
    if storage.state(path.stem) is None:
        storage.set_state(path.stem, ServerStatus(path.read_text(encoding="utf-8").strip()))


def _enrolled(storage: Storage, path: Path) -> None:
    content = path.read_bytes()
    storage.enroll(path.stem, lambda kept: None if kept else content)


def _object(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise TypeError("not a JSON object")
    return content
