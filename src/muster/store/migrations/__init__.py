"""Numbered steps that bring an older database forward, run by Alembic. Never edit one that shipped."""
