#!/bin/sh
# Cargo calls this in place of rustc (RUSTC_WRAPPER): rustc itself first, then its arguments. What reads bytes and what
# decides about them is watched for coverage; the arithmetic of curves, which would take most of the time, is not, nor is
# what the compiler loads into itself (toml, for uniffi's macros).
watched=" authenticator_core authenticator_protocol base64 cookie form_urlencoded fuzz fuzz_targets push_service serde_json
 serde_urlencoded signin texts url "
name=
previous=
for argument; do
    [ "$previous" = --crate-name ] && name=$argument
    previous=$argument
done
case $watched in
*" $name "*)
    exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
        -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing
    ;;
esac
exec "$@"
