"""Documents of typed tables into files: CSV and XLSX."""
