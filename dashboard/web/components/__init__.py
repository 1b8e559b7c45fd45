"""Parts that more than one page draws."""
