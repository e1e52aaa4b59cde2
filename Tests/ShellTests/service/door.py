"""A service as its users start it: the real program, a port of its own, and clients of the standard library."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile

PROGRAM = os.environ["MRS_PROGRAM"]
FOLDER = tempfile.mkdtemp(prefix="mrs-serve-")
os.environ["XDG_STATE_HOME"] = os.path.join(FOLDER, "state")
os.environ["XDG_CACHE_HOME"] = os.path.join(FOLDER, "cache")


def cleanup():
    shutil.rmtree(FOLDER, ignore_errors=True)


def path(name):
    return os.path.join(FOLDER, name)


def mrs(script, *options):
    """What a script says, as values of JSON, one for each statement."""
    done = subprocess.run(
        [PROGRAM, "run", "-", "--format", "json", *options], input=script, text=True, capture_output=True, cwd=FOLDER)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def model(name, training="meta-train maml epochs=3", data="load data; split tasks"):
    """The path of a saved model; trained when it is first asked for."""
    file = path(name + ".safetensors")
    if not os.path.exists(file):
        mrs(f'{data}; {training}; save model "{name}.safetensors"')
    return file


def ratings_model():
    return model("ratings")


def clicks_model():
    return model(
        "clicks", "meta-train prototypical epochs=3", "load data; binarize keep=likes; split tasks support=5 query=rest min=10")


def script(name, text):
    with open(path(name), "w", encoding="utf-8") as file:
        file.write(text)
    return path(name)


def ratings_data():
    return script("ratings.mrs", "load data; split tasks\n")


def clicks_data():
    return script("clicks.mrs", "load data; binarize keep=likes; split tasks support=5 query=rest min=10\n")


def answer(stream):
    """The status and the body of the next answer that comes on a connection."""
    status, length = int(stream.readline().split()[1]), 0
    while (line := stream.readline()) not in (b"\r\n", b""):
        name, value = line.split(b":", 1)
        if name.lower() == b"content-length":
            length = int(value)
    return status, stream.read(length)


class Service:
    """A running service."""

    def __init__(self, model=None, data=None, *options, feedback="none", token=None):
        self.token = token
        words = [PROGRAM, "serve", model or ratings_model(), "--port", "0", "--data", data or ratings_data()]
        words += ["--feedback", feedback, *options]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=FOLDER)
        line = self.process.stdout.readline()
        found = re.search(r"http://(.*):(\d+)/", line)
        if not found:
            raise AssertionError(line + self.process.stderr.read())
        self.host, self.port = found[1], int(found[2])
        self.url = f"http://{self.host}:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def end(self, number=signal.SIGTERM):
        """Ends it by a signal; its status, and what it has said."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=30)
        return self.process.returncode, said

    def connection(self, timeout=30):
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)

    def ask(self, method, target, body=None, headers=None, connection=None):
        """The status, the headers, and the body as it is."""
        own = connection or self.connection()
        fields = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if body is not None:
            fields.setdefault("Content-Type", "application/json")
        if self.token:
            fields.setdefault("Authorization", f"Bearer {self.token}")
        try:
            own.request(method, target, body=body, headers=fields)
            answer = own.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            if connection is None:
                own.close()

    def get(self, target, **options):
        status, _, body = self.ask("GET", target, **options)
        return status, json.loads(body)

    def post(self, target, body, **options):
        status, _, answer = self.ask("POST", target, body, **options)
        return status, json.loads(answer)

    def right(self, target, body, **options):
        """The answer to what has to be answered."""
        status, answer = self.post(target, body, **options)
        if status != 200:
            raise AssertionError(answer)
        return answer

    def raw(self, data, timeout=10):
        """All that comes back for some bytes, until the other side closes or says nothing more."""
        with socket.create_connection((self.host, self.port), timeout=timeout) as own:
            own.sendall(data)
            own.shutdown(socket.SHUT_WR)
            parts = []
            try:
                while part := own.recv(1 << 16):
                    parts.append(part)
            except (ConnectionResetError, socket.timeout):
                pass
            return b"".join(parts)
