"""The command line: one file per noun, each found by itself. Names, keys and exit codes are a contract.

Exit status: 0 done and good; 1 done, and the thing checked is bad; 2 bad input or usage; 3 the environment is
missing something. ``--json`` prints one document on standard output and nothing else there.
"""
