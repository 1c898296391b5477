"""``muster receiver``: the receiving server in small, in the foreground."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import DataOption, JsonOption, Screen, VerboseOption, reporting, show, station_at
from muster.clock import utc_now
from muster.workstation.data_folder import DataFolder
from muster.workstation.inspection import read_file
from muster.workstation.station import Station


def register(app: typer.Typer, screen: Screen) -> None:
    @app.command()
    def receiver(
        port: Annotated[int, typer.Option(help="0 takes any free port.")] = 8090,
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

        The station in the data folder, if there is one, is known to it.
        """
        from muster.receiver.service import (
            Visitors,
            parse_encryption_key,
            parse_machine,
            parse_user,
            serve,
            write_bundle,
        )

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
            visitors = Visitors(machines, users, login, decrypting, training)
            folder = DataFolder(root).receiver
            if bundle is None:
                serve(folder, port, visitors, utc_now)
                return
            ref_id = bundle_for or next(iter(machines), "")
            signer = write_bundle(folder, visitors, utc_now, ref_id, bundle)
            document = {"bundle": bundle, "station": ref_id, "signer": signer}
            show(document, f"{bundle}, signed by {signer}", as_json=as_json)
