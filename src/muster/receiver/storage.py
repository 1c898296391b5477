"""What the receiver keeps: its key, the announcements, the packets it accepted.

::

    server.pem            private key and certificate packets are encrypted to (mode 0600)
    signer.pem            the same of the key that signs answers and tokens
    users.json            who may sign in: key slots, which a password opens or not
    post/<user>.txt       the newest one-time password for that user, in place of a letter box
    machines/<ref>.pem    public keys of registered machines, octets as they came: PEM, DER or TPMT_PUBLIC
    machines/<ref>.opens  the same of the key that decrypts, where that is not the one that signs (TPM)
    announced/<id>.json   one file per announced packet
    packets/<id>.zip      accepted packets, byte for byte
    enrollments/<id>.json what GovStack's PUT /enrollment sent, by registration number
    accepted/<id>.json    when, and what the checks said; written last, so a packet counts only when whole
    rejected/<id>.json    when and why, of packets that opened and hold what no server takes
    states/<id>.txt       one of MOSIP's words, where somebody decided what became of a packet (``set_state``)

A packet id comes from outside; only ids of the form MOSIP prescribes ever become a file name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from muster import durable
from muster.clock import Clock
from muster.crypto.envelope import DecryptionKey
from muster.crypto.jws import sign_detached
from muster.crypto.key_slots import KeySlot, slot_from_json, slot_to_json
from muster.crypto.machine_key import fingerprint
from muster.crypto.signing import (
    SigningKey,
    certificate_to_der,
    certificate_to_pem,
    key_index_of,
    self_signed_certificate,
)
from muster.domain.delivery import ServerStatus
from muster.errors import BadInput, Code

USERS_UNREADABLE = Code("USERS_UNREADABLE", "The list of those who may sign in here is damaged: users.json.")
PACKET_NAME_UNUSABLE = Code("PACKET_NAME_UNUSABLE", "The packet's number has a form that no packet has.")

_PACKET_ID = re.compile(r"[0-9A-Za-z]{1,60}(-[0-9]{1,10}_[0-9]{1,10}-[0-9]{14})?")
_REF_ID = re.compile(r"[0-9]{1,10}_[0-9]{1,10}")
USER_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{1,49}")
_SIGNS, _OPENS = ".pem", ".opens"
_KEY_DAYS = 1095  # MOSIP's default validity of a module key


@dataclass(frozen=True, slots=True)
class ServerSigner:
    """The key of KERNEL/SIGN and its certificate, DER."""

    key: SigningKey
    certificate: bytes

    def sign_answer(self, body: bytes) -> str:
        return sign_detached(self.key, body, self.certificate)


@dataclass(frozen=True, slots=True)
class Machine:
    """The public keys of a registered machine; one and the same unless a TPM holds them."""

    signing_key: bytes
    encryption_key: bytes

    @property
    def key_index(self) -> str:
        """MOSIP's name of the key that decrypts."""
        one = self.encryption_key == self.signing_key
        return key_index_of(self.signing_key) if one else fingerprint(self.encryption_key)


class Storage:
    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        for name in ("machines", "announced", "packets", "accepted", "rejected", "states", "enrollments"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._pem = self._load_or_make_key(self.key_file, "Muster receiver")
        self.key = DecryptionKey.from_pem(self._pem)
        signer = self._load_or_make_key(folder / "signer.pem", "Muster receiver, answers")
        self.signer = ServerSigner(SigningKey.from_pem(signer), certificate_to_der(signer))

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def key_file(self) -> Path:
        return self._folder / "server.pem"

    @property
    def certificate_pem(self) -> bytes:
        return self._pem[self._pem.index(b"-----BEGIN CERTIFICATE") :]

    def _load_or_make_key(self, file: Path, name: str) -> bytes:
        if not file.exists():
            key = SigningKey.generate()
            certificate = self_signed_certificate(key, name, self._clock(), _KEY_DAYS)
            durable.write(file, key.to_pem() + certificate_to_pem(certificate))
        return file.read_bytes()

    def register_machine(self, ref_id: str, public_key: bytes, encryption_key: bytes | None = None) -> None:
        """``encryption_key`` is what is encrypted to, where ``public_key`` only signs."""
        durable.write(self._machine_file(ref_id, _SIGNS), public_key)
        if encryption_key is not None and encryption_key != public_key:
            durable.write(self._machine_file(ref_id, _OPENS), encryption_key)
        else:
            self._machine_file(ref_id, _OPENS).unlink(missing_ok=True)

    def machine_key(self, ref_id: str) -> bytes | None:
        """The registered public key, or nothing for an unknown machine."""
        path = self._machine_file(ref_id, _SIGNS)
        return path.read_bytes() if path.exists() else None

    def machine_by_key(self, key_index: str) -> Machine | None:
        """The machine whose signing key has that name."""
        found = (self._machine(path) for path in self._machine_files())
        return next((each for each in found if key_index_of(each.signing_key) == key_index), None)

    def machine_that_opens(self, key_index: str) -> Machine | None:
        """The machine whose decrypting key has that name."""
        found = (self._machine(path) for path in self._machine_files())
        return next((each for each in found if each.key_index == key_index), None)

    def machine(self, ref_id: str) -> Machine | None:
        path = self._machine_file(ref_id, _SIGNS)
        return self._machine(path) if path.exists() else None

    def machines(self) -> dict[str, str]:
        """The names of the signing keys by reference id."""
        return {path.stem: key_index_of(path.read_bytes()) for path in self._machine_files()}

    def _machine_files(self) -> list[Path]:
        return sorted((self._folder / "machines").glob(f"*{_SIGNS}"))

    def _machine(self, path: Path) -> Machine:
        public_key, other = path.read_bytes(), path.with_suffix(_OPENS)
        return Machine(public_key, other.read_bytes() if other.exists() else public_key)

    def _machine_file(self, ref_id: str, suffix: str) -> Path:
        return self._folder / "machines" / f"{_checked(_REF_ID, ref_id)}{suffix}"

    def register_user(self, slot: KeySlot) -> None:
        """Replaces the password of a user who is there already."""
        others = [each for each in self._users() if each.user_id != slot.user_id]
        content = [slot_to_json(each) for each in (*others, slot)]
        durable.write(self._folder / "users.json", json.dumps(content, indent=2).encode())

    def user(self, user_id: str) -> KeySlot | None:
        return next((each for each in self._users() if each.user_id == user_id), None)

    def user_ids(self) -> tuple[str, ...]:
        return tuple(each.user_id for each in self._users())

    def _users(self) -> tuple[KeySlot, ...]:
        """Read each time: whoever was registered meanwhile may sign in."""
        path = self._folder / "users.json"
        if not path.exists():
            return ()
        try:
            return tuple(slot_from_json(each) for each in json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise BadInput(USERS_UNREADABLE) from error

    def post(self, user_id: str, text: str) -> None:
        """Leave something for a user to find."""
        durable.write(self._folder / "post" / f"{_checked(USER_ID, user_id)}.txt", text.encode())

    def announce(self, packet_id: str, entry: Mapping[str, Any]) -> None:
        durable.write(self._path("announced", packet_id, "json"), json.dumps(entry).encode())

    def announcement(self, packet_id: str) -> dict[str, Any] | None:
        return self._json("announced", packet_id)

    def accept(self, packet_id: str, content: bytes, entry: Mapping[str, Any]) -> None:
        durable.write(self._path("packets", packet_id, "zip"), content)
        durable.write(self._path("accepted", packet_id, "json"), json.dumps(entry).encode())

    def accepted(self, packet_id: str) -> dict[str, Any] | None:
        return self._json("accepted", packet_id)

    def packet(self, packet_id: str) -> bytes:
        return self._path("packets", packet_id, "zip").read_bytes()

    def accepted_ids(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in (self._folder / "accepted").glob("*.json")))

    def reject(self, packet_id: str, entry: Mapping[str, Any]) -> None:
        durable.write(self._path("rejected", packet_id, "json"), json.dumps(entry).encode())

    def rejected_ids(self) -> tuple[str, ...]:
        """Those that were not accepted after all: the same number may come again, made better."""
        found = {path.stem for path in (self._folder / "rejected").glob("*.json")}
        return tuple(sorted(found.difference(self.accepted_ids())))

    def set_state(self, packet_id: str, state: ServerStatus) -> None:
        """Decide what became of a packet, as the stages behind the receiver would. No request can do this; a
        person can, who writes the word into the file."""
        durable.write(self._path("states", packet_id, "txt"), state.value.encode())

    def state(self, packet_id: str) -> ServerStatus | None:
        path = self._path("states", packet_id, "txt")
        return ServerStatus(path.read_text(encoding="utf-8").strip()) if path.exists() else None

    def forget_state(self, packet_id: str) -> None:
        self._path("states", packet_id, "txt").unlink(missing_ok=True)

    def announced_ids(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in (self._folder / "announced").glob("*.json")))

    def enroll(self, registration_id: str, content: bytes) -> None:
        durable.write(self._path("enrollments", registration_id, "json"), content)

    def enrollment(self, registration_id: str) -> bytes | None:
        path = self._path("enrollments", registration_id, "json")
        return path.read_bytes() if path.exists() else None

    def _json(self, folder: str, packet_id: str) -> dict[str, Any] | None:
        path = self._path(folder, packet_id, "json")
        if not path.exists():
            return None
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content

    def _path(self, folder: str, packet_id: str, suffix: str) -> Path:
        return self._folder / folder / f"{_checked(_PACKET_ID, packet_id)}.{suffix}"


def _checked(pattern: re.Pattern[str], name: str) -> str:
    if not pattern.fullmatch(name):
        raise BadInput(PACKET_NAME_UNUSABLE)
    return name
