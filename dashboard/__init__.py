"""The product: a self-hosted portfolio dashboard, from its settings up to its application."""
