"""What settings, their values and what they change are called in the window's language."""

from __future__ import annotations

from collections.abc import Iterable

from muster.domain.biometrics import BiometricAttribute
from muster.domain.review import Sign
from muster.errors import BadInput
from muster.ui import names
from muster.ui.language import say, tr
from muster.workstation.policy_settings import SETTINGS, Group, Names, Number, Setting, Value
from muster.workstation.rehearsal import KeptCapture, Rehearsal, Rehearsed
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
    """Of settings nothing of which is kept, so that no rehearsal tells what they would have changed."""
    untold = " · ".join(map(setting_words, settings))
    return tr("What this would have changed cannot be told from what was kept: {settings}.", settings=untold)


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
    if each.before.asked != each.after.asked:
        said.append(tr("a supervisor is asked") if each.after.asked else tr("nobody is asked"))
    if each.before.must_be_seen != each.after.must_be_seen:
        said.append(tr("must be looked at") if each.after.must_be_seen else tr("may be approved unseen"))
    if each.before.risk != each.after.risk:
        said.append(tr("risk {before} → {after}", before=each.before.risk, after=each.after.risk))
    return " · ".join(said)


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
