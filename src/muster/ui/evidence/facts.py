"""What one piece of evidence is told by, line after line. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

from muster.domain.document_risk import Risk
from muster.domain.evidence import Address, CheckOutcome, DocumentDetails, Evidence, IdentityAttributes
from muster.ui.audit.words import moment
from muster.ui.evidence import words
from muster.ui.language import tr
from muster.workstation.shared_documents import STATION

Fact = tuple[str, str]
NameOf = Callable[[str], str]


def facts_of(evidence: Evidence, name_of: NameOf, now: datetime) -> Iterator[Fact]:
    """Name and value; ``name_of`` tells what the piece of an id is called."""
    submission = evidence.submission
    yield (
        tr("Worth"),
        tr("{score} of at most {strength}", score=evidence.score.value, strength=evidence.strength.value),
    )
    if submission.provider:
        yield tr("Told by"), tr("this station") if submission.provider == STATION else submission.provider
    taken, answered = moment(submission.submitted_at), submission.answered_at
    yield tr("Handed in"), taken
    if answered is not None and moment(answered) != taken:
        yield tr("Answered"), moment(answered)
    if submission.verdict is not None:
        yield tr("Decision"), submission.verdict.value
    if submission.risks:
        yield tr("Speaks against it"), "\n".join(map(_risk, submission.risks))
    for fault in evidence.faults:
        yield tr("Went wrong"), f"{fault.code} {fault.message}".strip()
    if submission.document is not None:
        yield from _of_document(submission.document, now)
    if submission.attributes is not None:
        yield from _of_person(submission.attributes)
    if submission.address is not None:
        yield tr("Address"), _address(submission.address)
    if submission.references:
        yield tr("Belongs to"), " · ".join(name_of(each) for each in submission.references)
    for outcome in (CheckOutcome.FAILED, CheckOutcome.WARNING, CheckOutcome.UNVERIFIED, CheckOutcome.OK):
        named = [each.name for each in submission.checks if each.outcome is outcome]
        if named:
            yield words.outcome_words(outcome), "\n".join(named)


def _risk(risk: Risk) -> str:
    return f"{risk.normalized.value} ({risk.raw})" if risk.raw else risk.normalized.value


def _of_document(document: DocumentDetails, now: datetime) -> Iterator[Fact]:
    for name, value in (
        (tr("Number of the document"), document.number),
        (tr("Issued by"), " ".join(filter(None, (document.issuing_country, document.issuing_state)))),
        (tr("Issued on"), document.issued_on),
    ):
        if value:
            yield name, value
    if document.expires_on:
        yield tr("Validity"), _validity(document.expires_on, now)


def _validity(expires_on: str, now: datetime) -> str:
    """What is no whole day is told as it stands."""
    day = f"\u2066{expires_on}\u2069"  # left to right, in Arabic as well
    try:
        is_over = date.fromisoformat(expires_on) < now.astimezone().date()
    except ValueError:
        return expires_on
    return tr("was valid until {day}", day=day) if is_over else tr("valid until {day}", day=day)


def _of_person(told: IdentityAttributes) -> Iterator[Fact]:
    for name, value in (
        (tr("Given names"), " ".join(told.given_names)),
        (tr("Family name"), told.surname),
        (tr("Name"), told.full_name),
        (tr("Born"), told.birthdate),
        (tr("Sex"), told.gender),
        (tr("Nationality"), told.nationality),
        *told.others.items(),
    ):
        if value:
            yield name, value


def _address(told: Address) -> str:
    place = " ".join(filter(None, (told.postcode, told.locality)))
    return ", ".join(filter(None, (*told.lines, place, told.region, told.country)))
