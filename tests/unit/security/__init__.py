"""Passwords, tokens, files."""
