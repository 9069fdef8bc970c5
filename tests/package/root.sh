#!/usr/bin/env bash
# The bare Debian on which the package is tried, the same as this machine's, since what is built here needs its libraries:
#   root.sh          target/package/root of this repository; at once when it is there
#   root.sh --there  makes nothing; fails when it is not there
# Bare but for what any machine has (systemd, openssl), and what the walk needs to give it an address.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
exec "$here/../debian-root.sh" "$@" package "$suite" 'systemctl --version' systemd systemd-sysv openssl iproute2
