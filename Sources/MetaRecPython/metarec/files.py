"""Where the scripts of a session find files."""

from __future__ import annotations

import ctypes
import os
import tempfile
from pathlib import Path
from typing import Any, Iterable

from .library import Host, Kind, Library, Read, Write


class Folder:
    """Files of a folder, and of further ones that are allowed. What lies elsewhere is not there for scripts.

    The host's callbacks run in the thread that runs the script.
    """

    def __init__(self, library: Library, folder: str | os.PathLike[str], allow: Iterable[str | os.PathLike[str]]) -> None:
        self._library = library
        self.folder = Path(folder).resolve()
        self._roots = [self.folder] + [Path(other).resolve() for other in allow]
        self._kept: list[Any] = [Read(self._read), Write(self._write), Kind(self._kind), Read(self._list)]
        self.host = Host(None, *self._kept)

    def _place(self, path: bytes) -> Path:
        # Links are followed before it is judged where a path leads.
        place = (self.folder / os.fsdecode(path)).resolve()
        if not any(place == root or root in place.parents for root in self._roots):
            raise FileNotFoundError(f"there is no file `{os.fsdecode(path)}` in the folders that the session may use")
        return place

    def _fail(self, reply: int, failure: OSError, path: bytes) -> None:
        missing = isinstance(failure, FileNotFoundError)
        words = failure.strerror or str(failure)
        sentence = f"there is no file `{os.fsdecode(path)}`" if missing else f"`{os.fsdecode(path)}`: {words}"
        self._library.call("reply_failure", reply, b"E0501" if missing else b"E0502", sentence.encode())

    def _read(self, _: int, path: bytes, reply: int) -> None:
        try:
            data = self._place(path).read_bytes()
            self._library.call("reply_bytes", reply, data, len(data))
        except OSError as failure:
            self._fail(reply, failure, path)

    def _write(self, _: int, path: bytes, data: Any, count: int, reply: int) -> None:
        try:
            place = self._place(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            # A file is replaced whole or stays as it is.
            handle, draft = tempfile.mkstemp(dir=place.parent, prefix=".metarec-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(ctypes.string_at(data, count) if count else b"")
                os.replace(draft, place)
            except BaseException:
                os.unlink(draft)
                raise
        except OSError as failure:
            self._fail(reply, failure, path)

    def _kind(self, _: int, path: bytes) -> int:
        try:
            place = self._place(path)
        except OSError:
            return 0
        return 2 if place.is_dir() else 1 if place.exists() else 0

    def _list(self, _: int, path: bytes, reply: int) -> None:
        try:
            for name in sorted(os.listdir(self._place(path))):
                self._library.call("reply_name", reply, os.fsencode(name))
        except OSError as failure:
            self._fail(reply, failure, path)
