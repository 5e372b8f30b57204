"""A real SLURM on one machine, for tests: authentication, controller and one node on loopback.

    python tests/support/slurm_cluster.py FOLDER COMMAND ...

starts it, runs a command with SLURM_CONF set, and stops what it started; `shared_slurm` has one for
several processes, such as a test run's workers. Needs slurmctld, slurmd and munged, and qsub to
stand for another scheduler (Debian: slurm-wlm, munge, slurm-wlm-torque); no systemd and no
accounting database.
"""

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from filelock import FileLock

# Where programs look for it. The executor takes SLURM_CONF, as all of SLURM_*, out of a job's
# environment, so that it must be here.
SYSTEM_CONFIGURATION = Path("/etc/slurm/slurm.conf")
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "qsub")
CLUSTER = "study_tests"
CPUS = 16  # as declared, however many there are: no more jobs run at a time than fit
MEMORY_MB = 64000
# slurm.conf; jobs over their memory are killed by polling, which needs no control groups, and those
# that are asked to stop have a long time for it, as this machine may be busy with other tests
CONFIGURATION = """\
ClusterName={cluster}
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
KillWait=120
MinJobAge=600
ReturnToService=2
SchedulerParameters=sched_min_interval=500000,batch_sched_delay=1
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName=node1 NodeHostname={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} Gres=gpu:1 \
State=UNKNOWN
PartitionName=main Nodes=node1 Default=YES MaxTime=1-00:00:00 State=UP
PartitionName=gpu Nodes=node1 MaxTime=1-00:00:00 State=UP
"""


def find_programs() -> dict[str, str]:
    """The programs that are here, by name; daemons may be outside the user's PATH."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    found = {name: shutil.which(name, path=path) for name in PROGRAMS}
    return {name: program for name, program in found.items() if program}


@contextlib.contextmanager
def running_slurm(folder: Path):
    """Start SLURM with its files in `folder`, which must have a short path; gives SLURM_CONF."""
    programs = find_programs()
    folder.mkdir(parents=True, mode=0o755)
    for name in ("state", "spool"):
        (folder / name).mkdir()
    (folder / "munge.key").write_bytes(os.urandom(1024))
    (folder / "munge.key").chmod(0o600)
    # what SLURM takes for a GPU, to see that it is asked for
    (folder / "gres.conf").write_text("NodeName=node1 Name=gpu File=/dev/null\n")
    configuration = folder / "slurm.conf"
    configuration.write_text(
        CONFIGURATION.format(
            cluster=CLUSTER,
            folder=folder,
            host=socket.gethostname().partition(".")[0],
            user=getpass.getuser(),
            ports=free_ports(2),
            cpus=CPUS,
            memory=MEMORY_MB,
        )
    )
    environment = os.environ | {"SLURM_CONF": str(configuration)}
    munge = ["--foreground", "--force", "--key-file", folder / "munge.key"]
    munge += ["--socket", folder / "munge.socket", "--pid-file", folder / "munged.pid"]
    munge += ["--log-file", folder / "munged.log", "--seed-file", folder / "munged.seed"]
    daemons = {
        "munged": [programs["munged"], *munge],
        "slurmctld": [programs["slurmctld"], "-D", "-f", configuration],
        "slurmd": [programs["slurmd"], "-D", "-N", "node1", "-f", configuration],
    }
    with contextlib.ExitStack() as stack:
        SYSTEM_CONFIGURATION.parent.mkdir(parents=True, exist_ok=True)
        clear_leftovers()
        SYSTEM_CONFIGURATION.symlink_to(configuration)  # refuses to take another cluster's place
        stack.callback(SYSTEM_CONFIGURATION.unlink)
        for name, command in daemons.items():
            output = stack.enter_context(open(folder / f"{name}.out", "w"))
            process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
            stack.callback(stop, process)
            if name == "munged":
                wait_for(lambda: (folder / "munge.socket").exists(), "munged", folder)
        wait_for(lambda: node_is_idle(environment), "the node", folder)
        yield str(configuration)
        subprocess.run(["scancel", "--user", getpass.getuser()], env=environment, check=False)


@contextlib.contextmanager
def shared_slurm(place: Path):
    """One cluster for all processes that use this with the same folder; gives SLURM_CONF.

    The first to come starts it, in a process of its own, and the last to go stops that.
    """
    users, keeper = place / "slurm_users", place / "slurm_keeper"
    lock = FileLock(place / "slurm.lock")
    with lock:
        count = int(users.read_text()) if users.exists() else 0
        if not count:
            keeper.write_text(str(keep_slurm()))
        users.write_text(str(count + 1))
    configuration = SYSTEM_CONFIGURATION.readlink()
    try:
        yield str(configuration)
    finally:
        with lock:
            count = int(users.read_text()) - 1
            users.write_text(str(count))
            if not count:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(keeper.read_text()), signal.SIGTERM)
                # the last that it does; for all but its parent it would not be seen to end
                wait_for(lambda: not SYSTEM_CONFIGURATION.is_symlink(), "stopping SLURM", place)
                shutil.rmtree(configuration.parents[1])


def keep_slurm() -> int:
    """Start a process that has a cluster run until it is asked to stop; its number."""
    folder = Path(tempfile.mkdtemp(prefix="slurm"), "s")  # a short path, as sockets have to have
    command = [sys.executable, __file__, folder, "sh", "-c", "echo ready; exec sleep infinity"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    said = process.stdout.readline()
    assert said == "ready\n", said + process.stdout.read()
    return process.pid


def clear_leftovers() -> None:
    """End what an earlier run of this left behind when it was killed, and remove its link.

    Its daemons are known by the folder that the link leads to, which is among their arguments, and
    its jobs by the name of the cluster in their environment. A link that does not lead to a
    configuration of this program's is another cluster's, and is left alone.
    """
    if not SYSTEM_CONFIGURATION.is_symlink():
        return
    configuration = SYSTEM_CONFIGURATION.readlink()
    if configuration.exists() and f"ClusterName={CLUSTER}\n" not in configuration.read_text():
        return
    left = [
        process
        for process in psutil.process_iter()
        if process.pid != os.getpid() and belongs_to(process, str(configuration.parent))
    ]
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left)
    SYSTEM_CONFIGURATION.unlink()


def belongs_to(process: psutil.Process, folder: str) -> bool:
    """Whether a process keeps a cluster in a folder, or is of a job that the cluster runs."""
    with contextlib.suppress(psutil.Error):
        of_daemon = any(f"{word}/".startswith(f"{folder}/") for word in process.cmdline())
        return of_daemon or process.environ().get("SLURM_CLUSTER_NAME") == CLUSTER
    return False


def node_is_idle(environment: dict[str, str]) -> bool:
    command = ["sinfo", "--noheader", "--format=%T"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.stdout.split() == ["idle"]


def wait_for(ready, what: str, folder: Path, seconds: float = 300) -> None:
    """Wait until something is ready, at most so long; else show what the daemons said."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            logs = "\n".join(
                f"--- {path.name}\n{path.read_text(errors='replace')[-2000:]}"
                for path in sorted(folder.glob("*.out")) + sorted(folder.glob("*.log"))
            )
            raise RuntimeError(f"{what} took more than {seconds:.0f} s\n{logs}")
        time.sleep(0.1)


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for item in sockets:
            item.bind(("127.0.0.1", 0))
        return [item.getsockname()[1] for item in sockets]


def stop(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    missing = [name for name in PROGRAMS if name not in find_programs()]
    if missing:
        sys.exit(f"SLURM is not here: no {', '.join(missing)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("asked to stop"))
    with running_slurm(Path(sys.argv[1]).absolute()) as configuration:
        done = subprocess.run(sys.argv[2:], env=os.environ | {"SLURM_CONF": configuration})
    sys.exit(done.returncode)
