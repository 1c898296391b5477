"""``muster station``: setting a station up without the window."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import (
    BAD,
    DataOption,
    JsonOption,
    PasswordOption,
    Screen,
    UserOption,
    VerboseOption,
    at_desk,
    credentials,
    new_password,
    rebuilt_lines,
    reporting,
    show,
    station_at,
)
from muster.clock import utc_now
from muster.workstation import binding
from muster.workstation.data_folder import DataFolder
from muster.workstation.inspection import read_file
from muster.workstation.nameplate import DEFAULT_CENTER, DEFAULT_MACHINE
from muster.workstation.station import (
    Flavour,
    NewOperator,
    NewStation,
    Place,
    Station,
)


class _BindTo(Enum):
    """A place, or whichever is the best here."""

    NOTHING = Place.NOTHING.value
    KEYRING = Place.KEYRING.value
    TPM = Place.TPM.value
    BEST = "best"

    def place(self) -> Place:
        return Place.best() if self is _BindTo.BEST else Place(self.value)


def register(app: typer.Typer, screen: Screen) -> None:
    station = typer.Typer(help="Setting a station up.", no_args_is_help=True)
    app.add_typer(station, name="station")

    @station.command()
    def create(
        officer: Annotated[str, typer.Option(help="The officer's user name.")] = "officer",
        officer_password_file: Annotated[Path | None, typer.Option(help="Holds the officer's password.")] = None,
        supervisor: Annotated[str, typer.Option(help="The supervisor's user name.")] = "supervisor",
        supervisor_password_file: Annotated[
            Path | None, typer.Option(help="Holds the supervisor's password.")
        ] = None,
        center: Annotated[str, typer.Option(help="Five digits.")] = DEFAULT_CENTER,
        machine: Annotated[str, typer.Option(help="Five digits.")] = DEFAULT_MACHINE,
        demo: Annotated[bool, typer.Option(help="A station for invented people, with made-up passwords.")] = False,
        machine_key: Annotated[
            Flavour,
            typer.Option(help="Where the key that signs packets lives: a sealed file, or this computer's TPM."),
        ] = Flavour.LOCAL,
        bind_to: Annotated[
            _BindTo,
            typer.Option(
                help="What beside a password opens the station: nothing, your account's keyring, this computer's "
                "TPM, or the best of these that there is."
            ),
        ] = _BindTo.NOTHING,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Make a station in the data folder: keys, database, one officer and one supervisor."""
        with reporting(as_json=as_json, verbose=verbose):
            place = bind_to.place()
            if demo:
                new = NewStation.for_demo(machine_key, place, center=center, machine=machine)
            else:
                new = NewStation(
                    NewOperator(officer, new_password(officer, officer_password_file, "--officer-password-file")),
                    NewOperator(
                        supervisor,
                        new_password(supervisor, supervisor_password_file, "--supervisor-password-file"),
                    ),
                    center,
                    machine,
                    machine_key=machine_key,
                    bound_to=place,
                )
            made = Station.create(data or DataFolder.default().root, new, utc_now)
            document = {
                "station": made.identity.ref_id,
                "data": made.folder.root,
                "machine_public_key": made.folder.machine_public_key,
                "bound_to": place,
            }
            if machine_key is Flavour.TPM:
                document["machine_encryption_key"] = made.folder.machine_encryption_key
            lines = [f"Station {made.identity.ref_id} in {made.folder.root}", binding.PROTECTION[place].say()]
            if demo:
                people = f"{new.officer.user_id} and {new.supervisor.user_id}"
                lines.append(f"Its users are {people}; their passwords lie in {made.folder.demo_credentials}")
            show(document, "\n".join(lines), as_json=as_json)

    @station.command()
    def repair(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Read the whole database; put a damaged one aside and rebuild it. Exit status 1: something could
        not be saved."""
        with reporting(as_json=as_json, verbose=verbose):
            where = station_at(data)
            user_id, password = credentials(where, user, password_file)
            rebuilt = where.repair(user_id, password)
            if rebuilt is None:
                show({"whole": True, "rebuilt": None}, "The database is whole.", as_json=as_json)
                return
            show({"whole": False, "rebuilt": rebuilt}, "\n".join(rebuilt_lines(rebuilt)), as_json=as_json)
            if not rebuilt.saved_everything:
                raise typer.Exit(BAD)

    @station.command("import-bundle")
    def import_bundle(
        file: Annotated[Path, typer.Argument(help="The set-up file.")],
        signer: Annotated[
            str | None,
            typer.Option(metavar="SHA256", help="Who must have signed it, at a station that was never online."),
        ] = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Set this station up from a file its server's owner signed, without a network. For a supervisor."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            imported = desk.bundles.take(read_file(file), signer)
            document = {"made_at": imported.made_at, "new": imported.new}
            words = ", ".join(each.value for each in imported.new) or "nothing new"
            show(document, f"Imported: {words}.", as_json=as_json)

    _register_protection(station)


def _register_protection(station: typer.Typer) -> None:
    @station.command()
    def protection(data: DataOption = None, as_json: JsonOption = False, verbose: VerboseOption = False) -> None:
        """What beside a password opens the station, and the best this computer has for that."""
        with reporting(as_json=as_json, verbose=verbose):
            where, best = station_at(data), Place.best()
            lines = [binding.PROTECTION[where.bound_to].say()]
            if best is not where.bound_to:
                lines.append(f"The best that can be used here and now: {best.value}")
            document = {"data": where.folder.root, "bound_to": where.bound_to, "best": best}
            show(document, "\n".join(lines), as_json=as_json)

    @station.command()
    def bind(
        to: Annotated[
            _BindTo,
            typer.Option(
                help="This computer's TPM, your account's keyring, the best of these that there is, or nothing: "
                "passwords alone open it then."
            ),
        ],
        note: Annotated[
            Path | None,
            typer.Option(
                help="Write the machine secret there, for the day TPM or keyring breaks. Keep it away from here."
            ),
        ] = None,
        from_note: Annotated[Path | None, typer.Option(help="Such a note, TPM or keyring being gone.")] = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Bind the station to this computer, so that a stolen disk opens with no password; or release it."""
        with reporting(as_json=as_json, verbose=verbose):
            where = station_at(data)
            if from_note is not None:
                where.use_recovery(binding.read_note(from_note))
            user_id, password = credentials(where, user or where.operators[-1], password_file)
            place = to.place()
            binding.move(where, user_id, password, place, note)
            document = {"data": where.folder.root, "bound_to": place, "note": note}
            text = (
                f"The station in {where.folder.root} is bound to: {place.value}\n{binding.PROTECTION[place].say()}"
            )
            show(document, text, as_json=as_json)
