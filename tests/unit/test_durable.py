"""A file is there whole or not at all, whatever happens in between."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from muster import durable
from muster.errors import StorageUnavailable

posix_only = pytest.mark.skipif(os.name == "nt", reason="permissions and devices of POSIX systems")

_DIE_BEFORE_THE_RENAME = """
import os, pathlib, sys
from muster import durable
pathlib.Path.replace = lambda *_: os._exit(9)  # power cut: nothing after this line runs, nothing is tidied
durable.write(pathlib.Path(sys.argv[1]), b"new content")
"""


def _die_before_the_rename(path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", _DIE_BEFORE_THE_RENAME, str(path)], check=False)
    assert ended.returncode == 9


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_crash_between_writing_and_renaming_leaves_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "station.json"
    durable.write(path, b"old content")
    _die_before_the_rename(path)
    assert path.read_bytes() == b"old content"


def test_a_crash_before_the_first_rename_leaves_no_file_of_that_name(tmp_path: Path) -> None:
    path = tmp_path / "station.json"
    _die_before_the_rename(path)
    assert not path.exists()


def test_what_a_crash_left_behind_does_not_disturb_the_next_write(tmp_path: Path) -> None:
    path = tmp_path / "station.json"
    (tmp_path / ".station.json.part").write_bytes(b"half of something much longer than the next content")
    durable.write(path, b"next")
    assert path.read_bytes() == b"next"
    assert _names(tmp_path) == [".station.json.part", "station.json"]  # whoever owns the folder sweeps


def test_two_writers_of_one_path_never_write_into_one_file(tmp_path: Path) -> None:
    first = durable.prepare(tmp_path / "packet.zip", b"the first, longer content")
    second = durable.prepare(tmp_path / "packet.zip", b"the second")
    durable.publish(second, tmp_path / "packet.zip")
    durable.publish(first, tmp_path / "packet.zip")
    assert (tmp_path / "packet.zip").read_bytes() == b"the first, longer content"
    assert _names(tmp_path) == ["packet.zip"]


@posix_only
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_reported_and_the_old_content_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "station.json"
    durable.write(path, b"old content")
    opened = os.open
    monkeypatch.setattr(
        os,
        "open",
        lambda path, *rest: opened("/dev/full", os.O_WRONLY) if "part" in str(path) else opened(path, *rest),
    )  # every write there says ENOSPC
    with pytest.raises(StorageUnavailable) as refusal:
        durable.write(path, b"new content")
    assert refusal.value.code is durable.DISK_FULL
    assert path.read_bytes() == b"old content"
    assert _names(tmp_path) == ["station.json"]


def test_a_folder_in_the_files_place_is_reported_and_stays(tmp_path: Path) -> None:
    (tmp_path / "station.json").mkdir()
    with pytest.raises(StorageUnavailable) as refusal:
        durable.write(tmp_path / "station.json", b"content")
    assert refusal.value.code is durable.DISK_UNWRITABLE
    assert _names(tmp_path) == ["station.json"]


def test_a_file_in_the_folders_place_is_reported(tmp_path: Path) -> None:
    (tmp_path / "keys").write_bytes(b"")
    with pytest.raises(StorageUnavailable) as refusal:
        durable.write(tmp_path / "keys" / "machine.sealed", b"content")
    assert refusal.value.code is durable.DISK_UNWRITABLE


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, durable.DISK_FULL),
        (errno.EDQUOT, durable.DISK_FULL),
        (errno.EROFS, durable.DISK_UNWRITABLE),
        (errno.EACCES, durable.DISK_UNWRITABLE),
        (errno.EIO, durable.DISK_UNWRITABLE),
    ],
)
def test_what_the_system_says_is_said_in_the_officers_words(number: int, code: object) -> None:
    with pytest.raises(StorageUnavailable) as refusal, durable.disk_errors():
        raise OSError(number, os.strerror(number))
    assert refusal.value.code is code
    assert isinstance(refusal.value.__cause__, OSError)


def test_other_errors_pass_the_translation_untouched() -> None:
    with pytest.raises(KeyError), durable.disk_errors():
        raise KeyError


@posix_only
def test_a_written_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "machine.sealed"
    durable.write(path, b"content")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@posix_only
def test_another_mode_is_given_only_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "machine.pub.pem"
    before = os.umask(0o022)
    try:
        durable.write(path, b"content", mode=0o644)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_missing_folders_are_made(tmp_path: Path) -> None:
    durable.write(tmp_path / "a" / "b" / "c", b"content")
    assert (tmp_path / "a" / "b" / "c").read_bytes() == b"content"


@posix_only
def test_the_content_reaches_the_disk_before_its_name_and_the_name_before_the_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    sync, rename = os.fsync, Path.replace

    def watched_sync(descriptor: int) -> None:
        seen.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "content")
        sync(descriptor)

    def watched_rename(self: Path, target: Path) -> Path:
        seen.append("name")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", watched_sync)
    monkeypatch.setattr(Path, "replace", watched_rename)
    durable.write(tmp_path / "station.json", b"content")
    assert seen == ["content", "name", "folder"]
