"""Portfolios, accounts, transactions and import batches as rows."""
