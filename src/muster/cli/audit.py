"""``muster audit``: the trail."""

from __future__ import annotations

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
    desk_of,
    plain,
    reporting,
    show,
    station_at,
)
from muster.domain.registration import RegistrationId
from muster.workstation.inspection import read_file
from muster.workstation.trail import Verdict, title_of, verify_file
from muster.workstation.trail_story import StoryLine, Tone


def register(app: typer.Typer, screen: Screen) -> None:
    audit = typer.Typer(help="The audit trail.", no_args_is_help=True)
    app.add_typer(audit, name="audit")

    @audit.command()
    def verify(
        head: Annotated[
            str | None, typer.Option(help="A digest noted earlier: also shows records missing at the end.")
        ] = None,
        file: Annotated[
            Path | None, typer.Option(help="An exported trail, of whatever station; no station is needed here.")
        ] = None,
        machine_key: Annotated[
            Path | None,
            typer.Option(help="With --file: the station's public key, as it was registered; else the file's own."),
        ] = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Walk the whole hash chain and check the machine key's signatures in it."""
        with reporting(as_json=as_json, verbose=verbose):
            if file is not None:
                verdict = verify_file(file, read_file(machine_key) if machine_key else None, head)
            else:
                with desk_of(station_at(data), user=user, password_file=password_file) as (desk, _):
                    verdict = desk.trail.verify(head)
            is_export = file is not None
            text = _sentence(verdict, whose_key=not is_export or machine_key is not None, is_export=is_export)
            show(verdict, text, as_json=as_json)
            if not verdict.valid or (is_export and not verdict.end_known):  # every export's end is signed
                raise typer.Exit(BAD)

    @audit.command()
    def export(
        file: Annotated[Path, typer.Argument(help="What to write.")],
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Write the trail, signed, to be verified on another computer: muster audit verify --file FILE.

        For a supervisor (--user).
        """
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            records = desk.trail.export(file)
            show({"records": records, "file": file}, f"{records} records in {file}", as_json=as_json)

    @audit.command()
    def story(
        registration: Annotated[str, typer.Argument(metavar="REGISTRATION_ID", help="29 digits.")],
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """What happened to one registration, from the beginning. For a supervisor (--user); looking is audited."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            told = desk.trail_reading.story(RegistrationId(registration))
            lines = "\n".join(map(_line, told.lines))
            show(
                {"lines": [_document(each) for each in told.lines], "devices": told.devices},
                lines,
                as_json=as_json,
            )

    @audit.command()
    def report(
        registration: Annotated[str, typer.Argument(metavar="REGISTRATION_ID", help="29 digits.")],
        file: Annotated[Path, typer.Argument(help="The PDF to write.")],
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """One registration's story as a PDF that the station signs (PAdES). For a supervisor (--user)."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            made = desk.audit_reports.compose(RegistrationId(registration))
            desk.audit_reports.write(made, screen.lay_out_report(made), file)
            show({"file": file, "key": made.key}, f"{file}, signed by the key {made.key}", as_json=as_json)

    @audit.command("check-report")
    def check_report(
        file: Annotated[Path, typer.Argument(help="A report this or another station signed.")],
        machine_key: Annotated[Path, typer.Option(help="The station's public key, as it was registered.")],
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Whether a report is as the station with that key signed it. No station is needed here."""
        with reporting(as_json=as_json, verbose=verbose):
            from muster.workstation.audit_report import report_is_signed

            good = report_is_signed(file, read_file(machine_key))
            sentence = "signed by that station, and whole" if good else "NOT as that station signed it"
            show({"valid": good}, sentence, as_json=as_json)
            if not good:
                raise typer.Exit(BAD)

    @audit.command("list")
    def list_records(
        limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, newest first.")] = 50,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """The newest records. For a supervisor (--user); looking is audited."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            records = desk.trail_reading.newest_records(limit)
            lines = (
                f"{each.sequence:>6}  {plain(each.at)}  {each.event:<12} {each.actor:<14} {title_of(each.event)}"
                f"  {each.subject}".rstrip()
                for each in records
            )
            show({"records": records}, "\n".join(lines), as_json=as_json)


def _document(line: StoryLine) -> dict[str, object]:
    lasted = None if line.lasted is None else round(line.lasted.total_seconds())
    facts = {**plain(line), "facts": dict(line.facts)}
    return {**facts, "lasted": lasted}


def _line(line: StoryLine) -> str:
    if line.lasted is not None:
        return f"{plain(line.at)}  ... nothing for {round(line.lasted.total_seconds() / 60)} minutes"
    said = " ".join(f"{name}={value}" for name, value in line.facts if value)
    mark = "" if line.tone is Tone.PLAIN else f"[{line.tone.value}] "
    return f"{plain(line.at)}  {line.actor:<12} {mark}{line.title}  {said}".rstrip()


def _sentence(verdict: Verdict, *, whose_key: bool, is_export: bool) -> str:
    if not verdict.valid:
        broken = f"BROKEN at record {verdict.first_bad}"
        if (verdict.first_bad or 0) > verdict.records:
            broken = "BROKEN at the end: records are missing there, or another key signed it"
        return f"{verdict.records} records, {broken}; good up to {verdict.head}"
    signed = f"signed by the machine key up to record {verdict.vouched_for}"
    doubt = "" if whose_key else " (by the key in the file itself: name the registered one with --machine-key)"
    end = "" if verdict.end_known else "; not known to be complete: name a head that was noted with --head"
    if is_export and not verdict.end_known:
        end = "; NOT known to be complete: nobody signed its end"
    return f"{verdict.records} records, all good, {signed}{doubt}; head {verdict.head}{end}"
