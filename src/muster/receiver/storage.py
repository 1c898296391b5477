"""What the receiver keeps: its keys, who may come, the announcements, the packets it accepted.

Rows in a database, packets in an object store (``database``, ``objects``), both by their addresses, both in the
receiver's folder where nothing else is said::

    hub.db                  the tables of ``tables``
    center.key              what opens the sealed columns; kept elsewhere for a center (``center_key``)
    server.pem, signer.pem  the private keys, where the center's key lies here as well; sealed in the database else
    post/<user>.txt         the newest one-time password for that user, in place of a letter box
    packets/<id>.<16 digits>.zip    accepted packets, byte for byte
    served/                 what stations are told (``served``)

A packet is accepted once, whoever brings it how often and whatever is killed meanwhile: the object is written and
read again, then the row says that it counts. An object without a row is swept (``sweeping``).

A packet id comes from outside; only ids of the form MOSIP prescribes ever become a name.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from muster import durable
from muster.clock import Clock, rfc3339
from muster.crypto.envelope import DecryptionKey
from muster.crypto.key_slots import KeySlot, slot_from_json, slot_to_json
from muster.domain.delivery import ServerStatus
from muster.errors import BadInput, Code, MusterError, StorageUnavailable
from muster.receiver.center_key import CenterKey
from muster.receiver.database import Database, database_in, is_written
from muster.receiver.documents import Documents
from muster.receiver.forwarding_queue import EnrollmentQueue, PacketQueue
from muster.receiver.machines import Machine, Machines, Standing
from muster.receiver.objects import OBJECT_MISSING, Objects, open_objects, store
from muster.receiver.server_keys import ServerKeys, ServerSigner
from muster.receiver.tables import announcement, decision, enrollment, packet, refusal, user

USERS_UNREADABLE = Code("USERS_UNREADABLE", "The list of those who may sign in here is damaged: users.json.")
PACKET_NAME_UNUSABLE = Code("PACKET_NAME_UNUSABLE", "The packet's number has a form that no packet has.")

_PACKET_ID = re.compile(r"[0-9A-Za-z]{1,60}(-[0-9]{1,10}_[0-9]{1,10}-[0-9]{14})?")
_STATION = "announcedBy"  # beside what was said: who signed it, if anybody did
USER_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{1,49}")


class Storage:
    """``database`` and ``objects`` are addresses; ``center_key`` is a file. Raises ``BadInput``,
    ``StorageUnavailable``, ``NotAuthentic``."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        database: str | None = None,
        objects: str | None = None,
        center_key: Path | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._clock = clock
        self.center_key = CenterKey.find(folder, center_key)
        self.objects: Objects = open_objects(objects or folder.absolute().as_uri())
        self.database = Database.open(database or database_in(folder))
        self.keeps_objects_elsewhere = objects is not None
        self._announced = self.center_key.sealer("announcements")
        self._enrolled = self.center_key.sealer("enrollments")
        try:
            self.keys = ServerKeys(self.database, self.center_key, folder, clock)
        except MusterError:
            self.database.close()
            raise
        self.known = Machines(self.database, clock)
        self.documents = Documents(self.database, self.center_key.sealer("documents"), clock)
        self.forwards: PacketQueue | None = None
        """Where packets go on to another system."""
        self.enrollment_forwards: EnrollmentQueue | None = None
        """Where enrollments do."""

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def key(self) -> DecryptionKey:
        return self.keys.opener

    @property
    def signer(self) -> ServerSigner:
        return self.keys.signer

    @property
    def key_file(self) -> Path:
        return self.keys.file

    @property
    def certificate_pem(self) -> bytes:
        return self.keys.certificate_pem

    def close(self) -> None:
        self.database.close()

    # Machines

    def register_machine(self, ref_id: str, public_key: bytes, encryption_key: bytes | None = None) -> None:
        """``encryption_key`` is what is encrypted to, where ``public_key`` only signs."""
        self.known.register(ref_id, Machine(public_key, encryption_key or public_key), Standing.APPROVED)

    def machine_key(self, ref_id: str) -> bytes | None:
        """The registered public key, or nothing for an unknown machine."""
        machine = self.machine(ref_id)
        return machine.signing_key if machine else None

    def machine(self, ref_id: str) -> Machine | None:
        return self.known.one(ref_id)

    def machine_by_key(self, key_index: str) -> Machine | None:
        """The machine whose signing key has that name."""
        return self.known.that_signs(key_index)

    def machine_that_opens(self, key_index: str) -> Machine | None:
        """The machine whose decrypting key has that name."""
        return self.known.that_opens(key_index)

    def machines(self) -> dict[str, str]:
        """The names of the signing keys by reference id."""
        return self.known.sign_indexes()

    # Users

    def register_user(self, slot: KeySlot, *, supervises: bool = False) -> None:
        """Replaces the password of a user who is there already."""
        said = {"slot": json.dumps(slot_to_json(slot)), "supervises": int(supervises)}
        added = self.database.insert(user).values(user_id=slot.user_id, **said)
        with self.database.writing() as connection:
            connection.execute(added.on_conflict_do_update(index_elements=[user.c.user_id], set_=said))

    def user(self, user_id: str) -> KeySlot | None:
        return self._slot(user_id, sa.select(user.c.slot).where(user.c.user_id == user_id))

    def supervisor(self, user_id: str) -> KeySlot | None:
        """Somebody who may look at the console."""
        query = sa.select(user.c.slot).where(user.c.user_id == user_id, user.c.supervises != 0)
        return self._slot(user_id, query)

    def user_ids(self) -> tuple[str, ...]:
        with self.database.reading() as connection:
            return tuple(connection.scalars(sa.select(user.c.user_id).order_by(user.c.user_id)))

    def _slot(self, user_id: str, query: sa.Select[Any]) -> KeySlot | None:
        if not USER_ID.fullmatch(user_id):
            return None
        with self.database.reading() as connection:
            found = connection.scalar(query)
        if found is None:
            return None
        try:
            return slot_from_json(json.loads(found))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise BadInput(USERS_UNREADABLE) from error

    def post(self, user_id: str, text: str) -> None:
        """Leave something for a user to find."""
        if not USER_ID.fullmatch(user_id):
            raise BadInput(PACKET_NAME_UNUSABLE)
        durable.write(self._folder / "post" / f"{user_id}.txt", text.encode())

    # Packets

    def named(self, packet_id: str) -> dict[str, str]:
        """Whose packet it is, as columns. Raises ``BadInput(PACKET_NAME_UNUSABLE)``."""
        return {"registration_id": _checked(packet_id).split("-", maxsplit=1)[0], "ref_id": reference(packet_id)}

    def announce(self, packet_id: str, entry: Mapping[str, Any], station: str | None = None) -> bool:
        """``station`` is who signed, if anybody did. Whether ``entry`` may stand: not when another station said
        something else before. Of a packet that counts already nothing is changed, unless it is wanted again.
        Raises ``BadInput``, ``StorageUnavailable``, ``NotAuthentic``."""
        said = {
            **self.named(packet_id),
            "announced_at": rfc3339(self._clock()),
            "sealed": self._announced.seal(json.dumps({**entry, _STATION: station}).encode(), packet_id),
        }
        added = self.database.insert(announcement).values(packet_id=packet_id, **said)
        mine = announcement.c.packet_id == packet_id
        decided = decision.c.packet_id == packet.c.packet_id
        taken = sa.select(packet.c.digest, decision.c.state).outerjoin(decision, decided)
        with self.database.writing() as connection:
            before = connection.execute(taken.where(packet.c.packet_id == packet_id)).first()
            if before is not None and before.state != ServerStatus.RESEND.value:
                return True
            if is_written(connection, added.on_conflict_do_nothing(index_elements=[announcement.c.packet_id])):
                return True
            said_before = sa.select(announcement.c.sealed).where(mine).with_for_update()
            sealed = connection.execute(said_before).scalar_one()
            kept = json.loads(self._announced.open(sealed, packet_id))
            first = kept.pop(_STATION, None)
            spent = before is not None and str(kept.get("packetHashValue")).lower() == before.digest
            # Who made the packet is never locked out by who carried it.
            if first is not None and station not in (first, reference(packet_id)) and not spent:
                return bool(kept == {name: value for name, value in entry.items() if name != _STATION})
            connection.execute(sa.update(announcement).where(mine).values(**said))
        return True

    def announcement(self, packet_id: str) -> dict[str, Any] | None:
        query = sa.select(announcement.c.sealed).where(announcement.c.packet_id == _checked(packet_id))
        with self.database.reading() as connection:
            sealed = connection.scalar(query)
        if sealed is None:
            return None
        content: dict[str, Any] = json.loads(self._announced.open(sealed, packet_id))
        content.pop(_STATION, None)
        return content

    def accept(self, packet_id: str, content: bytes) -> bool:
        """Keep a packet. Whether it counts: not when somebody else brought it first, unless it is wanted again.
        Raises ``StorageUnavailable``, ``NotAuthentic``."""
        name = new_object_name("packets", packet_id)
        said = {
            **self.named(packet_id),
            "object_name": name,
            "digest": hashlib.sha256(content).hexdigest(),
            "size": len(content),
            "received_at": rfc3339(self._clock()),
        }
        store(self.objects, name, content)
        counts = self._count(packet_id, said)
        if not counts:  # nobody will ever name it
            with suppress(StorageUnavailable):
                self.objects.delete(name)
        return counts

    def _count(self, packet_id: str, said: Mapping[str, Any]) -> bool:
        added = self.database.insert(packet).values(packet_id=packet_id, **said)
        wanted = sa.delete(decision).where(
            decision.c.packet_id == packet_id, decision.c.state == ServerStatus.RESEND.value
        )
        with self.database.writing() as connection:
            if is_written(connection, added.on_conflict_do_nothing(index_elements=[packet.c.packet_id])):
                connection.execute(wanted)
            elif connection.execute(wanted).rowcount:
                connection.execute(sa.update(packet).where(packet.c.packet_id == packet_id).values(**said))
            else:
                return False
            if self.forwards is not None:
                self.forwards.put(connection, packet_id)
        return True

    def accepted(self, packet_id: str) -> dict[str, Any] | None:
        with self.database.reading() as connection:
            row = connection.execute(sa.select(packet).where(packet.c.packet_id == _checked(packet_id))).first()
        return None if row is None else dict(row._mapping)

    def packet(self, packet_id: str) -> bytes:
        """Raises ``StorageUnavailable`` for one that was not accepted, too."""
        row = self.accepted(packet_id)
        if row is None:
            raise StorageUnavailable(OBJECT_MISSING)
        return self.objects.get(row["object_name"])

    def accepted_ids(self) -> tuple[str, ...]:
        with self.database.reading() as connection:
            return tuple(connection.scalars(sa.select(packet.c.packet_id).order_by(packet.c.packet_id)))

    def reject(self, packet_id: str, size: int, code: str, message: str) -> None:
        said = {
            **self.named(packet_id),
            "refused_at": rfc3339(self._clock()),
            "size": size,
            "code": code,
            "message": message,
        }
        added = self.database.insert(refusal).values(packet_id=packet_id, **said)
        with self.database.writing() as connection:
            connection.execute(added.on_conflict_do_update(index_elements=[refusal.c.packet_id], set_=said))

    def rejected_ids(self) -> tuple[str, ...]:
        """Those that were not accepted after all: the same number may come again, made better."""
        query = sa.select(refusal.c.packet_id).where(refusal.c.packet_id.not_in(sa.select(packet.c.packet_id)))
        with self.database.reading() as connection:
            return tuple(connection.scalars(query.order_by(refusal.c.packet_id)))

    def announced_ids(self) -> tuple[str, ...]:
        with self.database.reading() as connection:
            return tuple(
                connection.scalars(sa.select(announcement.c.packet_id).order_by(announcement.c.packet_id))
            )

    # What became of them

    def set_state(self, packet_id: str, state: ServerStatus) -> None:
        """Decide what became of a packet, as the stages behind the receiver would. No station can do this."""
        added = self.database.insert(decision).values(packet_id=_checked(packet_id), state=state.value)
        with self.database.writing() as connection:
            connection.execute(
                added.on_conflict_do_update(index_elements=[decision.c.packet_id], set_={"state": state.value})
            )

    def state(self, packet_id: str) -> ServerStatus | None:
        with self.database.reading() as connection:
            state = connection.scalar(
                sa.select(decision.c.state).where(decision.c.packet_id == _checked(packet_id))
            )
        return None if state is None else ServerStatus(state)

    def states(self, packet_ids: Iterable[str]) -> dict[str, ServerStatus]:
        """What became of those of the packets that are known."""
        wanted = _possible(packet_ids)
        return self._states(lambda table: table.c.packet_id.in_(wanted)) if wanted else {}

    def states_by_registration(self, registration_ids: Iterable[str]) -> dict[str, ServerStatus]:
        """What became of registrations: of the packet that got furthest; of one that came as an enrollment, that
        it is here."""
        wanted = _possible(registration_ids)
        if not wanted:
            return {}
        enrolled = sa.select(enrollment.c.registration_id).where(enrollment.c.registration_id.in_(wanted))
        with self.database.reading() as connection:
            states = dict.fromkeys(connection.scalars(enrolled), ServerStatus.ACCEPTED)
        found = self._states(lambda table: table.c.registration_id.in_(wanted))
        return states | {packet_id.split("-")[0]: state for packet_id, state in found.items()}

    def _states(self, is_meant: Any) -> dict[str, ServerStatus]:
        """The furthest come last."""
        states: dict[str, ServerStatus] = {}
        steps = (
            (announcement, ServerStatus.UPLOAD_PENDING),
            (refusal, ServerStatus.REJECTED),
            (packet, ServerStatus.ACCEPTED),
        )
        with self.database.reading() as connection:
            for table, state in steps:
                query = sa.select(table.c.packet_id).where(is_meant(table)).order_by(table.c.packet_id)
                for packet_id in connection.scalars(query):
                    states.pop(packet_id, None)
                    states[packet_id] = state
            decided = sa.select(decision.c.packet_id, decision.c.state)
            rows = connection.execute(decided.where(decision.c.packet_id.in_(sorted(states))))
            for packet_id, word in rows:
                states[packet_id] = ServerStatus(word)
        return states

    # GovStack's enrollments

    def enroll(self, registration_id: str, change: Callable[[bytes | None], bytes | None]) -> None:
        """Replace what is kept by what ``change`` makes of it, unless that is nothing. ``change`` may be asked
        again when somebody else was faster."""
        meant = enrollment.c.registration_id == _checked(registration_id)
        kept = sa.select(enrollment.c.sealed).where(meant).with_for_update()
        done = False
        while not done:
            with self.database.writing() as connection:
                sealed = connection.scalar(kept)
                before = None if sealed is None else self._enrolled.open(sealed, registration_id)
                after = change(before)
                if after is None:
                    return
                said = {
                    "changed_at": rfc3339(self._clock()),
                    "sealed": self._enrolled.seal(after, registration_id),
                }
                added = self.database.insert(enrollment).values(registration_id=registration_id, **said)
                if before is None:
                    added = added.on_conflict_do_nothing(index_elements=[enrollment.c.registration_id])
                    done = is_written(connection, added)
                else:
                    connection.execute(sa.update(enrollment).where(meant).values(**said))
                    done = True
                if done and self.enrollment_forwards is not None:
                    self.enrollment_forwards.put(connection, registration_id)

    def enrollment(self, registration_id: str) -> bytes | None:
        query = sa.select(enrollment.c.sealed).where(enrollment.c.registration_id == _checked(registration_id))
        with self.database.reading() as connection:
            sealed = connection.scalar(query)
        return None if sealed is None else self._enrolled.open(sealed, registration_id)


def new_object_name(folder: str, packet_id: str) -> str:
    """Never given twice: two who bring one packet do not write over each other, and what was left behind without a
    row never gets one."""
    return f"{folder}/{packet_id}.{secrets.token_hex(8)}.zip"


def reference(packet_id: str) -> str:
    """``<center>_<machine>`` of a packet id, or of the first ten digits where there is none (1.1.5)."""
    parts = packet_id.split("-")
    return parts[1] if len(parts) == 3 else f"{packet_id[:5]}_{packet_id[5:10]}"


def _possible(ids: Iterable[str]) -> list[str]:
    """Those that may be known at all: a database does not take every text."""
    return sorted({each for each in ids if _PACKET_ID.fullmatch(each)})


def _checked(packet_id: str) -> str:
    if not _PACKET_ID.fullmatch(packet_id):
        raise BadInput(PACKET_NAME_UNUSABLE)
    return packet_id
