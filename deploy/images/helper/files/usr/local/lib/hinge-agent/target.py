"""The process whose namespaces are entered, and the proof that it is the right one."""

import errno
import os
import re

from request import Refused


def node_networks():
    """The network namespaces that no command may enter: the node's and the helper's own.

    Seen from a helper with `pid: host`, the agent's ancestors are the container's shim and the engine, which live in the
    node's namespace. Pid 1 alone would not do: a node may itself live in a namespace, and pid 1 may be unreadable.
    """
    networks = set()
    pid = "self"
    while pid != "0":
        try:
            networks.add(os.readlink(f"/proc/{pid}/ns/net"))
        except OSError:
            pass  # not readable for us, then neither is it enterable
        try:
            with open(f"/proc/{pid}/stat", "rb") as stat:
                # The second field, the name in parentheses, may contain anything.
                pid = stat.read().rpartition(b")")[2].split()[1].decode()
        except OSError:
            break
    return networks


def open_target(request, forbidden):
    """Opens /proc/PID, proves that it is a process of the container, and returns the descriptor.

    Whatever is reached through the descriptor belongs to that very process, even when its number has been given away.
    """
    pid, container = request["pid"], request["container"]
    try:
        target = os.open(f"/proc/{pid}", os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise Refused("stale-pid", f"pid {pid} does not exist: {error.strerror}") from error
    try:
        groups = os.open("cgroup", os.O_RDONLY, dir_fd=target)
        with open(groups, encoding="utf-8", errors="replace") as file:
            text = file.read()
        if re.search(rf"(?m)[/-]{container}(?:\.scope)?(?:/|$)", text) is None:
            raise Refused("stale-pid", f"pid {pid} does not belong to container {container}")
        network = os.readlink("ns/net", dir_fd=target)
        if "net" in request["namespaces"] and network in forbidden:
            raise Refused("host-namespace", f"container {container} has no network namespace of its own")
        return target
    except OSError as error:
        os.close(target)
        code = "spawn-failed" if error.errno in (errno.EACCES, errno.EPERM) else "stale-pid"
        raise Refused(code, f"pid {pid}: {error.strerror}") from error
    except Refused:
        os.close(target)
        raise


def is_alive(target):
    try:
        os.readlink("ns/net", dir_fd=target)
        return True
    except OSError:
        return False
