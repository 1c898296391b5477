"""``muster bench`` as people start it. What it measures on the way is nobody's business here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

# What the fixture ``muster`` gives back: status, out, err, document, error_code.
Muster = Callable[..., Any]


@pytest.fixture(scope="module")
def rows(muster: Muster) -> list[dict[str, Any]]:
    ran = muster("bench", "packet", "--once", "--json")
    assert (ran.status, ran.err) == (0, "")
    assert list(ran.document) == ["rows"]
    found: list[dict[str, Any]] = ran.document["rows"]
    return found


def test_what_cannot_be_measured_is_bad_input_and_what_can_is_told(muster: Muster) -> None:
    ran = muster("bench", "coffee", "--once", "--json")
    assert (ran.status, ran.error_code) == (2, "AREA_UNKNOWN")
    message = ran.document["error"]["message"]
    assert "forms, gallery, packet, prefill, proofing, records, rest, review, start, station" in message


def test_every_row_has_its_figure_its_primitive_and_the_ratio_of_both(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        assert {"name", "value", "unit", "baseline", "ratio", "against", "spread", "clock", "wall"} <= set(row)
        assert row["ratio"] == pytest.approx(row["value"] / row["baseline"])
        assert row["area"] == "packet"


def test_speed_size_and_memory_of_a_packet_are_measured(rows: list[dict[str, Any]]) -> None:
    units = {row["name"]: row["unit"] for row in rows}
    assert units["a packet assembled and sealed"] == "ms"
    assert units["size of a packet"] == "MB"
    assert units["a packet opened and verified"] == "ms"


def test_people_read_one_line_for_each_row(muster: Muster) -> None:
    ran = muster("bench", "start", "--once")
    assert ran.status == 0
    (line,) = ran.out.splitlines()
    assert line.startswith("start ")
    assert line.endswith("python -c pass")
