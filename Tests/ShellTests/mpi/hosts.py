"""Machines of a test: network namespaces with a wire each, which meet at a bridge; mpirun reaches them by an agent in
place of ssh."""

import os
import subprocess

import ranks

BRIDGE = "mrs-bridge"
NETWORK = "10.77.0"


def sh(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def allowed():
    """Why there can be no such machines here; nothing where there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    for tool in ("ip", "unshare", "mpirun"):
        if subprocess.run(["which", tool], capture_output=True).returncode != 0:
            return f"no {tool} here"
    tried = subprocess.run(
        "ip netns add mrs-try && ip link add mrs-try0 type veth peer name mrs-try1; status=$?; "
        "ip link del mrs-try0; ip netns del mrs-try; exit $status", shell=True, capture_output=True, text=True)
    return None if tried.returncode == 0 else "no network namespaces here: " + tried.stderr.strip()


class Hosts:
    def __init__(self, count):
        self.count = count
        self.names = [f"mrs-host{number}" for number in range(1, count + 1)]
        self.folder = ranks.folder("hosts")

    def __enter__(self):
        self.remove()
        sh("ip", "link", "add", BRIDGE, "type", "bridge")
        sh("ip", "link", "set", BRIDGE, "up")
        for number, name in enumerate(self.names, 1):
            wire = f"mrs-wire{number}"
            sh("ip", "netns", "add", name)
            sh("ip", "link", "add", wire, "type", "veth", "peer", "name", "eth0", "netns", name)
            sh("ip", "link", "set", wire, "master", BRIDGE, "up")
            inside = ("ip", "netns", "exec", name, "ip")
            sh(*inside, "address", "add", f"{NETWORK}.{number}/24", "dev", "eth0")
            sh(*inside, "link", "set", "eth0", "up")
            sh(*inside, "link", "set", "lo", "up")
        self.agent = ranks.write(os.path.join(self.folder, "agent"), f"""#!/bin/sh
# In place of ssh: the first word that is no option is an address, whose last number is that of the machine.
while [ "${{1#-}}" != "$1" ]; do shift; done
host=mrs-host${{1##*.}}; shift
exec unshare --uts sh -c 'hostname "$0"; exec ip netns exec "$0" sh -c "$1"' "$host" "$*"
""")
        os.chmod(self.agent, 0o755)
        return self

    def __exit__(self, *_):
        self.remove()

    def remove(self):
        for number, name in enumerate(self.names, 1):
            for process in self.processes(name):
                subprocess.run(["kill", "-9", str(process)], capture_output=True)
            # A wire goes with its namespace only later, and the next one of its name could not be made.
            subprocess.run(["ip", "link", "del", f"mrs-wire{number}"], capture_output=True)
            subprocess.run(["ip", "netns", "del", name], capture_output=True)
        subprocess.run(["ip", "link", "del", BRIDGE], capture_output=True)

    def processes(self, name):
        done = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True)
        return [int(word) for word in done.stdout.split()]

    def everything(self):
        return [process for name in self.names for process in self.processes(name)]

    def start(self, script, where, *words):
        """A run with a rank on each machine, started on the first."""
        hosts = ",".join(f"{NETWORK}.{number}:1" for number in range(1, self.count + 1))
        launch = [
            "mpirun", "-q", "--tune", CONFIGURATION, "-np", str(self.count), "--host", hosts, "--mca", "plm_rsh_agent",
            self.agent, "--mca", "btl_tcp_if_include", "eth0", "--mca", "oob_tcp_if_include", "eth0", "--bind-to",
            "none", ranks.PROGRAM, "run", script, *words]
        quoted = " ".join("'" + word + "'" for word in launch)
        return ranks.start([self.agent, f"{NETWORK}.1", f"cd '{where}' && exec {quoted}"], where)

    def sent(self):
        """How many bytes each machine has put on its wire."""
        return [
            int(sh("ip", "netns", "exec", name, "cat", "/sys/class/net/eth0/statistics/tx_bytes")) for name in self.names]

    def cut(self, number):
        sh("ip", "link", "set", f"mrs-wire{number}", "down")


CONFIGURATION = os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "examples", "cluster", "openmpi.conf")
