"""Proofing methods, one file each; what a method is asked and answers is ``muster.proofing.method``."""
