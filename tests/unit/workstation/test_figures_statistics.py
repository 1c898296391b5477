"""What is said about devices and officers whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bench.figures_truth import DEVICES, FIRST, OFFICERS, Truth, apart, generated, told
from muster.errors import Code
from muster.store.figures import DayCell
from muster.workstation import figures_statistics
from muster.workstation.figures_statistics import Cause, compare

_DAYS = 24


def _said(truth: Truth, days: int = _DAYS, seed: int = 3) -> list[tuple[Cause, str, bool]]:
    return list(told(compare(generated(truth, days, seed))))


def test_of_a_few_days_nothing_is_said() -> None:
    few = compare(generated(Truth(device={"R3": 30}), 2, 1))
    assert (few.is_enough, few.remarks, few.devices) == (False, (), None)
    assert not compare(()).is_enough


@pytest.mark.parametrize("seed", range(6))
def test_where_nothing_is_amiss_nothing_is_said(seed: int) -> None:
    assert _said(Truth(), seed=seed) == []


def test_what_chance_explains_is_not_told_however_large() -> None:
    """Three people a day: some officer is three points below the others without any reason."""
    comparison = compare(generated(Truth(people=3), 12, 4))
    assert comparison.is_enough and comparison.officers is not None
    assert min(comparison.officers.values()) < -figures_statistics.LEAST_POINTS
    assert comparison.remarks == ()


def test_a_poor_device_is_the_device_whoever_works_with_it() -> None:
    assert _said(Truth(device={"R3": 6})) == [(Cause.DEVICE, "R3", False)]


def test_an_officers_habit_is_the_officers_whatever_the_device() -> None:
    assert _said(Truth(officer={"erika": 6})) == [(Cause.OFFICER, "erika", False)]


def test_both_at_once_are_told_apart() -> None:
    assert sorted(name for _, name, _ in _said(Truth({"R3": 7}, {"erika": 7}))) == ["R3", "erika"]


def test_an_officer_who_mostly_works_with_a_poor_device_is_not_blamed() -> None:
    def at(officer: str, day: int) -> str:
        mostly = "R3" if officer == "erika" else "R1"
        return mostly if day % 4 else DEVICES[(OFFICERS.index(officer) + day) % 3]

    assert _said(Truth(device={"R3": 8}, at=at)) == [(Cause.DEVICE, "R3", False)]


def test_a_device_that_became_dirty_is_named_with_its_first_day() -> None:
    comparison = compare(generated(Truth(device={"R2": 10}, since=15), _DAYS, 3))
    (remark,) = comparison.remarks
    assert (remark.cause, remark.device, remark.officer) == (Cause.DEVICE, "R2", "")
    assert remark.since is not None and abs((remark.since - FIRST).days - 15) <= 1
    assert 7 < remark.points < 13 and remark.chance <= 0.05


def test_an_officer_who_changed_is_no_dirty_device() -> None:
    assert _said(Truth(officer={"hans": 12}, since=14)) == [(Cause.OFFICER, "hans", True)]


def test_what_one_of_a_devices_officers_does_not_show_is_not_the_device() -> None:
    late = FIRST + timedelta(days=14)
    cells = [
        replace(each, total=each.total - 14 * each.taken)
        if each.device == "R3" and each.officer in ("erika", "mei") and each.day >= late
        else each
        for each in generated(Truth(officers=("amadou", "erika", "mei")), 36, 3)
    ]
    assert not any(each.cause is Cause.DEVICE and each.since for each in compare(cells).remarks)


def test_who_never_met_the_others_may_be_either() -> None:
    (remark,) = compare(generated(Truth(device={"R3": 9}, at=apart), _DAYS, 3)).remarks
    assert (remark.cause, remark.device, remark.officer, remark.since) == (Cause.EITHER, "R3", "erika", None)


def test_what_only_one_person_shows_at_one_device_may_be_either_since_then() -> None:
    def at(officer: str, day: int) -> str:
        return "R3" if officer == "erika" else "R1"

    (remark,) = compare(generated(Truth(device={"R3": 12}, since=14, at=at), _DAYS, 3)).remarks
    assert (remark.cause, remark.device, remark.officer) == (Cause.EITHER, "R3", "erika")
    assert remark.since is not None


def test_officers_at_the_only_device_are_compared_with_each_other() -> None:
    truth = Truth(officer={"mei": 7}, at=lambda officer, day: "R1")
    assert _said(truth) == [(Cause.OFFICER, "mei", False)]


def test_a_difference_that_matters_to_nobody_is_not_told() -> None:
    assert _said(Truth(device={"R3": 2}, people=400), days=60) == []


def test_other_fingers_are_no_poorer_quality() -> None:
    """Who has taken nothing but little fingers is compared by little fingers."""
    cells = [
        each
        for each in generated(Truth(), _DAYS, 3)
        if each.officer != "erika" or each.attribute in ("leftLittle", "leftIndex")
        if each.officer == "erika" or each.attribute != "leftLittle" or each.day.day % 2
    ]
    assert compare(cells).remarks == ()


def test_measures_are_never_mixed() -> None:
    own = [
        DayCell(each.day, each.officer, "R9", each.attribute, "", 2, 10.0)
        for each in generated(Truth(), _DAYS, 3)
        if each.attribute == "leftIndex"
    ]
    comparison = compare([*generated(Truth(), _DAYS, 3), *own])
    assert comparison.measure == "NFIQ 2" and comparison.remarks == ()
    assert comparison.devices is not None and "R9" not in comparison.devices


def test_every_cause_has_its_sentence() -> None:
    codes = {figures_statistics._CODES[cause, since] for cause in Cause for since in (False, True)}
    assert len(codes) == 6 and all(isinstance(each, Code) for each in codes)
