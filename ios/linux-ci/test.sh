#!/usr/bin/env bash
# Builds and tests the package in ios/ on Linux, against what cargo has built in target/debug:
#   test.sh [ARGUMENT …]      test.sh --filter ServiceTests
# One test after the other: some look at the memory of the whole process.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
"$here/swift.sh" swift test --package-path ios --scratch-path target/swift/build --disable-xctest --no-parallel "$@"
