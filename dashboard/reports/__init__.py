"""Documents of typed columns into bytes of CSV, XLSX and JSON."""
