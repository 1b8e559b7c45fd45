"""What every HTML document of the product has in its head: theme before the first paint, styles, icon."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from dashboard.web import csrf
from dashboard.web.page import BRAND
from dashboard.web.sample import sample

ASSETS = Path(__file__).resolve().parents[2] / "assets"
IGNORED = r"(^|/)(vendor|fonts|embed)(/|$)"

# Runs before anything is painted, so that a dark page never flashes white.
THEME_SCRIPT = (
    "(function(){var d=document.documentElement,s={};try{s=localStorage}catch(e){}"
    "var t=s['basis.theme']||(matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light');"
    "d.dataset.bsTheme=t;if(s['basis.palette']==='cvd')d.dataset.palette='cvd'})()"
)

FONT = "/assets/fonts/inter-latin-opsz-normal.woff2"
PLOTLY = "vendor/plotly.min.js"


@cache
def asset(path: str) -> str:
    """The address of a file of ``assets/`` with a mark that changes with its content."""
    digest = hashlib.sha256((ASSETS / path).read_bytes()).hexdigest()[:12]
    return f"/assets/{path}?v={digest}"


# plotly.js comes along early, under an address that can be kept for good; the renderer then asks for no other.
INDEX = f"""<!doctype html>
<html lang="en" data-bs-theme="light">
<head>
{{%metas%}}
<title>{{%title%}}</title>
{{%favicon%}}
<script>{THEME_SCRIPT}</script>
<link rel="preload" as="font" type="font/woff2" href="{FONT}" crossorigin>
{{%css%}}
<script async src="{asset(PLOTLY)}"></script>
</head>
<body>
{{%app_entry%}}
<footer hidden>{{%config%}}{{%scripts%}}{{%renderer%}}</footer>
</body>
</html>"""


def theme_script_hash() -> str:
    """The hash that the content security policy allows the theme script by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(THEME_SCRIPT.encode()).digest()).decode()}'"


@cache
def stylesheets() -> tuple[str, ...]:
    """The addresses of the style sheets that all pages share, in the order in which they apply."""
    return tuple(asset(path.name) for path in sorted(ASSETS.glob("[01]*.css")))


def page_context() -> dict[str, object]:
    """What every template can use."""
    return {
        "brand": BRAND,
        "font": FONT,
        "theme_script": THEME_SCRIPT,
        "stylesheets": stylesheets(),
        "asset": asset,
        "sample": sample(),
        "csrf_token": csrf.token,
    }
