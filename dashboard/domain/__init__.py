"""Pure mathematics and rules of the ledger: no I/O, no clock, no globals."""
