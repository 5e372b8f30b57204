"""Files, records, digests of code, logs and errors: what all other folders build on."""
