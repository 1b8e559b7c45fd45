"""The command line, run as a user runs it: a process with an environment."""
