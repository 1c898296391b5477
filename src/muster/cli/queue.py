"""``muster queue``: the packets that wait for a network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
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
    at_desk,
    show,
)
from muster.domain.delivery import CarriedPacket, DeliveryState, OutboxEntry, Outlook, PersonTold, ServerStatus
from muster.errors import Code
from muster.workstation.desk import Desk
from muster.workstation.inspection import require_folder

FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="The drive, or a folder on it.")]


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
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
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
        with at_desk(data, user, password_file, server=server, as_json=as_json, verbose=verbose) as (desk, _):
            for packet_id in again or ():
                if not desk.carrying.try_again(packet_id):
                    desk.sync.try_again(packet_id)
            desk.finishing.seal_the_rest()
            desk.sync.deliver_all(due_only=False)
            desk.carrying.forward(due_only=False)
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
        with at_desk(data, user, password_file, server=server, as_json=as_json, verbose=verbose) as (desk, _):
            desk.following.ask(due_only=False)
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
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            outcome = PersonTold.CANNOT_BE_REACHED if unreachable else PersonTold.INFORMED
            desk.sync.note_told(packet_id, outcome)
            _show(desk, as_json=as_json)

    _add_drives(queue)
    _add_terms(queue)


def _add_drives(queue: typer.Typer) -> None:
    @queue.command("export")
    def hand_over(
        folder: FolderArgument,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Copy what waits to a drive, with a signed list, for another station to send."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            handed = desk.handing_over.export(folder)
            document = {"list": handed.list_file, "packets": [_packet(each) for each in handed.packets]}
            show(document, f"{len(handed.packets)} packets and {handed.list_file.name}", as_json=as_json)

    @queue.command("import")
    def take_over(
        folder: FolderArgument,
        accept: Annotated[
            str | None,
            typer.Option(
                metavar="FINGERPRINT", help="Take packets of the station with this key. For a supervisor."
            ),
        ] = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Take another station's packets from a drive; they are sent with our own.

        The exit status is 1 when some of them cannot be taken.
        """
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            require_folder(folder)  # a drive that was pulled out is another matter than a name that is mistyped
            if accept:
                desk.carrying.accept_station(folder, accept)
            taken = desk.carrying.take(folder)
            packets = {packet.packet_id: packet for packet in desk.carrying.packets()}
            document = {
                "packets": [_carried(packets[each]) for each in (*taken.new, *taken.known) if each in packets],
                "new": taken.new,
                "known": taken.known,
                "refused": [
                    {"packet_id": packet_id, "code": code.name, "message": code.sentence}
                    for packet_id, code in taken.refused.items()
                ],
            }
            lines = [f"{len(taken.new)} packets taken, {len(taken.known)} were here already"]
            lines += [f"{packet_id}  {code.sentence} [{code.name}]" for packet_id, code in taken.refused.items()]
            show(document, "\n".join(lines), as_json=as_json)
            if taken.refused:
                raise typer.Exit(BAD)


def _add_terms(queue: typer.Typer) -> None:
    @queue.command()
    def pause(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Send nothing more, until 'muster queue continue'."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
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
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
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
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            desk.sending.limit(kilobytes)
            said = (
                f"Sending uses at most {kilobytes} kB a second."
                if kilobytes
                else "Sending uses all the line gives."
            )
            _show(desk, said, as_json=as_json)


def _show(desk: Desk, *said: str, as_json: bool) -> None:
    """What lies in the outbox, below what was ``said`` to have been done."""
    entries, outlook = desk.sync.outbox(), desk.sync.outlook()
    packets = [_packet(each) for each in entries]
    carried = desk.carrying.packets()
    waiting = {
        "packets": outlook.packets,
        "bytes": outlook.octets,
        "paused": outlook.terms.is_paused,
        "limit_bytes_per_second": outlook.terms.bytes_per_second,
        "line_bytes_per_second": outlook.line_bytes_per_second,
        "takes_s": round(outlook.takes.total_seconds()) if outlook.takes else None,
    }
    lines = [line for each in entries for line in _lines(each)] or ["The outbox is empty."]
    lines += [f"{each.packet_id}  {each.state.value:<10} {each.size:>9,} bytes  carried" for each in carried]
    document = {"packets": packets, "carried": [_carried(each) for each in carried], "waiting": waiting}
    show(document, "\n".join((*said, *lines, *_outlook(outlook))), as_json=as_json)


def _packet(entry: OutboxEntry) -> dict[str, object]:
    return {
        "packet_id": entry.packet_id,
        "registration_id": entry.registration_id.text,
        "state": entry.state,
        "attempts": entry.attempts,
        "size": entry.size,
        "next_attempt": entry.next_attempt,
        "last_problem": entry.last_problem,
        "server_code": entry.server_code,
        "server_status": entry.server_status,
        "destroyed_at": entry.destroyed_at,
        "risk": entry.risk,
        "handed_over_at": entry.handed_over_at,
        "person_told": entry.person_told,
    }


def _carried(packet: CarriedPacket) -> dict[str, object]:
    return {
        "packet_id": packet.packet_id,
        "came_from": packet.came_from,
        "came_at": packet.came_at,
        "state": packet.state,
        "attempts": packet.attempts,
        "size": packet.size,
        "next_attempt": packet.next_attempt,
        "last_problem": packet.last_problem,
        "server_code": packet.server_code,
    }


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
