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
from muster.domain.delivery import DeliveryState, OutboxEntry, Outlook, PersonTold, ServerStatus
from muster.errors import Code
from muster.workstation.desk import Desk


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
            _show(desk, as_json=as_json)

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
            _show(desk, as_json=as_json)
            entries = desk.sync.outbox()
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
            _show(desk, as_json=as_json)

    @queue.command()
    def pause(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Send nothing more, until 'muster queue continue'."""
        with (
            reporting(as_json=as_json, verbose=verbose),
            desk_of(station_at(data), user=user, password_file=password_file) as (desk, _),
        ):
            desk.sending.pause()
            _show(desk, as_json=as_json)

    @queue.command("continue")
    def go_on(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Send again, after a pause."""
        with (
            reporting(as_json=as_json, verbose=verbose),
            desk_of(station_at(data), user=user, password_file=password_file) as (desk, _),
        ):
            desk.sending.go_on()
            _show(desk, as_json=as_json)

    @queue.command()
    def pace(
        kilobytes: Annotated[int, typer.Argument(help="Kilobytes a second; 0 for all the line gives.")],
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Use no more of the line than this."""
        with (
            reporting(as_json=as_json, verbose=verbose),
            desk_of(station_at(data), user=user, password_file=password_file) as (desk, _),
        ):
            desk.sending.limit(kilobytes)
            _show(desk, as_json=as_json)

    @queue.command()
    def told(
        packet_id: Annotated[str, typer.Argument(help="The packet whose person the server wants to come again.")],
        unreachable: Annotated[bool, typer.Option("--unreachable", help="The person cannot be reached.")] = False,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Note that somebody was told to come again, so that the packet asks for nobody any more."""
        with (
            reporting(as_json=as_json, verbose=verbose),
            desk_of(station_at(data), user=user, password_file=password_file) as (desk, _),
        ):
            outcome = PersonTold.CANNOT_BE_REACHED if unreachable else PersonTold.INFORMED
            desk.sync.note_told(packet_id, outcome)
            _show(desk, as_json=as_json)


def _show(desk: Desk, *, as_json: bool) -> None:
    entries, outlook = desk.sync.outbox(), desk.sync.outlook()
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
            "risk": each.risk,
            "handed_over_at": each.handed_over_at,
            "person_told": each.person_told,
        }
        for each in entries
    ]
    waiting = {
        "packets": outlook.packets,
        "bytes": outlook.octets,
        "paused": outlook.terms.is_paused,
        "limit_bytes_per_second": outlook.terms.bytes_per_second,
        "line_bytes_per_second": outlook.line_bytes_per_second,
        "takes_s": round(outlook.takes.total_seconds()) if outlook.takes else None,
    }
    lines = [line for each in entries for line in _lines(each)] or ["The outbox is empty."]
    show({"packets": packets, "waiting": waiting}, "\n".join((*lines, *_outlook(outlook))), as_json=as_json)


def _outlook(outlook: Outlook) -> Iterator[str]:
    if outlook.packets:
        takes = f", about {max(round(outlook.takes.total_seconds() / 60), 1)} min" if outlook.takes else ""
        yield f"{outlook.packets} to be sent, {outlook.octets:,} bytes{takes}"
    if outlook.terms.is_paused:
        yield "Sending is paused: muster queue continue"


def _lines(entry: OutboxEntry) -> Iterator[str]:
    """The packet; below it what is wrong and what to do."""
    said = f"  server: {entry.server_status.value}" if entry.server_status else ""
    yield f"{entry.packet_id}  {entry.state.value:<10} {entry.size:>9,} bytes{said}"
    if entry.last_problem and entry.state is not DeliveryState.PUSHED:
        yield f"    {_sentence(entry)} [{entry.last_problem}]"
    if entry.state is DeliveryState.GIVEN_UP:
        yield f"    It is not sent again by itself: muster queue upload --again {entry.packet_id}"
    if entry.server_status is ServerStatus.REREGISTER and entry.person_told is None:
        yield f"    This person must come again. Once told: muster queue told {entry.packet_id}"
    if entry.is_carried:
        yield "    Handed over on a drive."


def _sentence(entry: OutboxEntry) -> str:
    """What stopped the last attempt; of its details only the server's code was kept."""
    code = Code.named(entry.last_problem or "")
    details = defaultdict(lambda: "...", {"server_code": entry.server_code or "?"})
    return code.sentence.format_map(details) if code else str(entry.last_problem)
