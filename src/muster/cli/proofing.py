"""``muster proofing``: the ten commands of identity proofing, one each, and two beside them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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
    desk_of,
    printable,
    reporting,
    show,
    station_at,
)
from muster.cli.proofing_documents import (
    compiled_document,
    execution_document,
    execution_lines,
    open_document,
    open_lines,
    records_document,
)
from muster.domain.proofing import AttributeValue, RedirectAction, Scenario
from muster.errors import BadInput, Code
from muster.workstation.desk import Desk
from muster.workstation.inspection import read_file
from muster.workstation.proofing import ExecutionView, Proofing, Situation

VALUES_WRONG = Code("VALUES_WRONG", "The values are no JSON object of texts: {file}.")
PAIR_WRONG = Code("PAIR_WRONG", "Write a name, an equals sign and a value: {pair}.")

ExecutionArgument = Annotated[str, typer.Argument(metavar="EXECUTION", help="Its number, as start printed it.")]
NodeArgument = Annotated[str, typer.Argument(metavar="NODE", help="The step's name.")]
ConfigOption = Annotated[Path, typer.Option("--config", metavar="FILE", help="The configuration (JSON).")]
UseCaseOption = Annotated[str, typer.Option("--use-case", metavar="ID", help="This use case, whatever fits.")]
TenantOption = Annotated[str, typer.Option(help="Whose use cases and methods.")]
ProcessOption = Annotated[str, typer.Option(help="The process, such as NEW.")]
AgeOption = Annotated[int | None, typer.Option(help="The person's age in years.", show_default=False)]
CountryOption = Annotated[str, typer.Option(help="The country, as the configuration writes it.")]
ExpectOption = Annotated[
    int | None, typer.Option("--expect", metavar="VERSION", help="Only if it is still at this version.")
]
OfflineOption = Annotated[bool, typer.Option("--offline", help="There is no network now.")]
FieldsOption = Annotated[
    list[str] | None, typer.Option("--value", metavar="NAME=VALUE", help="Once for each.", show_default=False)
]
ValuesOption = Annotated[
    Path | None,
    typer.Option(
        "--values",
        metavar="FILE",
        help="A JSON object of them instead, - for standard input: other people see a command line.",
        show_default=False,
    ),
]


def register(app: typer.Typer, screen: Screen) -> None:
    proofing = typer.Typer(help="Proving who somebody is: a graph of methods.", no_args_is_help=True)
    app.add_typer(proofing, name="proofing")
    _add_what_reads_a_configuration(proofing)
    _add_what_goes_on(proofing)
    _add_what_looks(proofing)
    _add_what_ends(proofing)


def _add_what_reads_a_configuration(proofing: typer.Typer) -> None:
    @proofing.command()
    def resolve(
        config: ConfigOption,
        use_case: UseCaseOption = "",
        tenant: TenantOption = "default",
        process: ProcessOption = "",
        age: AgeOption = None,
        country: CountryOption = "",
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Which use case is meant."""
        with reporting(as_json=as_json, verbose=verbose):
            situation = Situation(tenant, use_case, process, age, country)
            found = Proofing.resolve(Proofing.definitions(config), situation)
            show(found.model_dump(mode="json", by_alias=True), printable(found.id), as_json=as_json)

    @proofing.command("compile")
    def compile_graph(
        config: ConfigOption,
        use_case: UseCaseOption,
        tenant: TenantOption = "default",
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Its plan, or every reason why there is none (status 1)."""
        with reporting(as_json=as_json, verbose=verbose):
            definitions = Proofing.definitions(config)
            found = Proofing.resolve(definitions, Situation(tenant, use_case))
            compiled = Proofing.compile(definitions, found)
            document = compiled_document(compiled)
            lines = (f"{each.field or '$'}: {each.sentence} [{each.code.name}]" for each in compiled.findings)
            good = f"The use case can be used. Its plan: {compiled.plan.digest}" if compiled.plan else ""
            show(document, "\n".join(map(printable, lines)) or good, as_json=as_json)
            if compiled.plan is None:
                raise typer.Exit(BAD)

    @proofing.command()
    def start(
        config: ConfigOption,
        use_case: UseCaseOption = "",
        tenant: TenantOption = "default",
        process: ProcessOption = "",
        age: AgeOption = None,
        country: CountryOption = "",
        subject: Annotated[str, typer.Option(help="Whom it is about: the number of a registration here.")] = "",
        scenario: Annotated[Scenario, typer.Option(help="Where the person is.")] = Scenario.FACE_TO_FACE,
        value: FieldsOption = None,
        values: ValuesOption = None,
        offline: OfflineOption = False,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Begin an execution."""
        with reporting(as_json=as_json, verbose=verbose):
            definitions = Proofing.definitions(config)
            found = Proofing.resolve(definitions, Situation(tenant, use_case, process, age, country))
            plan = Proofing.compile(definitions, found).required()
            with _desk(data, user, password_file, offline=offline) as desk:
                given = _pairs(value, values)
                _show(
                    desk.proofing.start(
                        plan, subject=subject, scenario=scenario, territory=country, attributes={**given}
                    ),
                    as_json=as_json,
                )


def _add_what_goes_on(proofing: typer.Typer) -> None:
    @proofing.command()
    def dispatch(
        execution: ExecutionArgument,
        node: NodeArgument,
        value: FieldsOption = None,
        values: ValuesOption = None,
        expect: ExpectOption = None,
        wait: Annotated[
            float,
            typer.Option(
                metavar="SECONDS",
                min=0,
                help="Where a browser or a wallet has to go somewhere: print the address and wait for the answer.",
            ),
        ] = 0,
        offline: OfflineOption = False,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Begin a step."""
        with (
            reporting(as_json=as_json, verbose=verbose),
            _desk(data, user, password_file, offline=offline) as desk,
        ):
            inputs: dict[str, AttributeValue] = {**_pairs(value, values)}
            view = desk.proofing.dispatch(execution, node, inputs, expect)
            address = _address(view, node)
            if address and wait:
                typer.echo(printable(address), err=True)
                view = desk.proofing.stand_by(execution, node, wait)
            _show(view, as_json=as_json)

    @proofing.command()
    def submit(
        execution: ExecutionArgument,
        node: NodeArgument,
        value: FieldsOption = None,
        values: ValuesOption = None,
        expect: ExpectOption = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Hand in a form: a method's, a choice's (selection=STEP) or the consents' ($.consents)."""
        with reporting(as_json=as_json, verbose=verbose), _desk(data, user, password_file) as desk:
            _show(desk.proofing.submit(execution, node, _pairs(value, values), expect), as_json=as_json)

    @proofing.command()
    def callback(
        execution: ExecutionArgument,
        node: NodeArgument,
        value: FieldsOption = None,
        values: ValuesOption = None,
        expect: ExpectOption = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Hand in what somebody outside answered; the same again changes nothing."""
        with reporting(as_json=as_json, verbose=verbose), _desk(data, user, password_file) as desk:
            _show(desk.proofing.callback(execution, node, _pairs(value, values), expect), as_json=as_json)

    @proofing.command()
    def poll(
        execution: ExecutionArgument,
        node: NodeArgument,
        expect: ExpectOption = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """See whether somebody outside is done."""
        with reporting(as_json=as_json, verbose=verbose), _desk(data, user, password_file) as desk:
            _show(desk.proofing.poll(execution, node, expect), as_json=as_json)


def _add_what_looks(proofing: typer.Typer) -> None:
    @proofing.command()
    def get(
        execution: ExecutionArgument,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Where it stands, and with --json all that was found out about the person."""
        with reporting(as_json=as_json, verbose=verbose), _desk(data, user, password_file) as desk:
            _show(desk.proofing.get(execution), as_json=as_json, attributes=True)

    @proofing.command("list")
    def list_open(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """What can be gone on with."""
        with reporting(as_json=as_json, verbose=verbose), _desk(data, user, password_file) as desk:
            found = desk.proofing.open()
            lines = "\n".join(map(printable, open_lines(found)))
            show(open_document(found), lines or "Nothing is open.", as_json=as_json)


def _add_what_ends(proofing: typer.Typer) -> None:
    @proofing.command()
    def cancel(
        execution: ExecutionArgument,
        reason: Annotated[str, typer.Option(help="Why; nothing about the person.")],
        expect: ExpectOption = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """End it, as a supervisor."""
        with reporting(as_json=as_json, verbose=verbose), _desk(data, user, password_file) as desk:
            _show(desk.proofing.cancel(execution, reason, expect), as_json=as_json)

    @proofing.command()
    def materialize(
        execution: ExecutionArgument,
        preview: Annotated[bool, typer.Option("--preview", help="Only show what would be written.")] = False,
        leave_out: Annotated[
            list[str] | None,
            typer.Option(
                metavar="KIND", help="Not this kind of record, such as Registration.", show_default=False
            ),
        ] = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Write what the use case's rules ask for; again is safe."""
        with reporting(as_json=as_json, verbose=verbose), _desk(data, user, password_file) as desk:
            done = desk.proofing.materialize(execution, write=not preview, leave_out=leave_out or ())
            show(
                records_document(done), f"{len(done.records)} records, {done.written} written now", as_json=as_json
            )

    @proofing.command()
    def secret(
        key: Annotated[str, typer.Argument(metavar="KEY", help="The key of a clientIdRef or clientSecretRef.")],
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Keep a secret of a method in the station's sealed settings; it is read from standard input."""
        with reporting(as_json=as_json, verbose=verbose), _desk(data, user, password_file) as desk:
            desk.proofing.secrets.keep(key, _one_line())
            show({"key": key}, "Kept.", as_json=as_json)


@contextmanager
def _desk(
    data: Path | None, user: str | None, password_file: Path | None, *, offline: bool = False
) -> Iterator[Desk]:
    with desk_of(station_at(data), user=user, password_file=password_file) as (desk, _):
        desk.proofing.is_online = not offline
        yield desk


def _address(view: ExecutionView, node: str) -> str:
    """Where the person is to be sent, or what they are to be shown, if that is what a step waits for."""
    actions = (each.action for each in view.awaited if each.node == node)
    return next(
        (each.url if isinstance(each, RedirectAction) else getattr(each, "shown", "") for each in actions), ""
    )


def _pairs(texts: list[str] | None, file: Path | None) -> dict[str, str]:
    pairs = {} if file is None else _values(file)
    for text in texts or ():
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise BadInput(PAIR_WRONG, pair=name)
        pairs[name] = value
    return pairs


def _values(file: Path) -> dict[str, str]:
    content = sys.stdin.buffer.read() if str(file) == "-" else read_file(file)
    try:
        values = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadInput(VALUES_WRONG, file=file.name) from error
    if not isinstance(values, dict) or not all(isinstance(each, str) for each in values.values()):
        raise BadInput(VALUES_WRONG, file=file.name)
    return values


def _one_line() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Secret", hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _show(view: ExecutionView, *, as_json: bool, attributes: bool = False) -> None:
    show(
        execution_document(view, attributes=attributes),
        "\n".join(map(printable, execution_lines(view))),
        as_json=as_json,
    )
