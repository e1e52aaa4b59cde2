"""How long a kernel takes to be ready, and a cell, beside ipykernel in turns: measure.py [ROUNDS]."""

import statistics
import subprocess
import sys
import time

import door
import zmq
from door import Kernel, KernelManager


def first_reply(name):
    """Seconds from the start of the process to its first reply, without what the client adds by looking now and then."""
    manager = KernelManager(kernel_name=name)
    manager.write_connection_file()
    socket = zmq.Context.instance().socket(zmq.DEALER)
    socket.linger = 0
    socket.reconnect_ivl = 1
    start = time.perf_counter()
    with subprocess.Popen(manager.format_kernel_cmd(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        socket.connect(f"tcp://{manager.ip}:{manager.shell_port}")
        manager.session.send(socket, "kernel_info_request", {})
        socket.recv_multipart()
        seconds = time.perf_counter() - start
        process.kill()
    socket.close()
    manager.cleanup_connection_file()
    return seconds


def measured(name, code):
    first = first_reply(name)
    start = time.perf_counter()
    with Kernel(name) as k:
        ready = time.perf_counter() - start
        pid = k.process.pid
        k.run(code)
        cells = []
        for _ in range(50):
            start = time.perf_counter()
            k.run(code)
            cells.append(time.perf_counter() - start)
        with open(f"/proc/{pid}/status", encoding="utf-8") as status:
            memory = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))
    return first * 1000, ready * 1000, statistics.median(cells) * 1000, memory


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    codes = {"mrs": "let x = 1 + 1", "python3": "x = 1 + 1"}
    found = {name: [] for name in codes}
    for _ in range(rounds):
        for name, code in codes.items():
            found[name].append(measured(name, code))
    print(f"{'kernel':10}{'first reply, ms':>17}{'ready, ms':>12}{'cell, ms':>12}{'memory, MiB':>14}")
    for name, values in found.items():
        first, ready, cell, memory = (statistics.median(column) for column in zip(*values))
        print(f"{name:10}{first:17.0f}{ready:12.0f}{cell:12.2f}{memory:14.0f}")


if __name__ == "__main__":
    try:
        main()
    finally:
        door.cleanup()
