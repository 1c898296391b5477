"""What the station remembers: the only importer of the database.

One SQLCipher file with a raw key, one folder of sealed blobs, one folder of sealed packets. Everything
that changes goes through a :class:`~muster.store.database.Work`, which refuses to commit a change
that no audit record accompanies.
"""
