"""A workstation that proves who somebody is, up to the nth event, and waits to be killed.

``python prove_and_wait.py FOLDER EVENT [ASKED]``: after that many events were written it says so on one line and
stands still; with ``asked`` it stands still while the method is asked for that event, before anything is written
of the answer.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

from muster.clock import utc_now
from muster.proofing.definitions import parse_definitions
from muster.store.proofings import Proofings
from muster.workstation.desk import Desk, sign_in
from muster.workstation.proofing import Proofing
from muster.workstation.server import NoServer
from muster.workstation.station import Station
from simulators.scripted_method import ScriptedMethod

CONFIG = Path(__file__).parents[1] / "unit" / "proofing" / "source_sample.json"
ONBOARDING = 0


def script(desk: Desk) -> None:
    """The code by mail is asked for, the wallet called."""
    words = {"step-email.dispatch": ["form"], "step-wallet.dispatch": ["wait"]}
    desk.proofing.methods = {each: ScriptedMethod(each, words) for each in ("otp", "wallet", "document")}


def go_on(desk: Desk, execution_id: str) -> None:
    """Whatever comes next, to the end."""
    while True:
        view = desk.proofing.get(execution_id)
        states = {each.id: each.status.value for each in view.nodes}
        if view.status.is_over:
            return
        if states["step-email"] == "AWAITING_INPUT":
            desk.proofing.submit(execution_id, "step-email", {"code": "123456"})
        elif states["step-email"] != "COMPLETED":
            desk.proofing.dispatch(execution_id, "step-email")
        elif states["step-wallet"] == "AWAITING_CALLBACK":
            desk.proofing.callback(execution_id, "step-wallet", {"vp_token": "x"})
        else:
            desk.proofing.dispatch(execution_id, "step-wallet")


def main(folder: Path, event: int, *, asked: bool) -> None:
    station = Station.at(folder, utc_now)
    user_id, password = (station.demo_credentials() or ())[0]
    desk = sign_in(station, user_id, password, NoServer(), utc_now)
    script(desk)
    definitions = parse_definitions(CONFIG.read_bytes())
    plan = Proofing.compile(definitions, definitions.use_cases[ONBOARDING]).required()
    view = desk.proofing.start(plan)
    _break(desk, view.execution_id, event, asked=asked)
    go_on(desk, view.execution_id)


def _break(desk: Desk, execution_id: str, event: int, *, asked: bool) -> None:
    def stand_still() -> NoReturn:
        print(json.dumps({"execution_id": execution_id, "event": event}), flush=True)
        sys.stdin.read()  # until we are killed, or whoever started us is gone
        sys.exit("nobody killed this program")

    change, ask = Proofing._change, Proofing._ask

    def count() -> int:
        with desk._database.read() as work:
            return len(Proofings.load(work.proofings, execution_id).events)

    def change_and_stop(self: Proofing, *arguments: Any, **more: Any) -> Any:
        execution = change(self, *arguments, **more)
        if not asked and count() >= event:
            stand_still()
        return execution

    def ask_and_stop(self: Proofing, *arguments: Any, **more: Any) -> Any:
        if asked and count() + 1 >= event:
            stand_still()
        return ask(self, *arguments, **more)

    Proofing._change, Proofing._ask = change_and_stop, ask_and_stop  # type: ignore[method-assign]
    if not asked and count() >= event:
        stand_still()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main(Path(sys.argv[1]), int(sys.argv[2]), asked="asked" in sys.argv)
