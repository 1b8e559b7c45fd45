"""Frozen results that services return and that pages, the API, reports and embeds render."""
