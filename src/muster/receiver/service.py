"""Running the receiver as a process of its own.

``python -m muster.receiver --data DIR --port N --machine 10001_10001=machine.pub.pem``, or for a station whose
key is in a TPM ``--machine 10001_10001=machine.sign.tpmt --encrypt-to 10001_10001=machine.encrypt.tpmt``

The first line on standard output is one JSON object, written when connections are answered:
``{"ready": true, "url": ..., "key": ..., "data": ...}``. With ``--login`` only who signed in is served; who may is
said with ``--user NAME=PASSWORD_FILE``. With ``--training`` packets of training stations are taken, too. Port 0
takes any free one. ``--settings hub.toml`` is for a center's hub (``settings``). With
``--exit-with-parent`` the process ends when its standard input does, so that a workstation that is killed
leaves no server behind.
"""

from __future__ import annotations

import hashlib
import json
import re
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import uvicorn

from muster import durable
from muster.clock import Clock
from muster.crypto.key_slots import KeySlot, make_slot
from muster.crypto.machine_data import encrypt_machine_data
from muster.crypto.sealing import new_station_key
from muster.crypto.signing import load_verification_key
from muster.errors import BadInput, Code, Unavailable
from muster.receiver.app import create_app
from muster.receiver.backup import Counted, back_up, restore
from muster.receiver.bundling import make_bundle
from muster.receiver.database import Database, database_in
from muster.receiver.guard import Limits, headers_in_time
from muster.receiver.machines import MACHINE_NOT_KNOWN, SHOWN_OF_A_KEY, KnownMachine, Standing
from muster.receiver.objects import open_objects
from muster.receiver.settings import HubSettings
from muster.receiver.storage import USER_ID, Storage
from muster.receiver.taking_over import take_over
from muster.receiver.workers import line_to, log_to_stderr, open_storage, options, serve_with_workers

PORT_TAKEN = Code("PORT_TAKEN", "Port {port} is used by another program. Choose another one.")
MACHINE_UNREADABLE = Code(
    "MACHINE_UNREADABLE", "Write a machine as CENTER_MACHINE=FILE, with a public key file that can be read."
)

USER_UNREADABLE = Code(
    "USER_UNREADABLE", "Write a user as NAME=FILE, with a file that holds the password on its first line."
)

BACKLOG = 1024


def parse_machine(text: str, check: Callable[[bytes], object] = load_verification_key) -> tuple[str, bytes]:
    """``10001_10001=key.pem`` (or a TPM's signing key) -> reference id and key. Raises ``BadInput``.

    ``check`` raises ``BadInput`` for a key that cannot do what it is registered for.
    """
    ref_id, _, file = text.partition("=")
    if not re.fullmatch(r"[0-9]{5}_[0-9]{5}", ref_id):
        raise BadInput(MACHINE_UNREADABLE)
    try:
        public_key = Path(file).read_bytes()
        check(public_key)
    except (OSError, BadInput) as error:
        raise BadInput(MACHINE_UNREADABLE) from error
    return ref_id, public_key


def parse_encryption_key(text: str) -> tuple[str, bytes]:
    """``10001_10001=machine.encrypt.tpmt`` -> reference id and key. Raises ``BadInput``."""
    return parse_machine(text, lambda key: encrypt_machine_data(key, b""))


def parse_user(text: str) -> KeySlot:
    """``erika=password.txt`` -> who may sign in; the password is the file's first line. Raises ``BadInput``."""
    user_id, _, file = text.partition("=")
    if not USER_ID.fullmatch(user_id):
        raise BadInput(USER_UNREADABLE)
    try:
        password = Path(file).read_text(encoding="utf-8-sig").partition("\n")[0].removesuffix("\r")
    except (OSError, ValueError) as error:
        raise BadInput(USER_UNREADABLE) from error
    if not password:
        raise BadInput(USER_UNREADABLE)
    return make_slot(user_id, password, new_station_key())


@dataclass(frozen=True, slots=True)
class Visitors:
    """Who may come: machines by reference id with their public keys, those that decrypt where they are others
    than those that sign, users, whether they must sign in, whether training stations are taken packets from, and
    who may look at the console."""

    machines: Mapping[str, bytes]
    users: tuple[KeySlot, ...] = ()
    login: bool = False
    encryption_keys: Mapping[str, bytes] = field(default_factory=dict)
    training: bool = False
    supervisors: tuple[KeySlot, ...] = ()


def serve(
    data: Path,
    port: int | None,
    visitors: Visitors,
    clock: Clock,
    *,
    exit_with_parent: bool = False,
    limits: Limits | None = None,
    hub: HubSettings | None = None,
) -> None:
    """Serve until stopped: SIGTERM lets requests end for ``hub.stop_within_s``, SIGHUP replaces worker processes
    one by one; a hub of one process reads its settings at its next start only. Raises
    ``Unavailable(PORT_TAKEN)``, ``StorageUnavailable``, ``BadInput``, ``NotAuthentic``."""
    hub = hub or HubSettings()
    log_to_stderr()
    storage = _storage(data, visitors, clock, hub)  # before the workers: the tables are there, and the keys
    listening = _listen(hub.host, hub.port or 0 if port is None else port)
    host, number = listening.getsockname()[:2]
    url = f"{'https' if hub.tls else 'http'}://{host}:{number}"
    ready = {"ready": True, "url": url, "key": str(storage.key_file), "data": str(data)}
    if hub.workers > 1:
        storage.close()
        serve_with_workers(data, hub, listening, ready, login=visitors.login, training=visitors.training)
        return
    if hub.file is not None and hasattr(signal, "SIGHUP"):  # else the end of a terminal is the end of this
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    line = line_to(hub.forward, storage, clock)
    app = create_app(
        storage, clock, login=visitors.login, training=visitors.training, limits=limits, hub=hub, line=line
    )
    config = uvicorn.Config(app, **options(hub, headers_in_time((limits or Limits()).header_seconds)))
    server = _Announcing(config, ready)
    if exit_with_parent:
        Thread(target=_stop_at_end_of_input, args=(server,), daemon=True).start()
    server.run(sockets=[listening])
    storage.close()


def write_bundle(
    data: Path, visitors: Visitors, clock: Clock, ref_id: str, file: Path, hub: HubSettings | None = None
) -> str:
    """A set-up file for one station. Returns the fingerprint of the certificate it is signed with, which the
    station's people are to be told by another way. Raises ``BadInput``, ``StorageUnavailable``."""
    storage = _storage(data, visitors, clock, hub or HubSettings())
    durable.write(file, make_bundle(storage, clock, ref_id).encode("ascii"))
    return hashlib.sha256(storage.signer.certificate).hexdigest()


def _storage(data: Path, visitors: Visitors, clock: Clock, hub: HubSettings) -> Storage:
    storage = open_storage(data, hub, clock)
    take_over(storage)
    for ref_id, public_key in visitors.machines.items():
        storage.register_machine(ref_id, public_key, visitors.encryption_keys.get(ref_id))
    for slot in visitors.users:
        storage.register_user(slot)
    for slot in visitors.supervisors:
        storage.register_user(slot, supervises=True)
    return storage


def back_up_hub(data: Path, hub: HubSettings, file: Path, clock: Clock) -> Counted:
    """Everything the hub keeps, into one file, while it serves. Raises ``StorageUnavailable``, ``BadInput``."""
    storage = open_storage(data, hub, clock)
    try:
        return back_up(storage.database, storage.objects, file, clock)
    finally:
        storage.close()


def restore_hub(data: Path, hub: HubSettings, file: Path, clock: Clock) -> Counted:
    """An empty hub becomes the one that ``file`` is of; the center's key has to be that hub's. Raises
    ``BadInput``, ``NotAuthentic``, ``StorageUnavailable``."""
    with durable.disk_errors():
        data.mkdir(parents=True, exist_ok=True)
    database = Database.open(hub.database or database_in(data))
    try:
        restored = restore(database, open_objects(hub.objects or data.absolute().as_uri()), file)
    finally:
        database.close()
    open_storage(data, hub, clock).close()  # with the wrong key it is said now
    return restored


def publish(data: Path, hub: HubSettings, folder: Path, clock: Clock) -> int:
    """What stations are told, from a folder as ``served`` describes it, for all processes. How many files. Raises
    ``BadInput``, ``StorageUnavailable``."""
    storage = open_storage(data, hub, clock)
    try:
        return storage.documents.publish(folder)
    finally:
        storage.close()


def known_stations(data: Path, hub: HubSettings, clock: Clock) -> tuple[KnownMachine, ...]:
    storage = open_storage(data, hub, clock)
    try:
        return storage.known.all()
    finally:
        storage.close()


def decide_station(
    data: Path, hub: HubSettings, clock: Clock, ref_id: str, standing: Standing, by: str, key: str | None = None
) -> None:
    """``key`` is the name of the key that was looked at, or as many of its first signs as the console shows.
    Raises ``BadInput(MACHINE_NOT_KNOWN)``, also where another key asks under the number by now."""
    storage = open_storage(data, hub, clock)
    try:
        sign_index = None if key is None else _whole(storage.known.all(), ref_id, key.strip().lower())
        storage.known.decide(ref_id, standing, by, sign_index)
    finally:
        storage.close()


def _whole(known: tuple[KnownMachine, ...], ref_id: str, key: str) -> str:
    for each in known:
        if each.ref_id == ref_id and len(key) >= SHOWN_OF_A_KEY and each.sign_index.startswith(key):
            return each.sign_index
    raise BadInput(MACHINE_NOT_KNOWN)


class _Announcing(uvicorn.Server):
    """Prints the readiness line once requests are answered."""

    def __init__(self, config: uvicorn.Config, line: Mapping[str, object]) -> None:
        super().__init__(config)
        self._line = json.dumps(line)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self._line, flush=True)


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:  # the latter for a number that is no port
        listening.close()
        raise Unavailable(PORT_TAKEN, port=port) from error
    listening.listen(BACKLOG)
    return listening


def _stop_at_end_of_input(server: uvicorn.Server) -> None:
    sys.stdin.buffer.read()
    server.should_exit = True
