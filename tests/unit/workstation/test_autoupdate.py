"""Tokens with which records are shared again: their clocks, the service's clock, and ours when it is wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from muster import base64url
from muster.audit.catalogue import AuditEvent
from muster.domain.operators import Permission
from muster.domain.proofing import ExecutionStatus
from muster.domain.sharing import SharingToken, TokenStanding
from muster.errors import BadInput, KeyUnavailable, NetworkUnavailable, Refused
from muster.workstation.autoupdate import TokenVault
from muster.workstation.desk import Desk
from muster.workstation.station import Station
from simulators.loopback import Asked, Reply
from simulators.mitrust_service import CLIENT_ID, CODE, SECRET, TOKEN, MitrustServer
from unit.proofing.graphs import method, plan
from unit.workstation.desks import SUPERVISOR, SetClock, desk_at, with_database_key

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RENEW = ("POST", "/v2/sp/autoupdate")


def records(origin: str, mode: str = "autoupdate") -> dict[str, Any]:
    return {
        "_type": "MitrustMethodDefinition",
        "id": mode,
        "origin": origin,
        "clientRef": {"key": "mitrust.client"},
        "sharingScope": "name autoupdate",
        "mode": mode,
        **({"tokenRef": {"key": "mitrust.token"}} if mode == "autoupdate" else {}),
        "attributeMappings": [{"sourceAttribute": "given_name", "targetAttribute": "givenName"}],
    }


def configuration_of(*methods: dict[str, Any]) -> bytes:
    return json.dumps({"methods": methods, "useCases": []}).encode()


@pytest.fixture(scope="module")
def started() -> Iterator[MitrustServer]:
    server = MitrustServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory, new_station: Station, clock: SetClock) -> Station:
    root = tmp_path_factory.mktemp("tokens") / "station"
    shutil.copytree(new_station.folder.root, root)
    return Station.at(root, clock)


@pytest.fixture(scope="module")
def shared(station: Station, started: MitrustServer, clock: SetClock) -> Iterator[Desk]:
    with desk_at(station.folder.root, clock=clock, who=SUPERVISOR) as desk:
        desk.proofing_configuration.set(configuration_of(records(started.origin)))
        desk.proofing.secrets.keep("mitrust.client", f"{CLIENT_ID}:{SECRET}")
        yield desk


@pytest.fixture
def server(started: MitrustServer) -> MitrustServer:
    started.forget()
    started.asked.clear()
    return started


@pytest.fixture
def desk(shared: Desk, server: MitrustServer, clock: SetClock) -> Desk:
    """A token was given just now, by everybody's clock."""
    clock.moment = server.clock = NOON
    server.given(TOKEN)
    for each in shared.sharing_tokens.all():
        shared.sharing_tokens.forget(each.id)
    shared.proofing.secrets.keep("mitrust.token", TOKEN)
    shared.sharing_tokens.adopt()
    return shared


@pytest.fixture
def vault(desk: Desk) -> TokenVault:
    return desk.sharing_tokens


def after(clock: SetClock, server: MitrustServer, **passed: float) -> None:
    """For both clocks."""
    clock.forward(**passed)
    assert server.clock is not None
    server.clock += timedelta(**passed)


def only(vault: TokenVault) -> SharingToken:
    (token,) = vault.all()
    return token


def renewals(server: MitrustServer) -> int:
    return server.calls.count(RENEW)


# --- clocks ----------------------------------------------------------------------------------------------


def test_nothing_is_asked_before_sixty_days_are_over(
    vault: TokenVault, server: MitrustServer, clock: SetClock
) -> None:
    after(clock, server, days=59)
    assert vault.renew_due() == 0
    assert server.asked == []


@pytest.mark.parametrize("days", [60, 61, 89])
def test_a_token_is_renewed_for_another_ninety_days(
    vault: TokenVault, server: MitrustServer, clock: SetClock, days: int
) -> None:
    after(clock, server, days=days)
    assert vault.renew_due() == 1
    token = only(vault)
    assert (token.renewed_at, token.given_at) == (server.clock, NOON)
    assert vault.token(token) == f"{TOKEN}-renewed"
    assert vault.renew_due() == 0


def test_a_token_that_cannot_be_opened_keeps_no_other_from_being_renewed(
    desk: Desk, vault: TokenVault, server: MitrustServer, clock: SetClock
) -> None:
    changed = only(vault)
    vault.keep("autoupdate", "a person", f"{TOKEN}-of-somebody", NOON)
    server.given(TOKEN, f"{TOKEN}-of-somebody")
    with desk._journal.database.work() as work:
        work.sharing.put(changed, b"what somebody wrote there")
        work.record(AuditEvent.SHARING_TOKEN_KEPT, actor="somebody", token=changed.id)
    after(clock, server, days=60)
    assert vault.renew_due() == 1
    kept = {each.id: each.problem for each in vault.all()}
    assert kept.pop(changed.id) is not None
    assert list(kept.values()) == [None]


@pytest.mark.parametrize("days", [90, 91])
def test_a_token_whose_days_are_over_is_asked_about_and_kept_when_the_service_says_that_it_is_dead(
    vault: TokenVault, server: MitrustServer, clock: SetClock, days: int
) -> None:
    after(clock, server, days=days)
    assert vault.renew_due() == 0
    token = only(vault)
    assert (token.standing(clock()), token.problem) == (TokenStanding.DEAD, "MITRUST_REFUSED")
    assert vault.token(token) == TOKEN
    server.asked.clear()
    after(clock, server, days=5)
    assert (vault.renew_due(), server.asked) == (0, [])


def jws(claims: dict[str, Any]) -> str:
    return f".{base64url.encode(json.dumps(claims).encode())}.signature"


def test_after_two_years_nothing_is_renewed_any_more(
    desk: Desk, vault: TokenVault, server: MitrustServer, clock: SetClock
) -> None:
    refresh = jws({"exp": int((NOON + timedelta(days=730)).timestamp())})
    desk.proofing.secrets.keep("mitrust.token", given := f"{TOKEN}{jws({'refresh_token': refresh})}")
    server.given(given)
    vault.adopt()
    for _ in range(12):
        after(clock, server, days=60)
        assert vault.renew_due() == 1
    after(clock, server, days=11)  # 731: the two years are over
    asked = renewals(server)
    token = only(vault)
    assert (vault.renew_due(), renewals(server)) == (0, asked)
    assert (token.standing(clock()), token.renewal_at) == (TokenStanding.FINAL, None)
    with pytest.raises(Refused) as refused:
        vault.renew("autoupdate")
    assert refused.value.code.name == "SHARING_TOKEN_FINAL"


def test_a_station_whose_clock_is_far_ahead_loses_no_token(
    vault: TokenVault, server: MitrustServer, clock: SetClock
) -> None:
    after(clock, server, days=10)
    clock.forward(days=3 * 365)
    assert vault.renew_due() == 0
    assert (renewals(server), only(vault).problem) == (0, None)
    after(clock, server, days=50)
    assert vault.renew_due() == 1


def test_a_station_whose_clock_runs_ahead_by_a_hundred_days_is_told_the_time_by_the_service(
    vault: TokenVault, server: MitrustServer, clock: SetClock
) -> None:
    after(clock, server, days=10)
    clock.forward(days=100)
    assert vault.renew_due() == 0
    assert server.calls == [("POST", "/oauth/token")]  # it was asked, and its Date settled it
    assert only(vault).standing(NOON + timedelta(days=10)) is TokenStanding.FRESH


@pytest.mark.parametrize(("days", "renewed"), [(10, 0), (70, 1)])
def test_a_station_whose_clock_is_behind_renews_by_the_clock_of_the_service(
    vault: TokenVault, server: MitrustServer, clock: SetClock, days: int, renewed: int
) -> None:
    after(clock, server, days=days)
    clock.moment = NOON - timedelta(days=400)
    assert vault.renew_due() == renewed
    assert renewals(server) == renewed


@pytest.mark.parametrize("wrong_by", [timedelta(days=-20_000), timedelta(days=3_000)])
def test_a_token_that_was_first_seen_by_a_wrong_clock_is_not_lost_over_it(
    desk: Desk, vault: TokenVault, server: MitrustServer, clock: SetClock, wrong_by: timedelta
) -> None:
    clock.moment = NOON + wrong_by
    desk.proofing.secrets.keep("mitrust.token", given := f"{TOKEN}-early")
    server.given(given)
    vault.adopt()
    clock.moment = server.clock = NOON + timedelta(days=10)
    assert vault.renew_due() == 1
    assert (only(vault).renewed_at, only(vault).problem) == (server.clock, None)
    assert (only(vault).standing(clock()), vault.renew_due()) == (TokenStanding.FRESH, 0)


# --- what stands in the way ------------------------------------------------------------------------------


def test_without_a_network_nothing_counts_as_a_failure_and_it_is_taken_up_later(
    vault: TokenVault, server: MitrustServer, clock: SetClock
) -> None:
    after(clock, server, days=60)
    server.trouble["POST", "/oauth/token"] = Reply(503)
    with pytest.raises(NetworkUnavailable):
        vault.renew_due()
    assert (only(vault).failures, only(vault).problem) == (0, None)
    server.trouble.clear()
    assert vault.renew_due() == 1


def test_who_is_asked_too_often_is_left_alone_as_long_as_they_say_and_longer_each_time(
    desk: Desk, vault: TokenVault, server: MitrustServer, clock: SetClock
) -> None:
    person = desk.enrollment.start().id.text
    vault.keep("autoupdate", person, f"{TOKEN}-person")
    server.given(TOKEN, f"{TOKEN}-person")
    after(clock, server, days=60)
    server.trouble[RENEW] = Reply(429, headers={"x-ms-retry-after-ms": "600000"})
    with pytest.raises(NetworkUnavailable):
        vault.renew_due()
    assert renewals(server) == 1  # the second token is not tried when the first was one too many
    waits = [each.next_try for each in vault.all()]
    assert all(wait is not None and wait >= clock() + timedelta(minutes=10) for wait in waits)
    after(clock, server, minutes=9)
    assert vault.renew_due() == 0
    assert renewals(server) == 1
    server.trouble[RENEW] = Reply(429)
    for _ in range(2):  # now it does not say how long: each time twice as long
        after(clock, server, minutes=30)
        with pytest.raises(NetworkUnavailable):
            vault.renew_due()
    first, second = (wait - clock() for each in vault.all() if (wait := each.next_try))
    assert min(first, second) > timedelta(seconds=89)
    server.trouble.clear()
    after(clock, server, minutes=30)
    assert vault.renew_due() == 2


def test_who_is_not_entitled_waits_for_a_person_and_not_for_the_next_round(
    vault: TokenVault, server: MitrustServer, clock: SetClock
) -> None:
    after(clock, server, days=60)
    denied = {"error": "access_denied", "error_description": "Access is denied"}
    server.trouble[RENEW] = Reply.of(denied, 403)
    vault.renew_due()
    token = only(vault)
    assert (token.problem, token.refused) == ("MITRUST_NOT_ENTITLED", False)
    assert token.next_try is not None
    assert token.next_try >= clock() + timedelta(days=1)


def test_a_service_without_its_secret_keeps_no_other_from_being_asked(
    desk: Desk, vault: TokenVault, server: MitrustServer, clock: SetClock
) -> None:
    lost = {**records(server.origin), "id": "lost", "clientRef": {"key": "mitrust.lost"}}
    desk.proofing_configuration.set(configuration_of(lost, records(server.origin)))
    vault.adopt()
    after(clock, server, days=60)
    assert vault.renew_due() == 1
    assert {each.method: each.problem for each in vault.all()} == {"lost": "SECRET_MISSING", "autoupdate": None}
    desk.proofing_configuration.set(configuration_of(records(server.origin)))


# --- two at once -----------------------------------------------------------------------------------------

LATE = {"date": {"autoupdate": {"access_token_wrapper": {"access_token": f"{TOKEN}-late"}}}, "status": "success"}


@pytest.mark.parametrize("late", [Reply.of(LATE), Reply.of({"error": "expired"}, 400)])
def test_whoever_is_answered_last_leaves_what_a_quicker_renewal_brought(
    vault: TokenVault, server: MitrustServer, clock: SetClock, monkeypatch: pytest.MonkeyPatch, late: Reply
) -> None:
    after(clock, server, days=60)
    answer = server.answer

    def another_is_quicker(asked: Asked) -> Reply:
        if (asked.method, asked.path) != RENEW:
            return answer(asked)
        meanwhile.undo()
        assert vault.renew_due() == 1
        server.trouble[RENEW] = late
        return late

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(server, "answer", another_is_quicker)
        vault.renew_due()
    assert renewals(server) > 1
    token = only(vault)
    assert vault.token(token) == f"{TOKEN}-renewed"
    assert (token.renewed_at, token.refused, token.problem) == (server.clock, False, None)


# --- who has them ----------------------------------------------------------------------------------------


def test_tokens_lie_sealed_and_nothing_on_record_holds_one(
    desk: Desk, vault: TokenVault, server: MitrustServer, clock: SetClock
) -> None:
    after(clock, server, days=60)
    vault.renew_due()
    rows = with_database_key(desk.folder.root, "SELECT * FROM sharing_token")
    trail = with_database_key(desk.folder.root, "SELECT detail FROM audit WHERE event LIKE 'MUS-IDV-02%'")
    assert rows
    assert trail
    assert TOKEN not in repr(rows) + repr(trail)


def test_every_change_is_on_record(desk: Desk, vault: TokenVault, server: MitrustServer, clock: SetClock) -> None:
    before = len(with_database_key(desk.folder.root, "SELECT 1 FROM audit"))
    after(clock, server, days=60)
    vault.renew_due()
    vault.forget(only(vault).id)
    trail = with_database_key(
        desk.folder.root, "SELECT event FROM audit WHERE sequence > ? ORDER BY sequence", before
    )
    assert [event for (event,) in trail] == ["MUS-IDV-022", "MUS-IDV-024"]


def test_only_who_may_change_settings_renews_or_destroys_one(
    desk: Desk, vault: TokenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = only(vault)
    monkeypatch.setattr(
        desk.access, "permissions", {role: frozenset({Permission.REGISTER}) for role in desk.access.permissions}
    )
    for forbidden in (lambda: vault.renew("autoupdate"), lambda: vault.forget(token.id)):
        with pytest.raises(Refused):
            forbidden()
    assert only(vault) == token


def test_a_method_uses_what_the_token_became(
    desk: Desk, vault: TokenVault, server: MitrustServer, clock: SetClock
) -> None:
    after(clock, server, days=60)
    vault.renew_due()
    compiled = plan(method("a", "autoupdate"), [records(server.origin)])
    desk.proofing.dispatch(desk.proofing.start(compiled).execution_id, "a")
    assert server.asked[-1].headers["headless_token"] == f"{TOKEN}-renewed"


def test_another_token_of_an_administrators_begins_anew(
    desk: Desk, vault: TokenVault, server: MitrustServer, clock: SetClock
) -> None:
    after(clock, server, days=60)
    vault.renew_due()
    desk.proofing.secrets.keep("mitrust.token", f"{TOKEN}-another")
    vault.adopt()
    assert vault.token(only(vault)) == f"{TOKEN}-another"
    assert only(vault).given_at == clock()


def test_a_token_that_the_person_gave_shares_the_same_records_again(
    desk: Desk, vault: TokenVault, server: MitrustServer, clock: SetClock
) -> None:
    server.autoupdate = f"{TOKEN}-of-the-person"
    person = desk.enrollment.start().id.text
    interactive = plan(method("a", "interactive"), [records(server.origin, "interactive")])
    desk.proofing_configuration.set(
        configuration_of(records(server.origin), records(server.origin, "interactive"))
    )
    view = desk.proofing.start(interactive, subject=person)
    waits = desk.proofing.dispatch(view.execution_id, "a").nodes[0].action
    desk.proofing.returned({"state": waits.callback_ref, "code": CODE})
    (kept,) = (each for each in vault.all() if each.subject)
    assert (kept.subject, vault.token(kept)) == (person, f"{TOKEN}-of-the-person")
    earlier = [{"source": {"_type": "ContextAttribute", "attributePath": "rid"}, "target": "registration"}]
    again = plan(method("a", "again", inputBindings=earlier), [records(server.origin, "again")])
    view = desk.proofing.start(again, attributes={"rid": person})
    desk.proofing.dispatch(view.execution_id, "a")
    clock.forward(seconds=5)
    assert desk.proofing.poll(view.execution_id, "a").status is ExecutionStatus.COMPLETED
    assert f"{TOKEN}-of-the-person" in [each.headers.get("headless_token") for each in server.asked]


def test_of_somebody_who_gave_none_nothing_is_asked(desk: Desk, server: MitrustServer) -> None:
    with pytest.raises(KeyUnavailable):
        desk.sharing_tokens.of_person(server.origin, desk.enrollment.start().id.text)


def test_whoever_ends_a_registration_leaves_no_token_behind(desk: Desk, vault: TokenVault) -> None:
    person = desk.enrollment.start().id
    vault.keep("autoupdate", person.text, f"{TOKEN}-person")
    desk.enrollment.discard(person, "went home")
    assert [each.subject for each in vault.all()] == [""]
    assert "MUS-IDV-024" in [each.event for each in desk.trail.about(person)]


def test_a_token_that_nobody_has_is_not_renewed_or_destroyed(vault: TokenVault) -> None:
    for unknown in (lambda: vault.renew("nobody"), lambda: vault.forget("nobody")):
        with pytest.raises(BadInput):
            unknown()
