"""The migrations, oldest first; ``dashboard.db.schema`` runs them."""
