"""``muster receiver``: the receiving server, of a training station or of a center, and what keeps it going."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.common import DataOption, JsonOption, Screen, VerboseOption, reporting, show, station_at
from muster.clock import utc_now
from muster.workstation.data_folder import DataFolder
from muster.workstation.inspection import read_file
from muster.workstation.station import Station

if TYPE_CHECKING:
    from muster.receiver.settings import HubSettings

SettingsOption = Annotated[Path | None, typer.Option(metavar="hub.toml", help="The settings of a center's hub.")]


def register(app: typer.Typer, screen: Screen) -> None:
    hub = typer.Typer(invoke_without_command=True)
    app.add_typer(hub, name="receiver")

    @hub.callback()
    def receiver(
        context: typer.Context,
        port: Annotated[int | None, typer.Option(help="8090 by default; 0 takes any free port.")] = None,
        machine: Annotated[
            list[str] | None,
            typer.Option(metavar="CENTER_MACHINE=PUBLIC.pem", help="A station that may send packets."),
        ] = None,
        encrypt_to: Annotated[
            list[str] | None,
            typer.Option(
                metavar="CENTER_MACHINE=PUBLIC.tpmt",
                help="The key that decrypts, of a station whose TPM signs with another one.",
            ),
        ] = None,
        login: Annotated[bool, typer.Option("--login", help="Serve only who is signed in.")] = False,
        user: Annotated[
            list[str] | None, typer.Option(metavar="NAME=PASSWORD_FILE", help="Somebody who may sign in.")
        ] = None,
        supervisor: Annotated[
            list[str] | None,
            typer.Option(metavar="NAME=PASSWORD_FILE", help="Somebody who may look at the hub's console."),
        ] = None,
        settings: SettingsOption = None,
        training: Annotated[
            bool, typer.Option("--training", help="Take what training stations send, too.")
        ] = False,
        bundle: Annotated[
            Path | None,
            typer.Option(
                metavar="FILE", help="Write a set-up file for the station and leave, in place of serving."
            ),
        ] = None,
        bundle_for: Annotated[
            str | None,
            typer.Option(metavar="CENTER_MACHINE", help="Whose set-up file; by default the station here."),
        ] = None,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Accept packets until stopped. The first line says where, as JSON.

        The station in the data folder, if there is one, is known to it. With --settings it is a center's hub.
        """
        if context.invoked_subcommand is not None:
            return
        from muster.receiver.service import (
            Visitors,
            parse_encryption_key,
            parse_machine,
            parse_user,
            serve,
            write_bundle,
        )
        from muster.receiver.settings import HubSettings, read_settings

        with reporting(as_json=as_json, verbose=verbose):
            root = data or DataFolder.default().root
            machines = dict(parse_machine(each) for each in machine or ())
            decrypting = dict(parse_encryption_key(each) for each in encrypt_to or ())
            if Station.exists(root):
                station = station_at(root)
                training = training or station.is_demo
                ref_id, keys = station.identity.ref_id, station.folder
                if ref_id not in machines:
                    machines[ref_id] = read_file(keys.machine_public_key)
                    decrypting.setdefault(ref_id, read_file(keys.machine_encryption_key))
            users = tuple(parse_user(each) for each in user or ())
            supervisors = tuple(parse_user(each) for each in supervisor or ())
            visitors = Visitors(machines, users, login, decrypting, training, supervisors)
            told = read_settings(settings) if settings else HubSettings(port=8090)
            folder = DataFolder(root).receiver
            if bundle is None:
                serve(folder, port, visitors, utc_now, hub=told)
                return
            ref_id = bundle_for or next(iter(machines), "")
            signer = write_bundle(folder, visitors, utc_now, ref_id, bundle, told)
            document = {"bundle": bundle, "station": ref_id, "signer": signer}
            show(document, f"{bundle}, signed by {signer}", as_json=as_json)

    _add_keeping(hub)
    _add_publishing(hub)
    _add_stations(hub)


def _add_keeping(hub: typer.Typer) -> None:
    @hub.command()
    def key(file: Annotated[Path, typer.Argument(help="A new file; keep a copy where the data are not.")]) -> None:
        """Make the center's key: without it nobody reads what the hub keeps."""
        from muster.receiver.center_key import make_center_key

        with reporting(as_json=False):
            make_center_key(file)

    @hub.command()
    def backup(
        file: Annotated[Path, typer.Argument(help="Everything, still sealed; the center's key is not in it.")],
        settings: SettingsOption = None,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Write everything the hub keeps to one file, while it serves."""
        from muster.receiver.service import back_up_hub

        with reporting(as_json=as_json, verbose=verbose):
            made = back_up_hub(_folder(data), _told(settings), file, utc_now)
            show(made, f"{made.rows} rows, {made.objects} packets", as_json=as_json)

    @hub.command()
    def restore(
        file: Annotated[Path, typer.Argument(help="What backup wrote.")],
        settings: SettingsOption = None,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Fill an empty hub from a backup; its engines may be others, the center's key must be the same."""
        from muster.receiver.service import restore_hub

        with reporting(as_json=as_json, verbose=verbose):
            made = restore_hub(_folder(data), _told(settings), file, utc_now)
            show(made, f"{made.rows} rows, {made.objects} packets", as_json=as_json)


def _add_publishing(hub: typer.Typer) -> None:
    @hub.command()
    def publish(
        folder: Annotated[Path, typer.Argument(help="Files as in a receiver's folder 'served'.")],
        settings: SettingsOption = None,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Tell stations what the files say, in place of what was published before: policy, lists, bookings."""
        from muster.receiver.service import publish as publish_files

        with reporting(as_json=as_json, verbose=verbose):
            count = publish_files(_folder(data), _told(settings), folder, utc_now)
            show({"published": count}, f"{count} files", as_json=as_json)


def _add_stations(hub: typer.Typer) -> None:
    @hub.command()
    def stations(
        settings: SettingsOption = None,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """The stations the hub knows or was asked by, and when each was last heard."""
        from muster.receiver.service import known_stations

        with reporting(as_json=as_json, verbose=verbose):
            known = known_stations(_folder(data), _told(settings), utc_now)
            lines = (
                f"{each.ref_id}  {each.standing.value:9} {each.seen_at or '-'}  {each.sign_index}"
                for each in known
            )
            show(known, "\n".join(lines), as_json=as_json)

    @hub.command()
    def decide(
        station: Annotated[str, typer.Argument(metavar="CENTER_MACHINE")],
        standing: Annotated[str, typer.Argument(metavar="approved|barred|refused")],
        key: Annotated[
            str | None,
            typer.Option(metavar="NAME", help="The key that was compared: its name, or the first 23 signs of it."),
        ] = None,
        settings: SettingsOption = None,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Let a station in once its key was compared with what the station shows, refuse its asking, or bar it."""
        from muster.receiver.machines import Standing
        from muster.receiver.service import decide_station

        if standing not in (each.value for each in Standing if each is not Standing.ASKED):
            raise typer.BadParameter("approved, barred or refused")
        if key is None and standing == Standing.APPROVED.value:
            raise typer.BadParameter("--key")  # whoever asked under the number since is not who was looked at
        with reporting(as_json=as_json, verbose=verbose):
            told, decided = _told(settings), Standing(standing)
            decide_station(_folder(data), told, utc_now, station, decided, _who(), key)
            show({"station": station, "standing": standing}, f"{station} {standing}", as_json=as_json)


def _who() -> str:
    """The operating system's user, told apart from a supervisor of that name."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (OSError, KeyError, ImportError):  # a number without a name, as in containers
        return "command line"


def _folder(data: Path | None) -> Path:
    return DataFolder(data or DataFolder.default().root).receiver


def _told(settings: Path | None) -> HubSettings:
    from muster.receiver.settings import HubSettings, read_settings

    return read_settings(settings) if settings else HubSettings()
