"""How large a packet will be, by the sizes of what goes in; against real ones in ``workstation``'s tests."""

from __future__ import annotations

from muster.packet.size import RecordSize, sealed_size


def test_nothing_at_all_still_has_its_descriptions() -> None:
    assert sealed_size([], []) == 9_000


def test_a_document_takes_its_own_size_and_its_lines() -> None:
    assert sealed_size([100_000], []) == 9_000 + 100_000 + 900


def test_a_record_takes_no_more_than_its_own_size_whatever_base64_makes_of_it() -> None:
    one = sealed_size([], [RecordSize(100_000, 0)]) - sealed_size([], [])
    assert 100_000 < one < 103_000
    assert sealed_size([], [RecordSize(100_000, 4_000)] * 2) > sealed_size([], []) + 2 * one
