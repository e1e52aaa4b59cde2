"""The functions of `metarec.h`, by ctypes."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
from pathlib import Path
from typing import Callable

OK, INVALID, FAILED, STOPPED, BUSY, MISSING, MISUSE = range(7)

Text = ctypes.c_char_p
Size = ctypes.c_size_t
Lab = ctypes.c_void_p
Bytes = ctypes.POINTER(ctypes.c_uint8)
Numbers = ctypes.POINTER(ctypes.c_double)
Texts = ctypes.POINTER(ctypes.c_char_p)

OnEvent = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p)
Read = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
Write = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p, Bytes, Size, ctypes.c_void_p)
Kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p)


class Host(ctypes.Structure):
    """`metarec_host`: where scripts find files."""

    _fields_ = [("context", ctypes.c_void_p), ("read", Read), ("write", Write), ("kind", Kind), ("list", Read)]


_SIGNATURES = {
    "open": [ctypes.c_int32, ctypes.POINTER(Host), ctypes.POINTER(Lab)],
    "run": [Lab, Text, OnEvent, ctypes.c_void_p],
    "check": [Lab, Text],
    "give": [Lab, Texts, Texts, Numbers, ctypes.POINTER(ctypes.c_int64), Size],
    "number": [Lab, Text, Numbers],
    "numbers": [Lab, Text, ctypes.POINTER(Numbers), ctypes.POINTER(Size)],
    "result": [Lab, Text, ctypes.POINTER(Text)],
    "report": [Lab, ctypes.POINTER(Text)],
    "column_numbers": [Lab, Size, Size, ctypes.POINTER(Numbers), ctypes.POINTER(Size)],
}
_PROCEDURES = {
    "free": [Lab],
    "stop": [Lab],
    "reply_bytes": [ctypes.c_void_p, ctypes.c_char_p, Size],
    "reply_name": [ctypes.c_void_p, Text],
    "reply_failure": [ctypes.c_void_p, Text, Text],
}


def _places() -> list[str]:
    """Where the library may lie, the first that is there counts."""
    own = Path(__file__).resolve().parent
    places = [os.environ.get("METAREC_LIBRARY", ""), str(own / "lib" / "libmetarec.so")]
    # In a checkout, what was built there.
    places.append(str(own.parents[2] / ".build" / "release" / "libmetarec.so"))
    places.append(ctypes.util.find_library("metarec") or "")
    return [place for place in places if place]


class Library:
    """The loaded library; each of its functions without `metarec_`."""

    _loaded: Library | None = None

    def __init__(self, path: str) -> None:
        self.path = path
        handle = ctypes.CDLL(path)
        self._functions: dict[str, Callable[..., int]] = {}
        for name, arguments in (_SIGNATURES | _PROCEDURES).items():
            function = getattr(handle, "metarec_" + name)
            function.argtypes = arguments
            function.restype = ctypes.c_int if name in _SIGNATURES else None
            self._functions[name] = function
        self._error = handle.metarec_error
        self._error.argtypes, self._error.restype = [Lab], Text

    def call(self, name: str, *arguments: object) -> int:
        """The status of a function that has one; 0 of the others."""
        return self._functions[name](*arguments) or 0

    def error(self, lab: ctypes.c_void_p) -> str:
        """What the last function that failed found, as JSON."""
        found: bytes = self._error(lab)
        return found.decode()

    @classmethod
    def loaded(cls) -> Library:
        """The library of this process."""
        if cls._loaded is None:
            places = _places()
            for place in places:
                if os.sep not in place or Path(place).exists():
                    cls._loaded = cls(place)
                    break
            else:
                raise OSError(
                    "libmetarec.so is not there; looked for " + ", ".join(places)
                    + ". Build it with `swift build -c release --product metarec`, or set METAREC_LIBRARY to its path.")
        return cls._loaded
