"""Sends a service what no client should: fuzz.py [SECONDS [SEED]].

Damaged JSON, JSON of other shapes, damaged HTTP, bodies that end in the middle, methods and paths of any kind, requests
in a row that are cut anywhere, several connections at once. Every answer has to have the one form; requests in a row
have to get what each would get alone, in their order; every few hundred requests the service has to be right, and its
memory must not grow without end.
"""

import http.client
import json
import random
import socket
import string
import sys
import threading
import time

import door
from door import Service

PATHS = [
    "/recommend", "/recommend/batch", "/explain", "/feedback", "/items", "/model", "/health", "/metrics", "/reload",
    "/openapi.json", "/", "/nowhere", "/recommend/", "//", "/../etc/passwd", "/%00", "/recommend?x=1", "/items?count=5&count=6",
    "/items?search=%F0%9F%A6%8A", "/items?from=99999999999999999999", "*", "/" + "a" * 9000,
]
METHODS = ["GET", "POST", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "get", "ß".encode().decode("latin-1")]
NAMES = [
    "user", "ratings", "likes", "features", "count", "items", "exclude", "where", "seen", "new_items", "requests", "item",
    "time", "title", "region", "", "__proto__", "before",
]
TEXTS = ["42", "7", "nobody", "50", "9", "north", "", "\x00", "\ud7ff", "σé🦊", "a" * 2000, "../x", "-1", "1e9", "\n", '"']


def value(r, depth=0):
    kinds = [
        lambda: r.choice([None, True, False]), lambda: r.choice(TEXTS),
        lambda: r.choice([0, 1, -1, 3, 5, 5.5, 1e308, -1e-308, 2**63, 10**30, 999, 0.1]),
        lambda: "".join(r.choices(string.printable, k=r.randrange(12))),
    ]
    if depth < 4:
        kinds += [
            lambda: [value(r, depth + 1) for _ in range(r.randrange(5))],
            lambda: {r.choice(NAMES): value(r, depth + 1) for _ in range(r.randrange(5))},
            lambda: {str(r.randrange(1, 320)): r.choice([1, 2, 3, 4, 5, 6]) for _ in range(r.randrange(20))},
            lambda: [str(r.randrange(1, 320)) for _ in range(r.randrange(20))],
        ]
    return r.choice(kinds)()


def likely(r):
    """Something that is nearly right."""
    body = {}
    if r.random() < 0.5:
        body["user"] = r.choice(["42", "7", "ann", "bob", "nobody"])
    if r.random() < 0.7:
        body["ratings"] = {str(r.randrange(1, 305)): r.choice([1, 2, 3, 4, 5]) for _ in range(r.randrange(30))}
    if r.random() < 0.2:
        body["features"] = {"region": r.choice(["north", "south", "", 5])}
    if r.random() < 0.3:
        body["count"] = r.choice([1, 10, 300, 1000, 0])
    if r.random() < 0.2:
        body["exclude"] = [str(r.randrange(1, 301)) for _ in range(r.randrange(50))]
    if r.random() < 0.2:
        body["new_items"] = [{"item": f"n{n}", "features": {}} for n in range(r.randrange(4))]
    if r.random() < 0.2:
        body["item"] = str(r.randrange(1, 305))
    if r.random() < 0.3:
        body[r.choice(NAMES)] = value(r)
    return body


def body(r):
    kind = r.random()
    shape = likely(r) if kind < 0.6 else value(r)
    if 0.3 < kind < 0.4:
        shape = {"requests": [likely(r) for _ in range(r.randrange(6))]}
    data = json.dumps(shape, ensure_ascii=r.random() < 0.5).encode("utf-8", "surrogatepass")
    if r.random() < 0.25 and data:
        data = bytearray(data)
        for _ in range(r.randrange(1, 4)):
            place = r.randrange(len(data))
            action = r.random()
            if action < 0.4:
                data[place] = r.randrange(256)
            elif action < 0.7:
                del data[place:place + r.randrange(1, 9)]
            else:
                data[place:place] = bytes(r.randrange(256) for _ in range(r.randrange(1, 9)))
            if not data:
                break
        data = bytes(data)
    if r.random() < 0.01:
        data = r.choice([b"[" * 100_000, b'{"a":' * 50_000, b" " * 2_000_000, b'"' + b"x" * 1_500_000 + b'"', b"9" * 500_000])
    return data


def over_http(service, r, own):
    method, path = (r.choice(METHODS), r.choice(PATHS)) if r.random() < 0.6 else ("POST", "/recommend")
    headers = {"Content-Type": r.choice(["application/json"] * 8 + ["text/plain", "application/json; charset=x", ""])}
    data = body(r) if method in ("POST", "PUT", "PATCH", "DELETE") else None
    own.request(method, path, data, headers)
    answer = own.getresponse()
    text = answer.read()
    if answer.status >= 500 and answer.status not in (503,):
        raise AssertionError((method, path, data, answer.status, text))
    if answer.status >= 400 and method != "HEAD":
        problem = json.loads(text)
        assert answer.headers["Content-Type"] == "application/problem+json", (path, answer.headers.items())
        assert problem["status"] == answer.status and problem["detail"] and problem["code"].startswith("E"), problem
    elif method != "HEAD" and answer.headers["Content-Type"] == "application/json":
        assert json.loads(text)
    return answer.status


def raw(service, r):
    """Bytes that need be no HTTP, to a connection that ends anywhere."""
    data = body(r)
    head = [
        f"{r.choice(METHODS)} {r.choice(PATHS)[:200]} HTTP/{r.choice(['1.1', '1.0', '2.0', '1', 'x'])}", "Host: localhost",
        f"Content-Length: {r.choice([len(data), len(data) + 5, max(0, len(data) - 5), -1, 'x', 10**12])}",
        "Content-Type: application/json"]
    if r.random() < 0.3:
        head.append("Transfer-Encoding: " + r.choice(["chunked", "gzip", "identity", "chunked, chunked"]))
    if r.random() < 0.2:
        head.append(r.choice(["Expect: 100-continue", "Connection: close", "X: " + "y" * 40_000, "Upgrade: h2c", "A\x00: b", " folded"]))
    r.shuffle(head[1:])
    sent = "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + data
    if r.random() < 0.3:
        sent = bytes(r.randrange(256) for _ in range(r.randrange(200))) + sent[r.randrange(len(sent)):]
    sent = sent[:r.randrange(len(sent) + 1)] if r.random() < 0.4 else sent
    with socket.create_connection((service.host, service.port), timeout=0.3) as own:
        try:
            own.sendall(sent)
            if r.random() < 0.5:
                own.shutdown(socket.SHUT_WR)
            own.recv(1 << 16)
        except OSError:
            pass


def known(service):
    """Requests of which some are answered where they are read and some by tasks, with what is right for each."""
    asked = [
        ("POST", "/recommend", {"ratings": {"50": 5, "7": 1}, "count": 3}),
        ("POST", "/recommend", {"ratings": {str(n): 1 + n % 5 for n in range(1, 60)}, "count": 200}),
        ("POST", "/recommend", {"count": 2, "exclude": [str(n) for n in range(1, 290)]}), ("POST", "/recommend", "{"),
        ("POST", "/recommend", {"user": "nobody-at-all"}), ("GET", "/items?count=3", None), ("GET", "/nowhere", None),
        ("POST", "/recommend/batch", {"requests": [{"count": 1}, {"ratings": {"9": 4}, "count": 2}]}),
        ("POST", "/explain", {"ratings": {"50": 5}, "item": "9"}), ("DELETE", "/recommend", None),
    ]
    found = []
    for method, path, content in asked:
        status, _, answer = service.ask(method, path, content)
        data = (json.dumps(content) if isinstance(content, dict) else content or "").encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        found.append((head.encode() + data, (status, answer)))
    return found


def in_a_row(service, r, known):
    """Requests on one connection, cut anywhere: each gets what it would get alone."""
    chosen = r.choices(known, k=r.randrange(1, 13))
    data = b"".join(request for request, _ in chosen)
    with socket.create_connection((service.host, service.port), timeout=60) as own:
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        place = 0
        for cut in sorted(r.randrange(len(data)) for _ in range(r.choice([0, 0, 1, 3, 12]))) + [len(data)]:
            own.sendall(data[place:cut])
            place = cut
            time.sleep(r.choice([0, 0.001]))
        with own.makefile("rb") as stream:
            for request, right in chosen:
                try:
                    answer = door.answer(stream)
                except TimeoutError:
                    raise AssertionError(("no answer to", request))
                # On a busy machine a task may come too late.
                assert answer == right or answer[0] == 503, (request, right, answer)
    return len(chosen)


def held(service):
    with open(f"/proc/{service.process.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096 / 1e6


def main(seconds, seed):
    faults, counts, rows, statuses = [], [], [], {}
    with Service(None, None, "--timeout", "3s", "--users", "50", feedback=door.path("fuzz.jsonl")) as service:
        right = service.right("/recommend", {"user": "599", "count": 5})
        row = known(service)
        end = time.monotonic() + seconds

        def work(number):
            r, count = random.Random(seed * 100 + number), 0
            own = service.connection()
            try:
                while time.monotonic() < end and not faults:
                    try:
                        kind = r.random()
                        if kind < 0.25:
                            raw(service, r)
                        elif kind < 0.4:
                            rows.append(in_a_row(service, r, row))
                        else:
                            status = over_http(service, r, own)
                            statuses[status] = statuses.get(status, 0) + 1
                    except (http.client.HTTPException, OSError, UnicodeEncodeError):
                        # What was refused in the middle ends its connection.
                        own.close()
                    count += 1
                    if count % 200 == 0:
                        answer = service.right("/recommend", {"user": "599", "count": 5})
                        assert answer["items"] == right["items"] and answer["ratings"] == right["ratings"], answer
            except Exception as fault:  # noqa: BLE001  (whatever it is ends the run, and is told)
                faults.append(repr(fault)[:3000])
            counts.append(count)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        memory = []
        while any(thread.is_alive() for thread in threads):
            time.sleep(1)
            if service.process.poll() is not None:
                faults.append(f"the service ended with {service.process.returncode}: " + service.process.stderr.read()[-2000:])
                break
            memory.append(held(service))
        for thread in threads:
            thread.join()
        status = service.end()[0] if service.process.poll() is None else None
        if status != 0:
            faults.append(f"exit status {status}")
    print(f"{sum(counts)} requests in {seconds:g} s (seed {seed}), {sum(rows)} more in {len(rows)} rows, statuses {dict(sorted(statuses.items()))}, "
          f"memory {memory[len(memory) // 4]:.0f} MB after a quarter and {memory[-1]:.0f} MB at the end")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    words = sys.argv[1:]
    try:
        sys.exit(main(float(words[0]) if words else 60, int(words[1]) if len(words) > 1 else 1))
    finally:
        door.cleanup()
