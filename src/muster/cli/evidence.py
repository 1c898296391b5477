"""``muster evidence``: what a registration's identity rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from muster.cli.common import (
    DataOption,
    JsonOption,
    PasswordOption,
    Screen,
    UserOption,
    VerboseOption,
    desk_of,
    printable,
    reporting,
    show,
    station_at,
)
from muster.domain.evidence import Evaluation, Evidence, UpgradePath
from muster.domain.registration import RegistrationId

# What rows of the level table are called where somebody reads them; others are shown as they are.
_PIECES = {
    "one_time_code": "a one-time code",
    "vouch": "somebody who vouches",
    "register_record": "a register's record",
    "eid": "a sign-in elsewhere",
    "eid_strong": "a strong sign-in elsewhere",
    "trusted_id_claim": "a sign-in at a trusted identity provider",
    "document_optical": "a document",
    "document_chip": "a document with a chip",
    "wallet_pid": "a wallet",
    "face_match": "the person's face compared with it",
}


def register(app: typer.Typer, screen: Screen) -> None:
    evidence = typer.Typer(help="What a registration's identity rests on.", no_args_is_help=True)
    app.add_typer(evidence, name="evidence")

    @evidence.command("show")
    def show_evidence(
        registration: Annotated[str, typer.Argument(metavar="REGISTRATION_ID", help="29 digits.")],
        everything: Annotated[
            bool,
            typer.Option("--all", help="Every piece with its checks: for a supervisor (--user), and audited."),
        ] = False,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """The level of assurance, and what would raise it."""
        with reporting(as_json=as_json, verbose=verbose):
            registration_id = RegistrationId(registration)
            with desk_of(station_at(data), user=user, password_file=password_file) as (desk, _):
                if everything:
                    evaluation = desk.evidence.evaluation(registration_id)
                    show(evaluation, "\n".join(_told(evaluation)), as_json=as_json)
                    return
                view = desk.evidence.assurance(registration_id)
                lines = [f"{view.level.value}; pieces of evidence: {view.pieces}", *map(_path, view.upgrade_paths)]
                show(view, "\n".join(lines), as_json=as_json)


def _told(evaluation: Evaluation) -> Iterator[str]:
    yield f"{evaluation.level.value} {evaluation.rule}".rstrip()
    for each in evaluation.evidence:
        yield from _piece(each)
    yield from map(_path, evaluation.upgrade_paths)


def _piece(evidence: Evidence) -> Iterator[str]:
    submission = evidence.submission
    worth = f"{evidence.status.value:<13}{evidence.score.value} of {evidence.strength.value}"
    yield f"  {submission.wire_type:<18}{worth}  {printable(submission.provider)}".rstrip()
    if submission.checks:
        yield "    " + " ".join(f"{each.name}_{each.outcome.value}" for each in submission.checks)
    for risk in submission.risks:
        yield f"    {risk.normalized.value} ({printable(risk.raw)})"
    for fault in evidence.faults:
        yield f"    {fault.code} {fault.message}".rstrip()


def _path(path: UpgradePath) -> str:
    return f"  {path.reaches.value} with " + " and ".join(_PIECES.get(each, each) for each in path.add)
