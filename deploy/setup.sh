#!/bin/sh
# Installs what the lab, the demo and the tests need and the machine lacks: Debian packages and node_modules.
# Safe to run any number of times: when nothing is missing it does nothing and takes a few milliseconds.
# No service is started or enabled: engines belong into the lab's own namespaces, never into the machine's.
set -eu

# What must be there, as "command:package". A command that is there already, from wherever, is left alone.
NEEDED='dockerd:docker.io docker:docker.io containerd:containerd runc:runc tini:tini
etcd:etcd-server etcdctl:etcd-client debootstrap:debootstrap git:git
ip:iproute2 iptables:iptables nsenter:util-linux unshare:util-linux mount:mount flock:util-linux
sshd:openssh-server ssh:openssh-client ps:procps ping:iputils-ping'

POLICY=/usr/sbin/policy-rc.d
POLICY_KEPT=$POLICY.before-hinge
UNITS=/lib/systemd/system

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

missing_packages() {
  for need in $NEEDED; do
    command -v "${need%%:*}" >/dev/null 2>&1 || printf '%s\n' "${need##*:}"
  done | sort -u | tr '\n' ' '
}

# Debian asks policy-rc.d before it starts anything. 101 means "no". One that is there already and says no is kept;
# one that says yes is put aside. A run that was killed in between left POLICY_KEPT or our own file: undone next time.
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

unit_files() { (cd $UNITS 2>/dev/null && ls -- *.service *.socket *.timer 2>/dev/null || true) | sort; }

# Units that came with this installation must not start at the next boot either. Ones that were there stay as they are.
disable_new_units() {
  command -v systemctl >/dev/null 2>&1 || return 0
  printf '%s\n' "$1" >"$work/before"
  unit_files >"$work/after"
  for unit in $(comm -13 "$work/before" "$work/after"); do
    case $unit in *@.*) continue ;; esac
    systemctl --quiet disable "$unit" >/dev/null 2>&1 || true
  done
}

install_packages() {
  command -v apt-get >/dev/null 2>&1 ||
    fail "missing: $1- this script installs with apt-get only (Debian). Install them yourself, then run it again."
  [ "$(id -u)" = 0 ] || fail "missing: $1- installing them needs root. Run it again as root."
  export DEBIAN_FRONTEND=noninteractive
  units_before=$(unit_files)
  forbid_service_starts
  say "refreshing the package lists"
  apt-get -qq update || fail "apt-get update failed (above): check the network and /etc/apt/sources.list, then run it again."
  packages=$1
  # Since Debian 13 the docker command is a package of its own.
  if apt-cache show docker-cli >/dev/null 2>&1; then packages="$packages docker-cli"; fi
  say "installing $packages"
  # shellcheck disable=SC2086 # a list of words
  apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install --no-install-recommends $packages \
    >"$work/apt.log" 2>&1 || { tail -n 20 "$work/apt.log" >&2; fail "apt-get install failed (above)."; }
  disable_new_units "$units_before"
  allow_service_starts
  still=$(missing_packages)
  [ -z "$still" ] || fail "apt-get installed everything, but these still lack their command: $still"
}

# node_modules is good if it was checked against this very package-lock.json, and npm has not touched it since.
STAMP=node_modules/.cache/hinge/package-lock.json
node_modules_checked() {
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

install_node_modules() {
  if ! node_modules_match; then
    say "installing node_modules (npm ci)"
    # npm ci empties node_modules: built images, kept in its .cache, must survive that.
    if [ -e node_modules/.cache ]; then mv node_modules/.cache "$work/cache"; fi
    result=0
    npm ci --no-audit --no-fund --loglevel=error >&2 || result=$?
    if [ -e "$work/cache" ]; then mkdir -p node_modules && mv "$work/cache" node_modules/.cache; fi
    [ $result = 0 ] || fail "npm ci failed (above)."
  fi
  mkdir -p "${STAMP%/*}"
  cp package-lock.json $STAMP
}

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
cd "$(dirname "$0")/.."

missing=$(missing_packages)
if [ -z "$missing" ] && node_modules_checked; then exit 0; fi

command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 ||
  fail "node and npm are missing: install Node.js 20.19 or newer, then run it again."

# Beside node_modules, so that its cache moves there and back by a rename.
work=$(mktemp -d ./.setup.XXXXXX)
trap 'allow_service_starts; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Two checkouts, or two terminals, must not install at the same time.
exec 9>"${TMPDIR:-/tmp}/hinge-setup.lock"
flock -n 9 || { say "another set-up is running; waiting for it"; flock 9; }

missing=$(missing_packages)
if [ -n "$missing" ]; then install_packages "$missing"; fi
if ! node_modules_checked; then install_node_modules; fi
