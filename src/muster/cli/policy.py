"""``muster policy``: the settings of a station, their versions, and what other settings would make of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
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
    plain,
    printable,
    show,
)
from muster.errors import BadInput, Code
from muster.workstation.policy_settings import Setting, ToldFrom, Untold, Value
from muster.workstation.policy_versions import Difference, PolicyVersion, SettingLine, VersionLine
from muster.workstation.rehearsal import (
    LimitsRehearsed,
    LocksRehearsed,
    Outcome,
    Rehearsal,
    Rehearsed,
    SignInsRehearsed,
)
from muster.workstation.rehearsal_waits import Waits
from muster.workstation.spec_versions import SpecDifference, SpecVersion

SETTING_NOT_WRITTEN = Code("SETTING_NOT_WRITTEN", "{text} is no setting with its value. Write NAME=VALUE.")
MOMENT_UNREADABLE = Code("MOMENT_UNREADABLE", "{text} is no moment. Write 2026-12-31, or 2026-12-31T08:00+01:00.")

ChangesArgument = Annotated[
    list[str], typer.Argument(metavar="NAME=VALUE...", help="Settings, by the names that show prints.")
]
BecauseOption = Annotated[str, typer.Option("--because", help="Why, in a few words. It is kept with the version.")]
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="MOMENT", help="Since when it counts; now by default.")
]


def register(app: typer.Typer, screen: Screen) -> None:
    policy = typer.Typer(
        help="Settings of a station, in signed versions. For a supervisor (--user).", no_args_is_help=True
    )
    app.add_typer(policy, name="policy")

    @policy.command("show")
    def show_settings(
        version: Annotated[
            int | None, typer.Option(min=0, help="As that version has them; 0 is what the program came with.")
        ] = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Every setting and its value; * marks what was changed here. Status 1 when somebody changed the versions
        past this program."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            lines = desk.policy_versions.settings(version)
            trouble = desk.policy_versions.trouble()
            warned = [trouble.sentence] if trouble else []
            document = {
                "settings": [_setting_document(each) for each in lines],
                "trouble": trouble.code.name if trouble else None,
            }
            show(document, "\n".join([*warned, *map(_setting_text, lines)]), as_json=as_json)
            if trouble:
                raise typer.Exit(BAD)

    @policy.command()
    def history(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Who changed the settings, when, since when it counts, and why; the newest first. Status 1 when a version
        is missing or not as this station signed it."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            lines, trouble = desk.policy_versions.history(), desk.policy_versions.trouble()
            text = [trouble.sentence] if trouble else []
            text += [*map(_version_text, lines)] or ["nothing was changed here"]
            document = {
                "versions": [_version_document(each) for each in lines],
                "trouble": trouble.code.name if trouble else None,
            }
            show(document, "\n".join(text), as_json=as_json)
            if trouble:
                raise typer.Exit(BAD)

    @policy.command()
    def diff(
        one: Annotated[int, typer.Argument(min=0, help="A version; 0 is what the program came with.")],
        other: Annotated[int, typer.Argument(min=0, help="Another one.")],
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """What changes from one version to another."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            found = desk.policy_versions.diff(one, other)
            _show_differences(found, as_json=as_json)

    @policy.command()
    def rehearse(
        changes: ChangesArgument,
        days: Annotated[int, typer.Option(min=1, max=3650, help="How far back.")] = 30,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """What of the last days would have gone otherwise by these settings: registrations, days on which a limit
        would have stopped the station, waits after wrong passwords. Nothing changes; that somebody tried is on
        record."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            tried = desk.policy_versions.try_out(_changes(changes))
            rehearsal = desk.rehearsing.rehearse(tried.before, tried.after, days)
            document = {
                "registrations": rehearsal.cases,
                "asked": {"now": rehearsal.asked[0], "then": rehearsal.asked[1]},
                "changes": [_difference_document(each) for each in tried.differences],
                "differing": [_rehearsed_document(each) for each in rehearsal.differing],
                "limits": _limits_document(rehearsal.limits),
                "sign_ins": _sign_ins_document(rehearsal.sign_ins),
                "locks": plain(rehearsal.locks),
                "kept": plain(rehearsal.kept),
                "untold": [each.name for each in tried.untold],
                "untold_because": {each.name: _why(each) for each in tried.untold},
            }
            text = [*_limits_lines(rehearsal.limits), *_sign_ins_lines(rehearsal.sign_ins)]
            if rehearsal.locks is not None:
                text.append(_locks_line(rehearsal.locks))
            if rehearsal.kept is not None:
                text.append(
                    f"destroyed at once: {rehearsal.kept.packets} packets ({rehearsal.kept.octets} octets) and "
                    f"{rehearsal.kept.faces} faces; {rehearsal.kept.back} packets would still be here"
                )
            if ToldFrom.REGISTRATIONS in tried.told_from:
                text += _rehearsal_lines(rehearsal, days)
            text += [f"cannot be told of {each.name}: {_why(each)}" for each in tried.untold]
            show(document, "\n".join(text), as_json=as_json)

    _add_changing(policy)
    _add_received(policy)


def _add_changing(policy: typer.Typer) -> None:
    @policy.command("set")
    def set_(
        changes: ChangesArgument,
        because: BecauseOption,
        since: FromOption = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Change settings, by the password this command was given. Whoever signs in after that works by them."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, password):
            from muster.workstation.proving import Proof

            wanted, moment = _changes(changes), _moment(since)
            made = desk.policy_versions.change(wanted, because, Proof(password), moment)
            _show_made(made, as_json=as_json)

    @policy.command("go-back")
    def go_back(
        version: Annotated[int, typer.Argument(min=0, help="Whose settings; 0 is what the program came with.")],
        because: BecauseOption,
        since: FromOption = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Make a new version of an old one."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, password):
            from muster.workstation.proving import Proof

            made = desk.policy_versions.go_back_to(version, because, Proof(password), _moment(since))
            _show_made(made, as_json=as_json)


def _add_received(policy: typer.Typer) -> None:
    @policy.command()
    def received(
        diff: Annotated[
            tuple[int, int] | None, typer.Option(metavar="ONE OTHER", help="What changed from one to the other.")
        ] = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """What the server sent, in versions: forms, lists, configuration, people, certificates."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            if diff is not None:
                found = desk.spec_versions.diff(*diff)
                show({"differences": found}, "\n".join(map(_change_text, found)) or "the same", as_json=as_json)
                return
            versions = desk.spec_versions.list()
            text = "\n".join(map(_received_text, versions)) or "the server sent nothing yet"
            show({"versions": versions}, text, as_json=as_json)


def _received_text(each: SpecVersion) -> str:
    counts, whence = "counts" if each.counts else "", each.whence
    came = f"{whence.source.value or 'not kept'}  {printable(whence.taken_by)}  {whence.signer[:16]}".rstrip()
    head = f"{each.number:>4}  {each.kind:<18}{printable(each.version):<28}"
    return f"{head}{plain(each.came_at)}  {each.digest[:16]}  {came}  {counts}".rstrip()


def _change_text(each: SpecDifference) -> str:
    return f"{printable(each.path)}: {printable(each.was) or '-'} -> {printable(each.becomes) or '-'}"


def _changes(written: list[str]) -> Mapping[str, str]:
    for each in written:
        if "=" not in each:
            raise BadInput(SETTING_NOT_WRITTEN, text=printable(each)[:60])
    return {name.strip(): value for name, _, value in (each.partition("=") for each in written)}


def _moment(text: str | None) -> datetime | None:
    """A day begins at its midnight here."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadInput(MOMENT_UNREADABLE, text=printable(text)[:40]) from error


def _setting_document(line: SettingLine) -> dict[str, object]:
    return {
        "name": line.setting.name,
        "words": line.setting.words,
        "value": line.value,
        "shipped": line.shipped,
        "allowed": line.setting.form.allowed,
        "by_server": line.by_server,
    }


def _setting_text(line: SettingLine) -> str:
    mark = "*" if line.value != line.shipped else " "
    server = "  (the server decides)" if line.by_server else ""
    value = line.setting.text(line.value)
    return (
        f"{mark} {line.setting.name:<32}{value:<12}{_called(line.setting)} [{line.setting.form.allowed}]{server}"
    )


def _called(setting: Setting) -> str:
    return f"{setting.words}: {setting.of}" if setting.of else setting.words


def _version_document(line: VersionLine) -> dict[str, object]:
    version = line.version
    return {
        "number": version.number,
        "made_at": plain(version.made_at),
        "made_by": version.made_by,
        "counts_from": plain(version.counts_from),
        "because": version.because,
        "values": plain(dict(version.values)),
        "sha256": version.digest,
        "holds": line.holds,
        "counts": line.counts,
    }


def _version_text(line: VersionLine) -> str:
    version = line.version
    state = "counts" if line.counts else "" if line.holds else "NOT SIGNED BY THIS STATION"
    head = f"{version.number:>4}  {plain(version.made_at)}  {printable(version.made_by)}"
    return f"{head}  from {plain(version.counts_from)}  {state}\n      {printable(version.because)}"


def _difference_document(difference: Difference) -> dict[str, object]:
    return {"name": difference.setting.name, "was": difference.was, "becomes": difference.becomes}


def _show_differences(found: tuple[Difference, ...], *, as_json: bool) -> None:
    text = "\n".join(
        f"{each.setting.name:<32}{_value(each, each.was)} -> {_value(each, each.becomes)}" for each in found
    )
    document = {"differences": [_difference_document(each) for each in found]}
    show(document, text or "the same", as_json=as_json)


def _value(difference: Difference, value: Value) -> str:
    return difference.setting.text(value)


def _show_made(made: PolicyVersion, *, as_json: bool) -> None:
    document = {"number": made.number, "counts_from": plain(made.counts_from), "sha256": made.digest}
    sentence = f"version {made.number} counts for whoever signs in from {plain(made.counts_from)} on"
    show(document, sentence, as_json=as_json)


def _rehearsed_document(each: Rehearsed) -> dict[str, object]:
    return {
        "registration_id": each.registration_id.text,
        "officer": each.line.officer,
        "now": _outcome_document(each.before),
        "then": _outcome_document(each.after),
    }


def _outcome_document(outcome: Outcome) -> dict[str, object]:
    below = [
        {"attribute": each.attribute.value, "device": each.device, "station": each.station}
        for each in outcome.below
    ]
    return {
        "below": below,
        "risk": outcome.risk,
        "asked": outcome.asked,
        "must_be_seen": outcome.must_be_seen,
        "further": sorted(each.value for each in outcome.further),
    }


def _why(setting: Setting) -> str:
    assert isinstance(setting.told_by, Untold)
    return setting.told_by.words


def _limits_document(told: LimitsRehearsed | None) -> dict[str, object] | None:
    if told is None:
        return None
    days = [
        {
            "limit": each.name,
            "day": each.day.isoformat(),
            "most": each.most,
            "begun": each.begun,
            "stops": each.stops,
        }
        for each in told.days
    ]
    return {"since": plain(told.since), "records": told.records, "begun": told.begun, "days": days}


def _limits_lines(told: LimitsRehearsed | None) -> Iterator[str]:
    if told is None:
        return
    stopped = len({each.day for each in told.days if each.stops})
    freed = len({each.day for each in told.days if not each.stops})
    yield (
        f"since {plain(told.since)}, from {told.records} records about {told.begun} registrations and the server: "
        f"the station would have stopped on {stopped} more days and no longer on {freed}"
    )
    for each in told.days:
        what = "would have stopped" if each.stops else "would have gone on"
        yield f"  {each.day}  {each.name}  {each.most:g}  {what}, {each.begun} begun meanwhile"


def _sign_ins_document(told: SignInsRehearsed | None) -> dict[str, object] | None:
    if told is None:
        return None
    differing = [
        {
            "name": each.row.name,
            "at": plain(each.row.at),
            "wrong": each.row.count,
            "now": _waits_document(each.before),
            "then": _waits_document(each.after),
        }
        for each in told.differing
    ]
    return {"since": plain(told.since), "wrong": told.wrong, "rows": told.rows, "differing": differing}


def _waits_document(waits: Waits) -> dict[str, object]:
    return {"times": waits.times, "longest_s": waits.longest_s, "total_s": waits.total_s}


def _sign_ins_lines(told: SignInsRehearsed | None) -> Iterator[str]:
    if told is None:
        return
    yield (
        f"since {plain(told.since)}, from {told.wrong} wrong attempts in {told.rows} rows: "
        f"{len(told.differing)} rows would differ"
    )
    for each in told.differing:
        waited = f"longest wait {each.before.longest_s} s -> {each.after.longest_s} s"
        yield f"  {plain(each.row.at)}  {printable(each.row.name)}  wrong {each.row.count} times, {waited}"


def _locks_line(told: LocksRehearsed) -> str:
    known = "nobody can tell how many more" if told.spared is None else f"{len(told.spared)} would not have come"
    return f"since {plain(told.since)} the screen locked by itself {told.locks} times: {known}"


def _rehearsal_lines(rehearsal: Rehearsal, days: int) -> list[str]:
    now, then = rehearsal.asked
    return [
        f"{len(rehearsal.differing)} of {rehearsal.cases} registrations of the last {days} days would differ; "
        f"a supervisor would be asked about {then} instead of {now}",
        *(_rehearsed_text(each) for each in rehearsal.differing),
    ]


def _rehearsed_text(each: Rehearsed) -> str:
    said = [
        *(f"{one.attribute.value} too poor" for one in each.newly_below),
        *(f"{one.attribute.value} good enough" for one in each.no_longer_below),
    ]
    said += [f"{one.value} asked for" for one in each.asked_besides]
    said += [f"{one.value} not asked for" for one in each.asked_no_longer]
    if each.before.risk != each.after.risk:
        said.append(f"risk {each.before.risk} -> {each.after.risk}")
    if each.before.must_be_seen != each.after.must_be_seen:
        said.append("must be seen" if each.after.must_be_seen else "may be approved unseen")
    if each.before.asked != each.after.asked:
        said.append("a supervisor is asked" if each.after.asked else "nobody is asked")
    return f"  {each.registration_id}  {each.line.officer}  {', '.join(said)}"
