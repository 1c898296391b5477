"""Running the receiver as a process of its own.

``python -m muster.receiver --data DIR --port N --machine 10001_10001=machine.pub.pem``, or for a station whose
key is in a TPM ``--machine 10001_10001=machine.sign.tpmt --encrypt-to 10001_10001=machine.encrypt.tpmt``

The first line on standard output is one JSON object, written when connections are answered:
``{"ready": true, "url": ..., "key": ..., "data": ...}``. With ``--login`` only who signed in is served; who may is
said with ``--user NAME=PASSWORD_FILE``. With ``--training`` packets of training stations are taken, too. Port 0
takes any free one. With
``--exit-with-parent`` the process ends when its standard input does, so that a workstation that is killed
leaves no server behind.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import structlog
import uvicorn

from muster import durable
from muster.clock import Clock
from muster.crypto.key_slots import KeySlot, make_slot
from muster.crypto.machine_data import encrypt_machine_data
from muster.crypto.sealing import new_station_key
from muster.crypto.signing import load_verification_key
from muster.errors import BadInput, Code, Unavailable
from muster.receiver.app import create_app
from muster.receiver.bundling import make_bundle
from muster.receiver.guard import Limits, headers_in_time
from muster.receiver.storage import USER_ID, Storage

PORT_TAKEN = Code("PORT_TAKEN", "Port {port} is used by another program. Choose another one.")
MACHINE_UNREADABLE = Code(
    "MACHINE_UNREADABLE", "Write a machine as CENTER_MACHINE=FILE, with a public key file that can be read."
)

USER_UNREADABLE = Code(
    "USER_UNREADABLE", "Write a user as NAME=FILE, with a file that holds the password on its first line."
)

HOST = "127.0.0.1"
_CONNECTIONS = 256  # a centre has twenty stations; more than this is answered with 503
_STOP_WITHIN_S = 1  # a client that stalls in the middle of an upload must not keep the process alive


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
    """Who may come: machines by reference id with their public keys, those that decrypt where they are others than
    those that sign, users, whether they must sign in, and whether training stations are taken packets from."""

    machines: Mapping[str, bytes]
    users: tuple[KeySlot, ...] = ()
    login: bool = False
    encryption_keys: Mapping[str, bytes] = field(default_factory=dict)
    training: bool = False


def serve(
    data: Path,
    port: int,
    visitors: Visitors,
    clock: Clock,
    *,
    exit_with_parent: bool = False,
    limits: Limits | None = None,
) -> None:
    """Serve until stopped. Raises ``Unavailable(PORT_TAKEN)``, ``StorageUnavailable``."""
    limits = limits or Limits()
    structlog.configure(
        processors=[structlog.processors.TimeStamper("iso"), structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    storage = _storage(data, visitors, clock)
    listening = _listen(port)
    url = f"http://{HOST}:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        create_app(storage, clock, login=visitors.login, training=visitors.training, limits=limits),
        http=headers_in_time(limits.header_seconds),
        ws="none",
        limit_concurrency=_CONNECTIONS,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=_STOP_WITHIN_S,
    )
    server = _Announcing(config, {"ready": True, "url": url, "key": str(storage.key_file), "data": str(data)})
    if exit_with_parent:
        Thread(target=_stop_at_end_of_input, args=(server,), daemon=True).start()
    server.run(sockets=[listening])


def write_bundle(data: Path, visitors: Visitors, clock: Clock, ref_id: str, file: Path) -> str:
    """A set-up file for one station. Returns the fingerprint of the certificate it is signed with, which the
    station's people are to be told by another way. Raises ``BadInput``, ``StorageUnavailable``."""
    storage = _storage(data, visitors, clock)
    durable.write(file, make_bundle(storage, clock, ref_id).encode("ascii"))
    return hashlib.sha256(storage.signer.certificate).hexdigest()


def _storage(data: Path, visitors: Visitors, clock: Clock) -> Storage:
    storage = Storage(data, clock)
    for ref_id, public_key in visitors.machines.items():
        storage.register_machine(ref_id, public_key, visitors.encryption_keys.get(ref_id))
    for slot in visitors.users:
        storage.register_user(slot)
    return storage


class _Announcing(uvicorn.Server):
    """Prints the readiness line once requests are answered."""

    def __init__(self, config: uvicorn.Config, line: Mapping[str, object]) -> None:
        super().__init__(config)
        self._line = json.dumps(line)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self._line, flush=True)


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except (OSError, OverflowError) as error:  # the latter for a number that is no port
        listening.close()
        raise Unavailable(PORT_TAKEN, port=port) from error
    listening.listen(64)
    return listening


def _stop_at_end_of_input(server: uvicorn.Server) -> None:
    sys.stdin.buffer.read()
    server.should_exit = True
