#!/bin/sh
# Cargo calls this instead of rustc for the crates of this workspace (RUSTC_WORKSPACE_WRAPPER): libraries count which of their
# branches are taken, 8 bits each, for fuzz/main.rs to see what is new. Build scripts, and what they link, are left as they
# are.
for argument; do
    case "$argument" in
    build_script_* | wasm_opt) exec "$@" ;;
    esac
done
exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=3 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
