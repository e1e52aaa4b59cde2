"""An open-loop generator: requests leave at fixed times, whether or not earlier ones were answered, and a latency is
counted from the time at which its request should have left (Gil Tene's coordinated omission).

load.py PORT RATE SECONDS [CONNECTIONS] prints one object of JSON: rate, errors, and quantiles in milliseconds.
"""

import asyncio
import gc
import json
import random
import sys
import time


def newcomer(r, items, rated=10):
    """A request of somebody new, as bytes."""
    ratings = {str(item): r.randint(1, 5) for item in r.sample(range(1, items + 1), rated)}
    body = json.dumps({"ratings": ratings, "count": 10}).encode()
    return (
        b"POST /recommend HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body)


async def answer(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    body = await reader.readexactly(length)
    return head.split(b" ", 2)[1] == b"200", body


async def run(port, rate, seconds, connections=64, items=10_000, seed=1):
    r = random.Random(seed)
    bodies = [newcomer(r, items) for _ in range(2000)]
    free = asyncio.Queue()
    for _ in range(connections):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    latencies, errors = [], 0

    async def one(due, body):
        nonlocal errors
        reader, writer = await free.get()
        try:
            writer.write(body)
            right, _ = await answer(reader)
            errors += not right
        except (OSError, asyncio.IncompleteReadError):
            errors += 1
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        latencies.append(time.perf_counter() - due)
        free.put_nowait((reader, writer))

    gc.disable()
    tasks = set()
    start = time.perf_counter() + 0.1
    count = int(rate * seconds)
    for number in range(count):
        due = start + number / rate
        wait = due - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        task = asyncio.create_task(one(due, bodies[number % len(bodies)]))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    while tasks:
        await asyncio.sleep(0.01)
    took = time.perf_counter() - start
    latencies.sort()

    def quantile(share):
        return round(1000 * latencies[min(len(latencies) - 1, int(share * len(latencies)))], 3)

    return {
        "rate": round(count / took, 1), "errors": errors, "p50": quantile(0.5), "p90": quantile(0.9),
        "p99": quantile(0.99), "p99.9": quantile(0.999), "most": quantile(1)}


if __name__ == "__main__":
    port, rate, seconds = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    print(json.dumps(asyncio.run(run(port, rate, seconds, *map(int, sys.argv[4:5])))))
