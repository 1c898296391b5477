"""How long things take and how much memory, beside what the bare primitives under them take in the same run.

A ratio says how much is ours; seconds alone say mostly what machine this is. Nothing here is needed to enroll
anybody, the window never imports it, and the command line imports an area only when it measures it.

``areas`` holds one file per area, each with a function ``rows(rounds) -> Iterator[Row]``: adding one is adding a
file. ``measuring`` is the stopwatch, ``memory`` the scales, ``full_registration`` what the packet is made of.

Primitives are called as their libraries offer them. That is the one reason why ``cryptography`` and ``sqlcipher3``
are imported here: a primitive reached through our own code would hide what that code costs.
"""
