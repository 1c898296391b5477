"""The trail: its records, what happened to one registration, and reports."""
