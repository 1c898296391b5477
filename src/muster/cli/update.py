"""``muster update``: a newer version of the program from a drive, signed by its releasers, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import JsonOption, Screen, VerboseOption, reporting, show
from muster.clock import utc_now
from muster.workstation.updating import DEFAULT_FOLDER, Running, Updating, number_of, shipped_root

BundleArgument = Annotated[Path, typer.Argument(metavar="BUNDLE", help="A zip, or its folder on a drive.")]
FolderOption = Annotated[
    Path, typer.Option("--folder", metavar="DIR", help="Where versions of the program are kept.")
]
RootOption = Annotated[
    Path | None,
    typer.Option("--root", metavar="FILE", exists=True, dir_okay=False, help="Whose signatures count (TUF root)."),
]


def register(app: typer.Typer, screen: Screen) -> None:
    update = typer.Typer(
        help="Newer versions of the program, from a drive; needs no network.", no_args_is_help=True
    )
    app.add_typer(update, name="update")

    @update.command()
    def verify(
        bundle: BundleArgument,
        folder: FolderOption = DEFAULT_FOLDER,
        root: RootOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Whether it is signed, whole, newer, and for this computer. Nothing is changed."""
        with reporting(as_json=as_json, verbose=verbose):
            release = _updating(folder, root).verify(bundle)
            document = {"version": release.version, "made_at": release.made_at}
            show(document, f"Version {release.version} can be installed", as_json=as_json)

    @update.command()
    def apply(
        bundle: BundleArgument,
        folder: FolderOption = DEFAULT_FOLDER,
        root: RootOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Check it, unpack it, and run it from the next start on. The version that runs now is kept."""
        with reporting(as_json=as_json, verbose=verbose):
            updating = _updating(folder, root)
            updating.apply(bundle)
            _show(updating.running, as_json=as_json)

    @update.command()
    def rollback(
        folder: FolderOption = DEFAULT_FOLDER,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Run the version before this one from the next start on."""
        with reporting(as_json=as_json, verbose=verbose):
            _show(Updating(folder, b"", utc_now).roll_back(), as_json=as_json)


def _updating(folder: Path, root: Path | None) -> Updating:
    return Updating(folder, root.read_bytes() if root else shipped_root(), utc_now)


def _show(running: Running, *, as_json: bool) -> None:
    version = number_of(running.version)
    before = number_of(running.before) if running.before else None
    text = f"Version {version} runs from the next start on" + (f"; version {before} is kept" if before else "")
    show({"running": version, "before": before}, text, as_json=as_json)
