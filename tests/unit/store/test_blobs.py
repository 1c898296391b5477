"""Sealed files and the rows that name them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from muster.audit.catalogue import AuditEvent
from muster.crypto.sealing import SEAL_BROKEN, Sealer
from muster.domain.lifecycle import BlobRef
from muster.domain.registration import RegistrationId
from muster.durable import DISK_UNWRITABLE
from muster.errors import NotAuthentic, StorageUnavailable
from muster.store.blobs import BLOB_DAMAGED, BLOB_MISSING, BlobFolder
from muster.store.database import Database, Work

StartRegistration = Callable[[Work, int], RegistrationId]

_ERIKA = RegistrationId("10001100020000120260301120000")
_MAX = RegistrationId("10001100020000220260301120000")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "blobs").mkdir()
    return tmp_path / "blobs"


@pytest.fixture
def blobs(folder: Path) -> BlobFolder:
    return BlobFolder(folder, Sealer(bytes(32), "blobs"))


def test_a_blob_whose_file_is_gone_is_said_to_be_missing(blobs: BlobFolder, folder: Path) -> None:
    ref = blobs.put(_ERIKA, b"picture")
    (folder / ref.name).unlink()
    with pytest.raises(StorageUnavailable) as refusal:
        blobs.get(_ERIKA, ref)
    assert refusal.value.code is BLOB_MISSING


def test_a_blob_the_disk_cannot_read_is_a_matter_of_the_disk(blobs: BlobFolder, folder: Path) -> None:
    ref = blobs.put(_ERIKA, b"picture")
    (folder / ref.name).unlink()
    (folder / ref.name).mkdir()  # reading it fails as from a broken disk, also for root
    with pytest.raises(StorageUnavailable) as refusal:
        blobs.get(_ERIKA, ref)
    assert refusal.value.code is DISK_UNWRITABLE


def test_a_blob_does_not_open_for_another_registration(blobs: BlobFolder) -> None:
    ref = blobs.put(_ERIKA, b"picture")
    with pytest.raises(NotAuthentic) as refusal:
        blobs.get(_MAX, ref)
    assert refusal.value.code is SEAL_BROKEN


def test_a_blob_moved_to_another_name_does_not_open(blobs: BlobFolder, folder: Path) -> None:
    face, finger = blobs.put(_ERIKA, b"picture"), blobs.put(_ERIKA, b"picture")
    shutil.copy(folder / face.name, folder / finger.name)
    with pytest.raises(NotAuthentic) as refusal:
        blobs.get(_ERIKA, finger)
    assert refusal.value.code is SEAL_BROKEN


@pytest.mark.parametrize("position", [0, 11, 12, 18, 19, -1])
def test_a_flipped_bit_anywhere_in_the_file_is_refused(blobs: BlobFolder, folder: Path, position: int) -> None:
    ref = blobs.put(_ERIKA, b"picture")  # nonce 0..11, content 12..18, tag 19..34
    sealed = bytearray((folder / ref.name).read_bytes())
    sealed[position] ^= 1
    (folder / ref.name).write_bytes(sealed)
    with pytest.raises(NotAuthentic) as refusal:
        blobs.get(_ERIKA, ref)
    assert refusal.value.code is SEAL_BROKEN


@pytest.mark.parametrize("length", [0, 1, 11, 12, 27, 34])
def test_a_shortened_file_is_refused(blobs: BlobFolder, folder: Path, length: int) -> None:
    ref = blobs.put(_ERIKA, b"picture")
    sealed = (folder / ref.name).read_bytes()
    (folder / ref.name).write_bytes(sealed[:length])
    with pytest.raises(NotAuthentic):
        blobs.get(_ERIKA, ref)


def test_a_file_sealed_with_another_stations_key_is_refused(blobs: BlobFolder, folder: Path) -> None:
    ref = BlobFolder(folder, Sealer(bytes([1] * 32), "blobs")).put(_ERIKA, b"picture")
    with pytest.raises(NotAuthentic):
        blobs.get(_ERIKA, ref)


def test_a_whole_file_that_is_not_what_the_event_recorded_is_refused(blobs: BlobFolder) -> None:
    ref = blobs.put(_ERIKA, b"picture")
    recorded = BlobRef(ref.name, hashlib.sha256(b"another picture").hexdigest(), ref.size)
    with pytest.raises(NotAuthentic) as refusal:
        blobs.get(_ERIKA, recorded)
    assert refusal.value.code is BLOB_DAMAGED


@pytest.mark.parametrize("content", [b"", b"picture", bytes(100_000)])
def test_a_blob_comes_back_as_it_was_put(blobs: BlobFolder, content: bytes) -> None:
    ref = blobs.put(_ERIKA, content)
    assert blobs.get(_ERIKA, ref) == content
    assert (ref.digest, ref.size) == (hashlib.sha256(content).hexdigest(), len(content))


def test_the_file_holds_nothing_of_the_content_in_the_clear(blobs: BlobFolder, folder: Path) -> None:
    ref = blobs.put(_ERIKA, b"Erika Mustermann" * 100)
    assert b"Mustermann" not in (folder / ref.name).read_bytes()


def test_the_same_content_twice_gives_two_files_nobody_can_match(blobs: BlobFolder, folder: Path) -> None:
    first, second = blobs.put(_ERIKA, b"picture"), blobs.put(_ERIKA, b"picture")
    assert first.name != second.name
    assert (folder / first.name).read_bytes()[12:] != (folder / second.name).read_bytes()[12:]


def test_destroyed_blobs_are_gone_and_the_others_stay(blobs: BlobFolder, folder: Path) -> None:
    face, finger = blobs.put(_ERIKA, b"face"), blobs.put(_ERIKA, b"finger")
    blobs.destroy([face.name])
    assert [path.name for path in folder.iterdir()] == [finger.name]


def test_destroying_twice_is_no_error(blobs: BlobFolder) -> None:
    ref = blobs.put(_ERIKA, b"face")
    blobs.destroy([ref.name])
    blobs.destroy([ref.name])


def test_sweeping_removes_orphans_and_nothing_else(blobs: BlobFolder, folder: Path) -> None:
    known, orphan = blobs.put(_ERIKA, b"face"), blobs.put(_ERIKA, b"finger")
    (folder / ".0123.part").write_bytes(b"half")
    assert blobs.sweep({known.name}) == 2
    assert blobs.get(_ERIKA, known) == b"face"
    assert not (folder / orphan.name).exists()
    assert blobs.sweep({known.name}) == 0


def test_a_folder_that_cannot_be_swept_is_a_matter_of_the_disk(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path / "nowhere", Sealer(bytes(32), "blobs"))
    with pytest.raises(StorageUnavailable) as refusal:
        blobs.sweep(())
    assert refusal.value.code is DISK_UNWRITABLE


def test_rows_are_forgotten_for_one_registration_only(database: Database, start: StartRegistration) -> None:
    with database.work() as work:
        erika, other = start(work, 1), start(work, 2)
        work.blobs.add(erika, BlobRef("face", "d", 1))
        work.blobs.add(erika, BlobRef("finger", "d", 1))
        work.blobs.add(other, BlobRef("iris", "d", 1))
        assert set(work.blobs.registrations()) == {erika, other}
        assert set(work.blobs.remove_of(erika)) == {"face", "finger"}
        assert work.blobs.remove_of(erika) == ()
        work.record(AuditEvent.CONTENT_DESTROYED, actor="officer1")
    with database.read() as work:
        assert work.blobs.names() == {"iris"}
        assert work.blobs.registrations() == (other,)


def test_a_file_whose_row_was_never_committed_is_an_orphan(
    database: Database, blobs: BlobFolder, start: StartRegistration
) -> None:
    with pytest.raises(ZeroDivisionError), database.work() as work:
        registration_id = start(work, 1)
        work.blobs.add(registration_id, blobs.put(registration_id, b"face"))
        raise ZeroDivisionError
    with database.read() as work:
        assert blobs.sweep(work.blobs.names()) == 1
