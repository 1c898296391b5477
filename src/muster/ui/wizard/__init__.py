"""One registration, step by step."""
