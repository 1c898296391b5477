"""What a driver author reads: capabilities (``api``), frames, how records are made and signed.

Drivers are small projects of their own (``drivers/README.md``), found through the entry-point group
``muster.drivers``.
"""
