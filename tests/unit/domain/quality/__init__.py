"""Price quality, without a database."""
