"""Passport and identity card chips in PC/SC readers, as a Muster driver."""
