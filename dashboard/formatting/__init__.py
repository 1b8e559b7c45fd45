"""Numbers and dates as text for files, mail and the command line."""
