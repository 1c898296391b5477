"""Muster: a workstation that enrolls people into an identity system.

Where things live and who may import whom is told in ``src/ARCHITECTURE.md``.
"""

__version__ = "0.1.0"
