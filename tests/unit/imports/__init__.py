"""The canonical file and its cells."""
