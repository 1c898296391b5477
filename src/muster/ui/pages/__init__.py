"""The pages around a registration: first start, sign-in, home, receipt."""
