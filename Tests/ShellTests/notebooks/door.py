"""A kernel as front ends start it: installed in a folder of its own, with a state of its own."""

import os
import shutil
import subprocess
import tempfile
import time

PROGRAM = os.environ["MRS_PROGRAM"]
FOLDER = tempfile.mkdtemp(prefix="mrs-jupyter-")
os.environ["XDG_STATE_HOME"] = os.path.join(FOLDER, "state")
os.environ["XDG_CACHE_HOME"] = os.path.join(FOLDER, "cache")
os.environ["JUPYTER_PATH"] = os.path.join(FOLDER, "share", "jupyter")
os.environ["JUPYTER_RUNTIME_DIR"] = os.path.join(FOLDER, "runtime")
os.environ["IPYTHONDIR"] = os.path.join(FOLDER, "ipython")
subprocess.run([PROGRAM, "jupyter", "install", f"--prefix={FOLDER}"], check=True, stdout=subprocess.DEVNULL)

from jupyter_client.manager import KernelManager  # noqa: E402  (looks at the environment)

# Long enough that nobody waits for its end.
TRAINING = "load data; split tasks; meta-train maml epochs=400 patience=400"


def cleanup():
    shutil.rmtree(FOLDER, ignore_errors=True)


class Kernel:
    """A running kernel and a client of it."""

    def __init__(self, name="mrs", **options):
        self.manager = KernelManager(kernel_name=name, **options)
        self.manager.start_kernel(cwd=FOLDER, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=not self.manager.is_alive())

    @property
    def process(self):
        return self.manager.provisioner.process

    def start(self, code, **options):
        """Asks for a cell and does not wait for its end."""
        return self.client.execute(code, **options)

    def reply(self, of, timeout=60):
        deadline = time.monotonic() + timeout
        while True:
            reply = self.client.get_shell_msg(timeout=deadline - time.monotonic())
            if reply["parent_header"].get("msg_id") == of:
                return reply["content"]

    def news(self, of, timeout=60):
        """Everything that is published about a request, to its end: pairs of type and content."""
        found = []
        while True:
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") != of:
                continue
            found.append((message["msg_type"], message["content"]))
            if found[-1] == ("status", {"execution_state": "idle"}):
                return found

    def run(self, code, **options):
        """The reply to a cell, and what was published about it."""
        request = self.start(code, **options)
        news = self.news(request)
        return self.reply(request), news

    def text(self, code, **options):
        """All that a cell shows, as plain text."""
        return text(self.run(code, **options)[1])

    def wait_for(self, request, type, timeout=60):
        """The content of the first message of a type about a request."""
        while True:
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") == request and message["msg_type"] == type:
                return message["content"]


def screen(news):
    """The outputs that a notebook shows in the end, in the forms of nbformat."""
    outputs, clears = [], False
    for kind, content in news:
        if kind == "clear_output":
            if content["wait"]:
                clears = True
            else:
                outputs = []
        elif kind == "update_display_data":
            name = content["transient"]["display_id"]
            for other in outputs:
                if other[1].get("transient", {}).get("display_id") == name:
                    other[1]["data"] = content["data"]
        elif kind in ("stream", "display_data", "execute_result", "error"):
            if clears:
                outputs, clears = [], False
            outputs.append((kind, dict(content)))
    return outputs


def text(news):
    parts = []
    for kind, content in screen(news):
        if kind == "stream":
            parts.append(content["text"])
        elif kind == "error":
            parts.append("\n".join(content["traceback"]))
        else:
            parts.append(content["data"].get("text/plain", ""))
    return "\n".join(parts)
