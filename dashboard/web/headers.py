"""Security headers on every response, and the content security policy that fits what the pages load."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import Flask, Response, request

from dashboard.settings import Settings
from dashboard.web.live import stream_address

HSTS = "max-age=31536000; includeSubDomains"
HASHES = "CSP_HASHES"
EMBED_PREFIX = "/embed/"
PUBLIC = ("/assets/", "/_dash-component-suites/", "/_favicon.ico", "/favicon.ico")
FINGERPRINTS = frozenset({"m", "v"})
FOR_GOOD = 31_536_000


def install(server: Flask, settings: Settings) -> None:
    """Add the headers to every response; :func:`allow_scripts` completes the policy."""
    server.config[HASHES] = ()

    def add(response: Response) -> Response:
        policy = content_security_policy(server.config[HASHES], stream_origin())
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        if not request.path.startswith(EMBED_PREFIX):
            response.headers["X-Frame-Options"] = "DENY"
        if settings.secure_cookies:
            response.headers["Strict-Transport-Security"] = HSTS
        _keep(response)
        return response

    server.after_request(add)


def allow_scripts(server: Flask, hashes: Iterable[str]) -> None:
    """Allow the inline scripts with these hashes, and no others."""
    server.config[HASHES] = tuple(dict.fromkeys(hashes))


def content_security_policy(hashes: Iterable[str], stream_origin: str = "") -> str:
    """The policy of every page: nothing from elsewhere, no inline script but ours."""
    directives = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", *hashes]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": f"'self' {stream_origin}".strip(),
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _keep(response: Response) -> None:
    """Files that everybody gets are kept for good where their address changes with them; nothing else is kept."""
    if not request.path.startswith(PUBLIC):
        response.headers.setdefault("Cache-Control", "no-store")
    elif response.status_code in {200, 206, 304} and (FINGERPRINTS & request.args.keys() or _is_font(request.path)):
        response.headers["Cache-Control"] = f"public, max-age={FOR_GOOD}, immutable"


def _is_font(path: str) -> bool:
    return path.startswith("/assets/fonts/")


def stream_origin() -> str:
    """The origin of live prices as the browser of this request must use it; "" where it is our own."""
    address = stream_address()
    if address["url"] is not None:
        parts = urlsplit(str(address["url"]))
        return f"{parts.scheme}://{parts.netloc}" if parts.scheme else ""
    host = urlsplit(f"//{request.host}").hostname or ""
    named = f"[{host}]" if ":" in host else host
    return f"{request.scheme}://{named}:{address['port']}"
