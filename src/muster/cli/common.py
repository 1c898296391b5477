"""What every command shares: its options, its output, its exit status, and getting at the station."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from muster.clock import rfc3339, utc_now
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Code, MusterError, SignInRefused, Unavailable
from muster.workstation.data_folder import DataFolder

# A desk and a station take a second to import; commands that judge a file need neither.
if TYPE_CHECKING:
    from muster.workstation.audit_report import AuditReport
    from muster.workstation.desk import Desk
    from muster.workstation.figures import Figure
    from muster.workstation.repair import Rebuilt
    from muster.workstation.script import Script
    from muster.workstation.server import Server
    from muster.workstation.slip import Paper, Slip
    from muster.workstation.station import Station

PASSWORD_NEEDED = Code(
    "PASSWORD_NEEDED",
    "A password is needed: name a file that holds it with {option}, or run in a terminal.",
)

PASSWORD_FILE_UNREADABLE = Code(
    "PASSWORD_FILE_UNREADABLE", "The password file {file} is not plain text in UTF-8. Save it as UTF-8."
)

OUTPUT_UNWRITABLE = Code("OUTPUT_UNWRITABLE", "The answer cannot be written. Perhaps the disk is full.")

GOOD, BAD, WRONG_INPUT, MISSING = 0, 1, 2, 3

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
DataOption = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="The station's data folder.", show_default=False)
]
VerboseOption = Annotated[bool, typer.Option("-v", "--verbose", help="Say more on standard error.")]
UserOption = Annotated[str | None, typer.Option("--user", help="Who signs in; the officer by default.")]
PasswordOption = Annotated[
    Path | None, typer.Option("--password-file", help="A file that holds the password on its first line.")
]
ServerOption = Annotated[
    str | None, typer.Option("--server", metavar="URL", help="The server; a demo station has its own.")
]


class Screen(Protocol):
    """What only the window can do. Implemented by the composition root."""

    def open_window(self, data: Path | None, *, demo: bool) -> int: ...

    def write_slip(self, slip: Slip, path: Path, paper: Paper | None = None) -> None: ...

    def slip_pdf(self, slip: Slip, paper: Paper) -> tuple[bytes, tuple[float, float]]:
        """The PDF, and the width and height of its page in millimetres."""
        ...

    def lay_out_report(self, report: AuditReport) -> bytes: ...

    def lay_out_figures(self, figures: Iterable[Figure], station: str) -> bytes: ...

    def take_pictures(self, folder: Path, on_picture: Callable[[Path], None]) -> list[Path]: ...


@contextmanager
def reporting(*, as_json: bool, verbose: bool = False, about: Mapping[str, str] | None = None) -> Iterator[None]:
    """Errors of the tree become one sentence (or the JSON error) and the right exit status.

    ``about`` is what else the JSON error says, looked at when it is printed: the draft an error left behind.
    """
    set_up_logging(verbose=verbose)
    try:
        yield
    except MusterError as error:
        if as_json and error.code is not OUTPUT_UNWRITABLE:
            document = {"error": {"code": error.code.name, "message": error.sentence, **(about or {})}}
            print(json.dumps(document))
            raise typer.Exit(_exit_status(error)) from error
        raise typer.Exit(tell(error)) from error


def tell(error: MusterError) -> int:
    """Its sentence on standard error; returns the exit status."""
    print(f"{printable(error.sentence)} [{error.code.name}]", file=sys.stderr)
    return _exit_status(error)


def _exit_status(error: MusterError) -> int:
    if isinstance(error, BadInput | SignInRefused):
        return WRONG_INPUT
    if isinstance(error, Unavailable):
        return MISSING
    return BAD


def show(document: object, text: str, *, as_json: bool) -> None:
    """Print ``document`` as JSON, or ``text`` for people.

    The JSON is ASCII: standard output may be a pipe of any encoding, and a file name need not be text. What
    the text has and the pipe's encoding has not is escaped. ``printable`` is for what comes from outside.
    """
    encoding = sys.stdout.encoding or "ascii"
    writable = text.encode(encoding, "backslashreplace").decode(encoding)
    try:
        print(json.dumps(plain(document), indent=2) if as_json else writable, flush=True)
    except BrokenPipeError:  # whoever reads has seen enough
        _write_nowhere()
    except OSError as error:
        _write_nowhere()
        raise Unavailable(OUTPUT_UNWRITABLE) from error


def _write_nowhere() -> None:
    """Or Python, which empties its buffer when it leaves, complains once more (its documentation on SIGPIPE)."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def printable(text: str) -> str:
    """Text out of somebody's file as one line that a terminal takes for text and nothing else.

    Escaped are control characters (a file could move the cursor and write its own verdict), what turns the
    direction of writing or cannot be seen, line ends, and halves of characters, which no encoding can write.
    """
    return "".join(letter if letter.isprintable() else _escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def plain(value: Any) -> Any:
    """Dataclasses, enums, times and paths as JSON has them."""
    if isinstance(value, RegistrationId):
        return value.text
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Path) else value


def set_up_logging(*, verbose: bool) -> None:
    """Logs go to standard error; standard output belongs to the answer."""
    import structlog

    structlog.configure(
        processors=[structlog.processors.TimeStamper("iso"), structlog.dev.ConsoleRenderer(colors=False)],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.WARNING),
    )


def station_at(data: Path | None) -> Station:
    """Raises ``KeyUnavailable(STATION_ABSENT)``."""
    from muster.workstation.station import Station

    return Station.at(data or DataFolder.default().root, utc_now)


@contextmanager
def desk_of(
    station: Station,
    *,
    user: str | None = None,
    password_file: Path | None = None,
    server: str | None = None,
    script: Script | None = None,
) -> Iterator[tuple[Desk, str]]:
    """The signed-in desk and the password it was opened with (signing asks for it again)."""
    from muster.workstation.desk import sign_in

    user_id, password = credentials(station, user, password_file)
    with server_of(station, server) as where:
        catalogue = script.catalogue if script else None
        with sign_in(station, user_id, password, where, utc_now, catalogue=catalogue) as desk:
            if desk.rebuilt is not None:
                for line in rebuilt_lines(desk.rebuilt):
                    typer.echo(line, err=True)
            yield desk, password


@contextmanager
def at_desk(
    data: Path | None,
    user: str | None,
    password_file: Path | None,
    *,
    server: str | None = None,
    as_json: bool,
    verbose: bool,
) -> Iterator[tuple[Desk, str]]:
    """What most commands begin with, by the options they share: ``reporting``, and ``desk_of`` that station."""
    with (
        reporting(as_json=as_json, verbose=verbose),
        desk_of(station_at(data), user=user, password_file=password_file, server=server) as desk,
    ):
        yield desk


def rebuilt_lines(rebuilt: Rebuilt) -> Iterator[str]:
    """What became of a damaged database: what was saved, where the old one lies, and what could not be saved."""
    from muster.workstation.repair import DATABASE_WAS_REBUILT

    yield DATABASE_WAS_REBUILT.say({"folder": rebuilt.quarantine})
    yield f"  {rebuilt.registrations} registrations and {rebuilt.packets} packets are there."
    if rebuilt.saved_everything:
        yield "  Nothing is missing."
    for count, what in rebuilt.losses():
        yield f"  {count} {what}"


@contextmanager
def server_of(station: Station, address: str | None) -> Iterator[Server]:
    """The named server; a demo station's own receiver, started when it is first needed; else none."""
    from muster.workstation.embedded_receiver import EmbeddedReceiver
    from muster.workstation.server import NoServer, RemoteServer, ServerTerms

    if address:
        yield RemoteServer(address, ServerTerms.of(os.environ))
    elif station.is_demo:
        receiver = EmbeddedReceiver(station.folder, station.identity)
        try:
            yield receiver
        finally:
            receiver.close()
    else:
        yield NoServer()


def credentials(
    station: Station, user: str | None, password_file: Path | None, option: str = "--password-file"
) -> tuple[str, str]:
    """A demo station's own; otherwise from the file (which ``option`` names) or, in a terminal, from the person.
    Raises ``BadInput``."""
    user_id = user or station.operators[0]
    if password_file is not None:
        return user_id, password_in(password_file)
    known = dict(station.demo_credentials() or ())
    if user_id in known:
        return user_id, known[user_id]
    if not sys.stdin.isatty():
        raise BadInput(PASSWORD_NEEDED, option=option)
    return user_id, str(typer.prompt(f"Password of {user_id}", hide_input=True, err=True))


def supervisor_of(
    station: Station, user: str | None = None, password_file: Path | None = None
) -> tuple[str, str] | None:
    """Who confirms what the officer may not decide alone: the one named, at a demo station its own; else nobody.

    Raises ``BadInput`` when the password cannot be had.
    """
    if user is not None:
        return credentials(station, user, password_file, "--supervisor-password-file")
    known = station.demo_credentials() or ()
    return known[1] if len(known) > 1 else None


def new_password(user_id: str, file: Path | None, option: str) -> str:
    """From the file (which ``option`` names) or, in a terminal, typed twice. Raises ``BadInput``."""
    if file is not None:
        return password_in(file)
    if not sys.stdin.isatty():
        raise BadInput(PASSWORD_NEEDED, option=option)
    return str(typer.prompt(f"New password for {user_id}", hide_input=True, confirmation_prompt=True, err=True))


def password_in(file: Path) -> str:
    """The first line of the file. Raises ``BadInput``: a byte that is guessed at is a password that is refused."""
    from muster.workstation.inspection import read_file

    try:
        text = read_file(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(PASSWORD_FILE_UNREADABLE, file=file.name) from error
    if "\0" in text:  # UTF-16 without its mark
        raise BadInput(PASSWORD_FILE_UNREADABLE, file=file.name)
    return text.partition("\n")[0].removesuffix("\r")
