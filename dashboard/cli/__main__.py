"""``python -m dashboard.cli`` is the ``dashboard`` command."""

from dashboard.cli import main

main()
