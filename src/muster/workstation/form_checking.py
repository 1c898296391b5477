"""Whether what stands in a form will do. Pure; what is shown and needed decides ``form_conditions``.

A finding that blocks keeps the form from being taken; one that warns is for the officer to look at again, as
nobody but the person knows whether an unusual number is right. What stands behind hidden fields is not looked at.
No finding carries what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from muster.domain.applicant import Demographics, DemographicValue, FormChoices, LocalizedText
from muster.domain.assessment import Finding, Severity
from muster.domain.registration import Process
from muster.errors import Code
from muster.formats.java_regex import LONGEST_TEXT
from muster.packet.assemble import UIN_FIELD
from muster.workstation.blocklist import blocklisted_words
from muster.workstation.form_conditions import (
    Circumstances,
    ShownField,
    either_will_do,
    groups_offered,
    shown_fields,
)
from muster.workstation.forms import FieldKind, FormField, entries_chosen, is_blank
from muster.workstation.plausibility import is_likely_phone, likely_domain
from muster.workstation.reference import Labels, ReferenceData, label_in
from muster.workstation.uin import is_uin

FIELD_REQUIRED = Code("FIELD_REQUIRED", "This field is needed.")
FIELD_UNKNOWN = Code("FIELD_UNKNOWN", "The form has no field of this name.")
FIELD_WRONG_KIND = Code("FIELD_WRONG_KIND", "This field needs its text in each language of the registration.")
FIELD_LANGUAGE_UNKNOWN = Code("FIELD_LANGUAGE_UNKNOWN", "This is not a language of the registration.")
FIELD_FORMAT = Code("FIELD_FORMAT", "This is not written the way the field needs it.")
DATE_UNREADABLE = Code("DATE_UNREADABLE", "Write the date as year/month/day, for example 1990/05/31.")
DATE_IN_FUTURE = Code("DATE_IN_FUTURE", "This date lies in the future.")
DATE_TOO_EARLY = Code("DATE_TOO_EARLY", "This date is too long ago to be a date of birth.")
CHOICE_UNKNOWN = Code("CHOICE_UNKNOWN", "Choose one of the entries of the list.")
CHOICES_DIFFER = Code("CHOICES_DIFFER", "Choose the same entry of the list in every language.")
CHOICE_ELSEWHERE = Code("CHOICE_ELSEWHERE", "This entry does not belong to the place chosen above it.")

UIN_WRONG = Code("UIN_WRONG", "This is no identity number: a digit is wrong or missing. Compare it with the card.")
FIELD_TOO_LONG = Code("FIELD_TOO_LONG", "This is longer than {most} characters. Shorten it.")
FIELD_RULE = Code("FIELD_RULE", "This breaks the rule {rule} of this field.")
DATE_BEFORE_FIRST = Code("DATE_BEFORE_FIRST", "This date must not lie before {first}.")
DATE_AFTER_LAST = Code("DATE_AFTER_LAST", "This date must not lie after {last}.")
DATE_BEFORE_BIRTH = Code(
    "DATE_BEFORE_BIRTH", "This date lies before the date of birth. Compare {field} and {other}."
)
ONE_OF_TWO_NEEDED = Code("ONE_OF_TWO_NEEDED", "One of the two is needed: {field} or {other}.")
OWN_INTRODUCER = Code(
    "OWN_INTRODUCER", "{field} and {other} are the same number: nobody can bring along themselves."
)
NUMBER_UNLIKELY = Code(
    "NUMBER_UNLIKELY", "A digit of this number seems to be wrong or missing. Compare it with the card."
)
PHONE_UNLIKELY = Code(
    "PHONE_UNLIKELY", "This does not look like a telephone number in use. Ask the person to say it again."
)
EMAIL_UNLIKELY = Code("EMAIL_UNLIKELY", "Is this address spelt right? Many addresses end in {likely}.")
WORD_BLOCKLISTED = Code(
    "WORD_BLOCKLISTED",
    "A word in it is on the list of words that names do not hold. Write it differently, or say why it stays.",
)
GROUP_UNKNOWN = Code("GROUP_UNKNOWN", "The form has no group of fields of this name.")
GROUP_EMPTY = Code(
    "GROUP_EMPTY",
    "You chose that this is to be changed, and nothing of it is filled in. Fill in what has changed, or take the "
    "choice back.",
)

MAXIMUM_AGE_YEARS = 200  # MOSIP's max_age
_DATE = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}")  # strptime would also take 1990/5/31 and Arabic digits


@dataclass(frozen=True, slots=True)
class _Asked:
    """What all checks of one look at a form share. ``now`` is the time in the station's zone: what is the future
    depends on where one stands."""

    reference: ReferenceData
    languages: tuple[str, ...]
    now: datetime


def check_form(
    values: Demographics,
    form: Iterable[FormField],
    reference: ReferenceData,
    languages: tuple[str, ...],
    now: datetime,
    *,
    process: Process = Process.NEW,
    choices: FormChoices | None = None,
) -> tuple[Finding, ...]:
    """Everything that speaks against ``values``.

    A finding's ``field`` is the field's id, with ``.<language>`` behind it when one language is meant.
    """
    form, choices = tuple(form), choices or FormChoices()
    around = Circumstances(now.date(), process, choices.groups, reference.age_groups)
    shown = shown_fields(form, values, around)
    known = {field.id for field in form}
    findings = [Finding(FIELD_UNKNOWN, field=name) for name in values if name not in known]
    groups = {each.name for each in groups_offered(form)}
    findings += [Finding(GROUP_UNKNOWN, field=name) for name in choices.groups if name not in groups]
    asked = _Asked(reference, languages, now)
    for each in shown:
        findings += _check_field(each, values.get(each.field.id), asked)
    findings = _alternatives(shown, findings)
    findings += _check_groups(shown, values, around)
    here = {each.field.id: each.field for each in shown}
    findings += _check_places(values, here)
    findings += _check_between(values, here)
    findings += _check_words(values, here, reference, choices)
    return tuple(findings)


def with_labels(finding: Finding, form: Iterable[FormField], language: str) -> Finding:
    """The finding with its fields' labels in its sentence, where it has their ids."""
    labels: dict[str, Labels] = {field.id: field.labels for field in form}
    named = {
        key: label_in(labels[value], language, value) if isinstance(value, str) and value in labels else value
        for key, value in finding.detail.items()
    }
    return replace(finding, detail=named)


def own_sentence(finding: Finding, reference: ReferenceData, language: str) -> str | None:
    """What the deployment says itself about a broken rule; nothing where it says nothing."""
    labels = reference.rule_sentences.get(str(finding.detail.get("rule", "")))
    return label_in(labels, language, "") or None if labels else None


def _check_field(shown: ShownField, value: DemographicValue | None, asked: _Asked) -> list[Finding]:
    field = shown.field
    if value is None or is_blank(value):
        return [Finding(FIELD_REQUIRED, field=field.id)] if shown.required else []
    if field.kind is FieldKind.LOCALIZED_CHOICE and isinstance(value, str):
        return [Finding(CHOICE_UNKNOWN, field=field.id)]  # a code that names no entry: see spell_out
    localized = field.kind in (FieldKind.LOCALIZED, FieldKind.LOCALIZED_CHOICE)
    if localized != isinstance(value, LocalizedText):
        return [Finding(FIELD_WRONG_KIND, field=field.id)]
    if isinstance(value, LocalizedText):
        return _check_texts(field, value, asked.languages)
    if field.kind is FieldKind.DATE:
        return _check_date(field, value, asked.now.date())
    if field.kind is FieldKind.CHECKED and value not in ("Y", "N"):
        return [Finding(FIELD_FORMAT, field=field.id)]
    return [*_check_text(field, field.id, value, None), *_plausible(field, value, asked.reference)]


def _check_texts(field: FormField, value: LocalizedText, languages: tuple[str, ...]) -> list[Finding]:
    texts = dict(value.values)
    strange = [language for language in texts if language not in languages]
    findings = [Finding(FIELD_LANGUAGE_UNKNOWN, field=f"{field.id}.{language}") for language in strange]
    for language in languages:
        name, text = f"{field.id}.{language}", texts.get(language, "")
        if text.strip():
            findings += _check_text(field, name, text, language)
        else:
            findings.append(Finding(FIELD_REQUIRED, field=name))
    if field.choices and not findings:
        meant = [{each.code for each in field.choices.meant(texts[code], code)} for code in languages]
        if not set.intersection(*meant):
            findings.append(Finding(CHOICES_DIFFER, field=field.id))
    return findings


def _check_text(field: FormField, name: str, text: str, language: str | None) -> list[Finding]:
    if field.choices and not field.choices.meant(text, language):
        return [Finding(CHOICE_UNKNOWN, field=name)]
    if not _is_writable(text):
        return [Finding(FIELD_FORMAT, field=name)]
    if len(text) > LONGEST_TEXT:
        return [Finding(FIELD_TOO_LONG, field=name, detail={"most": LONGEST_TEXT})]
    if field.id == UIN_FIELD and not is_uin(text):
        return [Finding(UIN_WRONG, field=name)]
    return _broken_rules(field, name, text, language)


def _broken_rules(field: FormField, name: str, text: str, language: str | None) -> list[Finding]:
    """The first one: a text that breaks two is written anew anyway."""
    for each in field.validators:
        if each.is_for(language) and not each.accepts(text):
            if each.error_code:
                return [Finding(FIELD_RULE, field=name, detail={"rule": each.error_code})]
            return [Finding(FIELD_FORMAT, field=name)]
    return []


def _is_writable(text: str) -> bool:
    """Half a character (a lone surrogate) can stand in a text, but in no file."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plausible(field: FormField, text: str, reference: ReferenceData) -> list[Finding]:
    match (field.sub_type or field.id).lower():
        case "phone" if not is_likely_phone(text, reference.region):
            return [Finding(PHONE_UNLIKELY, Severity.WARNS, field.id)]
        case "email" if (likely := likely_domain(text)) is not None:
            return [Finding(EMAIL_UNLIKELY, Severity.WARNS, field.id, {"likely": likely})]
        case "uin" if field.id != UIN_FIELD and not is_uin(text):
            return [Finding(NUMBER_UNLIKELY, Severity.WARNS, field.id)]
    return []


def _check_date(field: FormField, text: str, today: date) -> list[Finding]:
    day = full_date(text)
    if day is None:
        return [Finding(DATE_UNREADABLE, field=field.id)]
    if field.is_birth_date and day > today:
        return [Finding(DATE_IN_FUTURE, field=field.id)]
    if field.is_birth_date and day < date(today.year - MAXIMUM_AGE_YEARS, 1, 1):
        return [Finding(DATE_TOO_EARLY, field=field.id)]
    first, last = _limit(today, field.earliest_days), _limit(today, field.latest_days)
    if first is not None and day < first:
        return [Finding(DATE_BEFORE_FIRST, field=field.id, detail={"first": f"{first:%Y/%m/%d}"})]
    if last is not None and day > last:
        return [Finding(DATE_AFTER_LAST, field=field.id, detail={"last": f"{last:%Y/%m/%d}"})]
    return _broken_rules(field, field.id, text, None)


def full_date(text: str) -> date | None:
    """The day that a field of dates holds, as MOSIP's schema writes it (``2001/03/04``); none in anything else."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y/%m/%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _limit(today: date, days: int | None) -> date | None:
    try:
        return None if days is None else today + timedelta(days=days)
    except OverflowError:  # further than any calendar: no limit
        return None


def _alternatives(shown: Iterable[ShownField], findings: list[Finding]) -> list[Finding]:
    """Of two needed fields that hide one another either will do: one sentence that names both."""
    missing = {each.field for each in findings if each.code is FIELD_REQUIRED}
    partners = either_will_do(each for each in shown if each.field.id in missing)
    merged = []
    for each in findings:
        if each.code is FIELD_REQUIRED and each.field in partners:
            detail = {"field": each.field, "other": partners[each.field]}
            merged.append(Finding(ONE_OF_TWO_NEEDED, field=each.field, detail=detail))
        elif not (each.code is FIELD_REQUIRED and each.field in partners.values()):
            merged.append(each)
    return merged


def _check_groups(shown: Iterable[ShownField], values: Demographics, around: Circumstances) -> Iterator[Finding]:
    """Of what an update was said to change something has to be there."""
    for group in around.groups if around.process is Process.UPDATE else ():
        here = [each for each in shown if each.field.group == group and not each.field.is_always_asked]
        is_empty = all(is_blank(values.get(each.field.id)) for each in here)
        if here and is_empty and not any(each.required for each in here):  # what is needed is told by itself
            yield Finding(GROUP_EMPTY, field=here[0].field.id)


def _check_places(values: Demographics, fields: Mapping[str, FormField]) -> Iterator[Finding]:
    """A city must lie in the province that was chosen."""
    for field in fields.values():
        if field.parent is None or field.parent not in fields:
            continue
        here = entries_chosen(field, values.get(field.id))
        above = {choice.code for choice in entries_chosen(fields[field.parent], values.get(field.parent))}
        # Two places may bear one name: it is enough that one of them lies where it should.
        if here and above and not any(choice.parent in above for choice in here):
            yield Finding(CHOICE_ELSEWHERE, field=field.id)


def _check_between(values: Demographics, fields: Mapping[str, FormField]) -> Iterator[Finding]:
    """What one field says of another."""
    birth = next((field for field in fields.values() if field.is_birth_date), None)
    born = full_date(str(values.get(birth.id, ""))) if birth else None
    for field in fields.values():
        value = values.get(field.id)
        if not isinstance(value, str) or is_blank(value):
            continue
        day = full_date(value) if field.kind is FieldKind.DATE and field is not birth else None
        if birth and born and day and day < born:
            yield Finding(DATE_BEFORE_BIRTH, field=field.id, detail={"field": field.id, "other": birth.id})
        if field.sub_type.upper() == "UIN" and field.id != UIN_FIELD and value == values.get(UIN_FIELD):
            yield Finding(OWN_INTRODUCER, field=field.id, detail={"field": field.id, "other": UIN_FIELD})


def _check_words(
    values: Demographics, fields: Mapping[str, FormField], reference: ReferenceData, choices: FormChoices
) -> Iterator[Finding]:
    """Whoever says why a word stays is believed; the supervisor sees it."""
    for field in fields.values():
        if field.kind not in (FieldKind.TEXT, FieldKind.LOCALIZED):
            continue
        value = values.get(field.id, "")
        texts = value.values if isinstance(value, LocalizedText) else (("", value),)
        for language, text in texts:
            name = f"{field.id}.{language}" if language else field.id
            kept = choices.words_kept.get(name) or choices.words_kept.get(field.id) or ""
            if blocklisted_words(text, language, reference.blocklisted) and not kept.strip():
                yield Finding(WORD_BLOCKLISTED, field=name)
