"""Claims about a front end that is not the prompt: lines in, JSON events out, no terminal."""

import json
import os
import signal
import subprocess
import tempfile
import unittest

from terminal import PROGRAM

FRONT_END = os.path.join(os.path.dirname(PROGRAM), "frontend")


class Driven:
    """The front end in a process of its own, whose journal lies in a folder."""

    def __init__(self, folder):
        self.process = subprocess.Popen(
            [FRONT_END, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
        self.greeting = self.until("ready")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass

    def send(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def until(self, *names):
        """The events up to the next one of a name."""
        events = []
        while not events or events[-1]["event"] not in names:
            events.append(json.loads(self.process.stdout.readline()))
        return events

    def run(self, *lines):
        for line in lines:
            self.send(line)
            events = self.until("ready")
        return events

    @property
    def state(self):
        """What `show` says, without the number of its cell."""
        return [event["report"] for event in self.run("show") if event["event"] == "said"]


@unittest.skipUnless(os.path.exists(FRONT_END), "the front end was not built")
class FrontEnd(unittest.TestCase):
    def test_what_was_done_before_a_kill_comes_back_in_another_process(self):
        with tempfile.TemporaryDirectory() as folder:
            with Driven(folder) as first:
                first.run("load data", "split tasks query=5", "set seed=99", "undo", "meta-train maml epochs=2")
                before = first.state
                first.send("meta-train maml epochs=100000 patience=0")
                first.until("progress")
                first.process.send_signal(signal.SIGKILL)
            with Driven(folder) as second:
                self.assertIn("was cut off", second.greeting[0]["text"])
                self.assertIn("this was running: meta-train maml epochs=100000", second.greeting[1]["text"])
                events = second.run("recover")
                recovered = [event for event in events if event["event"] == "recovered"]
                self.assertEqual([(event["done"], event["of"]) for event in recovered], [(4, 4)])
                self.assertEqual(second.state, before)
                second.process.stdin.close()
                self.assertEqual(second.process.wait(30), 0)
            self.assertEqual(os.listdir(folder), [])

    def test_a_line_stops_the_cell_that_runs(self):
        with tempfile.TemporaryDirectory() as folder, Driven(folder) as driven:
            driven.run("load data; split tasks")
            driven.send("meta-train maml epochs=100000 patience=0; set seed=999")
            driven.until("progress")
            driven.send("interrupt")
            ended = [event for event in driven.until("ready") if event["event"] == "ended"]
            self.assertEqual([event["completed"] for event in ended], [False])
            self.assertNotIn("999", json.dumps(driven.state))


if __name__ == "__main__":
    unittest.main()
