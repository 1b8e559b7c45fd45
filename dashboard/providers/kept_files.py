"""Files of a source as they last came, so that it can be asked whether there is anything new.

Each is kept beside its validators, which name the file's own digest: a pair that does not fit is as good as none.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file and what the source calls this state of it ("" where it does not say)."""

    body: bytes
    etag: str = ""
    last_modified: str = ""

    @property
    def conditions(self) -> dict[str, str]:
        """The headers of a request for what is newer than this."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


class KeptFiles:
    """Kept files by name, in a directory that may be lost at any time."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def read(self, name: str) -> KeptFile | None:
        """The file as it was kept; None where there is none, or not a whole one."""
        try:
            body = (self._directory / name).read_bytes()
            said = json.loads((self._directory / f"{name}.json").read_bytes())
        except (OSError, ValueError):
            return None
        if not isinstance(said, dict) or said.get("sha256") != hashlib.sha256(body).hexdigest():
            return None
        return KeptFile(body, str(said.get("etag", "")), str(said.get("last_modified", "")))

    def keep(self, name: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Keep a file with the validators of its ``headers`` (names in lower case)."""
        said = {
            "etag": headers.get("etag", ""),
            "last_modified": headers.get("last-modified", ""),
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            self._replace(name, body)
            self._replace(f"{name}.json", json.dumps(said).encode())
        except OSError as error:
            log.warning("providers.file_not_kept", name=name, reason=type(error).__name__)

    def _replace(self, name: str, body: bytes) -> None:
        descriptor, path = tempfile.mkstemp(dir=self._directory)
        try:
            with os.fdopen(descriptor, "wb") as handle:
                handle.write(body)
            Path(path).replace(self._directory / name)
        except OSError:
            Path(path).unlink(missing_ok=True)
            raise
