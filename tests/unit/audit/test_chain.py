"""A trail that was tampered with says so, and says where."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.audit.chain import GENESIS, AuditRecord, StoredRecord, Verdict, link, verify, verify_stored

_NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_RID = "10001100020000120260301120000"


def _trail(length: int) -> list[AuditRecord]:
    records: list[AuditRecord] = []
    for number in range(1, length + 1):
        records.append(
            link(
                records[-1] if records else None,
                at=_NOON + timedelta(seconds=number),
                event="MUS-REG-006",
                actor="officer1",
                subject=_RID,
                detail={"step": f"step {number}"},
            )
        )
    return records


@pytest.mark.parametrize(
    "edit",
    [
        {"at": _NOON},
        {"event": "MUS-REG-009"},
        {"actor": "officer2"},
        {"subject": ""},
        {"detail": {}},
        {"detail": {"step": "step 3", "more": ""}},
        {"previous": GENESIS},
        {"digest": "f" * 64},
        {"digest": ""},
    ],
    ids=str,
)
def test_an_edited_record_is_the_first_bad_one(edit: dict[str, object]) -> None:
    trail = _trail(5)
    trail[2] = replace(trail[2], **edit)  # type: ignore[arg-type]
    verdict = verify(trail)
    assert (verdict.valid, verdict.first_bad, verdict.records) == (False, 3, 5)
    assert verdict.head == trail[1].digest


def test_a_renumbered_record_is_reported_by_the_number_it_bears() -> None:
    trail = _trail(5)
    trail[2] = replace(trail[2], sequence=30)
    assert verify(trail).first_bad == 30


def test_a_record_edited_together_with_its_digest_is_given_away_by_the_next() -> None:
    trail = _trail(5)
    trail[2] = link(trail[1], at=_NOON, event="MUS-REG-009", actor="officer2", subject=_RID, detail={})
    assert verify(trail).first_bad == 4


@pytest.mark.parametrize(("position", "first_bad"), [(0, 2), (1, 3), (2, 4), (3, 5)])
def test_a_removed_record_is_missed_by_the_one_after_it(position: int, first_bad: int) -> None:
    trail = _trail(5)
    del trail[position]
    verdict = verify(trail)
    assert (verdict.valid, verdict.first_bad) == (False, first_bad)


def test_a_record_inserted_twice_is_bad_the_second_time() -> None:
    trail = _trail(5)
    trail.insert(3, trail[2])
    verdict = verify(trail)
    assert (verdict.first_bad, verdict.head) == (3, trail[2].digest)


def test_a_well_linked_forgery_between_two_records_breaks_at_the_next_true_one() -> None:
    trail = _trail(5)
    forged = link(trail[2], at=_NOON, event="MUS-AUT-001", actor="nobody", subject="", detail={})
    trail.insert(3, forged)
    verdict = verify(trail)
    assert (verdict.first_bad, verdict.head) == (4, forged.digest)


def test_two_swapped_records_are_found_at_the_first_of_the_two_places() -> None:
    trail = _trail(5)
    trail[1], trail[2] = trail[2], trail[1]
    verdict = verify(trail)
    assert (verdict.first_bad, verdict.head) == (3, trail[0].digest)


def test_a_trail_that_begins_elsewhere_is_bad_from_its_first_record() -> None:
    assert verify(_trail(5)[2:]).first_bad == 3


def test_the_first_bad_record_is_named_even_when_later_ones_are_bad_too() -> None:
    trail = _trail(5)
    trail[1] = replace(trail[1], actor="x")
    trail[3] = replace(trail[3], actor="x")
    assert verify(trail).first_bad == 2


def test_a_shortened_trail_passes_when_nobody_kept_its_head() -> None:
    assert verify(_trail(5)[:4]) == Verdict(records=4, valid=True, first_bad=None, head=_trail(4)[-1].digest)


def test_a_shortened_trail_is_found_by_the_head_somebody_kept() -> None:
    trail = _trail(5)
    verdict = verify(trail[:4], expected_head=trail[-1].digest)
    assert (verdict.valid, verdict.first_bad) == (False, 5)


def test_an_emptied_trail_is_found_by_the_head_somebody_kept() -> None:
    verdict = verify([], expected_head=_trail(1)[0].digest)
    assert (verdict.records, verdict.valid, verdict.first_bad, verdict.head) == (0, False, 1, GENESIS)


def test_a_trail_written_anew_as_a_whole_is_found_only_by_the_head_somebody_kept() -> None:
    kept = _trail(5)[-1].digest
    forged = [link(None, at=_NOON, event="MUS-REG-006", actor="officer2", subject=_RID, detail={})]
    assert verify(forged).valid
    assert verify(forged, expected_head=kept).first_bad == 2


def test_a_head_kept_some_time_ago_still_holds_after_the_trail_has_grown() -> None:
    trail = _trail(5)
    assert verify(trail, expected_head=trail[2].digest).valid


def test_a_break_before_the_end_is_reported_rather_than_the_missing_head() -> None:
    trail = _trail(5)
    trail[1] = replace(trail[1], actor="x")
    assert verify(trail, expected_head="0f" * 32).first_bad == 2


def test_an_empty_trail_is_sound() -> None:
    assert verify([]) == Verdict(records=0, valid=True, first_bad=None, head=GENESIS)
    assert verify([], expected_head=GENESIS).valid


def test_a_whole_trail_is_sound_up_to_its_head() -> None:
    trail = _trail(5)
    sound = Verdict(records=5, valid=True, first_bad=None, head=trail[-1].digest)
    assert verify(trail) == sound
    assert verify(trail, expected_head=trail[-1].digest) == replace(sound, end_known=True)


def test_a_third_party_recomputes_the_digest_with_json_and_sha256_alone() -> None:
    first = link(None, at=_NOON, event="MUS-STA-001", actor="erika", subject="", detail={})
    second = link(
        first,
        at=datetime(2026, 3, 1, 12, 0, 1, 234_567, UTC),
        event="MUS-REG-002",
        actor="jörg",
        subject=_RID,
        detail={"text": "v1", "language": "عربي"},
    )
    content = [2, "2026-03-01T12:00:01.234Z", "MUS-REG-002", "jörg", _RID]
    content += [{"language": "عربي", "text": "v1"}, first.digest]
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    assert second.digest == hashlib.sha256(text.encode("utf-8")).hexdigest()


def test_the_digest_of_a_known_record_never_changes() -> None:
    # The bytes an auditor hashes, written out: json.dumps of a later Python must not change them.
    text = (
        '[1,"2026-03-01T12:00:00.000Z","MUS-STA-001","erika","",{"center":"10001"},'
        '"0000000000000000000000000000000000000000000000000000000000000000"]'
    )
    record = link(None, at=_NOON, event="MUS-STA-001", actor="erika", subject="", detail={"center": "10001"})
    assert record.digest == hashlib.sha256(text.encode()).hexdigest()


def test_the_order_in_which_details_were_given_does_not_matter() -> None:
    def with_detail(detail: dict[str, str]) -> AuditRecord:
        return link(None, at=_NOON, event="MUS-REG-006", actor="a", subject="", detail=detail)

    assert with_detail({"a": "1", "b": "2"}).digest == with_detail({"b": "2", "a": "1"}).digest


def test_what_is_changed_in_a_detail_afterwards_is_not_in_the_record() -> None:
    detail = {"step": "preview"}
    record = link(None, at=_NOON, event="MUS-REG-006", actor="a", subject="", detail=detail)
    detail["step"] = "documents"
    assert record.detail == {"step": "preview"}


@settings(suppress_health_check=[HealthCheck.too_slow])  # beside other work
@given(
    st.lists(
        st.tuples(st.text(), st.text(), st.dictionaries(st.text(), st.text(), max_size=3)),
        min_size=1,
        max_size=8,
    ),
    st.data(),
)
def test_whatever_is_recorded_links_and_any_loss_before_the_head_shows(
    said: list[tuple[str, str, dict[str, str]]], data: st.DataObject
) -> None:
    trail: list[AuditRecord] = []
    for actor, subject, detail in said:
        before = trail[-1] if trail else None
        trail.append(link(before, at=_NOON, event="MUS-REG-006", actor=actor, subject=subject, detail=detail))
    head = trail[-1].digest
    assert verify(trail, expected_head=head).valid
    del trail[data.draw(st.integers(0, len(trail) - 1))]
    assert not verify(trail, expected_head=head).valid


def test_a_stored_row_that_cannot_be_put_together_is_a_bad_record() -> None:
    def broken() -> AuditRecord:
        raise ValueError("no time")

    row = StoredRecord(1, "", GENESIS, "0f" * 32, None, broken)
    assert verify_stored([row]).first_bad == 1
