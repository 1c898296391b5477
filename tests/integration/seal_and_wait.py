"""A workstation that seals Erika Mustermann's registration, says so on one line, and waits to be killed before the
template of her face is kept: ``python seal_and_wait.py FOLDER SERVER``."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import NoReturn

from muster.clock import utc_now
from muster.domain.registration import RegistrationId
from muster.workstation.demo import demo_script
from muster.workstation.desk import sign_in
from muster.workstation.duplicates import Duplicates
from muster.workstation.policy import UNJUDGED, Policy
from muster.workstation.script import ScriptedEnrollment
from muster.workstation.server import RemoteServer
from muster.workstation.station import Station


def main(folder: Path, server: str) -> None:
    station = Station.at(folder, utc_now)
    user_id, password = (station.demo_credentials() or ())[0]
    policy = Policy(face_good_for_s=0.0, quality_rules=UNJUDGED, confirmed_by_supervisor=frozenset())
    desk = sign_in(station, user_id, password, RemoteServer(server), utc_now, policy=policy)

    def stand_still(_: Duplicates, registration_id: RegistrationId) -> NoReturn:
        print(registration_id.text, flush=True)
        threading.Event().wait(60)
        sys.exit("nobody killed this program")

    Duplicates._remember = stand_still  # type: ignore[method-assign,assignment]
    registration_id = desk.enrollment.start().id
    ScriptedEnrollment(desk.enrollment, demo_script(), password).run(resume=registration_id)
    desk.enrollment.submit(registration_id)
    desk.duplicates.settle()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
