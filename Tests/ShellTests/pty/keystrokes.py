"""How long a keystroke takes until the program has painted the line: `keystrokes.py [COUNT]`.

Wall time from writing a key to the last byte of the answer, with completion's data loaded."""

import os
import select
import sys
import time

from terminal import Terminal, prepared

LINES = [
    "adapt user 42", "meta-train maml steps=5 inner-lr=0.01 epochs=3 batch=16 checkpoint=\"a\"",
    "let r = evaluate ndcg@10 mae", "for k in [5, 10] { topk $k }", "laod data; split tasks by=user",
]


def answer(descriptor, quiet):
    """Reads until nothing has come for a while; returns when the last byte came."""
    last = None
    while select.select([descriptor], [], [], quiet)[0]:
        if not os.read(descriptor, 65536):
            break
        last = time.perf_counter()
    return last


def measure(count):
    times = []
    with Terminal() as t:
        prepared(t)
        descriptor = t.child.child_fd
        while len(times) < count:
            for key in LINES[len(times) % len(LINES)]:
                start = time.perf_counter()
                os.write(descriptor, key.encode())
                end = answer(descriptor, 0.01)
                if end:
                    times.append(1000 * (end - start))
            os.write(descriptor, b"\x05\x15")
            answer(descriptor, 0.02)
    return sorted(times[:count])


if __name__ == "__main__":
    found = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    median, high = found[len(found) // 2], found[len(found) * 95 // 100]
    print(f"keystroke: median {median:.2f} ms, p95 {high:.2f} ms, most {found[-1]:.2f} ms of {len(found)}")
    sys.exit(high >= 5)
