"""``python -m muster``."""

from muster.main import main

main()
