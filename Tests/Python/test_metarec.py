"""The package `metarec` through the built library; scripts/test-python runs it.

METAREC_LIBRARY is the path of libmetarec.so.
"""

import csv
import os
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
from datetime import datetime, timezone
from pathlib import Path

import numpy

import metarec
from metarec import MetaRecError, Session, Stopped, read_model

TRAINED = "load data; split tasks; meta-train {} epochs=1"


class Sessions(unittest.TestCase):
    def test_tables_and_results(self):
        with Session(threads=1) as session:
            output = session.run(TRAINED.format("maml") + "; let r = evaluate mae ndcg@5")
            self.assertEqual(output.table.columns, ["model", "MAE", "MAE ±", "nDCG@5", "nDCG@5 ±"])
            self.assertEqual(output.table["model"][-1], "maml")
            self.assertEqual(output.table["MAE"][-1], session["r.mae"])
            self.assertIsNone(output.table["MAE"][output.table["model"].index("popularity")])
            self.assertEqual(output.result["users"], 60)
            self.assertIn("test users", output.text)
            self.assertIn("<th>MAE</th>", output._repr_html_())
            self.assertEqual([curve["title"] for curve in session.run("meta-train maml epochs=2").curves], ["Loss"])
            with self.assertRaisesRegex(KeyError, "r.nothing|nothing"):
                session["r.nothing"]
            with self.assertRaisesRegex(KeyError, "columns|there are"):
                output.table["MSE"]

    def test_arrays_are_views_or_copies(self):
        with Session(threads=1) as session:
            session.run(TRAINED.format("ridge") + "; let r = evaluate mae")
            copy, view = session.numbers("r.per-user.mae"), session.numbers("r.per-user.mae", copy=False)
            self.assertEqual(len(view), 60)
            self.assertTrue((copy == view).all())
            self.assertAlmostEqual(copy.mean(), session["r.mae"], places=12)
            self.assertFalse(view.flags.writeable or view.flags.owndata)
            self.assertTrue(copy.flags.owndata)

    def test_values_are_those_of_python(self):
        with Session(threads=1) as session:
            self.assertEqual(session.run("let k = [1, none, 3]; show $k").result, {"value": [1, None, 3]})
            self.assertEqual(session["k"], [1, None, 3])
            session.run("load data; split tasks; let r = evaluate auc")
            values = session["r.item-mean.per-user.auc"]
            self.assertIn(None, values)
            self.assertTrue(all(value is None or isinstance(value, (int, float)) for value in values))
            self.assertEqual(numpy.isnan(session.numbers("r.item-mean.per-user.auc")).sum(), values.count(None))

    def test_faults_say_where_and_what_to_do(self):
        with Session() as session:
            with self.assertRaises(MetaRecError) as caught:
                session.run("load data\nsplit taks")
            fault = caught.exception.faults[0]
            self.assertEqual((fault.line, fault.replacement), (2, "tasks"))
            self.assertIn("2 | split taks", str(caught.exception))
            self.assertEqual([found.code for found in session.check("load data; split taks")], [fault.code])
            self.assertEqual(session.check("load data; split tasks"), [])
            # What ran before a failure stays, and is told.
            with self.assertRaises(MetaRecError) as caught:
                session.run("load data; let d = describe; clean k-core=100000")
            self.assertEqual(len(caught.exception.output.reports), 2)
            self.assertEqual(session["d.users"], 600)

    def test_frames(self):
        rows = [(user, item, 1 + (user * item) % 5) for user in range(20) for item in range(12)]
        users, items, ratings = zip(*rows)
        columns = {"user": list(users), "movieId": list(items), "rating": list(ratings)}
        with Session() as session:
            frames = [columns]
            try:
                import pandas
                # A column of ids that had gaps is one of floats.
                frames.append(pandas.DataFrame(columns).astype({"movieId": float}))
            except ImportError:
                pass
            try:
                import polars
                frames.append(polars.DataFrame(columns))
            except ImportError:
                pass
            for frame in frames:
                self.assertEqual(session.load(frame).result["ratings"], 240)
                self.assertEqual(session.run("split tasks query=2").result["train"], 16)
            when = datetime(2020, 1, 1, tzinfo=timezone.utc)
            told = session.load({"u": ["a"], "i": ["x"], "r": [3], "t": [when]}, user="u", item="i", rating="r", time="t")
            self.assertEqual(told.result["ratings"], 1)
            with self.assertRaisesRegex(KeyError, "user"):
                session.load({"u": ["a"]})
            with self.assertRaisesRegex(KeyError, "no column `x`"):
                session.load(columns, user="x")
            with self.assertRaises(ValueError):
                session.load({"user": [None], "item": ["x"], "rating": [1]})
            with self.assertRaisesRegex(MetaRecError, "row 0"):
                session.load({"user": ["a"], "item": ["x"], "rating": [float("nan")]})

    def test_files_are_those_of_its_folder(self):
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
            place = Path(folder)
            (place / "r.csv").write_text("user,item,rating\n1,2,3\n1,3,4\n2,2,1\n")
            os.symlink("/etc/passwd", place / "link.csv")
            with Session(folder=folder) as session:
                session.run('load "r.csv"; export "copy.csv"')
                self.assertEqual(len((place / "copy.csv").read_text().splitlines()), 4)
                for path in ("/etc/passwd", "../x.csv", "link.csv", "nothing.csv"):
                    with self.assertRaisesRegex(MetaRecError, "E0501"):
                        session.run(f'load "{path}"')
                with self.assertRaisesRegex(MetaRecError, "E050"):
                    session.run(f'export "{other}/copy.csv"')
                self.assertEqual(os.listdir(other), [])
            with Session(folder=folder, allow=[other]) as session:
                session.run(f'load "r.csv"; export "{other}/copy.csv"')
                self.assertEqual(os.listdir(other), ["copy.csv"])

    def test_progress_and_control_c(self):
        seen = []
        with Session(threads=2) as session:
            session.run("load data; split tasks; meta-train maml epochs=2", progress=seen.append)
            self.assertEqual(seen[-1]["done"], seen[-1]["total"])

            def interrupt(event):
                if event["done"] == 40:
                    os.kill(os.getpid(), signal.SIGINT)

            with self.assertRaises(KeyboardInterrupt) as caught:
                session.run("meta-train maml epochs=100000 patience=0", progress=interrupt)
            self.assertIsInstance(caught.exception, Stopped)
            # The epochs that were finished are kept.
            self.assertEqual(session.run("evaluate mae").table["model"][-1], "maml")

            def fail(_):
                raise ZeroDivisionError

            with self.assertRaises(ZeroDivisionError):
                session.run("meta-train maml epochs=1", progress=fail)
            with self.assertRaises(Stopped):
                threading.Timer(0.5, session.stop).start()
                session.run("meta-train maml epochs=100000 patience=0")

    def test_what_takes_too_long_is_stopped(self):
        with Session(threads=1) as session:
            self.assertEqual(session.run("load data; split tasks", timeout=60).table.title, "Tasks")
            with self.assertRaisesRegex(TimeoutError, "longer than 0.3 s"):
                session.run("meta-train maml epochs=100000 patience=0", timeout=0.3)
            self.assertEqual(session.run("describe").result["users"], 600)

    def test_a_process_may_end_in_the_middle(self):
        for end in ("os._exit(7)", "os.kill(os.getpid(), signal.SIGKILL)", "sys.exit(7)", "session.close(); sys.exit(7)"):
            with self.subTest(end), tempfile.TemporaryDirectory() as folder:
                done = subprocess.run([sys.executable, "-c", f"""
import os, signal, sys, threading, metarec
session = metarec.Session(threads=2, folder={folder!r})
session.run('load data; split tasks; save session "s.mrs"')
running = threading.Event()
training = threading.Thread(target=lambda: session.run(
    "meta-train maml epochs=100000 patience=0", progress=lambda _: running.set()), daemon=True)
if "close" in {end!r}:
    session.run("meta-train maml epochs=1")
else:
    training.start(); running.wait()
{end}"""], timeout=120, capture_output=True, text=True)
                self.assertIn(done.returncode, (7, -signal.SIGKILL), done.stderr)
                self.assertTrue(Path(folder, "s.mrs").read_text())

    def test_a_closed_session_says_so(self):
        session = Session()
        session.close()
        session.close()
        with self.assertRaisesRegex(ValueError, "closed"):
            session.run("load data")
        with self.assertRaises(ValueError):
            Session(threads=1000)

    def test_sessions_in_threads_have_the_same_bits(self):
        found = []

        def work():
            with Session(threads=2) as session:
                session.run(TRAINED.format("maml") + "; let r = evaluate mae")
                found.append(session["r.mae"])

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((len(found), len(set(found))), (3, 1))

    def test_cells_of_a_notebook(self):
        try:
            from IPython.core.interactiveshell import InteractiveShell
        except ImportError:
            self.skipTest("IPython is missing")
        shell = InteractiveShell.instance()
        shell.run_line_magic("load_ext", "metarec")
        output = shell.run_cell_magic("mrs", "", "load data\nsplit tasks\nlet d = describe")
        self.assertEqual(output.tables[0].title, "Tasks")
        self.assertEqual(shell.user_ns["mrs"]["d.users"], 600)
        self.assertIsNone(shell.run_cell_magic("mrs", "--quiet", "describe"))
        self.assertIsNone(shell.run_cell_magic("mrs", "", "load daat"))
        with self.assertRaisesRegex(ValueError, "--loud"):
            shell.run_cell_magic("mrs", "--loud", "describe")


class Models(unittest.TestCase):
    """The forward pass and the adaptation in NumPy beside those of the library."""

    RATINGS = {"50": 5, "172": 4, "7": 1, "12": 3}

    def films(self, folder, session):
        session.run('export "toys" format=recbole')
        with open(folder / "toys.item", encoding="utf-8") as file:
            rows = csv.DictReader(file, delimiter="\t")
            return {row["item_id:token"]: {name.split(":")[0]: value for name, value in row.items()} for row in rows}

    def agrees(self, training, network="mlp", tolerance=1e-5, more="", after=""):
        with tempfile.TemporaryDirectory() as name, Session(threads=1, folder=name) as session:
            folder = Path(name)
            session.run(f'load data; {more}; split tasks; model {network}; meta-train {training} epochs=1; {after}')
            session.run('save model "m.safetensors"')
            films = self.films(folder, session)
            given = " ".join(f"{item}={rating}" for item, rating in self.RATINGS.items())
            session.run(f'adapt new {given} age="25-34" region=east; let t = topk 300')
            model = read_model(str(folder / "m.safetensors"))
            items, scores = session["t.items"], numpy.array(session["t.scores"])
            found = model.predict(items, {"age": "25-34", "region": "east"}, self.RATINGS, films)
            self.assertEqual(len(items), 296)
            self.assertLess(numpy.abs(found - scores).max(), tolerance)
            before = model.predict(items, {"age": "25-34", "region": "east"}, catalogue=films)
            self.assertGreater(numpy.abs(before - scores).max(), 1e-3)
            return model, films

    def test_algorithms_on_the_default_network(self):
        for training in ("maml", "fomaml steps=2", "reptile", "anil", "melu", "pretrain", "ridge", "ridge prior=no",
                         "ridge slope=no", "maml adapt=all steps=3 inner-lr=0.02"):
            with self.subTest(training):
                self.agrees(training)

    def test_networks_and_losses(self):
        for training, network in (("maml", "factor"), ("reptile", "factor"), ("ridge", "factor"),
                                  ("maml", "mlp hidden=24,8,8 embed=4 activation=tanh wide=no"),
                                  ("maml", "mlp hidden=16 activation=sigmoid"), ("maml loss=bce", "mlp"),
                                  ("maml loss=mae", "mlp")):
            with self.subTest(f"{training} on {network}"):
                self.agrees(training, network)

    def test_models_that_were_made_smaller(self):
        for how in ("int8", "prune=50%", "rank=2", "rank=4 prune=20% int8"):
            with self.subTest(how):
                self.agrees("maml", after=f"compress {how}")

    def test_unknown_items_and_users(self):
        model, films = self.agrees("maml")
        unknown = model.predict(["nobody knows it"], catalogue=films)
        self.assertTrue(numpy.isfinite(unknown).all())
        described = model.predict([{**films["50"], "item": "new"}])
        self.assertNotEqual(described[0], unknown[0])

    def test_what_is_not_read_says_so(self):
        with tempfile.TemporaryDirectory() as name, Session(threads=1, folder=name) as session:
            session.run("load data; split tasks")
            for training, word in (("meta-train prototypical epochs=0", "prototypical"),
                                   ("meta-train maml inner=adam epochs=0", "Adam"),
                                   ("meta-train maml heads=rating,category category=category epochs=0", "heads"),
                                   ("model attention; meta-train maml epochs=0", "attention")):
                session.run(training + '; save model "m.safetensors"')
                with self.assertRaisesRegex(NotImplementedError, word):
                    read_model(f"{name}/m.safetensors")
            for bytes_ in (b"", b"no", struct.pack("<Q", 1 << 60) + b"{}"):
                Path(name, "x").write_bytes(bytes_)
                with self.assertRaises(ValueError):
                    read_model(f"{name}/x")


if __name__ == "__main__":
    outcome = unittest.main(exit=False).result
    bad = len(outcome.failures) + len(outcome.errors)
    skipped = len(outcome.skipped)
    print(f"{outcome.testsRun - bad - skipped} passed, {bad} failed, {skipped} skipped")
    sys.exit(bad > 0)
