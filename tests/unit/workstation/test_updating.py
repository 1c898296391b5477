"""Updates by a signed bundle: who may sign, what old drives and wrong clocks do, pulling the plug, going back.

Bundles are made by packaging/release.py as its releasers would, keys and all.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from muster.clock import utc_now
from muster.errors import BadInput, MusterError, NotAuthentic, Refused
from muster.file_lock import ByFlock, ByRegions, FileLock
from muster.workstation.update_bundle import (
    UPDATE_CHANGED,
    UPDATE_CLOCK_BEHIND,
    UPDATE_EXPIRED,
    UPDATE_FOR_OTHERS,
    UPDATE_NOT_SIGNED,
    UPDATE_OLDER,
    UPDATE_UNREADABLE,
    this_kind,
)
from muster.workstation.updating import (
    UPDATE_DOES_NOT_START,
    UPDATE_NOT_NEWER,
    UPDATE_NOTHING_BEFORE,
    Running,
    Updating,
    unpack,
)
from simulators.windows_locks import Msvcrt

REPOSITORY = Path(__file__).parents[3]
INSTALLED = "installed-0.1.0"
NOW = utc_now().replace(microsecond=0)
LATER = NOW + timedelta(days=30)


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", REPOSITORY / "packaging" / "release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


release = _load()


@dataclass(frozen=True)
class Releasers:
    """Three who may say who releases, three who release; two of each must sign."""

    folder: Path
    root_keys: tuple[Any, ...]
    release_keys: tuple[Any, ...]
    roots: tuple[bytes, ...]

    def bundle(
        self,
        name: str,
        number: int,
        version: str,
        *,
        keys: int = 2,
        expires: datetime = LATER,
        made_at: datetime = NOW,
        kind: str | None = None,
        says: str | None = None,
    ) -> Path:
        program = self.folder / f"program-{version}.zip"
        pack(program, {"bin/muster": f"#!/bin/sh\necho muster {says or version}\n".encode()})
        bundle = self.folder / f"{name}.zip"
        release.make_bundle(
            bundle,
            self.roots,
            self.release_keys[:keys],
            number,
            version,
            {kind or this_kind(): program},
            made_at,
            expires,
        )
        return bundle


def pack(program: Path, files: dict[str, bytes], mode: int = 0o100755) -> None:
    with zipfile.ZipFile(program, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, content)


@pytest.fixture(scope="module")
def releasers(tmp_path_factory: pytest.TempPathFactory) -> Releasers:
    folder = tmp_path_factory.mktemp("releasers")
    for name in ("r1", "r2", "r3", "s1", "s2", "s3"):
        release.new_key(folder / name)
    root_keys = tuple(release.signer(folder / name) for name in ("r1", "r2", "r3"))
    release_keys = tuple(release.signer(folder / name) for name in ("s1", "s2", "s3"))
    root = release.make_root(root_keys, release_keys, 2, LATER)
    return Releasers(folder, root_keys, release_keys, (root,))


@pytest.fixture(scope="module")
def second(releasers: Releasers) -> Path:
    return releasers.bundle("second", 2, "0.2.0")


@pytest.fixture
def updating(tmp_path: Path, releasers: Releasers) -> Updating:
    return station(tmp_path / "updates", releasers)


def station(
    folder: Path,
    releasers: Releasers,
    clock: Callable[[], datetime] = utc_now,
    lock: FileLock | None = None,
) -> Updating:
    return Updating(folder, releasers.roots[0], clock, "0.1.0", lock)


def refusal(updating: Updating, bundle: Path) -> MusterError:
    before = updating.running
    with pytest.raises(MusterError) as refused:
        updating.apply(bundle)
    assert updating.running == before
    return refused.value


# --- who may release --------------------------------------------------------------------------------------


def test_an_update_signed_by_fewer_than_the_threshold_is_refused(updating: Updating, releasers: Releasers) -> None:
    error = refusal(updating, releasers.bundle("alone", 2, "0.2.0", keys=1))
    assert isinstance(error, NotAuthentic)
    assert error.code is UPDATE_NOT_SIGNED


def test_an_update_signed_with_other_keys_is_refused(updating: Updating, releasers: Releasers) -> None:
    stranger = replace(releasers, release_keys=releasers.root_keys)
    assert refusal(updating, stranger.bundle("stranger", 2, "0.2.0")).code is UPDATE_NOT_SIGNED


def test_new_release_keys_count_when_the_old_root_names_them(updating: Updating, releasers: Releasers) -> None:
    newer = release.make_root(
        releasers.root_keys, releasers.root_keys, 2, LATER, (releasers.roots[0], releasers.root_keys)
    )
    changed = replace(releasers, release_keys=releasers.root_keys, roots=(*releasers.roots, newer))
    assert updating.apply(changed.bundle("changed", 2, "0.2.0")).version == "0.2.0"


def test_a_root_that_the_old_ones_did_not_sign_changes_nothing(updating: Updating, releasers: Releasers) -> None:
    forged = release.make_root(
        releasers.release_keys, releasers.release_keys, 2, LATER, (releasers.roots[0], releasers.release_keys)
    )
    assert refusal(updating, replace(releasers, roots=(*releasers.roots, forged)).bundle("forged", 2, "0.2.0"))


# --- what is on the drive ---------------------------------------------------------------------------------


def rewritten(bundle: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """The bundle as a folder, with the files whose name ends so changed."""
    folder = bundle.with_suffix("")
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)
    (file,) = [each for each in folder.rglob("*") if each.name.endswith(name)]
    file.write_bytes(change(file.read_bytes()))
    return folder


@pytest.mark.parametrize("part", [".program-0.2.0.zip", ".release.json"])
def test_a_part_that_is_not_what_was_signed_is_refused(
    updating: Updating, releasers: Releasers, tmp_path: Path, part: str
) -> None:
    bundle = releasers.bundle("flipped", 2, "0.2.0").rename(tmp_path / "flipped.zip")
    changed = rewritten(bundle, part, lambda content: content[:-1] + bytes([content[-1] ^ 1]))
    assert refusal(updating, changed).code is UPDATE_CHANGED


def test_a_program_that_grew_is_refused(updating: Updating, releasers: Releasers, tmp_path: Path) -> None:
    bundle = releasers.bundle("grown", 2, "0.2.0").rename(tmp_path / "grown.zip")
    assert refusal(updating, rewritten(bundle, ".program-0.2.0.zip", lambda content: content + b"x"))


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_no_bundle_is_refused(updating: Updating, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bundle.zip").write_bytes(content)
    assert refusal(updating, tmp_path / "bundle.zip").code is UPDATE_UNREADABLE


def test_a_bundle_that_is_not_there_is_refused(updating: Updating, tmp_path: Path) -> None:
    assert refusal(updating, tmp_path / "absent.zip").code is UPDATE_UNREADABLE


def test_a_bundle_cut_short_is_refused(updating: Updating, second: Path, tmp_path: Path) -> None:
    (tmp_path / "short.zip").write_bytes(second.read_bytes()[:-200])
    assert refusal(updating, tmp_path / "short.zip").code is UPDATE_UNREADABLE


def test_an_update_for_another_kind_of_computer_is_refused(updating: Updating, releasers: Releasers) -> None:
    assert refusal(updating, releasers.bundle("other", 2, "0.2.0", kind="win32-amd64")).code is UPDATE_FOR_OTHERS


@pytest.mark.parametrize("name", ["../outside", "/outside", "bin/../../outside"])
def test_no_name_in_a_program_leads_out_of_its_folder(tmp_path: Path, name: str) -> None:
    pack(tmp_path / "program.zip", {name: b""})
    with pytest.raises(BadInput):
        unpack(tmp_path / "program.zip", tmp_path / "into")
    assert not list(tmp_path.glob("outside*"))


@pytest.mark.parametrize("target", [b"../../secrets", b"/etc/passwd", b"/usr/bin/sh"])
def test_no_link_in_a_program_leads_out_of_its_folder(tmp_path: Path, target: bytes) -> None:
    pack(tmp_path / "program.zip", {"bin/python3": target}, 0o120777)
    with pytest.raises(BadInput):
        unpack(tmp_path / "program.zip", tmp_path / "into")


def test_a_program_may_link_to_the_systems_python(tmp_path: Path) -> None:
    pack(tmp_path / "program.zip", {"bin/python3": b"/usr/bin/python3.11"}, 0o120777)
    unpack(tmp_path / "program.zip", tmp_path / "into")
    assert (tmp_path / "into" / "bin" / "python3").readlink() == Path("/usr/bin/python3.11")


# --- time: old drives, stopped clocks ---------------------------------------------------------------------


def test_an_older_update_is_refused_once_a_newer_one_was_seen(updating: Updating, releasers: Releasers) -> None:
    """The attack called rollback: 0.4.0 is newer than what runs, and yet its bundle is older than the last."""
    updating.apply(releasers.bundle("five", 5, "0.3.0"))
    error = refusal(updating, releasers.bundle("four", 4, "0.4.0"))
    assert isinstance(error, Refused)
    assert error.code is UPDATE_OLDER


def test_an_update_after_its_day_is_refused_and_both_reasons_are_said(
    updating: Updating, releasers: Releasers
) -> None:
    """The attack called freeze, or a clock that runs ahead: from here they look the same."""
    old = releasers.bundle("old", 2, "0.2.0", expires=NOW - timedelta(days=1), made_at=NOW - timedelta(days=9))
    error = refusal(updating, old)
    assert error.code is UPDATE_EXPIRED
    assert f"{utc_now():%Y-%m-%d}" in error.sentence


def test_a_clock_before_the_day_of_the_update_is_said_to_be_wrong(
    tmp_path: Path, releasers: Releasers, second: Path
) -> None:
    stopped = station(tmp_path / "updates", releasers, lambda: datetime(2020, 1, 1, tzinfo=UTC))
    error = refusal(stopped, second)
    assert error.code is UPDATE_CLOCK_BEHIND
    assert "2020-01-01" in error.sentence


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9"])
def test_a_version_that_is_not_newer_is_refused(updating: Updating, releasers: Releasers, version: str) -> None:
    assert refusal(updating, releasers.bundle("same", 3, version)).code is UPDATE_NOT_NEWER


def test_ten_comes_after_nine(updating: Updating, releasers: Releasers) -> None:
    updating.apply(releasers.bundle("nine", 2, "0.9.0"))
    assert updating.apply(releasers.bundle("ten", 3, "0.10.0")).version == "0.10.0"


# --- switching, and back ----------------------------------------------------------------------------------


def test_verifying_leaves_no_trace(updating: Updating, second: Path, tmp_path: Path) -> None:
    assert updating.verify(second).version == "0.2.0"
    assert list(tmp_path.iterdir()) == []


def test_an_update_runs_and_the_version_before_is_kept(updating: Updating, second: Path, tmp_path: Path) -> None:
    updating.apply(second)
    assert updating.running == Running("0.2.0", INSTALLED)
    assert os.access(tmp_path / "updates" / "versions" / "0.2.0" / "bin" / "muster", os.X_OK)


def test_it_is_for_everybody_at_this_computer_whatever_the_administrators_umask(
    updating: Updating, second: Path, tmp_path: Path
) -> None:
    before = os.umask(0o077)
    try:
        updating.apply(second)
    finally:
        os.umask(before)
    started = tmp_path / "updates" / "versions" / "0.2.0" / "bin" / "muster"
    way = [started, *started.parents[:4], tmp_path / "updates" / "running"]
    assert [each.name for each in way if each.stat().st_mode & 0o004 == 0] == []


def test_a_bundle_unpacked_into_a_folder_is_as_good(updating: Updating, second: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(second) as archive:
        archive.extractall(tmp_path / "drive")
    assert updating.apply(tmp_path / "drive").version == "0.2.0"


def test_a_version_that_does_not_start_is_not_switched_to(updating: Updating, releasers: Releasers) -> None:
    assert refusal(updating, releasers.bundle("liar", 2, "0.2.0", says="0.1.9")).code is UPDATE_DOES_NOT_START


def test_only_the_version_before_is_kept(updating: Updating, releasers: Releasers, tmp_path: Path) -> None:
    for number, version in enumerate(("0.2.0", "0.3.0", "0.4.0"), 2):
        updating.apply(releasers.bundle("next", number, version))
    assert {each.name for each in (tmp_path / "updates" / "versions").iterdir()} == {"0.3.0", "0.4.0"}


def test_going_back_and_forth_changes_places(updating: Updating, second: Path) -> None:
    updating.apply(second)
    assert updating.roll_back() == Running(INSTALLED, "0.2.0")
    assert updating.roll_back() == Running("0.2.0", INSTALLED)


def test_there_is_no_way_back_before_the_first_update(updating: Updating) -> None:
    with pytest.raises(BadInput) as refused:
        updating.roll_back()
    assert refused.value.code is UPDATE_NOTHING_BEFORE


def test_an_update_that_was_gone_back_from_can_be_put_in_again(updating: Updating, second: Path) -> None:
    updating.apply(second)
    updating.roll_back()
    updating.apply(second)
    assert updating.running == Running("0.2.0", INSTALLED)


# --- two at once ------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="the program that waits is a shell script")
@pytest.mark.parametrize("lock", [ByFlock(), ByRegions(Msvcrt())], ids=["flock", "as on Windows"])
def test_a_second_update_waits_until_the_first_is_done(
    lock: FileLock, releasers: Releasers, second: Path, tmp_path: Path
) -> None:
    folder, tried, go_on = tmp_path / "updates", tmp_path / "tried", tmp_path / "go on"
    waits = f"$(touch '{tried}'; while [ ! -e '{go_on}' ]; do sleep 0.02; done; echo 0.3.0)"
    slow = releasers.bundle("slow", 3, "0.3.0", says=waits)
    with ThreadPoolExecutor() as threads:
        first = threads.submit(station(folder, releasers, lock=lock).apply, slow)
        while not (tried.exists() or first.done()):
            time.sleep(0.02)
        other = threads.submit(station(folder, releasers, lock=lock).apply, second)
        back = threads.submit(station(folder, releasers, lock=lock).roll_back)
        early = wait((other, back), timeout=0.5).done
        go_on.touch()
        assert early == set()
        assert first.result().version == "0.3.0"
        assert isinstance(other.exception(), Refused)
        assert INSTALLED in (back.result().version, back.result().before)


# --- pulling the plug -------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, to kill a process in the middle")
def test_wherever_it_is_killed_a_whole_version_runs(releasers: Releasers, second: Path, tmp_path: Path) -> None:
    """A child applies the update and is killed at its first rename, its second, ... until one gets through."""
    renames = 0
    while True:
        folder = tmp_path / str(renames)
        updating = station(folder, releasers)
        status = killed_at_rename(renames, lambda updating=updating: updating.apply(second))
        running = updating.running
        if running.version != INSTALLED:
            assert (
                folder / "versions" / "0.2.0" / "bin" / "muster"
            ).read_text() == "#!/bin/sh\necho muster 0.2.0\n"
        elif status != 0:
            updating.apply(second)  # and what was left by halves is in nobody's way
            assert {each.name for each in (folder / "versions").iterdir()} == {"0.2.0"}
        if status == 0:
            break
        renames += 1
    assert renames >= 8


def killed_at_rename(number: int, work: Callable[[], object]) -> int:
    """The status of a process that is killed when it is about to rename for the ``number``-th time."""
    child = os.fork()
    if child == 0:
        count = 0

        def hook(event: str, _: object) -> None:
            nonlocal count
            if event == "os.rename":
                if count == number:
                    os.kill(os.getpid(), signal.SIGKILL)
                count += 1

        sys.addaudithook(hook)
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
