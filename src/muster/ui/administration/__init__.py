"""The settings of a station, what came before them, and what other settings would make of its registrations."""
