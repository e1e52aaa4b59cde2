"""Uses the library from Python by ctypes, as a test of metarec.h; scripts/test-library runs it.

The only argument is the path of libmetarec.so.
"""

import ctypes
import json
import sys
import threading
import unittest

OK, INVALID, FAILED, STOPPED, BUSY, MISSING, MISUSE = range(7)
EVENT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p)


def load(path):
    library = ctypes.CDLL(path)
    text, size, place = ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER
    lab = ctypes.c_void_p
    numbers = place(place(ctypes.c_double))
    functions = {
        "metarec_open": [ctypes.c_int32, ctypes.c_void_p, place(lab)],
        "metarec_run": [lab, text, EVENT, ctypes.c_void_p],
        "metarec_check": [lab, text],
        "metarec_give": [lab, place(text), place(text), place(ctypes.c_double), place(ctypes.c_int64), size],
        "metarec_number": [lab, text, place(ctypes.c_double)],
        "metarec_numbers": [lab, text, numbers, place(size)],
        "metarec_texts": [lab, text, place(place(text)), place(size)],
        "metarec_result": [lab, text, place(text)],
        "metarec_report": [lab, place(text)],
        "metarec_put_file": [lab, text, text, size],
        "metarec_table_count": [lab, place(size)],
        "metarec_column_numbers": [lab, size, size, numbers, place(size)],
    }
    for name, arguments in functions.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, ctypes.c_int
    library.metarec_error.argtypes, library.metarec_error.restype = [lab], text
    for name in ["metarec_free", "metarec_stop"]:
        getattr(library, name).argtypes, getattr(library, name).restype = [lab], None
    return library


class Lab:
    """What a binding of a dozen lines looks like."""

    def __init__(self, threads=0):
        self.pointer = ctypes.c_void_p()
        assert library.metarec_open(threads, None, ctypes.byref(self.pointer)) == OK

    def __enter__(self):
        return self

    def __exit__(self, *_):
        library.metarec_free(self.pointer)

    def run(self, script, on_event=lambda event: 0):
        callback = EVENT(lambda _, event: on_event(json.loads(event)) or 0)
        return library.metarec_run(self.pointer, script.encode(), callback, None)

    def error(self):
        return json.loads(library.metarec_error(self.pointer))

    def __getitem__(self, path):
        found = ctypes.c_char_p()
        status = library.metarec_result(self.pointer, path.encode(), ctypes.byref(found))
        if status != OK:
            raise KeyError(self.error()[0]["message"])
        return json.loads(found.value)

    def numbers(self, path):
        values, count = ctypes.POINTER(ctypes.c_double)(), ctypes.c_size_t()
        status = library.metarec_numbers(self.pointer, path.encode(), ctypes.byref(values), ctypes.byref(count))
        assert status == OK, self.error()
        return values[: count.value]


class Embedding(unittest.TestCase):
    def test_a_script_and_its_results(self):
        with Lab(threads=2) as lab:
            status = lab.run("load data; split tasks; meta-train maml steps=1 epochs=2; let r = evaluate mae")
            self.assertEqual(status, OK, lab.error())
            self.assertEqual(lab["r"]["users"], 60)
            mean = sum(lab.numbers("r.per-user.mae")) / 60
            self.assertAlmostEqual(mean, lab["r.mae"], places=9)
            with self.assertRaises(KeyError):
                lab["r.nothing"]
            report = ctypes.c_char_p()
            self.assertEqual(library.metarec_report(lab.pointer, ctypes.byref(report)), OK)
            self.assertEqual(len(json.loads(report.value)), 4)

    def test_ratings_from_memory(self):
        rows = [(f"u{user}", f"i{item}", 1 + (user + item) % 5) for user in range(20) for item in range(12)]
        count = len(rows)
        texts = ctypes.c_char_p * count
        users, items = texts(*[r[0].encode() for r in rows]), texts(*[r[1].encode() for r in rows])
        values = (ctypes.c_double * count)(*[r[2] for r in rows])
        with Lab() as lab:
            self.assertEqual(library.metarec_give(lab.pointer, users, items, values, None, count), OK)
            self.assertEqual(lab.run("let d = describe"), OK, lab.error())
            values[3] = float("nan")
            self.assertEqual(library.metarec_give(lab.pointer, users, items, values, None, count), INVALID)
            self.assertIn("row 3", lab.error()[0]["message"])

    def test_faults_say_where(self):
        with Lab() as lab:
            self.assertEqual(lab.run("load data\nsplit taks"), INVALID)
            fault = lab.error()[0]
            self.assertEqual((fault["line"], fault["severity"]), (2, "error"))
            self.assertIn("tasks", fault["replacement"])

    def test_progress_and_stopping(self):
        seen = []
        with Lab(threads=2) as lab:
            def stop(event):
                seen.append(event["event"])
                return seen.count("progress") == 2

            script = "load data; split tasks; meta-train maml epochs=10000 patience=10000"
            self.assertEqual(lab.run(script, stop), STOPPED)
            self.assertIn("output", seen)
            timer = threading.Timer(0.3, lambda: library.metarec_stop(lab.pointer))
            timer.start()
            self.assertEqual(lab.run(script), STOPPED)
            timer.join()
            self.assertEqual(lab.run("let x = 1"), OK)

    def test_labs_in_threads_have_the_same_bits(self):
        found = []

        def work():
            with Lab(threads=2) as lab:
                lab.run("set seed=5; load data; split tasks; meta-train maml steps=2 epochs=2; let r = evaluate mae")
                found.append(lab["r.mae"])

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(found), 3)
        self.assertEqual(len(set(found)), 1)


if __name__ == "__main__":
    library = load(sys.argv.pop(1))
    outcome = unittest.main(exit=False).result
    bad = len(outcome.failures) + len(outcome.errors)
    print(f"{outcome.testsRun - bad} passed, {bad} failed, 0 skipped")
    sys.exit(bad > 0)
