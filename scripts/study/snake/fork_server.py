"""A process that has imported what jobs import, and forks a process for each job.

Importing torch takes longer than a short run trains. Here each script's imports run once; a job is
a fork of this process that runs its whole script, finds its imports done, and computes what it
would have computed in a process of its own.

`study.snake.served_jobs` starts it beside a Snakemake. It is asked by `run_forked.py`, the process
that Snakemake started for the job and waits for, with one message: command, folder, environment and
ignored signals, marshalled, and its standard files. Further messages are signals for the job, a
byte each. The one answer is the job's exit status, as `subprocess` has it, or `NO`: the job is
to run in a process of its own. A job keeps its side of the connection open too, so that whoever
reads an end without an answer knows that both this process and the job are gone.

It forks only while it has a single thread. It ends with its Snakemake; jobs that run then notice
that as they always did, by their parent.
"""

import ast
import atexit
import contextlib
import gc
import marshal
import os
import runpy
import selectors
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from study.snake.run_forked import LONGEST, NO, SIGNALS, peer

# Of a job's environment, what may differ from this process's: a shell's, and places for files.
OWN = {"_", "SHLVL", "PWD", "OLDPWD", "TMPDIR", "TMP", "TEMPDIR", "TEMP"}
READ = Path(__file__).parents[3] / "workflow"  # where modules read files as they are imported
PATIENCE = 10  # seconds for the message of a process that has connected
OURS = "study"  # the package whose modules import in their functions what takes long
# Its modules that import torch there, which takes two seconds and is not needed to make results.
TRAINING = "study.training."

followed: set[str] = set()  # of its modules, those whose imports have been run

Stamp = tuple[int, int]


class Request(NamedTuple):
    """What a job's process asks for."""

    command: list[str]
    folder: str
    environment: dict[str, str]
    ignored: list[int]  # signals
    files: list[int]  # descriptors of its standard input, output and error


class Job(NamedTuple):
    """A job that runs."""

    process: int  # its number
    end: int  # a file descriptor that is readable when it has ended
    connection: socket.socket  # with the process that asked for it


def main(listening: int, living: int) -> None:
    """Fork jobs until Snakemake has gone; in each, run its script.

    Args:
        listening: file descriptor of the socket.
        living: file descriptor of a pipe whose other end Snakemake has.
    """
    gc.disable()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    # The connection stays open until this process has ended.
    request, connection = serve(socket.socket(fileno=listening), living)
    # From here on, this is a job.
    Path("/proc/self/comm").write_text(job_name(peer(connection).process))
    become(request)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    gc.enable()
    status = run(request.command[1])
    # Tearing down what was imported, little of which is this process's own, would take longer than
    # a short job.
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status & 255)


def run(script: str) -> int:
    """Run a script, print what Python says of its end, and return the exit status."""
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, int | None):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def job_name(process: int) -> str:
    """What a job is called among the processes, by the process that stands for it."""
    return f"job of {process}"


def serve(listener: socket.socket, living: int) -> tuple[Request, socket.socket]:
    """Fork jobs. Returns only in those: what they are, and their connection."""
    environment = dict(os.environ)  # some modules change it as they are imported
    stamps: dict[str, Stamp] = {}
    jobs: dict[int, Job] = {}  # by both of their file descriptors
    events = selectors.DefaultSelector()
    events.register(listener, selectors.EVENT_READ)
    events.register(living, selectors.EVENT_READ)
    while True:
        for key, _ in events.select():
            if key.fd == living:
                os._exit(0)
            if key.fileobj is not listener:
                job = jobs.get(key.fd)
                if job and job is key.data:  # not if it has ended a moment ago
                    hear(job, key.fd, jobs, events)
                continue
            connection, _ = listener.accept()
            request = receive(connection)
            if not request or not can_fork(request, environment, stamps):
                refuse(connection, request)
                continue
            process = os.fork()
            if process == 0:
                listener.close()
                events.close()
                os.close(living)
                for job in set(jobs.values()):
                    job.connection.close()
                    os.close(job.end)
                return request, connection
            for file in request.files:
                os.close(file)
            connection.setblocking(False)
            job = Job(process, os.pidfd_open(process), connection)
            for place in (job.end, connection.fileno()):
                jobs[place] = job
                events.register(place, selectors.EVENT_READ, job)


def receive(connection: socket.socket) -> Request | None:
    """What is asked for; None from a stranger, or one that says nothing."""
    connection.settimeout(PATIENCE)
    if peer(connection).user != os.getuid():
        return None
    try:
        message, files, _, _ = socket.recv_fds(connection, LONGEST, 3)
    except OSError:
        return None
    if not message:
        return None
    command, folder, environment, ignored = marshal.loads(message)
    return Request(command, folder, environment, ignored, files)


def refuse(connection: socket.socket, request: Request | None) -> None:
    """Leave a job to a process of its own."""
    for file in request.files if request else ():
        os.close(file)
    with contextlib.suppress(OSError):
        connection.send(NO)
    connection.close()


def can_fork(request: Request, environment: dict[str, str], stamps: dict[str, Stamp]) -> bool:
    """Whether a fork does what a new process would do; imports what it needs.

    Args:
        environment: what this process was started with.
        stamps: of the files that were imported; new ones are added.
    """
    command, theirs = request.command, request.environment
    if len(command) != 2 or command[0] != sys.executable or request.folder != str(Path.cwd()):
        return False
    names = (theirs.keys() | environment.keys()) - OWN
    if any(theirs.get(name) != environment.get(name) for name in names):
        return False
    try:
        import_for(command[1])
    except (Exception, SystemExit):  # the job shall say so, in its log
        return False
    return is_current(stamps) and len(list(Path("/proc/self/task").iterdir())) == 1


def import_for(script: str) -> None:
    """Run the imports of a script and of our modules that it uses, also those in functions.

    Nothing else of them is run. Functions of `study.training` are left out until a script imports
    torch.
    """
    run_imports(script)
    trains = "torch" in sys.modules
    for name, module in sorted(sys.modules.items()):
        if name.startswith(TRAINING) and not trains:
            continue
        if name.startswith(f"{OURS}.") and name not in followed and module.__file__:
            followed.add(name)
            with contextlib.suppress(ImportError):  # of what not every machine has
                run_imports(module.__file__)
    gc.freeze()  # jobs look for no garbage in it


def run_imports(path: str) -> None:
    """Run the imports of a file, wherever in it they are."""
    tree = ast.parse(Path(path).read_bytes(), path)
    tree.body = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    exec(compile(tree, path, "exec"), {"__name__": "imports"})


def is_current(stamps: dict[str, Stamp]) -> bool:
    """Whether the files of all modules are what they were when they were imported."""
    modules = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    paths = [path for path in modules if path and path.startswith("/")]
    try:
        for path in (*paths, *map(str, READ.rglob("*.yaml"))):
            found = os.stat(path)  # noqa: PTH116 - thousands of them, for each job
            stamp = (found.st_mtime_ns, found.st_size)
            if stamps.setdefault(path, stamp) != stamp:
                return False
    except OSError:
        return False
    return True


def become(request: Request) -> None:
    """Have what a new process for a job would have."""
    for name in OWN:
        os.environ.pop(name, None)
        if name in request.environment:
            os.environ[name] = request.environment[name]
    for place, file in enumerate(request.files):
        os.dup2(file, place)
        os.close(file)
    atexit._clear()  # what is to be done at the end of the process that was forked
    tempfile.tempdir = None
    script = request.command[1]
    sys.argv[:] = [script]
    sys.path.insert(0, str(Path(script).parent))
    for number in SIGNALS:
        usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        signal.signal(number, signal.SIG_IGN if number in request.ignored else usual)


def hear(job: Job, place: int, jobs: dict[int, Job], events: selectors.BaseSelector) -> None:
    """A job has ended, or the process that stands for it has a signal for it, or has died."""
    if place == job.end:
        _, status = os.waitpid(job.process, 0)
        with contextlib.suppress(OSError):
            job.connection.send(str(os.waitstatus_to_exitcode(status)).encode())
        for other in [number for number, known in jobs.items() if known is job]:
            events.unregister(other)
            del jobs[other]
        os.close(job.end)
        job.connection.close()
        return
    try:
        numbers = job.connection.recv(LONGEST)
    except ConnectionError:
        numbers = b""
    if not numbers:
        events.unregister(place)
        del jobs[place]
    with contextlib.suppress(ProcessLookupError):
        for number in numbers or [signal.SIGKILL]:
            signal.pidfd_send_signal(job.end, number)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
