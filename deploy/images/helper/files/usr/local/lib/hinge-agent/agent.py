"""The loop: reads requests, runs them side by side, writes replies.

One thread and one selector do everything, so that a node's agent stays small and a waiting command costs nothing.
"""

import json
import os
import selectors
import signal
import subprocess
import time
from collections import deque

from command import CHUNK, Command
from request import Refused, check_request
from target import node_networks

PROTOCOL = 1
CONCURRENCY = 16


class Agent:
    def __init__(self):
        self.forbidden = node_networks()
        self.selector = selectors.PollSelector()  # unlike epoll it also takes regular files
        self.partial = bytearray()
        self.unsent = bytearray()
        self.queue = deque()
        self.running = []
        self.open = True

    def run(self):
        wake_read, wake_write = os.pipe()
        for fd in (0, 1, wake_read, wake_write):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self.close())
        self.selector.register(0, selectors.EVENT_READ, self.receive)
        self.selector.register(wake_read, selectors.EVENT_READ, lambda: os.read(wake_read, CHUNK))
        self.send({"agent": "hinge-agent", "protocol": PROTOCOL, "concurrency": CONCURRENCY})
        try:
            while self.open:
                for key, _ in self.selector.select(self.patience()):
                    key.data()
                self.reap()
                self.start_queued()
        finally:
            for command in self.running:
                command.kill()

    def close(self):
        self.open = False

    def patience(self):
        """Seconds until the next deadline, or None."""
        deadlines = [command.deadline for command in self.running if not command.flags]
        return max(0, min(deadlines) - time.monotonic()) if deadlines else None

    def receive(self):
        try:
            chunk = os.read(0, CHUNK)
        except BlockingIOError:
            return
        if not chunk:
            self.close()
        self.partial += chunk
        *lines, self.partial = self.partial.split(b"\n")
        for line in lines:
            if line.strip():
                self.accept(line)

    def accept(self, line):
        request = None
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                raise Refused("bad-request", "a request is a JSON object")
            check_request(request)
        except Refused as refusal:
            self.refuse(request, refusal.code, refusal)
        except (ValueError, RecursionError) as error:
            self.refuse(request, "bad-request", f"not JSON: {error}")
        else:
            if "cancel" in request:
                self.cancel(request["cancel"])
            else:
                self.queue.append(request)

    def cancel(self, wanted):
        for command in self.running:
            if command.id == wanted:
                command.flags["cancelled"] = True
                command.kill()
        for request in [request for request in self.queue if request["id"] == wanted]:
            self.queue.remove(request)
            self.refuse(request, "cancelled", "taken out of the queue")

    def start_queued(self):
        while self.queue and len(self.running) < CONCURRENCY:
            request = self.queue.popleft()
            try:
                command = Command(request, self.forbidden)
            except Refused as refusal:
                self.refuse(request, refusal.code, refusal)
            except (FileNotFoundError, NotADirectoryError) as error:
                self.send({"id": request["id"], "exitCode": 127, "stdout": "", "stderr": f"{error}\n", "durationMs": 0})
            except PermissionError as error:
                self.send({"id": request["id"], "exitCode": 126, "stdout": "", "stderr": f"{error}\n", "durationMs": 0})
            except (OSError, subprocess.SubprocessError) as error:
                self.refuse(request, "spawn-failed", error)
            else:
                self.running.append(command)
                for pipe in command.outputs:
                    self.selector.register(pipe, selectors.EVENT_READ, lambda c=command, p=pipe: self.read(c, p))
                if command.process.stdin is not None:
                    self.selector.register(command.process.stdin, selectors.EVENT_WRITE, lambda c=command: self.feed(c))

    def read(self, command, pipe):
        if not command.read(pipe):
            self.selector.unregister(pipe)

    def feed(self, command):
        if not command.write():
            self.selector.unregister(command.process.stdin)
            command.process.stdin.close()

    def reap(self):
        now = time.monotonic()
        for command in list(self.running):
            if command.ended():
                self.running.remove(command)
                for pipe in (command.process.stdin, *command.outputs):
                    if pipe is not None and not pipe.closed and pipe in self.selector.get_map():
                        self.selector.unregister(pipe)
                self.send(command.finish())
            elif now >= command.deadline and not command.flags:
                command.flags["timedOut"] = True
                command.kill()

    def refuse(self, request, code, message):
        identity = request.get("id") if isinstance(request, dict) else None
        if not isinstance(identity, str):
            identity = None
        self.send({"id": identity, "error": code, "message": str(message)})

    def send(self, message):
        if not self.unsent:
            self.selector.register(1, selectors.EVENT_WRITE, self.flush)
        self.unsent += json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"

    def flush(self):
        try:
            del self.unsent[: os.write(1, self.unsent)]
        except BlockingIOError:
            return
        except OSError:
            self.close()
            return
        if not self.unsent:
            self.selector.unregister(1)
