"""Tests against real PostgreSQL and a real Redis."""
