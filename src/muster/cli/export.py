"""``muster export``: one registration in another system's words."""

from __future__ import annotations

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
    reporting,
    show,
    station_at,
)
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Code
from muster.workstation.exporting import Profile, Wording

EXPORT_NOT_SENT = Code(
    "EXPORT_NOT_SENT", "Only GovStack's words can be sent to a server. Leave --put out, to print them."
)


def register(app: typer.Typer, screen: Screen) -> None:
    @app.command()
    def export(
        registration: Annotated[str, typer.Argument(metavar="ID", help="The registration's number.")],
        wording: Annotated[Wording, typer.Option("--as", help="Whose words.")],
        profile: Annotated[Profile, typer.Option(help="GovStack's dialect.")] = Profile.SOURCE,
        put: Annotated[
            str | None,
            typer.Option(
                metavar="URL", help="Send it to the server there, in place of printing it.", show_default=False
            ),
        ] = None,
        partner: Annotated[
            str | None,
            typer.Option(metavar="NAME", help="Whom GovStack's claims are for.", show_default=False),
        ] = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Print a registration, personal data and all, as another system's JSON; or send it there.

        govstack is the request to enroll and, with --partner, what that partner may know (govstack-claims); gips,
        mitrust and oidc-ida tell the evidence of who the person is.
        """
        with reporting(as_json=as_json, verbose=verbose):
            registration_id = RegistrationId(registration)
            with desk_of(station_at(data), user=user, password_file=password_file) as (desk, _):
                if put is None:
                    show(desk.exporting.told(registration_id, wording, profile, partner), "", as_json=True)
                elif wording is not Wording.GOVSTACK or partner:
                    raise BadInput(EXPORT_NOT_SENT)
                else:
                    enrolled = desk.exporting.put_govstack(registration_id, put, profile)
                    show(enrolled, "Enrolled." if enrolled.created else "Known there already.", as_json=as_json)
