"""A station that has never been online, set up from a file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from muster.clock import Clock, utc_now
from muster.crypto.jws import sign_compact, verify_compact
from muster.crypto.signing import SigningKey, self_signed_certificate
from muster.errors import BadInput, MusterError, NotAuthentic, Refused
from muster.formats.bundle import Bundle
from muster.receiver.bundling import make_bundle
from muster.receiver.storage import Storage
from muster.upload.signer import fingerprint
from muster.workstation.bundles import Imported
from muster.workstation.desk import Desk, sign_in
from muster.workstation.master_data import Kind
from muster.workstation.server import NoServer
from muster.workstation.spec_versions import Source, Whence
from muster.workstation.station import Station
from unit.workstation.desks import QUICK, SUPERVISOR, SetClock, desk_at, play

_REF_ID = "10001_10001"


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whoever runs the server, at their desk."""

    folder: Path

    def storage(self, clock: Clock) -> Storage:
        return Storage(self.folder, clock)

    def bundle(self, clock: Clock = utc_now, ref_id: str = _REF_ID) -> bytes:
        return make_bundle(self.storage(clock), clock, ref_id).encode()

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.storage(utc_now).signer.certificate)


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory, new_station: Station) -> _Owner:
    folder = tmp_path_factory.mktemp("owner") / "receiver"
    storage = Storage(folder, lambda: utc_now() - timedelta(days=3))
    public = (new_station.folder.root / "keys" / "machine.pub.pem").read_bytes()
    for ref_id in (_REF_ID, "10001_10002"):
        storage.register_machine(ref_id, public)
    return _Owner(folder)


@contextmanager
def _supervisor_at(root: Path, clock: Clock = utc_now) -> Iterator[Desk]:
    station = Station.at(root, clock)
    with sign_in(station, SUPERVISOR.user_id, SUPERVISOR.password, NoServer(), clock, policy=QUICK) as desk:
        yield desk


def _import(root: Path, content: bytes, signer: str | None, at: datetime | None = None) -> Imported:
    with _supervisor_at(root, SetClock(at) if at else utc_now) as desk:
        return desk.bundles.take(content, signer)


def _refused(root: Path, content: bytes, signer: str | None, at: datetime | None = None) -> MusterError:
    """Nothing of the file may have been used."""
    with _supervisor_at(root, SetClock(at) if at else utc_now) as desk:
        before = [each.number for each in desk.master_data.copies()]
        pinned = desk.server.pinned_signer()
        with pytest.raises(MusterError) as caught:
            desk.bundles.take(content, signer)
        assert [each.number for each in desk.master_data.copies()] == before
        assert desk.server.pinned_signer() == pinned
    return caught.value


def test_a_station_that_was_never_online_seals_its_first_packet(root: Path, owner: _Owner) -> None:
    shutil.rmtree(root / "receiver", ignore_errors=True)
    imported = _import(root, owner.bundle(), owner.fingerprint)
    assert sorted(imported.new) == sorted(Kind)
    with desk_at(root) as desk:
        assert desk.master_data.configuration()
        entry = desk.enrollment.submit(play(desk))
    assert (root / "outbox" / f"{entry.packet_id}.zip").exists()


def test_an_officer_cannot_import(root: Path, owner: _Owner) -> None:
    with desk_at(root) as desk, pytest.raises(Refused):
        desk.bundles.take(owner.bundle(), owner.fingerprint)


def test_nobody_is_believed_who_was_not_named(root: Path, owner: _Owner) -> None:
    for told in (None, "", "ab" * 32):
        error = _refused(root, owner.bundle(), told)
        assert (error.code.name, error.detail["fingerprint"]) == ("BUNDLE_SIGNER_UNKNOWN", owner.fingerprint)


def test_once_somebody_is_believed_no_other_is_whatever_is_told(root: Path, owner: _Owner) -> None:
    _import(root, owner.bundle(), owner.fingerprint)
    key = SigningKey.generate()
    certificate = self_signed_certificate(key, "Somebody else", utc_now() - timedelta(days=1), 30)
    other = sign_compact(key, _content(owner.bundle()), certificate).encode()
    assert _refused(root, other, fingerprint(certificate)).code.name == "BUNDLE_SIGNER_UNKNOWN"


def _content(bundle: bytes) -> bytes:
    return verify_compact(bundle.decode()).payload


def test_somebody_else_cannot_put_the_servers_answers_into_a_file_of_his_own(root: Path, owner: _Owner) -> None:
    key = SigningKey.generate()
    certificate = self_signed_certificate(key, "Somebody else", utc_now() - timedelta(days=1), 30)
    other = sign_compact(key, _content(owner.bundle()), certificate).encode()
    error = _refused(root, other, fingerprint(certificate))
    assert (type(error), error.code.name) == (NotAuthentic, "BUNDLE_CHANGED")


def test_a_file_changed_or_cut_off_is_refused(root: Path, owner: _Owner) -> None:
    whole = owner.bundle()
    middle = len(whole) // 2
    changed = whole[:middle] + (b"A" if whole[middle : middle + 1] != b"A" else b"B") + whole[middle + 1 :]
    for each in (b"", b"{}", whole[:-40], whole[:middle], changed, whole.replace(b".", b"", 1), b"\xff" + whole):
        assert _refused(root, each, owner.fingerprint).code.name == "BUNDLE_CHANGED"


def test_a_file_for_another_station_is_refused(root: Path, owner: _Owner) -> None:
    error = _refused(root, owner.bundle(ref_id="10001_10002"), owner.fingerprint)
    assert (error.code.name, error.detail["station"]) == ("BUNDLE_FOR_ANOTHER", "10001_10002")


def test_a_file_whose_days_are_over_or_still_to_come_is_refused(root: Path, owner: _Owner) -> None:
    content = owner.bundle()
    for at in (utc_now() + timedelta(days=31), utc_now() - timedelta(days=2)):
        assert _refused(root, content, owner.fingerprint, at).code.name == "BUNDLE_OUTDATED"


def test_an_older_file_does_not_take_back_a_newer_one(root: Path, owner: _Owner) -> None:
    older = owner.bundle(lambda: utc_now() - timedelta(days=1))
    _import(root, owner.bundle(), owner.fingerprint)
    assert _refused(root, older, owner.fingerprint).code.name == "BUNDLE_OLDER"


def test_the_same_file_twice_changes_nothing(root: Path, owner: _Owner) -> None:
    content = owner.bundle()
    _import(root, content, owner.fingerprint)
    assert _import(root, content, None).new == ()


def test_a_file_without_one_of_its_answers_is_refused_whole(root: Path, owner: _Owner) -> None:
    storage = owner.storage(utc_now)
    for path in Bundle.parse(_content(owner.bundle())).answers:
        bundle = Bundle.parse(_content(owner.bundle()))
        rest = {name: each for name, each in bundle.answers.items() if name != path}
        changed = Bundle(bundle.station, bundle.made_at, bundle.valid_until, rest)
        content = sign_compact(storage.signer.key, changed.encode(), storage.signer.certificate).encode()
        assert _refused(root, content, owner.fingerprint).code.name == "BUNDLE_CHANGED"


def test_nothing_is_made_for_a_station_nobody_registered(owner: _Owner) -> None:
    with pytest.raises(BadInput) as caught:
        owner.bundle(ref_id="10001_10009")
    assert caught.value.code.name == "BUNDLE_STATION_UNKNOWN"


def test_what_came_in_a_file_says_who_signed_it_and_who_brought_it(root: Path, owner: _Owner) -> None:
    with _supervisor_at(root) as desk:
        desk.bundles.take(owner.bundle(), owner.fingerprint)
        whences = {each.whence for each in desk.spec_versions.list()}
        told = [each.detail for each in desk.trail.newest_first(30) if each.event == "MUS-SRV-001"]
    assert whences == {Whence(Source.FILE, SUPERVISOR.user_id, owner.fingerprint)}
    assert {(each["source"], each["signer"]) for each in told} == {("file", owner.fingerprint)}
