"""Pure parts of the web application."""
