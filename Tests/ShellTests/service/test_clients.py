"""The service as other programs see it: its OpenAPI document held against its answers, and its page in a browser."""

import json
import os
import shutil
import subprocess
import sys
import time
import unittest

import door
from door import Service

BROWSER = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
PICTURE = os.environ.get("MRS_SERVE_PICTURE")


def schemathesis():
    """The program of that name, beside the Python that runs this."""
    beside = os.path.join(os.path.dirname(sys.executable), "schemathesis")
    return beside if os.path.exists(beside) else shutil.which("schemathesis")


class Document(unittest.TestCase):
    def test_it_says_what_there_is(self):
        with Service() as service:
            document = service.get("/openapi.json")[1]
            self.assertEqual(document["openapi"], "3.1.0")
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    for example in (
                        operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})
                    ).values():
                        status, answer = service.post(path, example["value"])
                        self.assertIn(status, (200, 507), answer)

    @unittest.skipUnless(schemathesis(), "needs the Python package schemathesis")
    def test_answers_are_as_it_says(self):
        for token in (None, "0123456789abcdef0123456789abcdef"):
            options, words = [], []
            if token:
                options = ["--token-file", door.script("tokens", token + "\n")]
                words = ["--header", f"Authorization: Bearer {token}"]
            feedback = door.path("schemathesis.jsonl")
            with Service(None, None, *options, feedback=feedback, token=token) as service:
                config = door.script("schemathesis.toml", (
                    "[checks.positive_data_acceptance]\nexpected-statuses = [200, 404, 422]\n"
                    "[checks.negative_data_rejection]\nexpected-statuses = [400, 401, 404, 405, 413, 415, 422]\n"))
                done = subprocess.run(
                    [schemathesis(), "--config-file", config, "run", service.url + "/openapi.json", "--max-examples",
                     os.environ.get("MRS_EXAMPLES", "10"), "--seed", "1", "--no-color", *words],
                    capture_output=True, text=True, timeout=280, cwd=door.FOLDER)
                self.assertEqual(done.returncode, 0, done.stdout[-6000:] + done.stderr[-2000:])
                self.assertEqual(service.get("/health")[0], 200)


class Browser:
    """A headless Chromium, driven over a pipe by its own protocol."""

    def __init__(self, width=1100, height=900):
        to_read, self.to = os.pipe()
        self.back, from_write = os.pipe()
        self.folder = door.path("browser")

        def pass_pipes():
            # The protocol's pipes are numbers 3 and 4.
            reading, writing = os.dup(to_read), os.dup(from_write)
            os.dup2(reading, 3)
            os.dup2(writing, 4)

        self.process = subprocess.Popen(
            [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe",
             f"--user-data-dir={self.folder}", f"--window-size={width},{height}", "about:blank"],
            preexec_fn=pass_pipes, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(from_write)
        self.count, self.rest, self.events = 0, b"", []
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        self.session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def call(self, method, params=None):
        self.count += 1
        message = {"id": self.count, "method": method, "params": params or {}}
        if method.split(".")[0] != "Target":
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.rest:
                part = os.read(self.back, 1 << 16)
                if not part:
                    raise AssertionError("the browser is gone")
                self.rest += part
            one, self.rest = self.rest.split(b"\0", 1)
            value = json.loads(one)
            if value.get("id") == self.count:
                if "error" in value:
                    raise AssertionError(value["error"])
                return value["result"]
            self.events.append(value)

    def run(self, script):
        result = self.call("Runtime.evaluate", {"expression": script, "awaitPromise": True, "returnByValue": True})
        if "exceptionDetails" in result:
            raise AssertionError(result["exceptionDetails"])
        return result["result"].get("value")

    def wait(self, condition):
        end = time.monotonic() + 20
        while not self.run(condition):
            if time.monotonic() > end:
                raise AssertionError(condition + "\n" + self.run("document.body.innerText"))
            time.sleep(0.05)

    def faults(self):
        return [
            event for event in self.events
            if event.get("method") == "Runtime.exceptionThrown"
            or event.get("method") == "Log.entryAdded" and event["params"]["entry"]["level"] == "error"]

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.to)
        os.close(self.back)


@unittest.skipUnless(BROWSER, "needs Chromium: apt-get install chromium")
class Page(unittest.TestCase):
    def setUp(self):
        self.browser = Browser()
        self.addCleanup(self.browser.close)

    def test_it_recommends_explains_and_keeps(self):
        b = self.browser
        with Service(feedback=door.path("page.jsonl")) as service:
            b.call("Page.navigate", {"url": service.url + "/"})
            b.wait("document.querySelectorAll('#found li').length === 6")
            self.assertIn("300 items", b.run("document.getElementById('about').textContent"))
            b.run("document.getElementById('search').value = 'train'; document.getElementById('search').oninput()")
            b.wait("(found => found.length > 1 && found.every(e => e.textContent.toLowerCase().includes('train')))([...document.querySelectorAll('#found li span')])")
            b.run("document.querySelector('#found button').click()")
            b.run("document.querySelectorAll('#found button')[1].click()")
            self.assertEqual(b.run("document.querySelectorAll('#ratings li').length"), 2)
            b.run("document.getElementById('ask').click()")
            b.wait("document.querySelectorAll('#list tbody tr').length === 10")
            first = b.run("document.querySelector('#list tbody td:nth-child(2)').textContent")
            told = b.run("JSON.stringify(told())")
            answer = service.right("/recommend", json.loads(told))
            self.assertEqual(first, answer["items"][0]["title"])
            b.run("document.querySelector('#list button').click()")
            b.wait("document.querySelectorAll('#why tr').length > 2")
            if PICTURE:
                self.picture(PICTURE)
            b.run("document.getElementById('user').value = 'ann'; document.getElementById('keep').click()")
            b.wait("document.getElementById('remarks').textContent.includes('kept: ann has 2')")
            b.run("document.getElementById('ask').click()")
            b.wait("document.getElementById('remarks').textContent.includes('adapted to 2 ratings')")
            self.assertEqual(service.right("/recommend", {"user": "ann"})["ratings"], 2)
            b.run("document.getElementById('user').value = 'nobody'; document.getElementById('ask').click()")
            b.wait("document.getElementById('problem').textContent.includes('nobody')")
        # The refusal of the unknown user is the only one.
        self.assertLessEqual(len(b.faults()), 1)

    def test_nothing_of_the_data_becomes_code(self):
        evil = "<img src=x onerror=\"document.title='taken'\">"
        rows = "user,item,rating,title\n" + "".join(
            f'{u},{i},{1 + (u * i) % 5},"{evil.replace(chr(34), chr(34) * 2)} {i}"\n' for u in range(1, 40) for i in range(1, 30))
        door.script("evil.csv", rows)
        data = door.script("evil.mrs", 'load "evil.csv"; split tasks\n')
        model = door.model("evil", "meta-train maml epochs=1", 'load "evil.csv"; split tasks')
        b = self.browser
        with Service(model, data) as service:
            b.call("Page.navigate", {"url": service.url + "/"})
            b.wait("document.querySelectorAll('#found li').length === 6")
            b.run("document.querySelector('#found button').click(); document.getElementById('ask').click()")
            b.wait("document.querySelectorAll('#list tbody tr').length > 3")
            self.assertEqual(b.run("document.title"), "mrs serve")
            self.assertEqual(b.run("document.querySelectorAll('img').length"), 0)

    def picture(self, path):
        import base64
        data = self.browser.call("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True})["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))


if __name__ == "__main__":
    unittest.main()
