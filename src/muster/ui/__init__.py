"""The window. The only importer of PySide6.

Widgets show and report, presenters (modules named ``*_presenter``, without Qt) think, the workstation acts.
Nothing here starts a thread: work goes to the workstation's lanes through ``background`` and comes back as
a call in the window's thread; live pictures lie in a mailbox that a timer empties.
"""

import builtins

# Qt for Python puts a function of its own into the place of ``import``, which reads the source of every module
# imported after it, to see whether it wants other names (snake_case). None of ours does, and it costs a fifth of
# the time in which the desk is imported. Where somebody imported it before, its function stays.
_import = builtins.__import__
import PySide6.QtCore  # noqa: E402, F401

builtins.__import__ = _import
