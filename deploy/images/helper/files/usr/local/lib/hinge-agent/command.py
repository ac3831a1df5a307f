"""One running command: its process, its pipes, its deadline."""

import os
import signal
import subprocess
import time

from request import NAMESPACES, Refused
from target import is_alive, open_target

CHUNK = 65536
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LC_ALL": "C.UTF-8",
}


class Output:
    """Collects a stream up to a limit; the rest is read, so that the command does not block, and dropped."""

    def __init__(self, limit):
        self.data = bytearray()
        self.limit = limit
        self.truncated = False

    def add(self, chunk):
        room = self.limit - len(self.data)
        self.data += chunk[:room]
        self.truncated = self.truncated or len(chunk) > room

    def text(self):
        # A cut in the middle of a character is no fault of the command: leave the half one out.
        return self.data.decode("utf-8", "ignore" if self.truncated else "replace")


class Command:
    def __init__(self, request, forbidden):
        self.id = request["id"]
        self.target = None
        self.process = None
        self.flags = {}
        argv = request.get("argv") or ["/bin/sh", "-c", request["script"]]
        directory = "/"
        names = request.get("namespaces")
        if names:
            self.target = open_target(request, forbidden)
            # nsenter opens these relative paths in its working directory, which is the descriptor's /proc/PID.
            directory = f"/proc/self/fd/{self.target}"
            options = [f"--{name}=ns/{NAMESPACES[name]}" for name in names]
            if "mount" not in names:
                options.append("--wd=/")
            argv = ["nsenter", *options, "--", *argv]
        self.input = memoryview(request.get("stdin", "").encode("utf-8", "surrogatepass"))
        self.started = time.monotonic()
        self.deadline = self.started + request.get("timeoutMs", 30_000) / 1000
        try:
            self.process = subprocess.Popen(
                argv,
                bufsize=0,
                stdin=subprocess.PIPE if self.input else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=directory,
                env=ENVIRONMENT,
                start_new_session=True,
            )
        except OSError as error:
            gone = self.target is not None and not is_alive(self.target)
            self.release()
            if gone:
                raise Refused("stale-pid", f"pid {request['pid']} has just ended") from error
            raise
        limit = request.get("maxOutput", 1 << 20)
        self.outputs = {self.process.stdout: Output(limit), self.process.stderr: Output(limit)}
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)

    def kill(self):
        """Kills the whole process group. Its number cannot have been reused: `finish` alone reaps the leader."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def ended(self):
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def read(self, pipe):
        """Reads a chunk; False when there is none, at the end of the stream or for now."""
        try:
            chunk = os.read(pipe.fileno(), CHUNK)
        except BlockingIOError:
            return False
        self.outputs[pipe].add(chunk)
        return len(chunk) > 0

    def write(self):
        """Feeds stdin; False when all is written or nobody reads it."""
        try:
            self.input = self.input[os.write(self.process.stdin.fileno(), self.input) :]
        except BlockingIOError:
            return True
        except OSError:
            return False
        return len(self.input) > 0

    def finish(self):
        """Ends what the command left in the background, takes in its last output, and returns the reply."""
        self.kill()
        code = self.process.wait()
        for pipe in self.outputs:
            # Bounded: a process that left the group may go on writing for ever.
            for _ in range(32):
                if not self.read(pipe):
                    break
        reply = {"id": self.id, "exitCode": code if code >= 0 else None}
        if code < 0:
            reply["signal"] = signal_name(-code)
        stdout, stderr = self.outputs.values()
        reply["stdout"], reply["stderr"] = stdout.text(), stderr.text()
        if stdout.truncated or stderr.truncated:
            reply["truncated"] = True
        if code != 0 and self.target is not None and not is_alive(self.target):
            reply["targetGone"] = True
        reply.update(self.flags)
        reply["durationMs"] = round((time.monotonic() - self.started) * 1000)
        self.release()
        return reply

    def release(self):
        if self.target is not None:
            os.close(self.target)
        if self.process is not None:
            for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
                if pipe is not None:
                    pipe.close()


def signal_name(number):
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"SIG{number}"
