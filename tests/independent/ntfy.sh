#!/usr/bin/env bash
# Unpacks Debian 13's ntfy, a UnifiedPush server, into target/ntfy of this repository; it runs on Debian 12 as it is.
#   ntfy.sh          at once when it is there
#   ntfy.sh --there  fetches nothing; fails when it is not there
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
target=$root/target/ntfy
if [ -x "$target/usr/bin/ntfy" ]; then exit; fi
[ "${1:-}" != --there ] || { echo "ntfy.sh: $target is not there" >&2; exit 1; }

mirror=$(apt-get indextargets --format '$(COMPONENT) $(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
  awk '$1 == "main" && $2 !~ /[-\/]/ && $3 ~ /debian\/?$/ { print $3; exit }')
[ -n "$mirror" ] || { echo "ntfy.sh: apt has no source with Debian's main packages" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$root/target"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/sources.list"
# Lists of its own: the machine's own packages stay those of its release.
apt=(apt-get -q -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$work/lists"
  -o Dir::Cache="$work/cache" -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false -o APT::Sandbox::User=root)
"${apt[@]}" update
(cd "$work" && "${apt[@]}" download ntfy)
dpkg -x "$work"/ntfy_*.deb "$work/ntfy"
rm -rf "$target"
mv "$work/ntfy" "$target"
