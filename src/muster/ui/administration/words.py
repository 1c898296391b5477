"""What settings, their values and what they change are called in the window's language."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta

from muster.domain.biometrics import BiometricAttribute
from muster.domain.registration import Step
from muster.domain.review import Sign
from muster.errors import BadInput
from muster.ui import names
from muster.ui.audit.words import duration
from muster.ui.language import say, tr
from muster.workstation.lockouts import is_nobodys
from muster.workstation.policy_settings import (
    SETTINGS,
    Group,
    Names,
    Number,
    Setting,
    ToldFrom,
    Untold,
    Value,
)
from muster.workstation.rehearsal import (
    Further,
    KeptCapture,
    KeptRehearsed,
    LimitsRehearsed,
    LocksRehearsed,
    Rehearsal,
    Rehearsed,
    SignInsRehearsed,
)
from muster.workstation.rehearsal_limits import LimitDay
from muster.workstation.rehearsal_locks import IdleLock
from muster.workstation.rehearsal_waits import WaitsRehearsed
from muster.workstation.spec_versions import Source, Whence

_SHOWN_OF_FINGERPRINT = 16


def group_words(group: Group) -> str:
    return tr(group.words)


def setting_words(setting: Setting) -> str:
    """What it is called, and whose it is."""
    words = tr(setting.words)
    if not setting.of:
        return words
    if setting.group is Group.SIGNS:
        return sign_words(Sign(setting.of))
    return f"{words}: {names.attribute_name(BiometricAttribute(setting.of))}"


def value_words(setting: Setting, value: Value) -> str:
    form = setting.form
    if value is None:
        return tr(form.nothing) if isinstance(form, Number | Names) else ""
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if setting.name == "face_liveness":
        return option_words(str(value))
    return setting.text(value)


def wrong_words(name: str, error: BadInput) -> str:
    """Why a value that was typed into that setting cannot be."""
    return say(error.code, {**error.detail, "name": setting_words(SETTINGS[name])})


def option_words(option: str) -> str:
    """Of a choice, and of a switch."""
    return {
        "none": tr("nothing"),
        "watch": tr("being watched for a moment"),
        "challenge": tr("turning the head and shutting the eyes"),
        "yes": tr("yes"),
        "no": tr("no"),
    }.get(option, option)


def sign_words(sign: Sign) -> str:
    """A sign without its figures."""
    return {
        Sign.FORCED: tr("Poor captures were kept"),
        Sign.EXCEPTIONS: tr("Exceptions"),
        Sign.OFFICER_EXCEPTIONS: tr("The officer marks many exceptions"),
        Sign.ATTESTED: tr("The officer alone says that the person was there"),
        Sign.LIVENESS_NEAR: tr("The face was refused before it was taken for a living one"),
        Sign.LIVENESS_MARGIN: tr("The face was only just a living one"),
        Sign.QUICK: tr("A step was very quick"),
        Sign.SLOW: tr("A step took very long"),
        Sign.DUPLICATES: tr("Somebody looks alike"),
        Sign.SAME_DOCUMENT: tr("The same document was seen before"),
        Sign.CONFLICTS: tr("A document says something else"),
        Sign.PORTRAIT: tr("The portrait of a document looks like somebody else"),
        Sign.INTRODUCER: tr("The introducer looks like the officer"),
        Sign.PERSON_DISAGREED: tr("The person said that something is wrong"),
        Sign.WORDS: tr("Blocklisted words stay"),
        Sign.OUTSIDE: tr("Sealed far away"),
        Sign.CLOCK: tr("The clock was set back"),
    }[sign]


def untold_words(settings: Iterable[Setting]) -> str:
    """Of settings no rehearsal tells anything of, why it does not."""
    by_reason: dict[Untold, list[str]] = {}
    for each in settings:
        if isinstance(each.told_by, Untold):
            by_reason.setdefault(each.told_by, []).append(setting_words(each))
    said = [f"{' · '.join(named)} ({tr(why.words)})" for why, named in by_reason.items()]
    return tr("Not told: {settings}.", settings="; ".join(said))


def rehearsed_sentences(rehearsal: Rehearsal, told_from: Collection[ToldFrom], days: int) -> Iterator[str]:
    if rehearsal.limits is not None:
        yield _limits_words(rehearsal.limits)
    if rehearsal.sign_ins is not None:
        yield _sign_ins_words(rehearsal.sign_ins)
    if rehearsal.locks is not None:
        yield _locks_words(rehearsal.locks)
    if rehearsal.kept is not None:
        yield _kept_words(rehearsal.kept)
    if ToldFrom.REGISTRATIONS in told_from:
        yield rehearsal_words(rehearsal, days)


def _limits_words(told: LimitsRehearsed) -> str:
    since = day_words(told.since.astimezone().date())
    if not told.records:
        return tr("Since {since} nothing was done here that a limit could have stopped.", since=since)
    stopped = [each for each in told.days if each.stops]
    return tr(
        "Since {since} the station would have stood still on {stopped} more days, and no longer on {freed}; "
        "{begun} of {all} registrations were begun meanwhile (told from {records} records of the trail).",
        since=since,
        stopped=len({each.day for each in stopped}),
        freed=len({each.day for each in told.days if not each.stops}),
        begun=sum(each.begun for each in told.days),
        all=told.begun,
        records=told.records,
    )


def _sign_ins_words(told: SignInsRehearsed) -> str:
    since = day_words(told.since.astimezone().date())
    if not told.wrong:
        return tr("Since {since} nobody was wrong with a password.", since=since)
    return tr(
        "Since {since} there were {wrong} wrong attempts in {rows} series; in {differing} of them the wait would "
        "have been another one.",
        since=since,
        wrong=told.wrong,
        rows=told.rows,
        differing=len(told.differing),
    )


def _locks_words(told: LocksRehearsed) -> str:
    since = day_words(told.since.astimezone().date())
    if told.spared is None:
        return tr(
            "Since {since} the screen locked by itself {locks} times. How often more it would have cannot be "
            "told: when somebody last touched the computer is not kept.",
            since=since,
            locks=told.locks,
        )
    return tr(
        "Since {since} the screen locked by itself {locks} times; {spared} times it would not have.",
        since=since,
        locks=told.locks,
        spared=len(told.spared),
    )


def lock_words(each: IdleLock) -> str:
    assert each.opened is not None
    return tr("the screen would not have locked: opened again after {time}", time=duration(each.opened - each.at))


def _kept_words(told: KeptRehearsed) -> str:
    return tr(
        "{packets} packets ({megabytes} MB) and {faces} faces that are kept now would be destroyed at once; "
        "{back} packets that were destroyed would still be here.",
        packets=told.packets,
        megabytes=round(told.octets / 1_000_000),
        faces=told.faces,
        back=told.back,
    )


def day_words(day: date) -> str:
    """Each digit at its place in Arabic as well."""
    return f"\u2066{day:%Y-%m-%d}\u2069"


def limit_day_words(each: LimitDay) -> str:
    name = setting_words(SETTINGS[f"limits.{each.name}"])
    if each.stops:
        return tr(
            "{limit}: {most}. Nobody new could have been registered; {begun} were.",
            limit=name,
            most=f"{each.most:g}",
            begun=each.begun,
        )
    return tr("{limit}: {most}. Work would have gone on.", limit=name, most=f"{each.most:g}")


def who_was_wrong(each: WaitsRehearsed) -> str:
    return tr("unknown name") if is_nobodys(each.row.name) else each.row.name


def waits_words(each: WaitsRehearsed) -> str:
    """The wait that was the longest, as it was and as it would have been."""
    before, after = (
        duration(timedelta(seconds=waits.longest_s)) if waits.times else tr("none")
        for waits in (each.before, each.after)
    )
    return tr(
        "wrong {count} times in a row · longest wait: {before} → {after}",
        count=each.row.count,
        before=before,
        after=after,
    )


def rehearsal_words(rehearsal: Rehearsal, days: int) -> str:
    if not rehearsal.cases:
        return tr("Nothing was sealed in the last {days} days, so that nothing can be compared.", days=days)
    before, after = rehearsal.asked
    return tr(
        "{differing} of {cases} registrations of the last {days} days would have gone otherwise. Supervisors "
        "would have been asked about {after} instead of {before}.",
        differing=len(rehearsal.differing),
        cases=rehearsal.cases,
        days=days,
        before=before,
        after=after,
    )


def rehearsed_words(each: Rehearsed) -> str:
    """What would have been otherwise about one."""
    said = [tr("{name} would be too poor", name=_capture_words(one)) for one in each.newly_below]
    said += [tr("{name} would be good enough", name=_capture_words(one)) for one in each.no_longer_below]
    said += [tr("would be asked for: {what}", what=_further_words(one)) for one in each.asked_besides]
    said += [tr("would not be asked for: {what}", what=_further_words(one)) for one in each.asked_no_longer]
    if each.before.asked != each.after.asked:
        said.append(tr("a supervisor is asked") if each.after.asked else tr("nobody is asked"))
    if each.before.must_be_seen != each.after.must_be_seen:
        said.append(tr("must be looked at") if each.after.must_be_seen else tr("may be approved unseen"))
    if each.before.risk != each.after.risk:
        said.append(tr("risk {before} → {after}", before=each.before.risk, after=each.after.risk))
    return " · ".join(said)


def _further_words(further: Further) -> str:
    return {
        Further.SIGNATURE: tr("the person's signature"),
        Further.EXCEPTION_PHOTO: names.step_name(Step.EXCEPTION_PHOTO),
    }[further]


def _capture_words(capture: KeptCapture) -> str:
    name = names.attribute_name(capture.attribute)
    if capture.of_introducer:
        name = tr("Parent or guardian: {name}", name=name)
    return f"{name} ({capture.device:.0f})" if capture.station is None else f"{name} ({capture.station:.0f})"


def whence_words(whence: Whence) -> str:
    """Where something of the server's came from, and the beginning of the fingerprint it was signed with."""
    came = {
        Source.SERVER: tr("The server"),
        Source.FILE: tr("A set-up file"),
        Source.NOT_KEPT: tr("Was not kept"),
    }[whence.source]
    if not whence.signer:
        return came
    return tr(
        "{source}, signed with {fingerprint} …", source=came, fingerprint=whence.signer[:_SHOWN_OF_FINGERPRINT]
    )


def kind_words(kind: str) -> str:
    """Of what the server sends."""
    return {
        "configuration": tr("Configuration"),
        "master_data": tr("Lists"),
        "id_schema": tr("Forms"),
        "users": tr("People"),
        "ca_certificates": tr("Certificates"),
    }.get(kind, kind)
