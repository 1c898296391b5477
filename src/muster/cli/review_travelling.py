"""``muster review``: registrations that are reviewed at another station, on a drive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import (
    BAD,
    DataOption,
    JsonOption,
    PasswordOption,
    UserOption,
    VerboseOption,
    at_desk,
    printable,
    show,
)
from muster.workstation.review_bundles import Part, PassedOver

FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="A folder on the drive.")]


def _passed_over(lists: Iterable[PassedOver]) -> Iterator[str]:
    for each in lists:
        yield f"{printable(each.file)}: passed over. {printable(each.sentence)} [{each.code}]"


def add_travelling(review: typer.Typer) -> None:
    @review.command()
    def keys(
        file: Annotated[Path, typer.Argument(help="What to write.")],
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """This station's public keys, for the one that reviews for it or that it reviews for."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            fingerprint = desk.review_bundles.tell_keys(file)
            show({"file": file, "key": fingerprint}, f"{file}: key {fingerprint}", as_json=as_json)

    @review.command()
    def accept(
        file: Annotated[Path, typer.Argument(help="The other station's keys.")],
        fingerprint: Annotated[str, typer.Argument(help="Of its key, as that station's people say it.")],
        part: Annotated[
            Part,
            typer.Option("--as", help="It reviews for this station, or it asks this one to review for it."),
        ],
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Let another station review for this one, or this one for it. For a supervisor (--user)."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            desk.review_bundles.accept(file, fingerprint, part)
            show({"accepted": fingerprint}, "accepted", as_json=as_json)

    @review.command("hand-out")
    def hand_out(
        folder: FolderArgument,
        to: Annotated[str, typer.Option(metavar="FINGERPRINT", help="The key of the station that reviews.")],
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Write what waits for a review onto a drive, sealed to the station that reviews. The packets stay."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            out = desk.review_bundles.hand_out(folder, to)
            show({"registrations": out}, f"{len(out)} registrations in {folder}", as_json=as_json)

    @review.command("take-in")
    def take_in(
        folder: FolderArgument,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Take other stations' registrations into the list here. For a supervisor (--user); status 1 when one was
        changed on the way, or a list for this station does not count."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            taken = desk.review_bundles.take_in(folder)
            text = "\n".join(
                [
                    f"{len(taken.new)} taken",
                    *(f"{each}: changed on the way" for each in taken.refused),
                    *_passed_over(taken.passed_over),
                ]
            )
            show(taken, text, as_json=as_json)
            if taken.refused or not all(each.is_for_another for each in taken.passed_over):
                raise typer.Exit(BAD)

    @review.command("hand-back")
    def hand_back(
        folder: FolderArgument,
        again: Annotated[
            bool, typer.Option("--again", help="The last ones once more, for a drive that was lost.")
        ] = False,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Write the decisions that were signed off, for whoever asked; what was told here is destroyed."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            bundles = desk.review_bundles
            back = bundles.hand_back_again(folder) if again else bundles.hand_back(folder)
            show({"registrations": back}, f"{len(back)} decisions in {folder}", as_json=as_json)

    @review.command("take-back")
    def take_back(
        folder: FolderArgument,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Carry out what was decided elsewhere about this station's registrations. For a supervisor (--user);
        status 1 when a decision came too late, or a list for this station does not count."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            came = desk.review_bundles.take_back(folder)
            text = "\n".join(
                [
                    f"{len(came.done)} carried out",
                    *(f"{each}: not asked any more" for each in came.late),
                    *_passed_over(came.passed_over),
                ]
            )
            show(came, text, as_json=as_json)
            if came.late or not all(each.is_for_another for each in came.passed_over):
                raise typer.Exit(BAD)
