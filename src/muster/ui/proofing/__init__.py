"""How identity proofing is shown: its words, and the administrator's page. The officer's step is in the wizard."""
