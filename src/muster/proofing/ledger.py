"""The evidence ledger: all that was handed in, evaluated anew with every piece. Pure.

After IDEMIA's ID&V ("Trusted Identity Claim Verification"), whose sample is reproduced number by number in the
tests: a piece is worth its row of the level table when it is verified and nothing when it is not; what contradicts
verified evidence that came before it is invalid (1131); and what all the verified pieces say is evidence again,
drawn from them. Nothing of an evaluation is kept: it follows from the submissions, so that it can be shown as it
was at any time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from muster.domain.evidence import (
    ATTRIBUTES_DIFFER,
    AUTHENTICATION_FAILED,
    ArtifactRole,
    CheckOutcome,
    Evaluation,
    Evidence,
    EvidenceKind,
    EvidenceLevel,
    EvidenceStatus,
    IdentityAttributes,
    LevelOfAssurance,
    Submission,
    UpgradePath,
)
from muster.domain.proofing import Assurance, Scenario
from muster.proofing.levels import LevelRule, LevelTable

# A check that failed, by ID&V's number or by a method's own word where ID&V has none; all others leave it open.
# Methods stand above the ledger: their words are written again here, and tests of submissions tie the two.
_FAILED = frozenset({AUTHENTICATION_FAILED.code, ATTRIBUTES_DIFFER.code, "FINGER_NOT_SIMILAR", "REST_INVALID"})
_GENDERS = ("female", "male")
_STATION = "station"
_SPELT_OUT = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "oe", "å": "aa", "þ": "th", "ð": "d", "đ": "d", "ł": "l", "ı": "i"}
)
_TWO_FOR_ONE = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a"))


def history(submissions: Sequence[Submission], table: LevelTable, case: str) -> tuple[Evaluation, ...]:
    """One evaluation for each submission: how things stood when it had come in."""
    return tuple(
        evaluate(submissions[: count + 1], table, case, at=each.answered_at or each.submitted_at)
        for count, each in enumerate(submissions)
    )


def evaluate(submissions: Sequence[Submission], table: LevelTable, case: str, at: datetime) -> Evaluation:
    """``submissions`` in the order they came in; ``case`` names the whole, for ids of what is drawn from it."""
    revision = len(submissions)
    found: list[Evidence] = []
    for each in submissions:
        found.append(_evaluated(each, found, table, revision, at))
    found = [_with_bonus(each, found, table) for each in found]
    level, rule = _level(found, table)
    return Evaluation(
        at=at,
        evidence=(*found, *_derived(found, table, case, revision, at)),
        level=level,
        rule=rule,
        assurance=_assurance(found, table),
        amr=tuple(dict.fromkeys(word for each in found if each.is_verified for word in each.submission.amr)),
        name_reference=_name_reference(found),
        upgrade_paths=tuple(_upgrades(found, level, table, revision, at)),
    )


def _evaluated(
    submission: Submission, before: Sequence[Evidence], table: LevelTable, revision: int, at: datetime
) -> Evidence:
    strength = table.rows[submission.row].strength
    faults = submission.faults
    status = _status(submission)
    if status is not EvidenceStatus.PROCESSING and any(
        each.is_verified and not agree(submission.attributes, each.submission.attributes) for each in before
    ):
        status, faults = EvidenceStatus.INVALID, (*faults, ATTRIBUTES_DIFFER)
    score = _verified_score(submission, table) if status is EvidenceStatus.VERIFIED else EvidenceLevel.LEVEL0
    return Evidence(submission, revision, at, status, strength, score.at_most(strength), faults)


def _status(submission: Submission) -> EvidenceStatus:
    """What speaks against a piece, or went wrong with it, never lets it be verified."""
    if submission.processing:
        return EvidenceStatus.PROCESSING
    codes = {each.code for each in submission.faults}
    blocking = [each.outcome for each in submission.checks if each.blocking]
    declined = any(each.normalized.declines for each in submission.risks)
    if codes & _FAILED or CheckOutcome.FAILED in blocking or declined:
        return EvidenceStatus.INVALID
    if submission.verdict is not None:
        status = EvidenceStatus.of_verdict(submission.verdict)
        if status is not EvidenceStatus.VERIFIED:
            return status
    # A document nobody decided about proves nothing.
    undecided = submission.kind is EvidenceKind.DOCUMENT and submission.verdict is None
    if codes or submission.risks or undecided or CheckOutcome.UNVERIFIED in blocking:
        return EvidenceStatus.NOT_VERIFIED
    return EvidenceStatus.VERIFIED


def _verified_score(submission: Submission, table: LevelTable) -> EvidenceLevel:
    return table.providers.get(submission.provider, table.rows[submission.row].score)


def _with_bonus(evidence: Evidence, among: Sequence[Evidence], table: LevelTable) -> Evidence:
    score = evidence.score
    for bonus in table.bonuses:
        applies = evidence.is_verified and evidence.submission.row in bonus.rows
        there = bonus.scenario in (None, evidence.submission.scenario)
        if applies and there and _is_linked(evidence, among, bonus.linked_by):
            score = score.raised(bonus.steps)
    return replace(evidence, score=score.at_most(evidence.strength))


def _is_linked(evidence: Evidence, among: Iterable[Evidence], row: str) -> bool:
    return any(
        each.is_verified and each.submission.row == row and evidence.id in each.submission.references
        for each in among
    )


# --- whether two pieces speak of one person --------------------------------------------------------------


def agree(one: IdentityAttributes | None, other: IdentityAttributes | None) -> bool:
    """Whether nothing that both tell differs. Names agree when one has no name the other lacks: a zone cuts long
    names off, and not everybody writes a middle one. A birthdate agrees as far as both know it."""
    if one is None or other is None:
        return True
    return (
        _dates_agree(one.birthdate, other.birthdate)
        and _genders_agree(one.gender, other.gender)
        and _names_agree(_words(one.surname), _words(other.surname))
        and _names_agree(_given(one), _given(other))
        and _names_agree(_all_names(one), _all_names(other))
    )


def _words(text: str | None) -> tuple[str, ...]:
    """Letters alone, as a zone could write them (Doc 9303-3, section 6): ``Morel-Dupont`` is ``MOREL<DUPONT``
    there, ``Müller`` either ``MUELLER`` or ``MULLER``, so that all three become one."""
    plain = unicodedata.normalize("NFKD", (text or "").casefold().translate(_SPELT_OUT))
    bare = "".join(each for each in plain if not unicodedata.combining(each))
    for spelt, letter in _TWO_FOR_ONE:
        bare = bare.replace(spelt, letter)
    return tuple(re.findall(r"\w+", bare))


def _given(attributes: IdentityAttributes) -> tuple[str, ...]:
    return _words(" ".join(attributes.given_names))


def _all_names(attributes: IdentityAttributes) -> tuple[str, ...]:
    return (*_given(attributes), *_words(attributes.surname)) or _words(attributes.full_name)


def _names_agree(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    fewer, more = sorted((one, other), key=len)
    return all(any(_begins(each, every) for every in more) for each in fewer)


def _begins(one: str, other: str) -> bool:
    """One of them may be cut off, though not to an initial."""
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(shorter) >= 3 and longer.startswith(shorter))


def _dates_agree(one: str | None, other: str | None) -> bool:
    if not one or not other:
        return True
    return all(
        "0000" in (a, b) or a == b for a, b in zip(one.split("-"), other.split("-"), strict=False)
    )  # zip: a year alone says nothing of the day


def _genders_agree(one: str | None, other: str | None) -> bool:
    return one == other or one not in _GENDERS or other not in _GENDERS


# --- what is drawn from the pieces -----------------------------------------------------------------------


def _derived(
    found: Sequence[Evidence], table: LevelTable, case: str, revision: int, at: datetime
) -> Iterator[Evidence]:
    strength = table.derived_strength
    verified = [each for each in found if each.is_verified and each.submission.attributes is not None]
    if verified:
        best = max(verified, key=lambda each: each.score.rank)  # max keeps the earliest of equals
        drawn = replace(
            _drawn(best.submission, EvidenceKind.ATTRIBUTES, case),
            attributes=merged(each.submission.attributes for each in _best_first(verified)),
            references=tuple(each.id for each in verified),
        )
        yield Evidence(drawn, revision, at, EvidenceStatus.VERIFIED, strength, best.score.at_most(strength))
    for each in found:
        if each.status is EvidenceStatus.PROCESSING:
            continue
        status = EvidenceStatus.VERIFIED if each.is_verified else EvidenceStatus.NOT_VERIFIED
        for drawn in _drawn_along(each.submission):
            yield Evidence(drawn, revision, at, status, strength, each.score.at_most(strength))


def _drawn_along(source: Submission) -> Iterator[Submission]:
    """An address or a portrait is as good as the piece it came with."""
    if source.address is not None:
        yield replace(_drawn(source, EvidenceKind.ADDRESS, source.id), address=source.address)
    portraits = tuple(each for each in source.artifacts if each.role is ArtifactRole.PORTRAIT)
    if portraits:
        yield replace(_drawn(source, EvidenceKind.PORTRAIT, source.id), artifacts=portraits)


def _drawn(source: Submission, kind: EvidenceKind, of: str) -> Submission:
    return Submission(
        id=str(uuid5(NAMESPACE_OID, f"{of}/{kind.value}")),
        kind=kind,
        wire_type=kind.name,
        row=kind.value,
        submitted_at=source.answered_at or source.submitted_at,
        provider=_STATION,
        scenario=source.scenario,
        references=(source.id,),
    )


def _best_first(evidence: Iterable[Evidence]) -> list[Evidence]:
    return sorted(evidence, key=lambda each: -each.score.rank)


def merged(told: Iterable[IdentityAttributes | None]) -> IdentityAttributes:
    """Each attribute as the first tells it that tells it at all."""
    known = [each for each in told if each is not None]

    def first(name: str) -> str | None:
        return next((getattr(each, name) for each in known if getattr(each, name)), None)

    others: dict[str, str] = {}
    for each in known:
        others = {**each.others, **others}
    return IdentityAttributes(
        given_names=next((each.given_names for each in known if each.given_names), ()),
        surname=first("surname"),
        full_name=first("full_name"),
        birthdate=first("birthdate"),
        gender=first("gender"),
        nationality=first("nationality"),
        others=others,
    )


# --- the whole -------------------------------------------------------------------------------------------


def _level(found: Sequence[Evidence], table: LevelTable) -> tuple[LevelOfAssurance, str]:
    """The highest that one of the rules gives; nothing verified is nothing reached."""
    reached = [rule for rule in table.levels if any(_fulfils(each, rule, found) for each in found)]
    if not reached:
        return LevelOfAssurance.LOA0, ""
    best = max(reached, key=lambda rule: rule.reaches.rank)
    return best.reaches, best.id


def _fulfils(evidence: Evidence, rule: LevelRule, among: Sequence[Evidence]) -> bool:
    return (
        evidence.is_verified
        and (rule.rows is None or evidence.submission.row in rule.rows)
        and evidence.score.rank >= rule.least_score.rank
        and rule.scenario in (None, evidence.submission.scenario)
        and (rule.linked_by is None or _is_linked(evidence, among, rule.linked_by))
    )


def _assurance(found: Iterable[Evidence], table: LevelTable) -> Assurance:
    joined = Assurance()
    for each in found:
        if each.is_verified:
            joined = joined.joined(each.submission.assurance or table.rows[each.submission.row].assurance)
    return joined


def _name_reference(found: Iterable[Evidence]) -> str | None:
    named = [
        each
        for each in found
        if each.is_verified and each.submission.attributes and _all_names(each.submission.attributes)
    ]
    return _best_first(named)[0].id if named else None


def _upgrades(
    found: Sequence[Evidence], level: LevelOfAssurance, table: LevelTable, revision: int, at: datetime
) -> Iterator[UpgradePath]:
    """What would raise the level, found by adding it and evaluating; no more of it than is needed."""
    given: list[tuple[frozenset[str], LevelOfAssurance]] = []
    for rows in sorted(table.upgrades, key=len):
        reaches = _level(_with(found, rows, table, revision, at), table)[0]
        if reaches.rank <= level.rank:
            continue
        if any(fewer < frozenset(rows) and reached.rank >= reaches.rank for fewer, reached in given):
            continue
        given.append((frozenset(rows), reaches))
        yield UpgradePath(rows, reaches)


def _with(
    found: Sequence[Evidence], rows: Iterable[str], table: LevelTable, revision: int, at: datetime
) -> list[Evidence]:
    """The same with such pieces, verified; each hangs on all others, as a face compared with every document."""
    scenario = found[-1].submission.scenario if found else None
    more = list(found)
    for name in rows:
        row = table.rows[name]
        supposed = Submission(
            id=f"supposed {name}",
            kind=EvidenceKind.REGISTER_RECORD,
            wire_type="",
            row=name,
            submitted_at=at,
            provider="",
            scenario=scenario or Scenario.FACE_TO_FACE,
            references=tuple(each.id for each in more),
        )
        more.append(Evidence(supposed, revision, at, EvidenceStatus.VERIFIED, row.strength, row.score))
    return more
