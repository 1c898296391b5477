"""Our nouns: what an officer talks about. Frozen values, standard library only."""
