"""The temporary files of a form: closed when the request ends, however far the form was read."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from flask import Request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class FormRequest(Request):
    """A request that also closes the files of a form whose reading was given up: it never came to know of those."""

    def __init__(self, environ: WSGIEnvironment, populate_request: bool = True, shallow: bool = False) -> None:
        super().__init__(environ, populate_request, shallow)
        self._opened: list[IO[bytes]] = []

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        opened = super()._get_file_stream(total_content_length, content_type, filename, content_length)
        self._opened.append(opened)
        return opened

    def close(self) -> None:
        """Close every file of the form."""
        super().close()
        for opened in self._opened:
            opened.close()
