"""Muster: a workstation that enrolls people into an identity system.

Where things live and who may import whom is told in ``src/ARCHITECTURE.md``.
"""

import os

__version__ = "0.1.0"

# Before numpy is loaded: OpenBLAS splits even small products among all cores, and where another program has one of
# them each product waits for it. A search among 100,000, block by block, took up to twelve times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
