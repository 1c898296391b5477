"""What a station tells of itself before anybody signed in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from muster.errors import BadInput, KeyUnavailable
from muster.workstation.nameplate import Nameplate, has_station

_PLATE = {
    "center": "10001",
    "machine": "10002",
    "demo": False,
    "key_slots": [{"user_id": "erika"}, {"user_id": "max"}],
}


def _written(folder: Path, **changed: object) -> Path:
    (folder / "station.json").write_text(json.dumps({**_PLATE, **changed}), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "changed",
    [
        {"key_slots": []},
        {"key_slots": [{"user_id": 5}]},
        {"demo": "no"},
        {"center": 10001},
        {"binding": {"to": "paper"}},
    ],
)
def test_what_does_not_stand_there_as_it_should_is_damage(tmp_path: Path, changed: dict[str, object]) -> None:
    with pytest.raises(BadInput) as caught:
        Nameplate.at(_written(tmp_path, **changed))
    assert caught.value.code.name == "STATION_UNREADABLE"


def test_a_station_of_a_newer_program_is_told_as_one(tmp_path: Path) -> None:
    with pytest.raises(KeyUnavailable) as caught:
        Nameplate.at(_written(tmp_path, format=3, key_slots="in another form"))
    assert caught.value.code.name == "STATION_NEWER"


def test_an_empty_folder_has_no_station(tmp_path: Path) -> None:
    assert not has_station(tmp_path)
    with pytest.raises(KeyUnavailable) as caught:
        Nameplate.at(tmp_path)
    assert caught.value.code.name == "STATION_ABSENT"


def test_who_may_sign_in_stands_there_in_the_files_order(tmp_path: Path) -> None:
    plate = Nameplate.at(_written(tmp_path))
    assert (plate.operators, plate.center, plate.machine) == (("erika", "max"), "10001", "10002")
    assert plate.protection.name == "PROTECTED_BY_PASSWORDS"


def test_what_the_station_is_bound_to_is_told_before_anybody_signed_in(tmp_path: Path) -> None:
    assert Nameplate.at(_written(tmp_path, binding={"to": "tpm"})).protection.name == "PROTECTED_BY_TPM"
