"""The station's folder and what lies in it.

::

    station.json          who this station is, its key slots (public)
    keys/machine.pub.pem  the machine key's public half, for the administrator who registers it
    keys/machine.sealed   the machine key, keys/device.sealed the software device key
    keys/machine.sign.tpmt, keys/machine.encrypt.tpmt
                          instead of the machine key where a TPM holds it: the public halves of its two keys
    keys/device.cer       the software device key's certificate (DER)
    keys/slips.pem        the certificate that the codes on this station's slips are checked with, for anybody
    muster.db             SQLCipher database
    blobs/                sealed pictures and records
    outbox/               sealed packets, <packet id>.zip; unclaimed/ holds those the database does not know
    carried/              packets of other stations that came on a drive, until the server has them
    lockouts.json         who was wrong how often at sign-in, and since when; lockouts.lock while it is written
    patience.json         how often anybody may be wrong, where people set that; for the next sign-in
    copy/                 sealed carbon copy of the database's events and trail, to rebuild it from
    backups/              the database as it was before it was brought into a newer form
    quarantine/           a database that was found damaged, and what nothing names since
    .left                 when the folders of pictures and packets were last known to be tidy
    .lock                 held while somebody is signed in
    demo-credentials.json only in a demo station
    receiver/             the embedded receiver's own data, when one is used
"""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from muster.crypto.machine_key import Flavour


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The folder of a station whose machine key is of this flavour; that decides on the names in ``keys``."""

    root: Path
    flavour: Flavour = Flavour.LOCAL

    @classmethod
    def default(cls) -> DataFolder:
        return cls(_of_this_account("muster"))

    @classmethod
    def default_demo(cls) -> DataFolder:
        """Beside the real station, never in it."""
        return cls(_of_this_account("muster-demo"))

    @property
    def station(self) -> Path:
        return self.root / "station.json"

    @property
    def machine_public_key(self) -> Path:
        """What a server checks this station's signatures with."""
        name = "machine.sign.tpmt" if self.flavour is Flavour.TPM else "machine.pub.pem"
        return self.root / "keys" / name

    @property
    def machine_encryption_key(self) -> Path:
        """What a server encrypts to this station with; one and the same key unless a TPM holds it."""
        if self.flavour is Flavour.TPM:
            return self.root / "keys" / "machine.encrypt.tpmt"
        return self.machine_public_key

    @property
    def machine_key(self) -> Path:
        return self.root / "keys" / "machine.sealed"

    @property
    def device_key(self) -> Path:
        return self.root / "keys" / "device.sealed"

    @property
    def device_certificate(self) -> Path:
        return self.root / "keys" / "device.cer"

    @property
    def slip_certificate(self) -> Path:
        return self.root / "keys" / "slips.pem"

    @property
    def database(self) -> Path:
        return self.root / "muster.db"

    @property
    def copy(self) -> Path:
        return self.root / "copy"

    @property
    def lock(self) -> Path:
        return self.root / ".lock"

    @property
    def lockouts(self) -> Path:
        return self.root / "lockouts.json"

    @property
    def patience(self) -> Path:
        return self.root / "patience.json"

    @property
    def blobs(self) -> Path:
        return self.root / "blobs"

    @property
    def outbox(self) -> Path:
        return self.root / "outbox"

    @property
    def demo_credentials(self) -> Path:
        return self.root / "demo-credentials.json"

    @property
    def receiver(self) -> Path:
        return self.root / "receiver"

    @property
    def receiver_key(self) -> Path:
        """What opens the packets that the embedded receiver took, for whoever wants to look inside."""
        return self.receiver / "server.pem"

    @property
    def unclaimed(self) -> Path:
        """Sealed packets the database does not know: kept, because a restored database may be the older one."""
        return self.root / "outbox" / "unclaimed"

    def is_as_left(self) -> bool:
        """Whether nothing was added to the folders of pictures and packets, or taken out, since they were last
        tidied up."""
        try:
            return self._left.read_text(encoding="ascii") == self._changed()
        except (OSError, ValueError):
            return False

    def note_as_left(self) -> None:
        """Who cannot write it tidies up once more next time."""
        with suppress(OSError):
            self._left.write_text(self._changed(), encoding="ascii")

    @property
    def _left(self) -> Path:
        return self.root / ".left"

    def _changed(self) -> str:
        return " ".join(str(folder.stat().st_mtime_ns) for folder in (self.blobs, self.outbox))

    def packet(self, packet_id: str) -> Path:
        return self.outbox / f"{packet_id}.zip"

    def carried_packet(self, packet_id: str) -> Path:
        return self.root / "carried" / f"{packet_id}.zip"

    def make(self) -> None:
        """Create the folders, for this user only where the system has such a thing."""
        for folder in (self.root, self.root / "keys", self.blobs, self.outbox):
            folder.mkdir(parents=True, exist_ok=True)
            if sys.platform != "win32":
                folder.chmod(0o700)


def _of_this_account(name: str) -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir(name, appauthor=False, roaming=False))
