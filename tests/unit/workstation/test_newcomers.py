"""Who is told on each page what to do, by what they did here before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from muster.domain.registration import RegistrationId
from unit.workstation.desks import QUICK, SUPERVISOR, desk_at

Sealed = tuple[Path, RegistrationId, str]


@pytest.mark.parametrize(("hints_until", "is_new"), [(2, True), (1, False), (0, False)])
def test_an_officer_who_sealed_one_registration_is_new_until_two(
    sealed: Sealed, hints_until: int, is_new: bool
) -> None:
    with desk_at(sealed[0], policy=replace(QUICK, hints_until=hints_until)) as desk:
        assert desk.is_new_here is is_new


def test_an_officer_who_sealed_nothing_yet_is_new(root: Path) -> None:
    with desk_at(root, policy=replace(QUICK, hints_until=1)) as desk:
        assert desk.is_new_here


def test_nobody_is_new_where_the_policy_gives_no_hints(root: Path) -> None:
    with desk_at(root, policy=replace(QUICK, hints_until=0)) as desk:
        assert not desk.is_new_here


def test_a_supervisor_is_told_nothing_by_itself(root: Path) -> None:
    with desk_at(root, who=SUPERVISOR) as desk:
        assert not desk.is_new_here
