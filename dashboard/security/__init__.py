"""Passwords, tokens and the safety of files, with an explicit key and clock."""
