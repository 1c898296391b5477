"""USB fingerprint readers Next Biometrics NB-1010 and AuthenTec AES3500, as a Muster driver."""
