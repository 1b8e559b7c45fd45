"""The shell around the pages: Dash, its guard, sign-in and the parts that pages share."""
