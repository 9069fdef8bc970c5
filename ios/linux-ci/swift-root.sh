#!/usr/bin/env bash
# Debian 12 has no Swift. This makes a folder with Debian 13 and its Swift, once, and prints where it is:
#   swift-root.sh          target/swift/root of this repository; at once when it is there
#   swift-root.sh --there  makes nothing; fails when it is not there
# It takes some minutes, 3 GB and root's rights; how, is tests/debian-root.sh.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages=(swiftlang swiftlang-dev libc6-dev libstdc++-14-dev libncurses-dev libssl-dev git iproute2)
exec "$here/../../tests/debian-root.sh" "$@" swift trixie '/usr/libexec/swift/bin/swiftc --version' "${packages[@]}"
