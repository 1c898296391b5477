"""Proofing methods, one file each. Arrive with the graph engine; the layer is reserved here."""
