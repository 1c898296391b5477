"""``muster enroll``: a scripted enrollment through the same checks as in the window."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import (
    BAD,
    DataOption,
    JsonOption,
    PasswordOption,
    Screen,
    ServerOption,
    UserOption,
    VerboseOption,
    desk_of,
    printable,
    reporting,
    show,
    station_at,
    supervisor_of,
)
from muster.domain.delivery import DeliveryState
from muster.domain.registration import RegistrationId, Step
from muster.errors import BadInput, NetworkUnavailable
from muster.workstation.desk import Desk
from muster.workstation.journal import REGISTRATION_CLOSED
from muster.workstation.script import Script, ScriptedEnrollment, ScriptOutcome, StepReport

SupervisorOption = Annotated[
    str | None,
    typer.Option(help="Who confirms exceptions and poor captures; by default a demo station's supervisor."),
]
SupervisorPasswordOption = Annotated[
    Path | None, typer.Option(help="A file that holds the supervisor's password on its first line.")
]


def register(app: typer.Typer, screen: Screen) -> None:
    @app.command()
    def enroll(
        folder: Annotated[
            Path, typer.Option("--from", metavar="FOLDER", help="Holds registration.json and the pictures.")
        ],
        stop_after: Annotated[
            Step | None, typer.Option(help="Leave a draft after this step, unsealed even when it is the last.")
        ] = None,
        resume: Annotated[str | None, typer.Option(metavar="ID", help="Go on with this draft.")] = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        supervisor: SupervisorOption = None,
        supervisor_password_file: SupervisorPasswordOption = None,
        server: ServerOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Enroll the person a folder describes."""
        begun: dict[str, str] = {}
        with reporting(as_json=as_json, verbose=verbose, about=begun):
            script, station = Script.load(folder), station_at(data)
            draft = RegistrationId(resume) if resume else None
            with desk_of(station, user=user, password_file=password_file, server=server, script=script) as (
                desk,
                password,
            ):
                if draft and not desk.enrollment.registration(draft).is_draft:
                    raise BadInput(REGISTRATION_CLOSED)
                second = supervisor_of(station, supervisor, supervisor_password_file)
                if second and supervisor:  # who was named may be mistyped; a demo station's own is not
                    desk.enrollment.check_supervisor(*second)
                on_step = _quiet if as_json else _tell
                play = ScriptedEnrollment(
                    desk.enrollment,
                    script,
                    password,
                    on_step,
                    on_begin=partial(_note, begun, aloud=not as_json),
                    supervisor=second,
                )
                outcome = play.run(resume=draft, stop_after=stop_after)
                state, packet_id = ("draft", None) if stop_after else _finish(desk, outcome)
            document = {
                "registration_id": outcome.registration.id.text,
                "state": state,
                "steps": [_step(each) for each in outcome.steps],
                "packet_id": packet_id,
            }
            text = f"Registration {outcome.registration.id} is {state}" + (
                f": packet {packet_id}" if packet_id else ""
            )
            show(document, text, as_json=as_json)
            if any(step.state == "refused" for step in outcome.steps):
                raise typer.Exit(BAD)


def _note(begun: dict[str, str], registration_id: RegistrationId, *, aloud: bool) -> None:
    """At once: whatever stops the enrollment from here on, its draft is known by this."""
    begun["registration_id"] = registration_id.text
    if aloud:
        typer.echo(f"Registration {registration_id}")


def _finish(desk: Desk, outcome: ScriptOutcome) -> tuple[str, str | None]:
    """Seal what is complete and try to deliver it; without a network it waits in the outbox."""
    if not outcome.is_complete:
        return "draft", None
    entry = desk.enrollment.submit(outcome.registration.id)
    if entry.state is not DeliveryState.PUSHED:
        try:
            desk.sync.deliver(entry.packet_id)
        except NetworkUnavailable:
            return "sealed", entry.packet_id
    desk.enrollment.forget(outcome.registration.id)
    return "delivered", entry.packet_id


def _step(report: StepReport) -> dict[str, object]:
    findings = [
        {
            "code": each.code.name,
            "field": each.field,
            "severity": each.severity.value,
            "message": each.sentence,
        }
        for each in report.findings
    ]
    return {"name": report.name, "state": report.state, "findings": findings, "devices": report.devices}


def _tell(report: StepReport) -> None:
    by = printable(f" by {', '.join(report.devices)}") if report.devices else ""
    typer.echo(f"  {report.name:<17}{report.state}{by}")
    for finding in report.findings:
        where = f"{finding.field}: " if finding.field else ""
        typer.echo(f"    {where}{finding.sentence} [{finding.code.name}]")


def _quiet(report: StepReport) -> None:
    pass
