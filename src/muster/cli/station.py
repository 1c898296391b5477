"""``muster station``: setting a station up without the window."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import DataOption, JsonOption, Screen, VerboseOption, password_in, reporting, show
from muster.clock import utc_now
from muster.workstation.data_folder import DataFolder
from muster.workstation.station import DEFAULT_CENTER, DEFAULT_MACHINE, Flavour, NewOperator, NewStation, Station


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
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Make a station in the data folder: keys, database, one officer and one supervisor."""
        with reporting(as_json=as_json, verbose=verbose):
            if demo:
                new = NewStation.for_demo(machine_key)
            else:
                new = NewStation(
                    NewOperator(officer, _password(officer, officer_password_file)),
                    NewOperator(supervisor, _password(supervisor, supervisor_password_file)),
                    center,
                    machine,
                    machine_key=machine_key,
                )
            made = Station.create(data or DataFolder.default().root, new, utc_now)
            document = {
                "station": made.identity.ref_id,
                "data": made.folder.root,
                "machine_public_key": made.folder.machine_public_key,
            }
            if machine_key is Flavour.TPM:
                document["machine_encryption_key"] = made.folder.machine_encryption_key
            show(document, f"Station {made.identity.ref_id} in {made.folder.root}", as_json=as_json)


def _password(user_id: str, file: Path | None) -> str:
    if file is not None:
        return password_in(file)
    return str(typer.prompt(f"New password for {user_id}", hide_input=True, confirmation_prompt=True, err=True))
