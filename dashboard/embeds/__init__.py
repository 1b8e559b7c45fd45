"""The iframe views: plain HTML that needs no session and no Dash."""
