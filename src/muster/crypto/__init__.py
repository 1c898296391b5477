"""The only importer of ``cryptography`` and ``joserfc``: keys, signatures, envelopes, sealing at rest.

Nothing here is home-made below the library's primitives; what is ours is the byte layouts that MOSIP
prescribes and the rules of when a key may be used.
"""
