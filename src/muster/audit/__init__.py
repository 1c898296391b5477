"""The audit trail as a value: records, the chain that links them, and its verification. Pure."""
