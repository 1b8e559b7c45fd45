"""REST API v1: schemas and one module a resource."""
