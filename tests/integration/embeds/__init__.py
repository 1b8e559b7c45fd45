"""Embedded views over HTTP and from the command line."""
