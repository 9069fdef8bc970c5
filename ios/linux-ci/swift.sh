#!/usr/bin/env bash
# Runs a command in the folder that swift-root.sh makes (and makes it first):
#   swift.sh [--net] COMMAND [ARGUMENT …]      swift.sh swift test --package-path ios
# The command runs in the repository, which has the same path inside. It finds no other files of this machine, no variables,
# and no network but a loopback of its own, unless --net is given; it still runs as root, and is no prison. All that it
# started ends with it.
set -euo pipefail

net=--net
if [ "${1:-}" = --net ]; then net=; shift; fi
[ $# -gt 0 ] || { sed -n '2,6s/^# //p' "$0" >&2; exit 64; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
root=$("$here/swift-root.sh")

# shellcheck disable=SC2016
exec setpriv --pdeathsig KILL unshare --mount --propagation private $net --pid --fork --kill-child bash -euo pipefail -c '
  root=$1 repository=$2; shift 2
  mount -t tmpfs tmpfs "$root/tmp"
  mkdir -p "$root$repository"
  mount --bind "$repository" "$root$repository"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  exec chroot "$root" env -i PATH=/usr/libexec/swift/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb \
    bash -c "ip link set lo up; cd \"\$0\" || exit; \"\$@\"; exit \$?" "$repository" "$@"
' swift "$root" "$repository" "$@"
