"""Mail over real connections."""
