"""Views in the frames of other sites: plain HTML, no Dash, no cookies, for a token in the fragment of the address."""

from dashboard.embeds.views import install

__all__ = ["install"]
