"""The use cases: the only thing the window and the command line talk to."""
