"""GPS receivers that gpsd looks after, as a Muster driver."""
