"""The window. The only importer of PySide6.

Widgets show and report, presenters (modules named ``*_presenter``, without Qt) think, the workstation acts.
Nothing here starts a thread: work goes to the workstation's lanes through ``background`` and comes back as
a call in the window's thread; live pictures lie in a mailbox that a timer empties.
"""
