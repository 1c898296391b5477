"""An auditor sees from when on a station was run by which version of the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.audit.catalogue import AuditEvent
from unit.workstation.desks import SUPERVISOR, desk_at, make_station


def test_an_update_and_the_way_back_are_seen_at_the_sign_ins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "station"
    make_station(root)
    for version in ("9.0.0", "9.1.0", "9.0.0"):
        monkeypatch.setattr("muster.__version__", version)
        with desk_at(root, who=SUPERVISOR) as desk:
            records = desk.trail_reading.newest_records(50)
    signed_in = [record for record in reversed(records) if record.event == AuditEvent.SIGNED_IN.id]
    assert [dict(record.detail)["program"] for record in signed_in] == ["9.0.0", "9.1.0", "9.0.0"]
