"""The screen of the person who is registered: what they read, see and answer."""
