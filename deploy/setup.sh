#!/bin/sh
# Installs what the lab, the demo and the tests need and the machine lacks: Debian packages and node_modules.
# Safe to run any number of times: when nothing is missing it does nothing and takes a few milliseconds.
# No service is started or enabled: engines belong into the lab's own namespaces, never into the machine's.
set -eu

# What must be there, as "command:package". A command that is there already, from wherever, is left alone.
NEEDED='dockerd:docker.io docker:docker.io containerd:containerd runc:runc tini:tini
etcd:etcd-server etcdctl:etcd-client debootstrap:debootstrap git:git
ip:iproute2 iptables:iptables nsenter:util-linux unshare:util-linux mount:mount flock:util-linux
openssl:openssl sshd:openssh-server ssh:openssh-client ps:procps ping:iputils-ping python3:python3
sqfs2tar:squashfs-tools-ng bsdtar:libarchive-tools xorriso:xorriso docker-registry:docker-registry'

POLICY=/usr/sbin/policy-rc.d
POLICY_KEPT=$POLICY.before-hinge

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

missing_packages() {
  for need in $NEEDED; do
    command -v "${need%%:*}" >/dev/null 2>&1 || printf '%s\n' "${need##*:}"
  done | sort -u | tr '\n' ' '
}

# Debian asks policy-rc.d before it starts anything. 101 means "no". One that is there already and says no is kept;
# one that says yes is put aside. What a run that was killed in between left of this is undone first.
forbid_service_starts() {
  allow_service_starts
  if [ -e $POLICY ]; then
    $POLICY docker start >/dev/null 2>&1 || [ $? -ne 101 ] || return 0
    mv $POLICY $POLICY_KEPT
  fi
  printf '#!/bin/sh\n# temporary, written by hinge setup\nexit 101\n' >$POLICY
  chmod 755 $POLICY
}

allow_service_starts() {
  if grep -qs 'written by hinge setup' $POLICY; then rm -f $POLICY; fi
  if [ -e $POLICY_KEPT ]; then mv $POLICY_KEPT $POLICY; fi
}

# Everything that could start at boot: systemd's units and init scripts.
services() {
  find /lib/systemd/system/ /etc/init.d/ -maxdepth 1 -type f 2>/dev/null | sort
}

# What came with this installation must not start at the next boot either. What was there stays as it is.
disable_new_services() {
  services >"$work/after"
  comm -13 "$work/before" "$work/after" | while read -r file; do
    name=${file##*/}
    case $file in
      *@.*) ;; # a template, of which nothing was made
      /etc/init.d/*) update-rc.d "$name" disable ;;
      *.service | *.socket | *.timer)
        if command -v systemctl; then systemctl disable "$name"; else find /etc/systemd/system/*.wants/ -name "$name" -delete; fi
        ;;
    esac || say "could not disable $name: it may start at the next boot"
  done >>"$work/apt.log" 2>&1
}

# Also after a failure or a signal in between, since packages may have come by then.
end_installation() {
  [ -n "$installing" ] || return 0
  disable_new_services
  allow_service_starts
  installing=
}

install_packages() {
  command -v apt-get >/dev/null 2>&1 ||
    fail "missing: $1- this script installs with apt-get only (Debian). Install them yourself, then run it again."
  [ "$(id -u)" = 0 ] || fail "missing: $1- installing them needs root. Run it again as root."
  export DEBIAN_FRONTEND=noninteractive
  # One installation on this machine at a time, because of policy-rc.d.
  exec 8</etc/apt
  flock -n 8 || { say "another set-up on this machine is running; waiting for it"; flock 8; }
  services >"$work/before"
  installing=yes
  forbid_service_starts
  # After an installation that was interrupted, apt-get refuses everything else.
  dpkg --configure -a >&2
  say "refreshing the package lists"
  apt-get -qq update || fail "apt-get update failed (above): check the network and /etc/apt/sources.list, then run it again."
  packages=$1
  # Since Debian 13 the docker command is a package of its own.
  if apt-cache show docker-cli >/dev/null 2>&1; then packages="$packages docker-cli"; fi
  say "installing $packages"
  # shellcheck disable=SC2086 # a list of words
  apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install --no-install-recommends $packages \
    >"$work/apt.log" 2>&1 || { tail -n 20 "$work/apt.log" >&2; fail "apt-get install failed (above)."; }
  end_installation
  still=$(missing_packages)
  [ -z "$still" ] || fail "apt-get installed everything, but these still lack their command: $still"
}

# node_modules is good if it was checked against this very package-lock.json, and npm has not touched it since.
STAMP=node_modules/.cache/hinge/package-lock.json
node_modules_checked() {
  # shellcheck disable=SC3013 # -nt: the shells that Debian has as sh know it
  [ -e $STAMP ] && cmp -s package-lock.json $STAMP &&
    [ -e node_modules/.package-lock.json ] && ! [ node_modules/.package-lock.json -nt $STAMP ]
}

# Compares what npm says it installed with the lock file. Optional packages may be for other systems.
node_modules_match() {
  node -e '
    const read = (f) => JSON.parse(require("node:fs").readFileSync(f, "utf8")).packages;
    const [want, have] = [read("package-lock.json"), read("node_modules/.package-lock.json")];
    const bad = Object.keys(want).some((k) => k !== "" && !want[k].optional && have[k]?.version !== want[k].version);
    process.exit(bad ? 1 : 0);' 2>/dev/null
}

restore_cache() {
  [ -e "$work/cache" ] || return 0
  mkdir -p node_modules
  rm -rf node_modules/.cache
  mv "$work/cache" node_modules/.cache
}

install_node_modules() {
  if ! node_modules_match; then
    say "installing node_modules (npm ci)"
    # npm ci empties node_modules: the built images that are kept in its .cache must survive that.
    if [ -e node_modules/.cache ]; then mv node_modules/.cache "$work/cache"; fi
    npm ci --include=dev --no-audit --no-fund --loglevel=error >&2 || fail "npm ci failed (above)."
    restore_cache
  fi
  mkdir -p "${STAMP%/*}"
  cp package-lock.json $STAMP
}

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
cd "$(dirname "$0")/.."

missing=$(missing_packages)
if [ -z "$missing" ] && node_modules_checked; then exit 0; fi

for command in node npm; do
  command -v $command >/dev/null 2>&1 || fail "$command is missing: install Node.js 20.19 or newer, then run it again."
done

# One set-up of this checkout at a time. The lock is on a file that is there anyway: none is left behind.
exec 9<package-lock.json
flock -n 9 || { say "another set-up of this checkout is running; waiting for it"; flock 9; }

# Beside node_modules, so that the cache in it moves there and back by a rename.
installing=
work=$(mktemp -d ./.setup.XXXXXX)
trap 'restore_cache; end_installation; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

missing=$(missing_packages)
if [ -n "$missing" ]; then install_packages "$missing"; fi
if ! node_modules_checked; then install_node_modules; fi
