#!/bin/sh
# Boots one node of the lab: runs as process 1 of the node's own pid, mount, uts and ipc namespaces, inside its network
# namespace, gives it a machine's file systems and becomes its init. When it dies, the kernel ends every process and
# unmounts everything of the node: nothing can be left behind.
# usage: machine.sh HOSTNAME RUNTIME_DIR
set -eu

hostname "$1"
runtime=$2

# Other network namespaces are pinned in this mount namespace's copy of their names. Let go of them.
umount -lR /run/netns 2>/dev/null || true

mount -t proc proc /proc

# /sys must show this node's interfaces; the control groups are the machine's, whichever version it has.
cd /sys/fs/cgroup
mount -t sysfs sysfs /sys
mount --no-canonicalize --rbind . /sys/fs/cgroup

# Sockets, locks (xtables.lock) and state of this node's engine are its own. Where the checkout's path is too long
# for a socket, the socket is in a directory below /run that the machine shares with this node.
if [ -d "$runtime" ]; then
  cd "$runtime"
  mount -t tmpfs -o mode=755 run /run
  mkdir "$runtime"
  mount --no-canonicalize --bind . "$runtime"
else
  mount -t tmpfs -o mode=755 run /run
fi
cd /

# The node may write to its /etc (an engine does) without the machine noticing. No name server: with none, a
# look-up fails at once, where one that cannot be reached costs seconds.
mkdir -p /run/etc/upper /run/etc/work
mount -t overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work etc /etc
rm -f /etc/resolv.conf /etc/hosts /etc/hostname
: >/etc/resolv.conf
printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$1" >/etc/hosts
printf '%s\n' "$1" >/etc/hostname

exec "$(command -v docker-init || command -v tini)" -- sleep infinity
