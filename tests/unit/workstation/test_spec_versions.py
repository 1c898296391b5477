"""What the server sent, in versions: a difference is told once, and by a name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from muster.audit.catalogue import AuditEvent
from muster.errors import BadInput, Refused
from muster.workstation.spec_versions import differences
from unit.workstation.desks import SUPERVISOR, desk_at


def _told(one: object, other: object) -> list[tuple[str, str, str]]:
    found = differences(json.dumps(one).encode(), json.dumps(other).encode())
    return [(each.path, each.was, each.becomes) for each in found]


def test_what_says_the_same_in_another_order_is_no_difference() -> None:
    one = [{"code": "M", "name": "Male"}, {"code": "F", "name": "Female"}]
    assert _told({"a": 1, "genders": one}, {"genders": one[::-1], "a": 1}) == []


def test_a_new_entry_of_a_list_is_told_alone_and_by_its_code() -> None:
    one = [{"code": "M"}, {"code": "F"}]
    assert _told({"genders": one}, {"genders": [{"code": "X"}, *one]}) == [("genders[X].code", "", "X")]


def test_entries_without_names_are_told_by_their_place() -> None:
    assert _told([5, 6], [5, 7, 8]) == [("[1]", "6", "7"), ("[2]", "", "8")]


def test_a_schema_in_a_text_is_looked_into() -> None:
    one, other = json.dumps({"required": True}), json.dumps({"required": False})
    assert _told({"schema": one}, {"schema": other}) == [("schema.required", "true", "false")]


@pytest.mark.parametrize("content", [b"", b"\xff", b"{", b"[" * 100])
def test_what_is_no_json_is_compared_as_it_is(content: bytes) -> None:
    assert list(differences(content, content)) == []
    assert list(differences(content, b'"other"'))


def test_an_officer_sees_none_and_a_version_nobody_kept_is_refused(root: Path) -> None:
    with desk_at(root) as desk, pytest.raises(Refused):
        desk.spec_versions.list()
    with desk_at(root, who=SUPERVISOR) as desk:
        assert desk.spec_versions.list() == ()
        with pytest.raises(BadInput, match="SPEC_VERSION_UNKNOWN"):
            desk.spec_versions.diff(1, 2)


def test_which_of_two_versions_counts_and_what_it_replaced_is_told(root: Path) -> None:
    with desk_at(root, who=SUPERVISOR) as desk:
        for said in ({"a": "1"}, {"a": "2"}):
            with desk._database.work() as work:
                work.server_copies.put("configuration", "v", desk._journal.now(), json.dumps(said).encode())
                work.record(AuditEvent.SERVER_COPY_KEPT, actor="test")
        newest, oldest = desk.spec_versions.list()
        assert (newest.counts, newest.before, oldest.counts, oldest.before) == (True, oldest.number, False, None)
        (difference,) = desk.spec_versions.diff(oldest.number, newest.number)
        assert (difference.path, difference.was, difference.becomes) == ("a", "1", "2")
