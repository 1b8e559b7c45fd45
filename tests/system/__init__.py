"""The whole product as processes, started and killed as in real life."""
