"""A client that speaks JSON-RPC with the language server, and takes any answer."""

import json
import os
import subprocess

PROGRAM = os.environ.get("MRS_PROGRAM", ".build/release/mrs")


class Client:
    """Sends messages and reads what comes back."""

    def __init__(self, folder=None):
        self.process = subprocess.Popen([PROGRAM, "language-server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        cwd=folder)
        self.number = 0
        self.notes = []

    def send_bytes(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message):
        data = json.dumps(message).encode()
        self.send_bytes(b"Content-Length: %d\r\n\r\n" % len(data) + data)

    def receive(self):
        length = None
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise EOFError
            if line == b"\r\n":
                break
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(self.process.stdout.read(length))

    def answer(self):
        """The next message that answers; notifications are kept."""
        while True:
            message = self.receive()
            if "method" not in message:
                return message
            self.notes.append(message)

    def ask(self, method, **parameters):
        self.number += 1
        self.send({"jsonrpc": "2.0", "id": self.number, "method": method, "params": parameters})
        answer = self.answer()
        assert answer["id"] == self.number, answer
        return answer

    def tell(self, method, **parameters):
        self.send({"jsonrpc": "2.0", "method": method, "params": parameters})

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(20)
