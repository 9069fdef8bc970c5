#!/usr/bin/env bash
# Makes a folder with a Debian of its own, once, and prints where it is:
#   debian-root.sh NAME SUITE COMMAND PACKAGE…          target/NAME/root of this repository; at once when it is there
#   debian-root.sh --there NAME SUITE COMMAND PACKAGE…  makes nothing; fails when it is not there
# COMMAND is tried in it at the end, and its first line is told. It takes minutes, root's rights, and packages from where
# this machine's own apt takes them. It may be killed at any time: what is half made never bears the name, and what was
# mounted ends with the processes that used it.
set -euo pipefail

# The second half of this script, in a mount and process namespace of its own.
fill() {
  local new=$1 mirror=$2 packages_kept=$3 suite=$4 try=$5 setting; shift 5
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
    -o APT::Keep-Downloaded-Packages=true "$@"
  printf 'tried: '
  # shellcheck disable=SC2086
  in_new $try
}

if [ "${1:-}" = fill ]; then shift; fill "$@"; exit; fi
only=; if [ "${1:-}" = --there ]; then only=yes; shift; fi
[ $# -gt 3 ] || { sed -n '2,7s/^# //p' "$0" >&2; exit 64; }
name=$1 suite=$2 try=$3; shift 3

say() { printf '%s: %s\n' "$name" "$*" >&2; }
fail() { say "$*"; exit 1; }

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kept=$(cd "$here/.." && pwd)/target/$name
root=$kept/root
packages_kept=$kept/packages
made_of="$suite: $*"
is_there() { [ "$(cat "$root/made-of" 2>/dev/null)" = "$made_of" ]; }

if is_there; then echo "$root"; exit; fi
[ -z "$only" ] || fail "$root is not there"
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
  "$here/debian-root.sh" fill "$root.new" "$mirror" "$packages_kept" "$suite" "$try" "$@" </dev/null >"$kept/log" 2>&1 ||
  { tail -n 20 "$kept/log" >&2; fail "it did not work; all of it is in $kept/log"; }
printf '%s\n' "$made_of" >"$root.new/made-of"
rm -rf --one-file-system "$root"
mv -T "$root.new" "$root"
rm -rf "$packages_kept"
say "made in $SECONDS s: $(sed -n 's/^tried: //p' "$kept/log")"
echo "$root"
