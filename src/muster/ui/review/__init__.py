"""The supervisor's list of what was registered, and one registration beside it."""
