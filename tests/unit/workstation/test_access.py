"""Who may do what, asked where it is done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from muster.audit.catalogue import AuditEvent
from muster.clock import utc_now
from muster.domain.operators import PERMISSIONS, Action, Factor, Operator, Permission, Role
from muster.errors import Refused
from muster.workstation.desk import Desk, sign_in
from muster.workstation.policy import Policy
from muster.workstation.server import NoServer
from muster.workstation.station import Station
from unit.workstation.desks import OFFICER, QUICK, SUPERVISOR, desk_at, play


def _give(desk: Desk, *roles: Role) -> None:
    """Other roles to the officer who is signed in."""
    with desk._database.work() as work:
        work.operators.change(Operator(OFFICER.user_id, frozenset(roles)))
        work.record(AuditEvent.OPERATOR_ADDED, actor=SUPERVISOR.user_id)


@pytest.mark.parametrize("role", [role for role in Role if Permission.REGISTER not in PERMISSIONS[role]])
def test_whoever_only_looks_after_people_begins_no_registration(root: Path, role: Role) -> None:
    with desk_at(root) as desk:
        _give(desk, role)
        with pytest.raises(Refused) as caught:
            desk.enrollment.start()
        assert desk.enrollment.drafts() == ()
    assert caught.value.code.name == "OFFICER_ONLY"


def test_a_draft_is_not_gone_on_with_by_somebody_who_may_register_no_longer(root: Path) -> None:
    with desk_at(root) as desk:
        draft = desk.enrollment.start().id
        _give(desk, Role.ADMINISTRATOR)
        with pytest.raises(Refused) as caught:
            desk.enrollment.give_consent(draft, "eng")
        assert desk.enrollment.registration(draft).consent is None
    assert caught.value.code.name == "OFFICER_ONLY"


def test_somebody_who_is_blocked_meanwhile_does_nothing_more(root: Path) -> None:
    with desk_at(root) as desk:
        with desk._database.work() as work:
            work.operators.change(Operator(OFFICER.user_id, frozenset({Role.OFFICER}), utc_now()))
            work.record(AuditEvent.OPERATOR_ADDED, actor=SUPERVISOR.user_id)
        with pytest.raises(Refused) as caught:
            desk.enrollment.start()
    assert caught.value.code.name == "OPERATOR_BLOCKED"


def test_what_searches_found_is_not_for_administrators(root: Path) -> None:
    with desk_at(root) as desk:
        draft = desk.enrollment.start().id
        _give(desk, Role.ADMINISTRATOR)
        with pytest.raises(Refused) as caught:
            desk.duplicates.found(draft)
    assert caught.value.code.name == "SUPERVISOR_ONLY"


def test_a_deployment_may_keep_exports_from_officers(root: Path) -> None:
    officers = {**PERMISSIONS, Role.OFFICER: frozenset({Permission.REGISTER})}
    with desk_at(root, policy=replace(QUICK, permissions=officers)) as desk:
        draft = play(desk)
        with pytest.raises(Refused) as caught:
            desk.exporting.govstack(draft)
    assert caught.value.code.name == "OFFICER_ONLY"


@pytest.mark.parametrize("action", [Action.SIGN_IN, Action.MANAGE])
def test_no_policy_opens_the_station_by_a_touch(action: Action) -> None:
    ways = {**Policy().ways, action: (frozenset({Factor.FINGER}),)}
    with pytest.raises(ValueError, match="password"):
        Policy(ways=ways)


def test_the_first_supervisor_looks_after_the_station_as_well(root: Path) -> None:
    station = Station.at(root, utc_now)
    with sign_in(station, SUPERVISOR.user_id, SUPERVISOR.password, NoServer(), utc_now, policy=QUICK) as desk:
        assert all(desk.access.may(permission) for permission in Permission)


def test_what_is_offered_follows_the_last_look_into_the_database(root: Path) -> None:
    with desk_at(root) as desk:
        assert not desk.access.offers(Permission.MANAGE_OPERATORS)
        _give(desk, Role.ADMINISTRATOR)
        assert not desk.access.offers(Permission.MANAGE_OPERATORS)
        assert desk.access.may(Permission.MANAGE_OPERATORS)
        assert desk.access.offers(Permission.MANAGE_OPERATORS)
