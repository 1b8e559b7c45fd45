"""What every change of a ledger shares: drafts, the rules of a row, fingerprints, oversells, locked writing."""
