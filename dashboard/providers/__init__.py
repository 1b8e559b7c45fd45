"""Market data from outside: one protocol, one module a source, and a chain that asks them in order."""
