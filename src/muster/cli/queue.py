"""``muster queue``: the packets that wait for a network."""

from __future__ import annotations

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
    reporting,
    show,
    station_at,
)
from muster.domain.delivery import DeliveryState, OutboxEntry


def register(app: typer.Typer, screen: Screen) -> None:
    queue = typer.Typer(help="The outbox.", no_args_is_help=True)
    app.add_typer(queue, name="queue")

    @queue.command("list")
    def list_packets(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """What lies in the outbox."""
        with (
            reporting(as_json=as_json, verbose=verbose),
            desk_of(station_at(data), user=user, password_file=password_file) as (desk, _),
        ):
            _show(desk.sync.outbox(), as_json=as_json)

    @queue.command()
    def upload(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        server: ServerOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Send everything that waits, now. The exit status is 1 when some of it did not go."""
        with (
            reporting(as_json=as_json, verbose=verbose),
            desk_of(station_at(data), user=user, password_file=password_file, server=server) as (desk, _),
        ):
            desk.sync.deliver_all(due_only=False)
            entries = desk.sync.outbox()
            _show(entries, as_json=as_json)
            if any(each.state is not DeliveryState.PUSHED and each.last_problem for each in entries):
                raise typer.Exit(BAD)


def _show(entries: tuple[OutboxEntry, ...], *, as_json: bool) -> None:
    packets = [
        {
            "packet_id": each.packet_id,
            "registration_id": each.registration_id.text,
            "state": each.state,
            "attempts": each.attempts,
            "size": each.size,
            "next_attempt": each.next_attempt,
            "last_problem": each.last_problem,
        }
        for each in entries
    ]
    lines = (
        f"{each.packet_id}  {each.state.value:<10} {each.size:>9,} bytes  {each.last_problem or ''}"
        for each in entries
    )
    show({"packets": packets}, "\n".join(lines) or "The outbox is empty.", as_json=as_json)
