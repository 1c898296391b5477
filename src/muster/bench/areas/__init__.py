"""One file per area. The name of the file is the name on the command line."""
