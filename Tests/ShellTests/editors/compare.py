"""What language servers can do by their own answer to `initialize`, as a table: compare.py NAME=PROGRAM,ARGUMENT… …

Also how long each takes from its start to that answer, the median of 11 starts, and the memory that it then has.
"""

import json
import os
import statistics
import subprocess
import sys
import time

FEATURES = [
    ("faults while typing", lambda c: c.get("diagnosticProvider") or c.get("textDocumentSync")),
    ("fixes as actions", lambda c: c.get("codeActionProvider")), ("formatting", lambda c: c.get("documentFormattingProvider")),
    ("formatting of a part", lambda c: c.get("documentRangeFormattingProvider")), ("hover", lambda c: c.get("hoverProvider")),
    ("completion", lambda c: c.get("completionProvider")), ("signature help", lambda c: c.get("signatureHelpProvider")),
    ("symbols", lambda c: c.get("documentSymbolProvider")), ("definition", lambda c: c.get("definitionProvider")),
    ("rename", lambda c: c.get("renameProvider")), ("semantic tokens", lambda c: c.get("semanticTokensProvider")),
    ("commands", lambda c: c.get("executeCommandProvider")), ("notebooks", lambda c: c.get("notebookDocumentSync")),
]


def answer(command):
    start = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    data = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "processId": os.getpid(), "rootUri": None, "capabilities": {}}}).encode()
    process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
    process.stdin.flush()
    while True:
        length = 0
        while (line := process.stdout.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        message = json.loads(process.stdout.read(length))
        if message.get("id") == 1:
            break
    seconds = time.perf_counter() - start
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        memory = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    process.kill()
    process.wait()
    return message["result"], seconds, memory


def main():
    names, found = [], []
    for argument in sys.argv[1:]:
        name, command = argument.split("=", 1)
        runs = [answer(command.split(",")) for _ in range(11)]
        names.append(name)
        found.append((runs[0][0]["capabilities"], statistics.median(run[1] for run in runs), runs[0][2]))
    print("| | " + " | ".join(names) + " |\n|" + " --- |" * (len(names) + 1))
    for feature, of in FEATURES:
        print(f"| {feature} | " + " | ".join("yes" if of(c) else "no" for c, _, _ in found) + " |")
    print("| start to first answer | " + " | ".join(f"{s * 1000:.1f} ms" for _, s, _ in found) + " |")
    print("| memory then | " + " | ".join(f"{m / 1024:.0f} MiB" for _, _, m in found) + " |")


if __name__ == "__main__":
    main()
