#!/usr/bin/env bash
# Debian 12 has no Swift. This makes a folder with Debian 13 and its Swift, once, and prints where it is:
#   swift-root.sh          target/swift/root of this repository; at once when it is there
#   swift-root.sh --there  makes nothing; fails when it is not there
# It takes some minutes, 3 GB, root's rights, and packages from where this machine's own apt takes them. It may be killed
# at any time: what is half made never bears the name, and what was mounted ends with the processes that used it.
set -euo pipefail

suite=trixie
packages=(swiftlang swiftlang-dev libc6-dev libstdc++-14-dev libncurses-dev libssl-dev git iproute2)
swift_bin=/usr/libexec/swift/bin

say() { printf 'swift-root: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# The second half of this script, in a mount and process namespace of its own: $1 is the folder, $2 the mirror.
fill() {
  local new=$1 mirror=$2 setting
  mount -t proc proc /proc
  local recipe=/usr/share/debootstrap/scripts/$suite
  [ -e "$recipe" ] || recipe=/usr/share/debootstrap/scripts/sid
  debootstrap --variant=minbase --include=ca-certificates --cache-dir="$packages_kept" "$suite" "$new" "$mirror" "$recipe"
  cp /etc/resolv.conf /etc/hosts "$new/etc/"
  for setting in /etc/apt/apt.conf.d/*; do
    if grep -qi 'acquire::https\?::proxy' "$setting"; then cp "$setting" "$new/etc/apt/apt.conf.d/"; fi
  done
  mount --bind "$packages_kept" "$new/var/cache/apt/archives"
  # Swift finds its libraries through /proc/self.
  mountpoint -q "$new/proc" || mount -t proc proc "$new/proc"
  in_new() { chroot "$new" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
  in_new apt-get update -q
  in_new apt-get install -q -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io \
    -o APT::Keep-Downloaded-Packages=true "${packages[@]}"
  in_new "$swift_bin/swiftc" --version
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kept=$(cd "$here/../.." && pwd)/target/swift
root=$kept/root
packages_kept=$kept/packages
made_of="$suite: ${packages[*]}"
is_there() { [ "$(cat "$root/made-of" 2>/dev/null)" = "$made_of" ]; }

if [ "${1:-}" = fill ]; then shift; fill "$@"; exit; fi
if is_there; then echo "$root"; exit; fi
[ "${1:-}" != --there ] || fail "$root is not there"
[ "$(id -u)" = 0 ] || fail "making $root needs root's rights"

mkdir -p "$packages_kept/partial"
exec 9>"$kept/lock"
flock 9
if is_there; then echo "$root"; exit; fi

mirror=$(apt-get indextargets --format '$(COMPONENT) $(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
  awk '$1 == "main" && $2 !~ /[-\/]/ && $3 ~ /debian\/?$/ { print $3; exit }')
[ -n "$mirror" ] || fail "apt has no source with Debian's main packages"
if ! command -v debootstrap >/dev/null; then
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends debootstrap; } >&2
fi

say "making $root; this takes some minutes"
rm -rf --one-file-system "$root.new"
mkdir "$root.new"
setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child \
  "$here/swift-root.sh" fill "$root.new" "$mirror" </dev/null >"$kept/log" 2>&1 ||
  { tail -n 20 "$kept/log" >&2; fail "it did not work; all of it is in $kept/log"; }
printf '%s\n' "$made_of" >"$root.new/made-of"
rm -rf --one-file-system "$root"
mv -T "$root.new" "$root"
rm -rf "$packages_kept"
say "made in $SECONDS s: $(grep -m1 'Swift version' "$kept/log")"
echo "$root"
