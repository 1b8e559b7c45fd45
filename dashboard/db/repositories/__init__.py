"""The queries, one module a subject."""
