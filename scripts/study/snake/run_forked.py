"""Run a command in a fork of `study.snake.fork_server`; where that is not possible, as it is.

    python -I -S run_forked.py ADDRESS COMMAND...

Stands before a job's command. This process is what Snakemake started for the job, and waits for: it
hands on signals, ends with the job's exit status, and takes the job with it when it is killed. It
imports as little as it can: it starts in a hundredth of a second.
"""

import marshal
import os
import signal
import socket
import sys
from typing import NamedTuple

# Those that people, terminals and batch systems send, see study.store.interrupts.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
LONGEST = 2**20  # bytes of a message
NO = b"no"  # the answer to a job that is to run in a process of its own


class Peer(NamedTuple):
    """The process at the other end of a connection, as it was when it connected or listened."""

    process: int
    user: int


def peer(connection: socket.socket) -> Peer:
    """Who is at the other end of a connection."""
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    process, user, _ = memoryview(found).cast("i")
    return Peer(process, user)


def ask(address: str, command: list[str]) -> int | None:
    """Have a job run. Returns its exit status, negative if it died of a signal; None if it did not
    run, or nobody can say how it ended.

    Raises:
        OSError: the server is gone.
    """
    ignored = [int(number) for number in SIGNALS if signal.getsignal(number) is signal.SIG_IGN]
    request = (command, os.getcwd(), dict(os.environ), ignored)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.connect(f"\0{address}")
        if peer(server).user != os.getuid():
            return None
        server.send(marshal.dumps(request))
        for number in set(SIGNALS) - set(ignored):
            signal.signal(number, lambda number, frame: server.send(bytes([number])))
        answer = server.recv(LONGEST)
    if not answer:
        raise ConnectionResetError("the process that forks jobs has ended")
    return None if answer == NO else int(answer)


def main(address: str, command: list[str]) -> None:
    """Run a command, and end as it does."""
    snakemake = os.getppid()
    try:
        status = ask(address, command)
    except OSError as error:
        if os.getppid() != snakemake:  # and so has whoever would want to know
            os._exit(1)
        print(f"note: a job starts anew, in a process of its own: {error}", file=sys.stderr)
        status = None
    if status is None:
        os.execvp(command[0], command)
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
