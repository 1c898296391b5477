"""``python -m muster.receiver``: see ``service``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from muster.clock import utc_now
from muster.errors import MusterError
from muster.receiver.service import Visitors, parse_encryption_key, parse_machine, parse_user, serve
from muster.receiver.settings import HubSettings, read_settings


def main() -> int:
    parser = argparse.ArgumentParser(prog="muster.receiver")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int)
    parser.add_argument("--machine", action="append", default=[], metavar="CENTER_MACHINE=PUBLIC.pem")
    parser.add_argument("--encrypt-to", action="append", default=[], metavar="CENTER_MACHINE=PUBLIC.tpmt")
    parser.add_argument("--login", action="store_true")
    parser.add_argument("--user", action="append", default=[], metavar="NAME=PASSWORD_FILE")
    parser.add_argument("--supervisor", action="append", default=[], metavar="NAME=PASSWORD_FILE")
    parser.add_argument("--settings", type=Path, metavar="hub.toml")
    parser.add_argument("--training", action="store_true")
    parser.add_argument("--exit-with-parent", action="store_true")
    arguments = parser.parse_args()
    try:
        visitors = Visitors(
            dict(parse_machine(each) for each in arguments.machine),
            tuple(parse_user(each) for each in arguments.user),
            login=arguments.login,
            encryption_keys=dict(parse_encryption_key(each) for each in arguments.encrypt_to),
            training=arguments.training,
            supervisors=tuple(parse_user(each) for each in arguments.supervisor),
        )
        hub = read_settings(arguments.settings) if arguments.settings else HubSettings()
        closes = arguments.exit_with_parent
        serve(arguments.data, arguments.port, visitors, utc_now, exit_with_parent=closes, hub=hub)
    except MusterError as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
