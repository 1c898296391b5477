"""Bytes to values and back, one file per standard, in the standard's own words.

Strict in what is written, lenient in what is read; bytes from outside raise ``MalformedData`` with an
offset and nothing else.
"""
