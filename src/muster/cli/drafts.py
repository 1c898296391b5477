"""``muster drafts``: registrations that were begun and not finished."""

from __future__ import annotations

import typer

from muster.cli.common import (
    DataOption,
    JsonOption,
    PasswordOption,
    Screen,
    UserOption,
    VerboseOption,
    at_desk,
    plain,
    show,
)


def register(app: typer.Typer, screen: Screen) -> None:
    drafts = typer.Typer(help="Registrations that were begun and not finished.", no_args_is_help=True)
    app.add_typer(drafts, name="drafts")

    @drafts.command("list")
    def list_drafts(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """The last touched first. Each goes on with: muster enroll --from FOLDER --resume ID. Names nobody."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            found = [
                {
                    "registration_id": draft.id.text,
                    "process": draft.process,
                    "started_at": draft.started_at,
                    "changed_at": draft.changed_at,
                    "next_step": draft.next_step,
                }
                for draft in desk.enrollment.drafts()
            ]
            lines = (
                f"{each['registration_id']}  {plain(each['process']):<8} changed {plain(each['changed_at'])}"
                f"  next: {plain(each['next_step']) or 'submit'}"
                for each in found
            )
            show({"drafts": found}, "\n".join(lines) or "No drafts.", as_json=as_json)
