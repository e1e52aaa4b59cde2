"""Sends a kernel what no front end should: fuzz.py [SECONDS [SEED]].

Damaged frames, wrong signatures, JSON of other shapes, requests in any order on any socket, connections that
end in the middle. Every few hundred messages the kernel has to run a cell and be right.
"""

import json
import queue
import random
import string
import sys
import time

import door
import zmq
from door import Kernel

TYPES = [
    "execute_request", "kernel_info_request", "complete_request", "inspect_request", "is_complete_request",
    "history_request", "comm_info_request", "comm_open", "comm_msg", "interrupt_request", "input_reply",
    "debug_request", "create_subshell_request", "execute_reply", "", "\x00", "nonsense",
]
NAMES = [
    "code", "cursor_pos", "silent", "store_history", "user_expressions", "allow_stdin", "stop_on_error", "detail_level",
    "hist_access_type", "session", "start", "stop", "n", "pattern", "unique", "output", "raw", "target_name", "comm_id",
    "data", "value", "status",
]
CODES = [
    "load data", "split tasks", "set seed=3", "undo", "redo", "history", "show", "edit 1", "rerun 1", "?evaluate", "why",
    "meta-train maml epochs=1", "help adapt", "let x = [1, 2", 'let t = "σé🦊"', "recover", "pull 1..3", "$_", "lesson",
    "evaluate mae", "plot ratings", "topk 3", "laod", "{" * 300, "\x00", "\x1b[31m", "\ud7ff", "a" * 50000, "",
]


ALIVE = 'let t = "alive {20 + 22}"; show $t'


def value(r, depth=0):
    kinds = [
        lambda: r.choice([None, True, False]), lambda: r.choice([0, -1, 1, 7, 1e308, -(2**63), 2**64, 0.5, 10**20]),
        lambda: r.choice(CODES), lambda: "".join(r.choices(string.printable, k=r.randrange(20))),
        lambda: r.choice(["tail", "range", "search", "*", "?*?", "ok"]),
    ]
    if depth < 4:
        kinds += [
            lambda: [value(r, depth + 1) for _ in range(r.randrange(4))],
            lambda: {r.choice(NAMES): value(r, depth + 1) for _ in range(r.randrange(4))},
        ]
    return r.choice(kinds)()


def content(r):
    fields = {name: value(r) for name in r.sample(NAMES, r.randrange(len(NAMES)))}
    if r.random() < 0.8:
        fields["code"] = r.choice(CODES)
    if r.random() < 0.7:
        # A question would be waited for.
        fields["allow_stdin"] = False
    return fields


def frames(r, session):
    message = session.msg(r.choice(TYPES), content(r))
    parts = session.serialize(message)
    for _ in range(r.choice([0, 0, 0, 1, 1, 2])):
        kind = r.randrange(8)
        place = r.randrange(len(parts)) if parts else 0
        if kind == 0 and parts:
            parts.pop(place)
        elif kind == 1:
            parts.insert(place, r.randbytes(r.randrange(40)))
        elif kind == 2 and parts and parts[place]:
            part = bytearray(parts[place])
            part[r.randrange(len(part))] ^= 1 << r.randrange(8)
            parts[place] = bytes(part)
        elif kind == 3:
            r.shuffle(parts)
        elif kind == 4 and parts:
            parts[place] = parts[place][: r.randrange(len(parts[place]) + 1)]
        elif kind == 5 and len(parts) == 6:
            # Rightly signed, and of another shape.
            body = [json.dumps(value(r)).encode() if r.random() < 0.5 else part for part in parts[2:]]
            parts = [parts[0], session.sign(body)] + body
        elif kind == 6 and len(parts) == 6:
            body = [b"[" * r.randrange(1000) if r.random() < 0.3 else part for part in parts[2:]]
            parts = [parts[0], session.sign(body)] + body
        elif kind == 7:
            parts = [b"<IDS|MSG>"] * r.randrange(1, 9)
    return parts or [b""]


def settled(kernel, seconds=120):
    """Whether the kernel still runs a cell and says the right thing. What it owes to others comes first; where one of
    theirs fails or is interrupted, ours may be aborted with it, and is asked for again."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        request = kernel.start(ALIVE, allow_stdin=False, store_history=False)
        said = ""
        while time.monotonic() < deadline:
            if kernel.process.poll() is not None:
                return False
            try:
                message = kernel.client.get_iopub_msg(timeout=1)
            except queue.Empty:
                continue
            if message["parent_header"].get("msg_id") != request:
                continue
            if message["msg_type"] == "stream":
                said += message["content"]["text"]
            if message["content"].get("execution_state") == "idle":
                break
        if "alive 42" in said:
            return True
    return False


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    r = random.Random(seed)
    end = time.monotonic() + seconds
    sent = 0
    context = zmq.Context.instance()
    with Kernel() as kernel:
        info = kernel.manager.get_connection_info()
        while time.monotonic() < end:
            sockets = []
            for name in ("shell", "control", "stdin", "hb", "iopub"):
                kind = {"hb": zmq.REQ, "iopub": zmq.SUB}.get(name, zmq.DEALER)
                socket = context.socket(kind)
                socket.linger = 0
                socket.sndtimeo = 1000
                socket.connect(f"tcp://{info['ip']}:{info[name + '_port']}")
                if name == "iopub":
                    socket.subscribe(r.choice([b"", b"kernel", b"\xff"]))
                sockets.append(socket)
            for _ in range(r.randrange(200)):
                socket = r.choice(sockets[:3])
                try:
                    socket.send_multipart(frames(r, kernel.client.session))
                except zmq.Again:
                    pass
                sent += 1
            sockets[3].send(r.randbytes(r.randrange(100)))
            for socket in sockets:
                socket.close()
            if not settled(kernel):
                print(f"seed {seed}: after {sent} messages it is {kernel.process.poll()}")
                print("0 passed, 1 failed, 0 skipped")
                return 1
    print(f"{sent} messages in {seconds:.0f} s, seed {seed}")
    print("1 passed, 0 failed, 0 skipped")
    return 0


if __name__ == "__main__":
    try:
        status = main()
    finally:
        door.cleanup()
    sys.exit(status)
