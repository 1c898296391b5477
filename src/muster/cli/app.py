"""Putting the commands together.

Every module of this package that has a ``register`` function is a noun; adding one is adding a file.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Annotated

import typer

import muster.cli
from muster import __version__
from muster.cli.common import DataOption, Screen, VerboseOption, reporting
from muster.workstation.data_folder import DataFolder


def build(screen: Screen, word: str = "") -> typer.Typer:
    """The command line. ``screen`` is what needs Qt; it is only touched by commands that show.

    ``word`` is the first one that was typed: where it is a noun, no other is loaded.
    """
    app = typer.Typer(
        name="muster",
        help="Enroll people into an identity system.",
        no_args_is_help=False,
        add_completion=False,
        pretty_exceptions_enable=False,
    )

    @app.callback(invoke_without_command=True)
    def window(
        context: typer.Context,
        data: DataOption = None,
        verbose: VerboseOption = False,
        demo: Annotated[bool, typer.Option(help="Open a demo station, set up with invented people.")] = False,
        version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
    ) -> None:
        """Open the window, or run a command."""
        if version:
            typer.echo(f"muster {__version__}")
            raise typer.Exit
        if context.invoked_subcommand is not None and data is not None:
            raise typer.BadParameter("write --data behind the command")
        if context.invoked_subcommand is None:
            if demo:  # the window shows after seconds, and nowhere says what to delete to begin afresh
                typer.echo(f"Opening the training station in {data or DataFolder.default_demo().root}")
            with reporting(as_json=False, verbose=verbose):
                status = screen.open_window(data, demo=demo)
            raise typer.Exit(status)

    nouns = sorted(each.name for each in pkgutil.iter_modules(muster.cli.__path__))
    for module in [word] if word in nouns else nouns:
        register = getattr(import_module(f"muster.cli.{module}"), "register", None)
        if register is not None:
            register(app, screen)
    return app
