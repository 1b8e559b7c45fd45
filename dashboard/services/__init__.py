"""The use cases: who may do what, and the one place where it is done."""
