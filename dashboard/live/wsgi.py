"""The fan-out as gunicorn loads it."""

from dashboard.live.fanout import create_fanout
from dashboard.settings import Settings

server = create_fanout(Settings.from_env())
