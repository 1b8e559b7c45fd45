"""Tests of the database: schema, constraints and repositories."""
