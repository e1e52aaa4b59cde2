"""Sends the language server what no editor should: fuzz.py [SECONDS [SEED]].

Methods in any order, parameters of any shape, texts that are cut and spliced, bodies that are no JSON, headers that lie,
ends in the middle of a message. After each round the server has to explain a word rightly, or to have ended by itself.
"""

import json
import os
import random
import select
import string
import sys
import time

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "pty"))

from rpc import Client  # noqa: E402

METHODS = [
    "initialized", "textDocument/didOpen", "textDocument/didChange", "textDocument/didSave", "textDocument/didClose",
    "textDocument/completion", "textDocument/hover", "textDocument/signatureHelp", "textDocument/definition",
    "textDocument/prepareRename", "textDocument/rename", "textDocument/formatting", "textDocument/documentSymbol",
    "textDocument/semanticTokens/full", "textDocument/codeAction", "textDocument/references", "workspace/symbol",
    "workspace/didChangeConfiguration", "$/cancelRequest", "$/setTrace", "completionItem/resolve", "initialize", "", "\x00",
]
NAMES = [
    "textDocument", "position", "range", "start", "end", "line", "character", "contentChanges", "text", "uri", "version",
    "newName", "context", "diagnostics", "only", "options", "id", "capabilities", "rootUri", "triggerKind", "code",
]
PIECES = [
    "load data\n", "split tasks\n", "let x = 5\n", "meta-train maml steps=", "$x", "def f(a) {", "}\n", "\"", "{", "#> ",
    "## ", "[1, 2", "é𝄞", "\x00", "\r\n", "\t", "topkk 3\n", "include \"a.mrs\"\n", "for i in 1..3 { show $i }\n", "\\",
    "'", "?", "=", "@", "1e999", "a" * 5000, "(" * 200, "expect $r ~= 3 +/- 1\n",
]
GOOD = {"uri": "file:///nowhere/good.mrs", "languageId": "mrs", "version": 1, "text": "mrs 1\nmeta-train maml steps=1\n"}
URIS = ["file:///nowhere/x.mrs", "file:///nowhere/y.mrs", "untitled:1", "", "file:///etc", "http://x/%00%zz"]


def text(r):
    return "".join(r.choice(PIECES) for _ in range(r.randrange(12)))


def value(r, depth=0):
    kinds = [
        lambda: r.choice([None, True, False]), lambda: r.choice([0, -1, 1, 3, 10**6, 1e308, -(2**63), 2**64, 0.5]),
        lambda: text(r), lambda: r.choice(URIS), lambda: "".join(r.choices(string.printable, k=r.randrange(20))),
    ]
    if depth < 4:
        kinds += [lambda: [value(r, depth + 1) for _ in range(r.randrange(4))], lambda: fields(r, depth + 1)]
    return r.choice(kinds)()


def fields(r, depth=0):
    return {name: value(r, depth) for name in r.sample(NAMES, r.randrange(6))}


def place(r):
    return {"line": r.choice([0, 1, 2, 5, 10**9, -1]), "character": r.choice([0, 1, 7, 60, 10**9, -3])}


def message(r):
    """A message that is nearly right."""
    document = {"uri": r.choice(URIS), "text": text(r), "version": r.randrange(9), "languageId": "mrs"}
    span = {"start": place(r), "end": place(r)}
    parameters = {
        "textDocument": document, "position": place(r), "range": span, "newName": r.choice(["n", "let", "", text(r)]),
        "contentChanges": [{"range": span, "text": text(r)} if r.random() < 0.7 else {"text": text(r)}],
        "context": {"diagnostics": [], "only": r.choice([["quickfix"], ["source.fixAll"], [], 5])},
    }
    for name in list(parameters):
        if r.random() < 0.1:
            parameters[name] = value(r)
    found = {"jsonrpc": "2.0", "method": r.choice(METHODS), "params": parameters if r.random() < 0.9 else value(r)}
    if r.random() < 0.7:
        found["id"] = r.choice([r.randrange(1000), "x", None, 1.5])
    return found if r.random() < 0.95 else value(r)


def body(r):
    data = json.dumps(message(r), ensure_ascii=r.random() < 0.5).encode("utf-8", "surrogatepass")
    if r.random() < 0.15:
        data = bytearray(data)
        for _ in range(r.randrange(1, 5)):
            kind, at = r.randrange(3), r.randrange(len(data) or 1)
            if kind == 0 and data:
                data[at] ^= 1 << r.randrange(8)
            elif kind == 1:
                data[at:at] = r.randbytes(r.randrange(9))
            else:
                del data[at:at + r.randrange(20)]
    return bytes(data)


def header(r, data):
    if r.random() < 0.05:
        return r.choice([b"X: 1\r\nContent-Length: %d\r\n\r\n", b"content-length:%d\r\n\r\n",
                         b"Content-Length: %d\r\nContent-Type: x\r\n\r\n"]) % len(data)
    return b"Content-Length: %d\r\n\r\n" % len(data)


class Server(Client):
    """Reads what the server says while it sends, so that neither waits for the other."""

    def __init__(self):
        super().__init__()
        os.set_blocking(self.process.stdout.fileno(), False)
        os.set_blocking(self.process.stdin.fileno(), False)
        self.read = b""

    def pump(self, data=b"", until=None, seconds=60):
        end = time.monotonic() + seconds
        while (data or until) and time.monotonic() < end:
            ready, writable, _ = select.select([self.process.stdout], [self.process.stdin] if data else [], [], 1)
            if ready:
                got = os.read(self.process.stdout.fileno(), 1 << 16)
                if not got:
                    return False
                self.read = (self.read + got)[-(1 << 20):]
                if until and until in self.read:
                    return True
            if writable:
                try:
                    data = data[os.write(self.process.stdin.fileno(), data[: 1 << 16]):]
                except BrokenPipeError:
                    return False
        return not until and not data


def said(message):
    data = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n" % len(data) + data


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    r = random.Random(seed)
    end, sent, rounds, problem = time.monotonic() + seconds, 0, 0, None
    server = None
    while time.monotonic() < end and not problem:
        rounds += 1
        if server is None:
            server = Server()
            if r.random() < 0.9:
                server.pump(said({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"capabilities": {}}}))
        for _ in range(r.randrange(60)):
            data = body(r)
            sent += 1
            if not server.pump(header(r, data) + data):
                problem = f"no longer read: it is {server.process.poll()}"
                break
        if problem:
            break
        mark = f"probe-{sent}-{rounds}"
        server.pump(said({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"capabilities": {}}}))
        server.pump(said({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": GOOD}}))
        server.pump(said({"jsonrpc": "2.0", "id": mark, "method": "textDocument/hover", "params": {
            "textDocument": {"uri": GOOD["uri"]}, "position": {"line": 1, "character": 12}}}))
        server.read = b""
        found = server.pump(until=mark.encode()) and (b"MAML" in server.read or server.pump(until=b"MAML", seconds=5))
        if not found:
            problem = f"no right answer; it is {server.process.poll()}; {server.read[-300:]!r}"
        elif r.random() < 0.2:
            # It has to end by itself when its editor is gone, wherever a message was cut.
            server.pump(r.choice([b"", b"Content-Length: 999\r\n\r\n{", b"Content-Le", r.randbytes(r.randrange(200))]))
            os.set_blocking(server.process.stdout.fileno(), True)
            status = server.close()
            if status not in (0, 1):
                problem = f"ended with {status}"
            server = None
    if server:
        server.process.kill()
    if problem:
        print(f"seed {seed}, round {rounds}, after {sent} messages: {problem}")
        print("0 passed, 1 failed, 0 skipped")
        return 1
    print(f"{sent} messages in {rounds} rounds and {seconds:.0f} s, seed {seed}")
    print("1 passed, 0 failed, 0 skipped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
