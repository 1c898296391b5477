"""A national system that a hub sends on to: a receiver that serves who is signed in, and whose requests are
signed, only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from integration.receiver.line import URL, Line
from muster.crypto.key_slots import Argon2Cost, make_slot
from muster.crypto.sealing import new_station_key
from muster.receiver.app import create_app
from muster.receiver.settings import ForwardTo, HubSettings
from muster.receiver.storage import Storage
from unit.receiver.counter import NOW, REF_ID, Keys

if TYPE_CHECKING:
    from integration.receiver.conftest import Place

HUB = "10001_99999"
PASSWORD = "correct horse battery"


@dataclass
class Time:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class National:
    storage: Storage
    line: Line
    files: Path
    time: Time

    def settings(self, kind: str) -> ForwardTo:
        return ForwardTo(
            URL,
            kind,
            user="hub",
            password_file=self.files / "password",
            machine_key=self.files / "machine.pem",
            signed_requests=True,
            answers_signed_by=self.files / "signer.pem",
        )


def make_national(keys: Keys, tmp_path: Path) -> National:
    folder, time = tmp_path / "national", Time()
    folder.mkdir()
    (folder / "server.pem").write_bytes(keys.stranger.server_pem)
    (folder / "signer.pem").write_bytes(keys.server.server_pem)
    storage = Storage(folder, time)
    storage.register_machine(REF_ID, keys.machine.key.public_pem)
    storage.register_machine(HUB, keys.stranger.key.public_pem)
    cheap = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
    storage.register_user(make_slot("hub", PASSWORD, new_station_key(), cheap))
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    (tmp_path / "machine.pem").write_bytes(keys.stranger.key.to_pem())
    (tmp_path / "signer.pem").write_bytes(keys.server.certificate_pem)
    app = create_app(storage, time, login=True, hub=HubSettings(signed_requests=True))
    return National(storage, Line(app, time), tmp_path, time)


def pass_time(place: Place, national: National, time: timedelta) -> None:
    place.pass_time(time)
    national.time.now += time
