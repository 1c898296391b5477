"""Identity proofing as a graph. Arrives with its own issue; the layer is reserved here."""
