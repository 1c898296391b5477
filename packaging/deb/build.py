"""Muster as a package for Debian 12.

::

    python packaging/deb/build.py FOLDER [--root-metadata FILE] [--program FOLDER] [--quick]

writes ``muster_VERSION_amd64.deb``. ``--program`` is a folder that program_folder.py made before; otherwise one is
made. ``--quick`` packs with gzip: a fifth larger, in a tenth of the time.

    /usr/lib/muster            the program (program_folder.py); compiled when it is installed
    /usr/bin/muster            starts it, or the version an update put in its place
    /lib/udev/rules.d, /usr/share/{applications,metainfo,icons,man,doc}
    /usr/lib/systemd/user      a service that sends what waits, and its timer; off until somebody enables it

Made with dpkg-deb alone. Dates are the commit's and owners are root, so that the same revision gives the same
bytes. What it depends on is asked of the libraries themselves: a library outside the folder that no table here
knows is an error, so that a newer wheel cannot bring a need that nobody notices.

Exit status: 0; 1 when the build fails, with a sentence.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import bootstrap
import program_folder
import wheels

HERE = Path(__file__).resolve().parent
MAINTAINER = "Muster developers <muster@example.org>"
# What every Debian has, and what Qt wants beyond bootstrap's list.
ALWAYS = {
    "ld-linux-x86-64.so.2": "libc6", "libc.so.6": "libc6", "libdl.so.2": "libc6", "libm.so.6": "libc6",
    "libpthread.so.0": "libc6", "libresolv.so.2": "libc6", "librt.so.1": "libc6", "libutil.so.1": "libc6",
    "libgcc_s.so.1": "libgcc-s1", "libgthread-2.0.so.0": "libglib2.0-0", "libstdc++.so.6": "libstdc++6",
    "libxcb.so.1": "libxcb1", "libz.so.1": "zlib1g", "libzstd.so.1": "libzstd1",
}  # fmt: skip
# Without it one plug-in does not load and the rest works.
OPTIONAL = {"libcups.so.2": "libcups2"}
# One thread: more would cut the blocks otherwise on another machine.
SMALL, QUICK = ("-Zxz", "-z6", "--threads-max=1"), ("-Zgzip", "-z1")
OLDEST_LIBC = "2.34"  # the newest manylinux among the wheels
RECOMMENDS = [*OPTIONAL.values(), *(each.package for each in bootstrap.DEVICES), "pcscd", "sane-airscan"]
SUGGESTS = ["gpsd", "speech-dispatcher", "tpm2-tools"]

DESCRIPTION = """\
Description: enrollment workstation for identity systems
 Takes down who somebody is, reads documents, captures fingers, eyes and face,
 and hands all of it to an identity system in one packet, sealed and signed.
 Works without a network for days. Comes with a demo station of invented people.
"""


def build(
    folder: Path, program: Path | None = None, root_metadata: Path | None = None, *, quick: bool = False
) -> Path:
    """Raises ``ValueError``, ``subprocess.CalledProcessError``."""
    date = wheels.committed_at()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch, "tree")
        inside = tree / "usr" / "lib" / "muster"
        if program is None:
            program_folder.assemble(inside, root_metadata)
        else:
            inside.parent.mkdir(parents=True)
            shutil.copytree(program, inside, symlinks=True)
        version = version_of(inside)
        package = folder / f"muster_{version}_amd64.deb"
        add_files(tree, inside, version, date)
        add_control(tree, version, depends(inside))
        _date(tree, date)
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(date)}
        command = ["dpkg-deb", "--root-owner-group", *(QUICK if quick else SMALL), "--build"]
        subprocess.run([*command, str(tree), str(package)], check=True, capture_output=True, env=environment)
    return package


def version_of(program: Path) -> str:
    done = subprocess.run(
        [str(program / "bin" / "python3"), "-BPc", "import muster; print(muster.__version__)"],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def depends(program: Path) -> list[str]:
    """Debian's packages for the libraries it loads and does not bring; ``ValueError`` for an unknown one."""
    known = {library.soname: library.package for library in bootstrap.LIBRARIES} | ALWAYS
    files = [each for each in program.rglob("*.so*") if each.is_file()]
    brought = {each.name for each in files}
    done = subprocess.run(["objdump", "-p", *map(str, files)], check=True, capture_output=True, text=True)
    wanted = set(re.findall(r"NEEDED\s+(\S+)", done.stdout)) - brought - OPTIONAL.keys()
    if wanted - known.keys():
        raise ValueError(f"No package is known for {', '.join(sorted(wanted - known.keys()))}.")
    packages = {known[each] for each in wanted}
    oldest = {"libc6": f"libc6 (>= {OLDEST_LIBC})"}
    python = ["python3 (>= 3.11)", "python3 (<< 3.12)"]
    return [*python, bootstrap.FONT_PACKAGE, *sorted(oldest.get(each, each) for each in packages)]


def add_files(tree: Path, program: Path, version: str, date: int) -> None:
    """Everything that is not the program itself, where Debian wants it."""
    day = f"{datetime.fromtimestamp(date, UTC):%Y-%m-%d}"
    share = tree / "usr" / "share"
    _put(tree / "usr" / "bin" / "muster", (HERE / "muster").read_bytes(), 0o755)
    for rules in sorted((HERE.parent / "udev").glob("*.rules")):
        _put(tree / "lib" / "udev" / "rules.d" / rules.name, rules.read_bytes())
    for unit in ("muster-sync.service", "muster-sync.timer"):
        _put(tree / "usr" / "lib" / "systemd" / "user" / unit, (HERE / unit).read_bytes())
    name = "org.muster.Muster"
    _put(share / "applications" / f"{name}.desktop", (HERE / f"{name}.desktop").read_bytes())
    told = (HERE / f"{name}.metainfo.xml").read_text(encoding="utf-8")
    told = told.replace("@VERSION@", version).replace("@DATE@", day)
    _put(share / "metainfo" / f"{name}.metainfo.xml", told.encode())
    _put(share / "icons" / "hicolor" / "scalable" / "apps" / "muster.svg", (HERE / "muster.svg").read_bytes())
    page = subprocess.run(
        [str(program / "bin" / "python3"), "-BP", str(HERE / "man_page.py"), day], check=True, capture_output=True
    )
    _put(share / "man" / "man1" / "muster.1.gz", gzip.compress(page.stdout, mtime=0))
    documents = share / "doc" / "muster"
    _put(documents / "copyright", (HERE / "copyright").read_bytes())
    _put(documents / "check_trail.py", (HERE.parent / "check_trail.py").read_bytes())
    log = f"muster ({version}) stable; urgency=medium\n\n  * {version}.\n\n -- {MAINTAINER}  "
    log += f"{datetime.fromtimestamp(date, UTC):%a, %d %b %Y %H:%M:%S} +0000\n"
    _put(documents / "changelog.gz", gzip.compress(log.encode(), mtime=0))


def add_control(tree: Path, version: str, dependencies: Iterable[str]) -> None:
    files = [each for each in sorted(tree.rglob("*")) if each.is_file() and not each.is_symlink()]
    control = (
        f"Package: muster\nVersion: {version}\nArchitecture: amd64\nMaintainer: {MAINTAINER}\n"
        f"Installed-Size: {sum(each.stat().st_size for each in files) // 1024}\n"
        f"Depends: {', '.join(dependencies)}\n"
        f"Recommends: {', '.join(RECOMMENDS)}\nSuggests: {', '.join(SUGGESTS)}\n"
        f"Section: misc\nPriority: optional\n{DESCRIPTION}"
    )
    sums = []
    for each in files:
        with each.open("rb") as stream:
            digest = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        sums.append(f"{digest}  {each.relative_to(tree).as_posix()}\n")
    _put(tree / "DEBIAN" / "control", control.encode())
    _put(tree / "DEBIAN" / "md5sums", "".join(sums).encode())  # dpkg -V reads them
    for script in ("postinst", "prerm", "postrm"):
        _put(tree / "DEBIAN" / script, (HERE / script).read_bytes(), 0o755)


def _put(file: Path, content: bytes, mode: int = 0o644) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    file.chmod(mode)


def _date(tree: Path, date: int) -> None:
    for path in [tree, *tree.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
        os.utime(path, (date, date), follow_symlinks=False)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--root-metadata", type=Path)
    arguments.add_argument("--program", type=Path)
    arguments.add_argument("--quick", action="store_true")
    asked = arguments.parse_args()
    try:
        built = build(asked.folder, asked.program, asked.root_metadata, quick=asked.quick)
    except (ValueError, wheels.NotReproducible) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{wheels.digest(built)}  {built.name}  {built.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
