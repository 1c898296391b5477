"""Bringing packets to a server: targets, their transport, and when to try again.

A target turns one server's words into ours and knows nothing of queues; the queue (``workstation.sync``)
knows nothing of HTTP.
"""
