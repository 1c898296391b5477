"""``muster.1`` from the commands as they are: run by the Python of the folder that is packed, which prints it.

::

    PYTHON packaging/deb/man_page.py 2026-01-02
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from muster import __version__
from muster.cli.app import build

_HEAD = """\
.SH NAME
muster \\- enroll people into an identity system
.SH SYNOPSIS
.B muster
[\\fIOPTIONS\\fR] [\\fICOMMAND\\fR]
.SH DESCRIPTION
Without a command the window opens. Commands work without a display; most print one JSON document with
\\fB\\-\\-json\\fR.
.SH COMMANDS
"""
_TAIL = """\
.SH EXIT STATUS
0 for good; 1 when what was asked about is bad or was refused; 2 when what was handed in is wrong; 3 when
something is missing: a device, a network, a key.
.SH FILES
.TP
.I ~/.local/share/muster
The station: who it is, its keys, its database, what waits to be sent.
.TP
.I ~/.local/share/muster\\-demo
The same of the demo station.
.TP
.I /var/lib/muster/updates
Versions of the program that updates brought (\\fBmuster update\\fR).
.TP
.I ~/.config/muster/sync.password, ~/.config/muster/sync.env
What the user service \\fBmuster\\-sync.timer\\fR signs in with, and its options; without
the first it does nothing.
"""


def page(day: str) -> str:
    root: Any = get_command(build(None))  # type: ignore[arg-type] - nothing is shown
    lines = [f'.TH MUSTER 1 {day} "muster {__version__}"\n', _HEAD]
    lines += _options(root)
    lines += _commands(root, "muster")
    return "".join([*lines, _TAIL])


def _commands(group: Any, name: str) -> Iterator[str]:
    for word, command in sorted(group.commands.items()):
        whole = f"{name} {word}"
        if hasattr(command, "commands"):
            yield f".SS {_plain(whole)}\n{_plain(command.help or '')}\n"
            yield from _commands(command, whole)
            continue
        arguments = [each for each in command.params if each.param_type_name == "argument"]
        shown = " ".join(f"\\fI{_plain(each.metavar or each.name.upper())}\\fR" for each in arguments)
        yield f".SS {_plain(whole)} {shown}\n{_plain(command.help or '')}\n"
        yield from _options(command)


def _options(command: Any) -> Iterator[str]:
    for each in command.params:
        if each.param_type_name == "option" and not each.hidden:
            names = ", ".join(f"\\fB{_plain(name)}\\fR" for name in each.opts)
            value = "" if each.is_flag else f" \\fI{_plain(each.metavar or 'VALUE')}\\fR"
            yield f".TP\n{names}{value}\n{_plain(each.help or '')}\n"


def _plain(text: str) -> str:
    """One line that troff takes for text."""
    line = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{line}" if line.startswith((".", "'")) else line


if __name__ == "__main__":
    sys.stdout.write(page(sys.argv[1]))
