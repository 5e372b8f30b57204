"""Run a command in a fork of `study.snake.fork_server`; where that is not possible, directly.

    python -I -S run_forked.py ADDRESS COMMAND...

Goes before a job's command. This process is what Snakemake started for the job, and waits for: it
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


def ask(address: str, command: list[str], received: list[int]) -> int | None:
    """Have a job run. Returns its exit status, negative if it died of a signal; None if it is to
    run in a process of its own.

    Args:
        received: signals, which are added to as they arrive.

    Raises:
        OSError: the server is gone, and with it the job.
    """
    ignored = [int(number) for number in SIGNALS if signal.getsignal(number) is signal.SIG_IGN]
    heeded = set(SIGNALS).difference(ignored)

    def hand_on(number: int, _) -> None:
        received.append(number)
        server.send(bytes([number]))

    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.connect(f"\0{address}")
        if peer(server).user != os.getuid():
            return None
        folder = os.getcwd()  # noqa: PTH109 - pathlib takes longer to import than all else
        request = marshal.dumps((command, folder, dict(os.environ), ignored))
        socket.send_fds(server, [request], [0, 1, 2])
        try:
            for number in heeded:
                signal.signal(number, hand_on)
            answer = server.recv(LONGEST)
        finally:
            for number in heeded:
                signal.signal(number, signal.SIG_DFL)
    if not answer:
        raise ConnectionResetError("the process that forks jobs has ended")
    return None if answer == NO else int(answer)


def main(address: str, command: list[str]) -> None:
    """Run a command, and end as it does."""
    snakemake = os.getppid()
    received: list[int] = []
    try:
        status = ask(address, command, received)
    except OSError as error:
        if os.getppid() != snakemake:  # gone, and with it whoever would want a result
            os._exit(1)
        status = None
        if not received:
            print(f"note: a job starts in a process of its own: {error}", file=sys.stderr)
    if status is None and received:  # asked to stop, and there is no job that was
        status = -received[0]
    if status is None:
        os.execvp(command[0], command)
    if status < 0:
        if -status != signal.SIGKILL:  # which cannot be handled
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
