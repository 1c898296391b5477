"""Setting a station up, and signing in.

Rules:

1. ``station.json`` is written last: a station exists with all it needs or not at all, and a set-up
   that was interrupted is simply done again.
2. The station key exists in clear only in memory, from sign-in to sign-out.
3. A set-up deletes what an interrupted one left, never what people were registered into: a folder that
   holds pictures or packets and no ``station.json`` is refused.
4. A demo station writes its made-up passwords beside its data and says so everywhere; it is for
   invented people.
"""

from __future__ import annotations

import json
import secrets
import shutil
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from muster import durable
from muster.audit.catalogue import AuditEvent
from muster.clock import Clock, rfc3339
from muster.crypto.key_slots import (
    SIGN_IN_REFUSED,
    KeySlot,
    make_slot,
    open_slot,
    slot_from_json,
    slot_to_json,
)
from muster.crypto.keyed_hash import KeyedHash
from muster.crypto.machine_binding import (
    MachineBinding,
    bind,
    binding_from_json,
    binding_to_json,
    new_machine_secret,
    release,
)
from muster.crypto.machine_binding import Place as Place  # noqa: PLC0414 - the command line's word as well
from muster.crypto.machine_key import Flavour as Flavour  # noqa: PLC0414 - the command line's word as well
from muster.crypto.machine_key import MachineKey
from muster.crypto.sealing import Sealer, derive_key, new_station_key
from muster.crypto.signing import SigningKey, self_signed_certificate
from muster.crypto.slip_key import SlipKey
from muster.crypto.tpm import Tpm
from muster.crypto.tpm_key import TpmMachineKey
from muster.domain.operators import Operator, Role
from muster.domain.registration import StationId
from muster.errors import BadInput, Code, KeyUnavailable, MusterError, SignInRefused
from muster.store.database import Database
from muster.store.rebuilding import Rebuilt
from muster.workstation.access import OPERATOR_BLOCKED
from muster.workstation.data_folder import DataFolder
from muster.workstation.lockouts import KeptPatience, Lockouts, Patience
from muster.workstation.nameplate import (
    DEFAULT_CENTER,
    DEFAULT_MACHINE,
    FORMAT,
    FORMAT_BOUND,
    demo_credentials,
    flag,
    has_station,
    reading_disk,
    reading_station_file,
    some,
    station_file,
)
from muster.workstation.policy import Policy
from muster.workstation.repair import open_database

STATION_EXISTS = Code("STATION_EXISTS", "There is a station in this folder already.")
STATION_INCOMPLETE = Code(
    "STATION_INCOMPLETE",
    "This folder holds registrations of a station whose station.json is missing. "
    "Restore it from a backup, or choose another folder.",
)
PASSWORD_TOO_SHORT = Code("PASSWORD_TOO_SHORT", "The password is too short: use at least {length} characters.")
USER_NAME_UNUSABLE = Code(
    "USER_NAME_UNUSABLE", "A user name has 2 to 50 letters, digits, dots, dashes or underscores."
)
STATION_NUMBERS_UNUSABLE = Code(
    "STATION_NUMBERS_UNUSABLE", "Centre and machine have five digits each, as the server assigned them."
)
KEY_FILE_MISSING = Code(
    "KEY_FILE_MISSING", "A key file of this station is missing. Put the folder 'keys' back from your backup."
)
OPERATORS_MUST_DIFFER = Code(
    "OPERATORS_MUST_DIFFER", "Officer and supervisor must be two people: choose two user names."
)

_OFFICERS = frozenset({Role.OFFICER})
_SUPERVISORS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})  # somebody has to add the others
_NOBODY = ""
_TPM_PURPOSE = "tpm machine key"  # what the TPM's keys are derived from, beside its seed: part of every such key
_DATABASE_FILES = ("", "-wal", "-shm", "-journal")  # what SQLite keeps beside a database, by what it appends
_DEVICE_CERTIFICATE_DAYS = 3650
_CLOCK_SLACK = timedelta(days=1)  # a verifier whose clock is a little behind must not call it "not yet valid"

_Entry = TypeVar("_Entry")


@dataclass(frozen=True, slots=True)
class NewOperator:
    user_id: str
    password: str = field(repr=False)

    def check(self, policy: Policy) -> None:
        """Raises ``BadInput`` for a name or password that cannot be used."""
        plain = self.user_id.replace(".", "").replace("-", "").replace("_", "")
        if not (2 <= len(self.user_id) <= 50 and plain.isalnum()):
            raise BadInput(USER_NAME_UNUSABLE)
        if len(self.password) < policy.minimum_password_length:
            raise BadInput(PASSWORD_TOO_SHORT, length=policy.minimum_password_length)


@dataclass(frozen=True, slots=True)
class NewStation:
    """What the person at the first start decides."""

    officer: NewOperator
    supervisor: NewOperator
    center: str = DEFAULT_CENTER
    machine: str = DEFAULT_MACHINE
    demo: bool = False
    machine_key: Flavour = Flavour.LOCAL
    bound_to: Place = Place.NOTHING

    @classmethod
    def for_demo(
        cls,
        machine_key: Flavour = Flavour.LOCAL,
        bound_to: Place = Place.NOTHING,
        *,
        center: str = DEFAULT_CENTER,
        machine: str = DEFAULT_MACHINE,
    ) -> NewStation:
        """A station for invented people, with passwords nobody has to remember."""
        return cls(
            officer=NewOperator("officer", secrets.token_urlsafe(12)),
            supervisor=NewOperator("supervisor", secrets.token_urlsafe(12)),
            center=center,
            machine=machine,
            demo=True,
            machine_key=machine_key,
            bound_to=bound_to,
        )


@dataclass(frozen=True, slots=True)
class UnlockedStation:
    """What sign-in opens. Lives in memory, ends with the session."""

    folder: DataFolder
    identity: StationId
    operator: Operator
    is_demo: bool
    database: Database
    blob_sealer: Sealer
    gallery_sealer: Sealer
    identifier_hash: KeyedHash
    secret_sealer: Sealer
    authenticator_sealer: Sealer
    slip_key: SlipKey
    machine_key: MachineKey
    device_key: SigningKey
    device_certificate: bytes
    rebuilt: Rebuilt | None = None  # what became of a database that was found damaged


class Station:
    """A station on disk, locked."""

    def __init__(
        self,
        folder: DataFolder,
        identity: StationId,
        slots: tuple[KeySlot, ...],
        is_demo: bool,
        clock: Clock,
        binding: MachineBinding | None = None,
    ) -> None:
        self.folder = folder
        self.identity = identity
        self.is_demo = is_demo
        self._slots = slots
        self._clock = clock
        self._binding = binding
        self._machine_secret: bytes | None = None

    @staticmethod
    def exists(data: Path) -> bool:
        return has_station(data)

    @classmethod
    def at(cls, data: Path, clock: Clock) -> Station:
        """Read ``station.json``. Raises ``KeyUnavailable`` when there is none, ``BadInput`` when damaged,
        ``StorageUnavailable`` when the disk does not hand it out."""
        content = station_file(data)
        with reading_station_file():
            slots = tuple(slot_from_json(each) for each in content["key_slots"])
            identity = StationId(content["center"], content["machine"])
            folder = DataFolder(data, Flavour(content.get("machine_key", Flavour.LOCAL.value)))
            binding = binding_from_json(content["binding"]) if "binding" in content else None
            return cls(folder, identity, some(slots), flag(content["demo"]), clock, binding)

    @classmethod
    def create(cls, data: Path, new: NewStation, clock: Clock, policy: Policy | None = None) -> Station:
        """Make keys, database and operators.

        Raises ``BadInput``, ``StorageUnavailable``, and ``KeyUnavailable`` when the machine key is to lie in a TPM
        and there is none to be used.
        """
        _check(data, new, policy or Policy())
        folder, station_key = DataFolder(data, new.machine_key), new_station_key()
        machine_key = _new_machine_key(new.machine_key, station_key)  # before anything is written
        secret = new_machine_secret()
        binding = None if new.bound_to is Place.NOTHING else MachineBinding.make(new.bound_to, secret)
        with durable.disk_errors():
            folder.make()
            _remove_leftovers(folder)
        _write_machine_key(folder, machine_key, station_key)
        _make_device_key(folder, station_key, clock)
        _fill_database(folder, station_key, new, clock)
        slots = [make_slot(each.user_id, each.password, station_key) for each in (new.officer, new.supervisor)]
        if binding is not None:
            slots = [bind(slot, secret) for slot in slots]
        if new.demo:
            _write_demo_credentials(folder, new)
        durable.write(folder.station, _station_json(new, slots, clock, binding))
        return cls.at(data, clock)

    @property
    def operators(self) -> tuple[str, ...]:
        """The user ids that have a password, for the sign-in page to offer."""
        self._look_again()
        return tuple(slot.user_id for slot in self._slots)

    @property
    def patience(self) -> KeptPatience:
        """With whom has yet to sign in."""
        return KeptPatience(self.folder.patience)

    def lockouts(self, patience: Patience) -> Lockouts:
        """Who was wrong how often at this station."""
        return Lockouts(self.folder.lockouts, lambda: self.operators, self._clock, patience)

    def demo_credentials(self) -> tuple[tuple[str, str], ...] | None:
        """User ids and passwords of a demo station, officer first; nothing for a real one.

        Raises ``KeyUnavailable`` when their file is gone or damaged.
        """
        return demo_credentials(self.folder.root) if self.is_demo else None

    def unlock(self, user_id: str, password: str) -> UnlockedStation:
        """Open the station with one operator's password (about 0.2 s by design).

        Raises ``SignInRefused``, the same for an unknown name and a wrong password; ``NotAuthentic`` or
        ``KeyUnavailable`` when database or keys were changed or are gone, or the TPM is; ``StorageUnavailable``.
        """
        station_key = self.open_slot(user_id, password)
        database, rebuilt = open_database(self.folder, station_key, self._clock)
        try:
            with reading_disk():
                return replace(self._open_all(user_id, station_key, database), rebuilt=rebuilt)
        except FileNotFoundError as error:
            database.close()
            raise KeyUnavailable(KEY_FILE_MISSING) from error
        except MusterError:
            database.close()
            raise

    def repair(self, user_id: str, password: str) -> Rebuilt | None:
        """Read the whole database, and rebuild it when it is damaged. Raises as :meth:`unlock`."""
        database, rebuilt = open_database(
            self.folder, self.open_slot(user_id, password), self._clock, thorough=True
        )
        database.close()
        return rebuilt

    def _open_all(self, user_id: str, station_key: bytes, database: Database) -> UnlockedStation:
        slot = self._slot_of(user_id)
        with database.read() as work:
            operator = work.operators.find(slot.user_id) if slot else None
        if operator is None:
            raise SignInRefused(SIGN_IN_REFUSED)
        if operator.blocked_at is not None:
            raise SignInRefused(OPERATOR_BLOCKED)
        folder, keys = self.folder, Sealer(station_key, "keys")
        return UnlockedStation(
            folder=folder,
            identity=self.identity,
            operator=operator,
            is_demo=self.is_demo,
            database=database,
            blob_sealer=Sealer(station_key, "blobs"),
            gallery_sealer=Sealer(station_key, "gallery"),
            identifier_hash=KeyedHash(station_key, "identifiers"),
            secret_sealer=Sealer(station_key, "proofing secrets"),
            authenticator_sealer=Sealer(station_key, "authenticators"),
            slip_key=SlipKey(derive_key(station_key, "slips")),
            machine_key=_open_machine_key(folder, station_key),
            device_key=SigningKey.from_pkcs8(keys.open(folder.device_key.read_bytes(), "device"), is_ours=True),
            device_certificate=folder.device_certificate.read_bytes(),
        )

    def confirm(self, user_id: str, password: str) -> None:
        """Check a password again without opening anything. Raises ``SignInRefused``."""
        self.open_slot(user_id, password)

    def open_slot(self, user_id: str, password: str) -> bytes:
        """The station key. Raises ``SignInRefused``, and ``KeyUnavailable`` when the slots are bound to another
        computer or its TPM cannot be reached."""
        self._look_again()
        slot = self._slot_of(user_id)
        bare = slot or self._slots[0]  # for a name nobody has, saying no takes as long as to a wrong password
        if self._binding is not None:
            bare = release(bare, self.machine_secret(), self._binding.gone)
        return open_slot(bare if slot else replace(bare, user_id=_NOBODY), password)

    @property
    def bound_to(self) -> Place:
        return Place.NOTHING if self._binding is None else self._binding.place

    def machine_secret(self) -> bytes:
        """What the slots are bound with: asked for once, worth nothing without a password. Raises
        ``KeyUnavailable``."""
        if self._binding is None:
            raise ValueError("a station that is bound to nothing")
        if self._machine_secret is None:
            self._machine_secret = self._binding.secret()
        return self._machine_secret

    def move_to(self, place: Place, secret: bytes) -> bytes:
        """This station's file with its slots bound to ``place`` by ``secret`` (to nothing: without it), to be
        written. Raises ``KeyUnavailable``."""
        now = self._binding
        bare = [slot if now is None else release(slot, self.machine_secret(), now.gone) for slot in self._slots]
        content = json.loads(self.folder.station.read_text(encoding="utf-8"))
        content.pop("binding", None)
        content["format"] = FORMAT
        if place is not Place.NOTHING:
            bare = [bind(slot, secret) for slot in bare]
            content["binding"] = binding_to_json(MachineBinding.make(place, secret))
            content["format"] = FORMAT_BOUND
        content["key_slots"] = [slot_to_json(slot) for slot in bare]
        return json.dumps(content, indent=2).encode()

    def leave_binding(self) -> None:
        """After the file of :meth:`move_to` was written: what it was bound to before forgets it."""
        if self._binding is not None:
            self._binding.forget()
        self._machine_secret = None

    def use_recovery(self, secret: bytes) -> None:
        """Take the machine secret from where an administrator noted it, this computer's TPM not having it."""
        self._machine_secret = secret

    def lay_layer(self, slot: KeySlot) -> KeySlot:
        """A slot of :func:`make_slot` as it is to be written into this station's file."""
        return slot if self._binding is None else bind(slot, self.machine_secret())

    def put_slot(self, user_id: str, password: str, station_key: bytes) -> None:
        """Let ``password`` open the station for ``user_id``, and no earlier one. Within a write transaction, so
        that two programs never write the file at once."""
        slot = self.lay_layer(make_slot(user_id, password, station_key))
        self._write_slots([*(each for each in self._other_slots(user_id)), slot])

    def remove_slot(self, user_id: str) -> None:
        """Within a write transaction, too."""
        self._write_slots(self._other_slots(user_id))

    def _other_slots(self, user_id: str) -> list[KeySlot]:
        self._look_again()
        return [slot for slot in self._slots if slot.user_id.casefold() != user_id.casefold()]

    def _write_slots(self, slots: list[KeySlot]) -> None:
        content = json.loads(self.folder.station.read_text(encoding="utf-8"))
        content["key_slots"] = [slot_to_json(slot) for slot in some(tuple(slots))]
        durable.write(self.folder.station, json.dumps(content, indent=2).encode())
        self._look_again()

    def _look_again(self) -> None:
        """Another program may have added somebody, or taken somebody's password away."""
        now = Station.at(self.folder.root, self._clock)
        self._slots, self._binding = now._slots, now._binding

    def _slot_of(self, user_id: str) -> KeySlot | None:
        wanted = user_id.strip().casefold()
        return next((slot for slot in self._slots if slot.user_id.casefold() == wanted), None)


def _check(data: Path, new: NewStation, policy: Policy) -> None:
    if Station.exists(data):
        raise BadInput(STATION_EXISTS)
    folder = DataFolder(data)
    with reading_disk():
        if _holds_files(folder.blobs, folder.outbox):
            raise BadInput(STATION_INCOMPLETE)
    new.officer.check(policy)
    new.supervisor.check(policy)
    if new.officer.user_id.casefold() == new.supervisor.user_id.casefold():
        raise BadInput(OPERATORS_MUST_DIFFER)
    try:
        StationId(new.center, new.machine)
    except ValueError as error:
        raise BadInput(STATION_NUMBERS_UNUSABLE) from error


def _remove_leftovers(folder: DataFolder) -> None:
    """What an interrupted set-up left: a database under a key that nobody holds any more."""
    for end in _DATABASE_FILES:
        folder.database.with_name(f"{folder.database.name}{end}").unlink(missing_ok=True)
    if not _holds_files(folder.receiver / "packets", folder.receiver / "accepted"):
        shutil.rmtree(folder.receiver, ignore_errors=True)


def _holds_files(*folders: Path) -> bool:
    return any(any(folder.iterdir()) for folder in folders if folder.is_dir())


def _new_machine_key(flavour: Flavour, station_key: bytes) -> SigningKey | TpmMachineKey:
    if flavour is Flavour.TPM:
        return TpmMachineKey.derive(Tpm(), derive_key(station_key, _TPM_PURPOSE))
    return SigningKey.generate()


def _write_machine_key(folder: DataFolder, key: SigningKey | TpmMachineKey, station_key: bytes) -> None:
    if isinstance(key, SigningKey):
        durable.write(folder.machine_key, Sealer(station_key, "keys").seal(key.to_pkcs8(), "machine"))
        durable.write(folder.machine_public_key, key.public_pem)
    else:
        durable.write(folder.machine_public_key, key.signing_public)
        durable.write(folder.machine_encryption_key, key.encryption_public)


def _open_machine_key(folder: DataFolder, station_key: bytes) -> MachineKey:
    if folder.flavour is Flavour.TPM:
        return TpmMachineKey.open(
            Tpm(),
            derive_key(station_key, _TPM_PURPOSE),
            folder.machine_public_key.read_bytes(),
            folder.machine_encryption_key.read_bytes(),
        )
    sealed = folder.machine_key.read_bytes()
    return SigningKey.from_pkcs8(Sealer(station_key, "keys").open(sealed, "machine"), is_ours=True)


def _make_device_key(folder: DataFolder, station_key: bytes, clock: Clock) -> None:
    device_key = SigningKey.generate()
    certificate = self_signed_certificate(
        device_key, "Muster software device key", clock() - _CLOCK_SLACK, _DEVICE_CERTIFICATE_DAYS
    )
    durable.write(folder.device_key, Sealer(station_key, "keys").seal(device_key.to_pkcs8(), "device"))
    durable.write(folder.device_certificate, certificate)


def _fill_database(folder: DataFolder, station_key: bytes, new: NewStation, clock: Clock) -> None:
    database = Database.open(folder.database, derive_key(station_key, "database"), clock)
    try:
        with database.work() as work:
            work.record(
                AuditEvent.STATION_CREATED,
                actor=new.officer.user_id,
                center=new.center,
                machine=new.machine,
                demo=str(new.demo).lower(),
                machine_key=new.machine_key.value,
                **({} if new.bound_to is Place.NOTHING else {"bound_to": new.bound_to.value}),
            )
            for person, roles in ((new.officer, _OFFICERS), (new.supervisor, _SUPERVISORS)):
                work.operators.add(Operator(person.user_id, roles), clock())
                work.record(
                    AuditEvent.OPERATOR_ADDED,
                    actor=new.officer.user_id,
                    operator=person.user_id,
                    roles=" ".join(sorted(role.value for role in roles)),
                )
    finally:
        database.close()


def _write_demo_credentials(folder: DataFolder, new: NewStation) -> None:
    durable.write(
        folder.demo_credentials,
        json.dumps([asdict(new.officer), asdict(new.supervisor)], indent=2).encode(),
    )


def _station_json(
    new: NewStation, slots: list[KeySlot], clock: Clock, binding: MachineBinding | None = None
) -> bytes:
    content = {
        "format": FORMAT if binding is None else FORMAT_BOUND,
        "center": new.center,
        "machine": new.machine,
        "demo": new.demo,
        "machine_key": new.machine_key.value,
        "created_at": rfc3339(clock()),
        "key_slots": [slot_to_json(slot) for slot in slots],
    }
    if binding is not None:
        content["binding"] = binding_to_json(binding)
    return json.dumps(content, indent=2).encode()
