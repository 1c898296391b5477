"""``muster connections`` in this process, at a station with one service that is really asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import Result

from simulators.loopback import Reply
from simulators.mitrust_service import CLIENT_ID, SECRET, MitrustServer
from unit.cli.test_app import run
from unit.workstation.desks import OFFICER, SUPERVISOR, desk_at, make_station
from unit.workstation.test_autoupdate import configuration_of, records

PERSON = "10001100010000120260301120000"


@pytest.fixture(scope="module")
def server() -> Iterator[MitrustServer]:
    made = MitrustServer()
    yield made
    made.close()


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory, server: MitrustServer) -> Path:
    root = tmp_path_factory.mktemp("connections") / "station"
    make_station(root)
    with desk_at(root, who=SUPERVISOR) as desk:
        desk.proofing_configuration.set(configuration_of(records(server.origin, "interactive")))
        desk.proofing.secrets.keep("mitrust.client", f"{CLIENT_ID}:{SECRET}")
        desk.sharing_tokens.keep("interactive", PERSON, "autoupdate-token")
    for each in (OFFICER, SUPERVISOR):
        (root.parent / each.user_id).write_text(each.password)
    return root


def asked(station: Path, *arguments: object, who: str = SUPERVISOR.user_id) -> Result:
    signed = ("--data", station, "--user", who, "--password-file", station.parent / who)
    return run("connections", *arguments, *signed)


def test_whoever_may_not_change_settings_is_told_nothing(station: Path) -> None:
    ran = asked(station, "list", who=OFFICER.user_id)
    assert (ran.exit_code, ran.stdout) == (1, "")


def test_a_service_of_another_name_is_refused(station: Path) -> None:
    assert asked(station, "check", "nobody").exit_code == 2


def test_the_list_asks_nobody_and_tells_the_token(station: Path, server: MitrustServer) -> None:
    server.asked.clear()
    (service,) = json.loads(asked(station, "list", "--json").stdout)["connections"]
    assert (service["id"], service["state"], service["tokens"][0]["registration"]) == (
        "interactive",
        "unknown",
        PERSON,
    )
    assert server.calls == []


def test_a_service_that_is_not_there_makes_the_check_fail(station: Path, server: MitrustServer) -> None:
    server.forget()
    server.trouble["GET", "/v2/public/dp/statistics"] = Reply(503)
    ran = asked(station, "check", "interactive", "--json")
    (service,) = json.loads(ran.stdout)["connections"]
    assert (ran.exit_code, service["state"]) == (1, "downgraded")
    assert service["problem"]["sentence"].endswith(".")


def test_a_check_says_in_words_what_it_found(station: Path, server: MitrustServer) -> None:
    server.forget()
    ran = asked(station, "check")
    assert ran.exit_code == 0
    assert "available" in ran.stdout
    assert "sources: 53" in ran.stdout


def test_a_token_is_renewed_and_told_of_anew(station: Path, server: MitrustServer) -> None:
    server.forget()
    ran = asked(station, "renew", "interactive")
    assert ran.exit_code == 0
    assert f"token of {PERSON}: fresh, 0 days old" in ran.stdout
    assert ("POST", "/v2/sp/autoupdate") in server.calls
