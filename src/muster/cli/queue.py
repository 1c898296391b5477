"""``muster queue``: the packets that wait for a network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
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
    reporting,
    show,
    station_at,
)
from muster.domain.delivery import DeliveryState, OutboxEntry, ServerStatus
from muster.errors import Code


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
        again: Annotated[
            list[str] | None,
            typer.Option(metavar="PACKET_ID", help="Send this one too, though it was given up."),
        ] = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Send everything that waits, now. The exit status is 1 when some of it did not go."""
        with (
            reporting(as_json=as_json, verbose=verbose),
            desk_of(station_at(data), user=user, password_file=password_file, server=server) as (desk, _),
        ):
            for packet_id in again or ():
                desk.sync.try_again(packet_id)
            desk.sync.deliver_all(due_only=False)
            entries = desk.sync.outbox()
            _show(entries, as_json=as_json)
            if any(each.state is not DeliveryState.PUSHED and each.last_problem for each in entries):
                raise typer.Exit(BAD)

    @queue.command()
    def status(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        server: ServerOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Ask the server what became of the packets it has, now, and list them."""
        with (
            reporting(as_json=as_json, verbose=verbose),
            desk_of(station_at(data), user=user, password_file=password_file, server=server) as (desk, _),
        ):
            desk.following.ask(due_only=False)
            _show(desk.sync.outbox(), as_json=as_json)


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
            "server_code": each.server_code,
            "server_status": each.server_status,
            "destroyed_at": each.destroyed_at,
        }
        for each in entries
    ]
    lines = (line for each in entries for line in _lines(each))
    show({"packets": packets}, "\n".join(lines) or "The outbox is empty.", as_json=as_json)


def _lines(entry: OutboxEntry) -> Iterator[str]:
    """The packet; below it what is wrong and what to do."""
    said = f"  server: {entry.server_status.value}" if entry.server_status else ""
    yield f"{entry.packet_id}  {entry.state.value:<10} {entry.size:>9,} bytes{said}"
    if entry.last_problem and entry.state is not DeliveryState.PUSHED:
        yield f"    {_sentence(entry)} [{entry.last_problem}]"
    if entry.state is DeliveryState.GIVEN_UP:
        yield f"    It is not sent again by itself: muster queue upload --again {entry.packet_id}"
    if entry.server_status is ServerStatus.REREGISTER:
        yield "    This person must come again."


def _sentence(entry: OutboxEntry) -> str:
    """What stopped the last attempt; of its details only the server's code was kept."""
    code = Code.named(entry.last_problem or "")
    details = defaultdict(lambda: "...", {"server_code": entry.server_code or "?"})
    return code.sentence.format_map(details) if code else str(entry.last_problem)
