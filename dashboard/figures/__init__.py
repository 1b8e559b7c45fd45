"""Results into plotly figures, as plain dicts."""
