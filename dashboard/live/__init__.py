"""Quotes on their way to the browser: the feed into Redis and the fan-out from it."""
