"""The capture lane: one page on which face, hands and eyes are taken one after the other."""
