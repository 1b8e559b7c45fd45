"""The database: engine, models, repositories and migrations."""
