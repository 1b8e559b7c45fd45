"""Live prices: a feed that writes quotes to Redis, and a fan-out that sends them as Server-Sent Events."""
