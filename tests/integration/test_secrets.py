"""Where a password could be seen by somebody else: the process list, the environment, a crash report."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from muster.clock import utc_now
from muster.domain.operators import Action
from muster.workstation.proving import Proof
from muster.workstation.station import NewOperator, NewStation, Station

_PASSWORD = "Wald und Wiese im Regen"

_BREAKS_AT_THE_WORST_MOMENT = """
import sys
from pathlib import Path
from muster.workstation import station

def broken(*arguments, **named):
    for seen in ("cmdline", "environ"):
        file = Path("/proc/self") / seen
        sys.stderr.write(repr(file.read_bytes()) if file.exists() else "")
    raise RuntimeError("broken while the password is in memory")

station.Database.open = broken
from muster.main import main
main()
"""


def test_neither_process_list_nor_environment_nor_crash_report_shows_a_password(tmp_path: Path) -> None:
    new = NewStation(NewOperator("mmuster", _PASSWORD), NewOperator("vmuster", "Berg und Tal im Schnee"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("muster.workstation.station._fill_database", lambda *_: None)  # never opened here
        station = Station.create(tmp_path / "station", new, utc_now)
    file = tmp_path / "password"
    file.write_text(_PASSWORD)
    ended = subprocess.run(
        [
            sys.executable, "-X", "faulthandler", "-c", _BREAKS_AT_THE_WORST_MOMENT,
            "queue", "list", "-v", "--data", str(station.folder.root), "--password-file", str(file),
        ],
        check=False, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert "broken while the password is in memory" in ended.stderr
    assert "--password-file" in ended.stderr
    assert _PASSWORD not in ended.stderr + ended.stdout


@pytest.mark.parametrize(
    "printed",
    [
        Proof(_PASSWORD, _PASSWORD),
        NewOperator("mmuster", _PASSWORD),
        NewStation(NewOperator("mmuster", _PASSWORD), NewOperator("vmuster", _PASSWORD)),
        (Action.SIGN, {"proof": Proof(code=_PASSWORD)}),
    ],
)
def test_what_holds_a_password_does_not_print_it(printed: object) -> None:
    assert _PASSWORD not in f"{printed!r} {printed}"
