"""Tests of the product: unit, integration with real PostgreSQL and Redis, and journeys in a browser."""
