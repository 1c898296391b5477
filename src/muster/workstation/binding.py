"""Binding a station to its computer, and releasing it again.

Bound, the key slots open with a password *and* this computer's TPM, or the keyring of the account at it
(``crypto.machine_binding``). Where these may break, an administrator keeps the machine secret on paper or on a
drive in a safe: a note, which opens nothing without a password.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from muster import durable
from muster.audit.catalogue import AuditEvent
from muster.crypto.machine_binding import Place, new_machine_secret
from muster.crypto.sealing import KEY_LENGTH
from muster.domain.operators import Permission
from muster.errors import BadInput, Code
from muster.workstation import nameplate
from muster.workstation.access import Access
from muster.workstation.policy import Policy
from muster.workstation.station import Station

NOTE_IN_STATION = Code(
    "NOTE_IN_STATION", "The note must not lie in the station's own folder: choose a drive that is kept elsewhere."
)
NOTE_EXISTS = Code("NOTE_EXISTS", "There is a file of that name already. Choose another name for the note.")
NOTE_UNREADABLE = Code("NOTE_UNREADABLE", "This file is no note of a station's machine secret.")

PROTECTION: Mapping[Place, Code] = MappingProxyType({place: nameplate.PROTECTION[place.value] for place in Place})
"""What stands between a stolen disk and the station, in words."""


def move(
    station: Station,
    user_id: str,
    password: str,
    place: Place,
    note: Path | None = None,
    policy: Policy | None = None,
) -> None:
    """Bind the station to ``place``, or release it; with ``note``, write the machine secret there first.

    Raises ``SignInRefused``, ``Refused``, ``BadInput`` (the note), ``KeyUnavailable``, ``StorageUnavailable``.
    """
    secret = new_machine_secret()
    unlocked = station.unlock(user_id, password)
    try:
        permissions = (policy or Policy()).permissions
        Access(unlocked.database, unlocked.operator, permissions).require(Permission.CHANGE_SETTINGS)
        content = station.move_to(place, secret)
        if note is not None and place is not Place.NOTHING:
            write_note(note, secret, station.folder.root)
        # The trail first: a crash in between leaves the word without the deed, never the deed without the word.
        with unlocked.database.work() as work:
            work.record(
                AuditEvent.STATION_BOUND,
                actor=unlocked.operator.user_id,
                bound_to=place.value,
                before=station.bound_to.value,
                note=str(note is not None).lower(),
            )
        durable.write(station.folder.station, content)
        station.leave_binding()
    finally:
        unlocked.database.close()


def write_note(path: Path, secret: bytes, station: Path) -> None:
    """Raises ``BadInput``, ``StorageUnavailable``."""
    if path.resolve().is_relative_to(station.resolve()):
        raise BadInput(NOTE_IN_STATION)
    if path.exists():
        raise BadInput(NOTE_EXISTS)
    durable.write(path, json.dumps({"muster machine secret": secret.hex()}).encode())


def read_note(path: Path) -> bytes:
    """Raises ``BadInput``."""
    try:
        secret = bytes.fromhex(json.loads(path.read_text(encoding="utf-8"))["muster machine secret"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadInput(NOTE_UNREADABLE) from error
    if len(secret) != KEY_LENGTH:
        raise BadInput(NOTE_UNREADABLE)
    return secret
