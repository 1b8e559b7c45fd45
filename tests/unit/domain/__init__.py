"""Tests of the pure domain: ledgers as text in, numbers out."""
