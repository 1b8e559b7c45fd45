"""Results into plotly figures, as plain dicts: rounded numbers, days as text, colours by the names of the theme."""
