"""A workstation that is asked to scan a document for a proof, and waits to be killed while it does.

``python scan_and_wait.py FOLDER EXECUTION NODE``: says so on one line when the scanner runs, and stands still.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

from muster.workstation.proofing_sensors import ProofingSensors
from unit.workstation.desks import desk_at


def _stand_still(_: ProofingSensors) -> NoReturn:
    print("scanning", flush=True)
    sys.stdin.read()  # until we are killed, or whoever started us is gone
    sys.exit("nobody killed this program")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    ProofingSensors.scan = _stand_still  # type: ignore[method-assign]
    with desk_at(Path(sys.argv[1])) as desk:
        desk.proofing.submit(sys.argv[2], sys.argv[3], {"ready": "true"})
