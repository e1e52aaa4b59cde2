"""A laboratory: data, tasks, models, and the scripts that work on them."""

from __future__ import annotations

import ctypes
import json
import os
import sys
import threading
from datetime import datetime, timezone
from typing import Any, Callable, Iterable, Sequence, Union

from . import library as abi
from .files import Folder
from .library import Library
from .results import Fault, MetaRecError, Output, Stopped

Event = dict[str, Any]
#: What is told of progress: nothing, a moving line, or each event to a function.
Progress = Union[bool, None, Callable[[Event], object]]

_USUAL_NAMES = {
    "user": ("user", "user_id", "userId", "userid", "uid"),
    "item": ("item", "item_id", "itemId", "itemid", "iid", "movieId", "movie_id"),
    "rating": ("rating", "ratings", "score", "stars"),
    "time": ("time", "timestamp", "date"),
}


class Session:
    """One session of the language, as at the prompt.

    - ``threads``: how many compute at most; 0 is one for each core. It never changes a result.
    - ``folder``: where scripts find files; paths are relative to it, and what lies elsewhere is not there.
    - ``allow``: further folders that scripts may use.
    - ``progress``: True shows a moving line while something takes long, None does so where somebody looks (a terminal
      or a notebook), a function gets each event (``title``, ``done``, ``total``, ``unit``, ``detail``).

    One thread at a time may use a session, and any number of sessions any number of threads.
    """

    def __init__(
        self, threads: int = 0, folder: str | os.PathLike[str] = ".",
        allow: Iterable[str | os.PathLike[str]] = (), progress: Progress = None,
    ) -> None:
        self._lab: ctypes.c_void_p | None = None
        self._library = Library.loaded()
        self._files = Folder(self._library, folder, allow)
        self.progress = progress
        lab = ctypes.c_void_p()
        status = self._library.call("open", threads, ctypes.byref(self._files.host), ctypes.byref(lab))
        if status != abi.OK:
            raise ValueError(f"threads={threads} is not a whole number from 0 to 256")
        self._lab = lab

    # Running

    def run(self, script: str, progress: Progress = None, timeout: float | None = None) -> Output:
        """Checks a script and runs it; nothing runs where the check finds a fault (`MetaRecError`).

        Ctrl-C stops the statement under way, raises `Stopped`, which is a KeyboardInterrupt, and leaves what was
        done: of a training the epochs that were finished. After ``timeout`` seconds the same happens, and
        `TimeoutError` is raised.
        """
        lab = self._open()
        output = Output()
        teller = _Teller(self.progress if progress is None else progress)
        failures: list[BaseException] = []

        def hear(_: object, text: bytes) -> int:
            try:
                event = json.loads(text)
                if event["event"] == "output":
                    output.text += event["text"]
                    output.reports.append(event["report"])
                elif event["event"] == "remark":
                    output.remarks.append(Fault.of(event["diagnostic"]))
                teller.tell(event)
                return 0
            except BaseException as failure:  # It must not cross the library, and is raised behind it.
                failures.append(failure)
                return 1

        on_event = abi.OnEvent(hear)
        late = threading.Event()

        def end() -> None:
            late.set()
            self.stop()

        timer = None if timeout is None else threading.Timer(timeout, end)
        if timer is not None:
            timer.daemon = True
            timer.start()
        try:
            status, interrupted = self._interruptibly(
                lambda: self._library.call("run", lab, script.encode(), on_event, None))
        finally:
            if timer is not None:
                timer.cancel()
                # One that has begun to stop the run must not stop the next.
                timer.join()
            teller.close()
        if failures:
            raise failures[0]
        if interrupted:
            raise Stopped(output)
        if late.is_set() and status == abi.STOPPED:
            raise TimeoutError(f"the run took longer than {timeout} s; what ran before stays")
        self._check(status, output)
        return output

    def check(self, script: str) -> list[Fault]:
        """What is wrong with a script, found without running it."""
        lab = self._open()
        status = self._library.call("check", lab, script.encode())
        return [] if status == abi.OK else self._faults()

    def stop(self) -> None:
        """Stops the run under way, from another thread."""
        if self._lab is not None:
            self._library.call("stop", self._lab)

    # Data

    def load(
        self, frame: Any, user: str | None = None, item: str | None = None, rating: str | None = None,
        time: str | None = None,
    ) -> Output:
        """Takes ratings from memory as the session's data: a frame of pandas or polars, or a dict of columns.

        Columns that are not named are those with a usual name (`user`, `user_id`, `item`, `movieId`, `rating`,
        `timestamp` …); times, if there are any, are dates or seconds since 1970. No pair may occur twice. What
        features there are of users and items comes from files: `session.run('attach items "films.csv"')`.
        """
        columns = [str(name) for name in (frame.keys() if isinstance(frame, dict) else frame.columns)]
        found = {part: _column(part, name, columns) for part, name in
                 (("user", user), ("item", item), ("rating", rating), ("time", time))}
        for part in ("user", "item", "rating"):
            if found[part] is None:
                raise KeyError(f"no column is the {part}: name it, as in load(frame, {part}=\"{columns[0]}\")")
        users, items = ([_id(value) for value in _values(frame, found[part])] for part in ("user", "item"))
        ratings = [float(value) for value in _values(frame, found["rating"])]
        times = None if found["time"] is None else [_seconds(value) for value in _values(frame, found["time"])]
        lab, count = self._open(), len(ratings)
        texts = ctypes.c_char_p * count
        status = self._library.call(
            "give", lab, texts(*[text.encode() for text in users]), texts(*[text.encode() for text in items]),
            (ctypes.c_double * count)(*ratings), None if times is None else (ctypes.c_int64 * count)(*times), count)
        self._check(status, None)
        return self.run("describe", progress=False)

    # Results

    def __getitem__(self, path: str) -> Any:
        """What `let` has bound, or a field of it: `session["r"]` is a dict, `session["r.mae"]` a number."""
        found = ctypes.c_char_p()
        status = self._library.call("result", self._open(), path.encode(), ctypes.byref(found))
        if status == abi.MISSING:
            raise KeyError(self._faults()[0].message)
        self._check(status, None)
        return json.loads(found.value or b"null")

    def numbers(self, path: str, copy: bool = True) -> Any:
        """The numbers of a list that `let` has bound, as an array of NumPy: `session.numbers("r.per-user.mae")`.

        Without a copy it is a view of what the library holds, which lasts until the session is used again.
        """
        import numpy

        values, count = ctypes.POINTER(ctypes.c_double)(), ctypes.c_size_t()
        status = self._library.call(
            "numbers", self._open(), path.encode(), ctypes.byref(values), ctypes.byref(count))
        if status == abi.MISSING:
            raise KeyError(self._faults()[0].message)
        self._check(status, None)
        if count.value == 0:
            return numpy.zeros(0)
        view = numpy.ctypeslib.as_array(values, shape=(count.value,))
        view.flags.writeable = False
        return view.copy() if copy else view

    # Its life

    def close(self) -> None:
        """Ends the session and frees its memory. Views that were not copied are no more."""
        lab, self._lab = self._lab, None
        if lab is not None:
            self._library.call("free", lab)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def _open(self) -> ctypes.c_void_p:
        if self._lab is None:
            raise ValueError("the session is closed")
        return self._lab

    def _faults(self) -> list[Fault]:
        return [Fault.of(found) for found in json.loads(self._library.error(self._open()))]

    def _check(self, status: int, output: Output | None) -> None:
        if status == abi.BUSY:
            raise RuntimeError("the session is at work in another thread, or in a function that hears of progress")
        if status == abi.STOPPED:
            raise Stopped(output)
        if status != abi.OK:
            raise MetaRecError(self._faults(), output)

    def _interruptibly(self, work: Callable[[], int]) -> tuple[int, bool]:
        """The status of what runs in a thread of its own, so that Python sees Ctrl-C meanwhile, and whether it did."""
        if threading.current_thread() is not threading.main_thread():
            return work(), False
        found: list[int] = []
        done = threading.Event()

        def follow() -> None:
            try:
                found.append(work())
            finally:
                done.set()

        interrupted = False
        threading.Thread(target=follow, daemon=True).start()
        # Joining a thread that Ctrl-C cuts off may take it for ended: an event does not.
        while not done.is_set():
            try:
                done.wait(0.2)
            except KeyboardInterrupt:
                interrupted = True
                self.stop()
        # Ctrl-C that came when all was done stopped nothing.
        return found[0], interrupted and found[0] == abi.STOPPED


class _Teller:
    """Shows progress as one line that moves."""

    def __init__(self, progress: Progress) -> None:
        self._hear = progress if callable(progress) else None
        looks = sys.stderr.isatty() or "ipykernel" in sys.modules
        self._shows = self._hear is None and (looks if progress is None else bool(progress))
        self._width = 0

    def tell(self, event: Event) -> None:
        if event["event"] != "progress":
            self.close()
        elif self._hear is not None:
            self._hear(event)
        elif self._shows:
            total = f" of {event['total']}" if event.get("total") else ""
            line = f"{event['title']}: {event['done']}{total} {event['unit']} {event.get('detail') or ''}".rstrip()
            sys.stderr.write("\r" + line.ljust(self._width))
            sys.stderr.flush()
            self._width = len(line)

    def close(self) -> None:
        if self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
            self._width = 0


def _column(part: str, name: str | None, columns: Sequence[str]) -> str | None:
    if name is None:
        return next((usual for usual in _USUAL_NAMES[part] if usual in columns), None)
    if name not in columns:
        raise KeyError(f"no column `{name}`; there are " + ", ".join(columns))
    return name


def _values(frame: Any, column: str | None) -> list[Any]:
    values = frame[column]
    for way in ("to_list", "tolist"):
        if hasattr(values, way):
            found: list[Any] = getattr(values, way)()
            return found
    return list(values)


def _id(value: Any) -> str:
    """An id as text; 42.0, which 42 becomes in a column with gaps, is 42."""
    if value is None or value != value:
        raise ValueError("an id is missing")
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _seconds(value: Any) -> int:
    if isinstance(value, datetime):
        aware = value if value.tzinfo is not None else value.replace(tzinfo=timezone.utc)
        return int(aware.timestamp())
    return int(value)
