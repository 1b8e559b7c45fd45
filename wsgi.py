"""What gunicorn serves: ``gunicorn -c python:dashboard.gunicorn_conf wsgi:server``."""

from __future__ import annotations

import atexit
from contextlib import ExitStack

from dashboard.app import create_app
from dashboard.embedded import services_for
from dashboard.settings import Settings

_stack = ExitStack()
atexit.register(_stack.close)
server = create_app(_stack.enter_context(services_for(Settings.from_env()))).server
