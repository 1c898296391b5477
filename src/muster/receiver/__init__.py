"""The server's side in small: gives out its certificate, takes announcements and packets, checks, keeps.

For the demo, for tests, and as a centre's hub later. It speaks MOSIP's paths and codes and shares no memory
with a workstation: its own process, its own key, its own folder. Not a registration processor: what it
accepts it only stores.
"""
