"""Ledgers on a real database: portfolios, transactions, imports."""
