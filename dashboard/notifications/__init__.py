"""Ways out to people: mail, webhooks, and none."""
