"""Document scanners that SANE knows, as a Muster driver."""
