"""Numbered steps from one form of the hub's database to the next; ``receiver.database`` runs them."""
