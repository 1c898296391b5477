"""Driverless document scanners (eSCL) on the network and on USB, as a Muster driver."""
