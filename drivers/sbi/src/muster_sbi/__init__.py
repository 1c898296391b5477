"""Devices behind MOSIP's Secure Biometric Interface (SBI, formerly MDS)."""
