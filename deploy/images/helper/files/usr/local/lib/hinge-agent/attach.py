"""One command that somebody watches or talks to: its output as it comes, its input as it is typed, on a terminal if wanted.

Unlike the agent's commands it has no time limit. It lives as long as whoever asked for it: when stdin closes, it is killed.
"""

import base64
import ctypes
import fcntl
import json
import os
import select
import signal
import struct
import sys
import termios
import time

from command import CHUNK, ENVIRONMENT
from request import NAMESPACES, Refused, check_attach, check_message
from target import node_networks, open_target

# What is refused was not run; as docker and podman say it.
REFUSED = 125
# Bytes of input that wait for the command; more are left where they come from.
MOST_PENDING = 1 << 20
# Seconds for the last output of a terminal to come out of the kernel.
LAST_WORDS = 1.0
PR_SET_PDEATHSIG = 1
# What may be sent to the command, or is for this program itself.
PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

LIBC = ctypes.CDLL(None, use_errno=True)


def attach():
    """Reads the request and runs its command. Returns the exit code."""
    lines = Lines()
    try:
        request = lines.first()
        check_attach(request)
        command = Attached(request, lines)
    except Refused as refusal:
        sys.stderr.write(f"hinge-attach: {refusal.code}: {refusal}\n")
        return REFUSED
    return command.serve()


def parsed(line):
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Refused("bad-request", f"not JSON: {error}") from error
    if not isinstance(message, dict):
        raise Refused("bad-request", "a message is a JSON object")
    return message


class Lines:
    """Messages on stdin, one a line."""

    def __init__(self):
        self.partial = bytearray()
        self.waiting = []

    def first(self):
        while not self.waiting:
            if not self.read():
                raise Refused("bad-request", "stdin closed before the request")
        return parsed(self.waiting.pop(0))

    def read(self):
        """Takes in what is there; False at the end of stdin."""
        chunk = os.read(0, CHUNK)
        self.partial += chunk
        *lines, self.partial = self.partial.split(b"\n")
        self.waiting += [line for line in lines if line.strip()]
        return len(chunk) > 0

    def messages(self):
        while self.waiting:
            message = parsed(self.waiting.pop(0))
            check_message(message)
            yield message


class Attached:
    def __init__(self, request, lines):
        self.lines = lines
        self.terminal = request.get("terminal")
        self.pending = bytearray()
        self.unsent = bytearray()
        self.ending = False
        self.hung_up = False
        target = open_target(request, node_networks())
        try:
            namespaces = {
                name: os.open(f"ns/{NAMESPACES[name]}", os.O_RDONLY, dir_fd=target) for name in request["namespaces"]
            }
            # Whoever is forked from here on is in it.
            if "pid" in namespaces:
                enter(namespaces["pid"])
        except OSError as error:
            raise Refused("spawn-failed", error.strerror) from error
        self.woken, wake = os.pipe()
        for fd in (self.woken, wake):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        if self.terminal is None:
            theirs, self.input = os.pipe()
        else:
            self.input, theirs = os.openpty()
            self.resize(self.terminal)
        # What comes before the command is there waits for it, even where this program was started with signals ignored.
        signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
        self.child = os.fork()
        if self.child == 0:
            self.become(request["argv"], namespaces, theirs)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self.kill())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
        os.close(theirs)
        os.set_blocking(self.input, False)
        if self.terminal is not None:
            os.set_blocking(1, False)  # otherwise it is the command's, too

    def become(self, argv, namespaces, theirs):
        """In the child: turns into the command. Never returns."""
        code = 126
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGPIPE, *PASSED_ON):
                signal.signal(number, signal.SIG_DFL)
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            os.setsid()
            environment = dict(ENVIRONMENT)
            outputs = ()
            if self.terminal is not None:
                environment["TERM"] = self.terminal["type"]
                fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)
                outputs = (1, 2)
            for fd in (0, *outputs):
                os.dup2(theirs, fd)
            for name in ("net", "uts", "ipc", "mount"):
                if name in namespaces:
                    enter(namespaces[name])
            os.chdir("/")
            signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
            os.execvpe(argv[0], argv, environment)
        except OSError as error:
            code = 127 if isinstance(error, (FileNotFoundError, NotADirectoryError)) else 126
            os.write(2, f"{argv[0]}: {error.strerror}\n".encode("utf-8", "replace"))
        finally:
            os._exit(code)

    def serve(self):
        """Passes on what comes in and goes out until the command ends. Returns its exit code; 128 and more: a signal's."""
        self.obey_all()  # what came with the request
        while not self.ended():
            for fd, event in self.poller().poll():
                if fd == 0:
                    self.receive()
                elif fd == self.woken:
                    os.read(self.woken, CHUNK)
                elif fd == 1:
                    self.send()
                elif self.terminal is None or event & select.POLLOUT:
                    self.feed()
                elif not self.take():
                    self.hung_up = True
        self.kill()
        if self.terminal is not None:
            self.finish()
        _, status = os.waitpid(self.child, 0)
        code = os.waitstatus_to_exitcode(status)
        return code if code >= 0 else 128 - code

    def poller(self):
        """What there is to wait for now."""
        poller = select.poll()
        poller.register(self.woken, select.POLLIN)
        # Nothing is read while the command takes nothing; a hang-up is told of in any case.
        poller.register(0, select.POLLIN if len(self.pending) < MOST_PENDING else 0)
        if self.unsent:
            poller.register(1, select.POLLOUT)
        reads = self.terminal is not None and not self.unsent
        events = (select.POLLOUT if self.pending else 0) | (select.POLLIN if reads else 0)
        if events and not self.hung_up and self.input is not None:
            poller.register(self.input, events)
        return poller

    def ended(self):
        return os.waitid(os.P_PID, self.child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def receive(self):
        """Takes in messages; who has sent them may be gone."""
        if not self.lines.read():
            self.kill()
        self.obey_all()

    def obey_all(self):
        try:
            for message in self.lines.messages():
                self.obey(message)
        except Refused as refusal:
            os.write(2, f"hinge-attach: {refusal.code}: {refusal}\n".encode("utf-8", "replace"))
            self.kill()

    def obey(self, message):
        if "input" in message:
            try:
                self.pending += base64.b64decode(message["input"], validate=True)
            except ValueError as error:
                raise Refused("bad-request", f"input must be base64: {error}") from error
        elif "end" in message:
            self.ending = True
            self.feed()
        elif "signal" in message:
            os.kill(self.child, getattr(signal, f"SIG{message['signal']}"))
        elif self.terminal is not None:
            self.resize(message)

    def resize(self, size):
        fcntl.ioctl(self.input, termios.TIOCSWINSZ, struct.pack("HHHH", size["rows"], size["columns"], 0, 0))

    def feed(self):
        """Hands on input as far as the command takes it."""
        if self.input is None:
            self.pending.clear()
            return
        try:
            if self.pending:
                del self.pending[: os.write(self.input, self.pending)]
        except BlockingIOError:
            return
        except OSError:
            self.pending.clear()  # nobody reads it any more
            self.ending = True
        if self.ending and not self.pending and self.terminal is None:
            os.close(self.input)
            self.input = None

    def take(self):
        """Takes in output of the terminal; False at its end. (Without one the command writes to our own stdout and stderr.)"""
        try:
            chunk = os.read(self.input, CHUNK)
        except BlockingIOError:
            return True
        except OSError:
            return False  # nobody has it open any more
        self.unsent += chunk
        self.send()
        return len(chunk) > 0

    def send(self):
        try:
            if self.unsent:
                del self.unsent[: os.write(1, self.unsent)]
        except BlockingIOError:
            return
        except OSError:
            self.unsent.clear()
            self.kill()

    def finish(self):
        """Hands on the last output."""
        poller = select.poll()
        poller.register(self.input, select.POLLIN)
        os.set_blocking(1, True)
        until = time.monotonic() + LAST_WORDS
        while time.monotonic() < until and poller.poll(LAST_WORDS * 1000):
            if not self.take():
                break
        self.send()

    def kill(self):
        """Kills the whole session: the command and whatever it has started on its terminal."""
        while members := session_of(self.child):
            for pid in members:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass


def enter(namespace):
    if LIBC.setns(namespace, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def session_of(leader):
    """Processes of a session that still run."""
    members = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as stat:
                # The second field, the name in parentheses, may contain anything.
                state, _parent, _group, session = stat.read().rpartition(b")")[2].split()[:4]
        except OSError:
            continue
        if int(session) == leader and state not in (b"Z", b"X"):
            members.append(int(name))
    return members
