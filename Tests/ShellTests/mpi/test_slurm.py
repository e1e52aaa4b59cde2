"""The job of examples/cluster under a Slurm of one machine, made for the test."""

import os
import shutil
import socket
import subprocess
import unittest

import ranks

EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "examples", "cluster")
TOOLS = ("slurmctld", "slurmd", "munged", "sbatch", "srun", "scontrol")


def reason():
    if os.geteuid() != 0:
        return "a Slurm of its own needs root"
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        return f"no {missing[0]} here: apt-get install slurmctld slurmd slurm-client munge"
    return None


@unittest.skipIf(reason(), reason())
class Job(unittest.TestCase):
    def setUp(self):
        self.where = ranks.folder("slurm")
        self.daemons = []
        name = socket.gethostname().split(".")[0]
        self.configuration = ranks.write(os.path.join(self.where, "slurm.conf"), f"""ClusterName=test
SlurmctldHost={name}(127.0.0.1)
SlurmctldPort=26817
SlurmdPort=26818
AuthType=auth/munge
AuthInfo=socket={self.where}/munge.socket
CryptoType=crypto/munge
SlurmUser=root
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
ReturnToService=2
StateSaveLocation={self.where}/state
SlurmdSpoolDir={self.where}/spool
SlurmctldPidFile={self.where}/slurmctld.pid
SlurmdPidFile={self.where}/slurmd.pid
SlurmctldLogFile={self.where}/slurmctld.log
SlurmdLogFile={self.where}/slurmd.log
NodeName={name} NodeAddr=127.0.0.1 CPUs={os.cpu_count()} State=UNKNOWN
PartitionName=main Nodes={name} Default=YES MaxTime=INFINITE State=UP
""")
        for folder in ("state", "spool"):
            os.makedirs(os.path.join(self.where, folder))
        os.environ["SLURM_CONF"] = self.configuration
        key = os.path.join(self.where, "munge.key")
        with open(key, "wb") as file:
            file.write(os.urandom(1024))
        os.chmod(key, 0o400)
        os.chmod(self.where, 0o755)
        munge = ["munged", "--foreground", "--force", f"--key-file={key}", f"--socket={self.where}/munge.socket",
                 f"--pid-file={self.where}/munge.pid", f"--log-file={self.where}/munge.log",
                 f"--seed-file={self.where}/munge.seed"]
        self.daemon(*munge)
        ranks.wait_for(lambda: os.path.exists(f"{self.where}/munge.socket"), "munge", 20)
        self.daemon("slurmctld", "-D", "-f", self.configuration)
        self.daemon("slurmd", "-D", "-f", self.configuration)
        ranks.wait_for(
            lambda: "idle" in subprocess.run(["sinfo", "-h", "-o", "%t"], capture_output=True, text=True).stdout,
            "a machine of Slurm: " + self.log("slurmd") + self.log("slurmctld"), 60)

    def daemon(self, *words):
        self.daemons.append(
            subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def log(self, name):
        path = os.path.join(self.where, name + ".log")
        return ranks.contents(path).decode()[-2000:] if os.path.exists(path) else ""

    def tearDown(self):
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        del os.environ["SLURM_CONF"]

    def test_a_job_has_the_bits_of_one_process(self):
        alone = ranks.folder("slurm-alone")
        text = ranks.TRAINING.format(epochs=3)
        output, errors, status = ranks.alone(ranks.write(os.path.join(alone, "script.mrs"), text), alone)
        self.assertEqual(status, 0, errors)
        job = ranks.folder("slurm-job")
        script = ranks.write(os.path.join(job, "script.mrs"), text)
        plugins = subprocess.run(["srun", "--mpi=list"], capture_output=True, text=True)
        plugin = next((word for word in ("pmix_v4", "pmix") if word in plugins.stdout + plugins.stderr), None)
        tried = subprocess.run(["srun", f"--mpi={plugin}", "-n", "1", "true"], capture_output=True, text=True, timeout=60)
        if plugin is None or "can not load PMIx" in tried.stderr:
            self.skipTest("this Slurm finds no PMIx; in Debian: apt-get install libpmix-dev")
        done = subprocess.run(
            ["sbatch", "--wait", "--nodes=1", "--ntasks-per-node=2", "--cpus-per-task=1", "--time=5",
             f"--export=ALL,MRS={ranks.PROGRAM},MRS_SLURM_MPI={plugin}", "--output=job.txt",
             os.path.join(EXAMPLE, "run.sbatch"), script, "--deterministic"],
            cwd=job, capture_output=True, text=True, timeout=200)
        said = ranks.contents(os.path.join(job, "job.txt")).decode() if os.path.exists(os.path.join(job, "job.txt")) else ""
        self.assertEqual(done.returncode, 0, done.stderr + said + self.log("slurmd"))
        self.assertEqual(said, output)
        self.assertEqual(
            ranks.contents(os.path.join(job, "trained.safetensors")),
            ranks.contents(os.path.join(alone, "trained.safetensors")))
