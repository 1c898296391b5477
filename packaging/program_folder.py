"""The program as one folder that runs wherever it is put: what the .deb installs and what an update brings.

::

    python packaging/program_folder.py FOLDER [--root-metadata FILE] [--whole] [--zip FILE]
                                        [--revision HEAD]

    FOLDER/bin/muster                           starts it, whatever the folder is called
    FOLDER/bin/prepare                          run once where it was put
    FOLDER/bin/python3 -> /usr/bin/python3.11   Debian's own; pyvenv.cfg beside it makes it find what follows
    FOLDER/lib/python3.11/site-packages/        the locked packages, the core, every driver
    FOLDER/licences/, FOLDER/sbom.cdx.json      what it consists of (contents.py)

Packages come from ``requirements.lock`` by their hashes, the core and the drivers from the committed source
(wheels.py). Then goes what nothing needs: packages that nobody's requirements lead to (the build tools), and the
files that ``trim.toml`` names with the reason; ``--whole`` leaves those, to see what they weigh.

``--root-metadata`` is the releasers' TUF root (release.py). Without it the program takes no updates. ``--zip``
packs the folder as an update brings it.

The same revision gives the same bytes: dates are the commit's, modes are 644 and 755, nothing is compiled here.
Downloads are kept in ``build/locked``.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path

import contents
import wheels
from bootstrap import split_lock
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = wheels.REPOSITORY
LOCK = REPOSITORY / "packaging" / "requirements.lock"
TRIM = REPOSITORY / "packaging" / "trim.toml"
DOWNLOADS = REPOSITORY / "build" / "locked"
PYTHON = "/usr/bin/python3.11"
SITE = contents.SITE
# The demo station's own receiver runs on every machine; the rest of a center's server does not.
EXTRAS = {"muster": {"receiver"}}
LAUNCHER = """#!/bin/sh
# -P: what lies in the folder it is started in is not the program. -B: what is compiled is compiled when installed.
exec "$(dirname "$(readlink -f "$0")")/python3" -BPc 'import sys; sys.argv[0] = "muster"
from muster.main import main
main()' "$@"
"""
PREPARE = """#!/bin/sh
# Once, where it was put: compiles it, so that it starts in half the time.
here="$(dirname "$(readlink -f "$0")")"
exec "$here/python3" -P -m compileall -q -j 0 "$here/../lib"
"""
# pip's own notes: who installed it and from which folder of this machine.
_NOTES = {"INSTALLER", "REQUESTED", "direct_url.json"}


def assemble(
    folder: Path, root_metadata: Path | None = None, *, whole: bool = False, revision: str = "HEAD"
) -> Path:
    """Raises ``subprocess.CalledProcessError``, ``wheels.NotReproducible``."""
    site = folder / SITE
    site.mkdir(parents=True)
    date = wheels.committed_at(revision)
    with tempfile.TemporaryDirectory() as scratch:
        own = wheels.build_all(Path(scratch, "own"), revision)
        locked = download(LOCK, DOWNLOADS)
        install([*locked, *own], site)
        names = {each.name.split("-")[0] for each in own}
    drop_unneeded(site, {canonicalize_name(name) for name in names})
    if not whole:
        trim(site, TRIM)
    if root_metadata is not None:
        release = site / "muster" / "_release"
        release.mkdir()
        shutil.copyfile(root_metadata, release / "root.json")
    _make_startable(folder)
    forget_this_machine(site)
    contents.write(folder, date)
    normalize(folder, date)
    return folder


def download(lock: Path, folder: Path) -> list[Path]:
    """The lock's packages as wheels, each checked against its hash; what exists as source only is built.

    A second time with the same lock nothing is asked of any index.
    """
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = folder / "lock.sha256"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with tempfile.TemporaryDirectory() as scratch:
            requirements = Path(scratch, "requirements.txt")
            ready, sources = split_lock(lock.read_text(encoding="utf-8"))
            for text, options in ((ready, ["--only-binary", ":all:"]), (sources, ["--no-build-isolation"])):
                requirements.write_text(text, encoding="utf-8")
                command = ["wheel", "-q", "--no-deps", "--require-hashes", *options, "-w", str(folder)]
                _pip(*command, "-r", str(requirements))
        stamp.write_text(wanted, encoding="utf-8")
    return sorted(folder.glob("*.whl"))


def install(packages: Iterable[Path], site: Path) -> None:
    options = ("-q", "--no-deps", "--no-index", "--no-compile", "--target", str(site))
    _pip("install", *options, *map(str, packages))
    shutil.rmtree(site / "bin", ignore_errors=True)  # started through bin/muster, or not at all


def needed(found: dict[str, Distribution], roots: set[str]) -> set[str]:
    """The names that requirements lead to from ``roots``, on this machine, with ``EXTRAS``."""
    reached: set[str] = set()
    waiting = set(roots)
    while waiting:
        name = waiting.pop()
        reached.add(name)
        for line in found[name].requires or ():
            wanted = Requirement(line)
            extras = EXTRAS.get(name, set()) | {""}
            if wanted.marker is None or any(wanted.marker.evaluate({"extra": each}) for each in extras):
                waiting |= {canonicalize_name(wanted.name)} & found.keys() - reached
    return reached


def drop_unneeded(site: Path, roots: set[str]) -> list[str]:
    found = {canonicalize_name(each.name): each for each in distributions(path=[str(site)])}
    unneeded = sorted(found.keys() - needed(found, roots))
    for name in unneeded:
        remove_package(site, found[name])
    return unneeded


def remove_package(site: Path, package: Distribution) -> None:
    for file in package.files or ():
        _remove(Path(str(package.locate_file(file))), site)


def trim(site: Path, rules: Path) -> None:
    """Raises ``ValueError`` for a rule that fits nothing: the package changed, and so must the rule."""
    for rule in tomllib.loads(rules.read_text(encoding="utf-8"))["without"]:
        _drop_packages(site, rule.get("packages", ()))
        _drop_qt_modules(site / "PySide6", rule.get("qt_modules", ()))
        for pattern in rule.get("files", ()):
            _drop_files(site, pattern, rule.get("but", ()))
        for pattern in rule.get("strip", ()):
            subprocess.run(["strip", "--strip-debug", *map(str, site.glob(pattern))], check=True)
    _drop_libraries(site, ["PySide6/*.so*", "PySide6/Qt/plugins/**/*.so"], "PySide6/Qt/lib/*.so*")
    _drop_libraries(site, ["cv2/*.so"], "opencv_python.libs/*.so*")
    _correct_records(site)


def _drop_packages(site: Path, names: Iterable[str]) -> None:
    found = {canonicalize_name(each.name): each for each in distributions(path=[str(site)])}
    for name in names:
        if name not in found:
            raise ValueError(f"trim.toml: no package {name} is installed")
        remove_package(site, found[name])


def _drop_qt_modules(qt: Path, names: Iterable[str]) -> None:
    for name in names:
        (qt / f"{name}.abi3.so").unlink()


def _drop_files(site: Path, pattern: str, but: Iterable[str]) -> None:
    kept = {each for kind in but for each in site.glob(kind)}
    fitting = list(site.glob(pattern))
    if not fitting:
        raise ValueError(f"trim.toml: nothing fits {pattern}")
    for each in fitting:
        for file in [each, *each.rglob("*")]:
            if file.is_file() and kept.isdisjoint([file, *file.parents]):
                _remove(file, site)


def _drop_libraries(site: Path, users: Iterable[str], libraries: str) -> None:
    """Those that no module and no plug-in that is left leads to, asked of the loader itself."""
    files = [str(each) for pattern in users for each in site.glob(pattern)]
    done = subprocess.run(["ldd", *files], check=True, capture_output=True, text=True)
    wanted = {Path(found).name for found in re.findall(r"=> (\S+)", done.stdout)}
    for library in site.glob(libraries):
        if library.name not in wanted:
            _remove(library, site)


def _remove(file: Path, site: Path) -> None:
    """The file, and the folders that hold nothing without it."""
    if not file.resolve().is_relative_to(site.resolve()):
        return
    file.unlink(missing_ok=True)
    parent = file.parent
    while parent != site and parent.is_dir() and not any(parent.iterdir()):
        parent.rmdir()
        parent = parent.parent


def _correct_records(site: Path) -> None:
    """What a package says it consists of must be there: licence lists and ``importlib.metadata`` read it."""
    for record in site.glob("*.dist-info/RECORD"):
        lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
        there = [line for line in lines if (site / line.split(",")[0].strip('"')).exists()]
        record.write_text("".join(there), encoding="utf-8")


def _make_startable(folder: Path) -> None:
    programs = folder / "bin"
    programs.mkdir()
    (programs / "muster").write_text(LAUNCHER, encoding="utf-8")
    (programs / "prepare").write_text(PREPARE, encoding="utf-8")
    (programs / "python3").symlink_to(PYTHON)
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\n", encoding="utf-8")


def forget_this_machine(site: Path) -> None:
    """Neither pip's notes, which name its folders, nor what wheels brought compiled (bin/prepare does that)."""
    for note in site.glob("*.dist-info/*"):
        if note.name in _NOTES:
            note.unlink()
    for compiled in list(site.rglob("__pycache__")):
        shutil.rmtree(compiled)
    _correct_records(site)
    for record in site.glob("*.dist-info/RECORD"):
        lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
        record.write_text("".join(sorted(lines)), encoding="utf-8")


def normalize(folder: Path, date: int) -> None:
    """Modes and dates that depend on nothing but the revision."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent == folder / "bin" else 0o644)
        os.utime(path, (date, date), follow_symlinks=False)


def pack_program(program: Path, goal: Path, date: int) -> None:
    """The program as an update brings it: one zip with modes and the one link."""
    moment = datetime.fromtimestamp(date, UTC).timetuple()[:6]
    with zipfile.ZipFile(goal, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(program.rglob("*")):
            if file.is_dir():
                continue
            entry = zipfile.ZipInfo(file.relative_to(program).as_posix(), moment)
            entry.external_attr = file.lstat().st_mode << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            link = stat.S_ISLNK(file.lstat().st_mode)
            archive.writestr(entry, str(file.readlink()).encode() if link else file.read_bytes())


def size_of(folder: Path) -> int:
    """Octets in files, each counted once."""
    return sum(each.lstat().st_size for each in folder.rglob("*") if stat.S_ISREG(each.lstat().st_mode))


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        print(re.sub(r"//[^/@\s]+@", "//", done.stderr), file=sys.stderr)  # an index may be asked with a password
    done.check_returncode()


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--root-metadata", type=Path)
    arguments.add_argument("--whole", action="store_true")
    arguments.add_argument("--zip", type=Path)
    arguments.add_argument("--revision", default="HEAD")
    asked = arguments.parse_args()
    assemble(asked.folder, asked.root_metadata, whole=asked.whole, revision=asked.revision)
    if asked.zip is not None:
        pack_program(asked.folder, asked.zip, wheels.committed_at(asked.revision))
    print(f"{asked.folder}: {size_of(asked.folder) / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
