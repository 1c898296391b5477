"""The audit trail holds against somebody who has the database key."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from muster.audit.chain import Verdict, link
from muster.clock import parse_rfc3339
from muster.errors import BadInput
from muster.workstation.trail import verify_file
from unit.workstation.desks import SUPERVISOR, desk_at, make_station, with_database_key


def _verdict(root: Path, head: str | None = None) -> Verdict:
    with desk_at(root) as desk:
        return desk.trail.verify(head)


@pytest.fixture
def worked_at(root: Path) -> Path:
    """A station with a short trail: created (1), operators (2, 3), in (4), started (5), consent (6), out (7),
    checkpoint (8)."""
    with desk_at(root) as desk:
        desk.enrollment.give_consent(desk.enrollment.start().id, "eng")
    return root


def test_an_untouched_trail_is_valid(worked_at: Path) -> None:
    assert _verdict(worked_at).valid


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "max"),
        ("event", "MUS-REG-001"),
        ("detail", "{}"),
        ("at", "2020-01-01T00:00:00.000Z"),
        ("subject", ""),
    ],
)
def test_a_record_edited_with_the_database_key_is_found(worked_at: Path, column: str, value: str) -> None:
    with_database_key(worked_at, f"UPDATE audit SET {column} = ? WHERE sequence = 6", value)
    verdict = _verdict(worked_at)
    assert (verdict.valid, verdict.first_bad) == (False, 6)


def test_a_record_taken_out_of_the_middle_is_found(worked_at: Path) -> None:
    with_database_key(worked_at, "DELETE FROM audit WHERE sequence = 5")
    verdict = _verdict(worked_at)
    assert (verdict.valid, verdict.first_bad) == (False, 6)


def test_a_record_linked_to_another_than_the_one_before_it_is_found(worked_at: Path) -> None:
    (row,) = with_database_key(worked_at, "SELECT digest FROM audit WHERE sequence = 3")
    with_database_key(worked_at, "UPDATE audit SET previous = ? WHERE sequence = 7", row[0])
    assert _verdict(worked_at).first_bad == 7


def test_a_cut_off_end_is_found_by_whoever_noted_the_head(worked_at: Path) -> None:
    with desk_at(worked_at) as desk:
        head = desk.trail.verify().head
    with_database_key(worked_at, "DELETE FROM audit WHERE sequence >= 6")
    shutil.rmtree(worked_at / "copy")
    assert _verdict(worked_at).valid  # nothing inside the chain says so
    assert not _verdict(worked_at, head).valid


def test_a_cut_off_end_is_put_back_from_the_carbon_copy(worked_at: Path) -> None:
    with desk_at(worked_at) as desk:
        head = desk.trail.verify().head
    with_database_key(worked_at, "DELETE FROM audit WHERE sequence >= 6")
    assert _verdict(worked_at, head).valid


def test_a_head_noted_earlier_still_holds_when_the_trail_has_grown(worked_at: Path) -> None:
    with desk_at(worked_at) as desk:
        head = desk.trail.verify().head
    assert _verdict(worked_at, head).valid


def test_the_newest_records_come_first(worked_at: Path) -> None:
    with desk_at(worked_at) as desk:
        records = desk.trail.newest_first(3)
    assert [record.sequence for record in records] == [9, 8, 7]


def _linked_anew(root: Path) -> None:
    """Somebody with a password and a database tool renames an actor and links every record after it anew."""
    rows = with_database_key(
        root, "SELECT sequence, at, event, actor, subject, detail FROM audit ORDER BY sequence"
    )
    last = None
    for sequence, at, event, who, subject, detail in rows:
        actor = "max" if sequence == 5 else who
        said = json.loads(detail)
        last = link(last, at=parse_rfc3339(at), event=event, actor=actor, subject=subject, detail=said)
        with_database_key(
            root,
            "UPDATE audit SET actor = ?, previous = ?, digest = ? WHERE sequence = ?",
            actor, last.previous, last.digest, sequence,
        )  # fmt: skip
    shutil.rmtree(root / "copy")


def test_a_chain_written_anew_with_the_database_key_is_found_by_the_machine_keys_signature(
    worked_at: Path,
) -> None:
    _linked_anew(worked_at)
    verdict = _verdict(worked_at)
    assert (verdict.valid, verdict.first_bad) == (False, 8)


def test_signing_out_leaves_the_trail_signed(worked_at: Path) -> None:
    verdict = _verdict(worked_at)
    assert (verdict.valid, verdict.checkpoints, verdict.vouched_for) == (True, 1, 7)


def test_a_record_of_before_with_other_blanks_is_as_good(worked_at: Path) -> None:
    (row,) = with_database_key(worked_at, "SELECT detail FROM audit WHERE sequence = 6")
    with_database_key(worked_at, "UPDATE audit SET detail = ? WHERE sequence = 6", json.dumps(json.loads(row[0])))
    assert _verdict(worked_at).valid


@pytest.mark.parametrize("detail", ["", "{", "[]", "5", '{}],[5,"2020'])
def test_a_detail_that_is_none_is_found(worked_at: Path, detail: str) -> None:
    with_database_key(worked_at, "UPDATE audit SET detail = ? WHERE sequence = 6", detail)
    assert _verdict(worked_at).first_bad == 6


# Elsewhere


@pytest.fixture
def exported(worked_at: Path, tmp_path: Path) -> Path:
    with desk_at(worked_at, who=SUPERVISOR) as desk:
        desk.trail.export(tmp_path / "trail")
    return tmp_path / "trail"


@pytest.mark.parametrize("where", ["", "nowhere/trail"])
def test_a_trail_is_written_to_a_file_in_a_folder_that_is_there(
    worked_at: Path, tmp_path: Path, where: str
) -> None:
    with desk_at(worked_at, who=SUPERVISOR) as desk, pytest.raises(BadInput, match="TRAIL_FILE_UNWRITABLE"):
        desk.trail.export(tmp_path / where)
    assert not (tmp_path / "nowhere").exists()


def test_an_exported_trail_is_verified_without_its_station(exported: Path, worked_at: Path) -> None:
    key = (worked_at / "keys" / "machine.pub.pem").read_bytes()
    shutil.rmtree(worked_at)
    verdict = verify_file(exported, key)
    assert (verdict.valid, verdict.records, verdict.vouched_for) == (True, 11, 10)


def test_every_byte_changed_in_an_exported_trail_is_found(exported: Path, worked_at: Path) -> None:
    key = (worked_at / "keys" / "machine.pub.pem").read_bytes()
    content = exported.read_bytes()
    begins = content.index(b"\n") + 1
    for at in range(begins, len(content), 41):
        exported.write_bytes(content[:at] + bytes((content[at] ^ 1,)) + content[at + 1 :])
        with suppress(BadInput):
            assert not verify_file(exported, key).valid, at


def test_a_trail_signed_by_another_machine_is_found(exported: Path, tmp_path: Path) -> None:
    other = make_station(tmp_path / "other").folder.machine_public_key.read_bytes()
    assert verify_file(exported, other).first_bad == 8


def test_an_exported_trail_says_itself_where_it_ends(exported: Path, worked_at: Path) -> None:
    key = (worked_at / "keys" / "machine.pub.pem").read_bytes()
    assert verify_file(exported, key).end_known
    title, *lines = exported.read_text().splitlines()
    exported.write_text("\n".join([title, *lines[:-2]]) + "\n")
    verdict = verify_file(exported, key)
    assert (verdict.valid, verdict.first_bad, verdict.end_known) == (False, len(lines) - 1, False)


@pytest.mark.parametrize(
    ("name", "value"), [("station", "1_1"), ("exported_at", ""), ("signature", "?"), ("signature", 5)]
)
def test_a_changed_first_line_of_an_exported_trail_is_found(exported: Path, name: str, value: object) -> None:
    title, *lines = exported.read_text().splitlines()
    exported.write_text("\n".join([json.dumps(json.loads(title) | {name: value}), *lines]) + "\n")
    assert not verify_file(exported).valid


def test_of_a_trail_whose_end_nobody_signed_it_is_not_known_whether_it_is_whole(exported: Path) -> None:
    title, *lines = exported.read_text().splitlines()
    unsigned = {name: value for name, value in json.loads(title).items() if name != "signature"}
    exported.write_text("\n".join([json.dumps(unsigned), *lines[:-2]]) + "\n")
    verdict = verify_file(exported)
    assert verdict.valid and not verdict.end_known
    assert verify_file(exported, expected_head=verdict.head).end_known


def test_a_line_taken_out_of_an_exported_trail_is_found(exported: Path) -> None:
    lines = exported.read_text().splitlines()
    exported.write_text("\n".join(lines[:4] + lines[5:]) + "\n")
    assert verify_file(exported).first_bad == 5


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "5", "\n", "muster", '{"muster_audit": 2}', '{"muster_audit": 1}']
)
def test_a_file_that_is_no_exported_trail_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "trail").write_text(content)
    with pytest.raises(BadInput) as caught:
        verify_file(tmp_path / "trail")
    assert caught.value.code.name == "TRAIL_UNREADABLE"
