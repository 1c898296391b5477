"""Pictures, records and packets: files beside the database, and their rows in it.

A blob's file is complete on disk before the row that names it is committed; the other way round a
crash could leave a row that points nowhere. A file whose row was never committed is an orphan and
is removed by :func:`sweep`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from muster import durable
from muster.crypto.sealing import Sealer
from muster.domain.delivery import DeliveryState
from muster.domain.lifecycle import BlobRef
from muster.domain.registration import RegistrationId
from muster.errors import Code, NotAuthentic, StorageUnavailable
from muster.store.prepared import Prepared
from muster.store.tables import blob, outbox

BLOB_MISSING = Code("BLOB_MISSING", "A picture of this registration is missing on the disk. Capture it again.")
BLOB_DAMAGED = Code("BLOB_DAMAGED", "A picture of this registration is damaged on the disk. Capture it again.")

_ADD = Prepared(blob.insert())


class BlobRows:
    """Which blobs exist, in the transaction at hand."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, registration_id: RegistrationId, ref: BlobRef) -> None:
        _ADD(
            self._connection, name=ref.name, registration_id=registration_id.text, digest=ref.digest, size=ref.size
        )

    def names(self) -> frozenset[str]:
        return frozenset(self._connection.scalars(sa.select(blob.c.name)))

    def registrations(self) -> tuple[RegistrationId, ...]:
        """The registrations whose content is still on this disk."""
        ids = self._connection.scalars(sa.select(blob.c.registration_id).distinct())
        return tuple(RegistrationId(each) for each in ids)

    def among(self, registrations: Collection[RegistrationId]) -> frozenset[RegistrationId]:
        """Those of them whose content is still on this disk."""
        wanted = [each.text for each in registrations]
        query = sa.select(blob.c.registration_id).where(blob.c.registration_id.in_(wanted)).distinct()
        return frozenset(RegistrationId(each) for each in self._connection.scalars(query))

    def of_delivered(self) -> tuple[RegistrationId, ...]:
        """The registrations whose content is still here though their packet went out once, or never will."""
        is_there = sa.exists().where(blob.c.registration_id == outbox.c.registration_id)
        ended = outbox.c.state.in_([DeliveryState.PUSHED.value, DeliveryState.REJECTED.value])
        went_out = ended | outbox.c.next_question.is_not(None)
        query = sa.select(outbox.c.registration_id).where(went_out, is_there)
        return tuple(RegistrationId(each) for each in self._connection.scalars(query))

    def remove(self, names: Collection[str]) -> None:
        """Forget these; their files may be destroyed once this is committed."""
        self._connection.execute(blob.delete().where(blob.c.name.in_(list(names))))

    def remove_of(self, registration_id: RegistrationId) -> tuple[str, ...]:
        """Forget a registration's blobs; returns the names whose files may now be destroyed."""
        of_registration = blob.c.registration_id == registration_id.text
        names = tuple(self._connection.scalars(sa.select(blob.c.name).where(of_registration)))
        self._connection.execute(blob.delete().where(of_registration))
        return names


class BlobFolder:
    """Sealed files. Each is bound to its registration: it opens for no other."""

    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self._folder = folder
        self._sealer = sealer

    def put(self, registration_id: RegistrationId, content: bytes) -> BlobRef:
        """Seal ``content`` into a new file, durable when this returns.

        Raises ``StorageUnavailable``.
        """
        name = uuid4().hex
        sealed = self._sealer.seal(content, _context(registration_id, name))
        durable.write(self._folder / name, sealed)
        return BlobRef(name, hashlib.sha256(content).hexdigest(), len(content))

    def get(self, registration_id: RegistrationId, ref: BlobRef) -> bytes:
        """Raises ``StorageUnavailable`` when the file is gone or the disk cannot read it, ``NotAuthentic``
        when it was changed."""
        with durable.disk_errors():
            try:
                sealed = (self._folder / ref.name).read_bytes()
            except FileNotFoundError as error:
                raise StorageUnavailable(BLOB_MISSING) from error
        content = self._sealer.open(sealed, _context(registration_id, ref.name))
        if hashlib.sha256(content).hexdigest() != ref.digest:
            raise NotAuthentic(BLOB_DAMAGED)
        return content

    def destroy(self, names: Collection[str]) -> None:
        """Delete files. What they held was only ever on the disk encrypted."""
        with durable.disk_errors():
            for name in names:
                (self._folder / name).unlink(missing_ok=True)

    def sweep(self, known: Collection[str]) -> int:
        """Delete files no row names (left by a crash); returns how many."""
        with durable.disk_errors():
            files = [path for path in self._folder.iterdir() if path.is_file()]
            orphans = [path for path in files if path.name not in known]
            for path in orphans:
                path.unlink(missing_ok=True)
        return len(orphans)


def _context(registration_id: RegistrationId, name: str) -> str:
    return f"blob/{registration_id}/{name}"
