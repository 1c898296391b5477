"""What a registration's identity rests on: how sure it is, for the officer; every piece, for supervisors."""
