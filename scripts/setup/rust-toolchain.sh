#!/usr/bin/env bash
# Makes sure that `rustc` and `cargo` are the version that rust-toolchain.toml asks for, with rustfmt and clippy.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"

cd "$CHAINFLIX_ROOT"
WANTED=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml)
DOWNLOAD_SECONDS=${CHAINFLIX_RUSTUP_SECONDS:-600}

rustc_is_wanted() { [[ $(rustc --version 2>/dev/null | cut -d' ' -f2) == "$WANTED" ]]; }

# Another toolchain of this machine, e.g. `stable`, that happens to be the wanted version.
same_version_by_another_name() {
    local name
    while read -r name _; do
        if [[ $(rustup run "$name" rustc --version 2>/dev/null | cut -d' ' -f2) == "$WANTED" ]]; then
            say "$name"
            return 0
        fi
    done < <(rustup toolchain list)
    return 1
}

if ! rustc_is_wanted; then
    if command -v rustup >/dev/null; then
        if other=$(same_version_by_another_name); then
            fail "Rust $WANTED is installed here under the name $other. Run: export RUSTUP_TOOLCHAIN=$other;" \
                "then run this script again"
        fi
        say "Rust: asking rustup for $WANTED (at most $DOWNLOAD_SECONDS s)"
        timeout "$DOWNLOAD_SECONDS" rustup toolchain install "$WANTED" \
            --profile minimal --component rustfmt --component clippy --no-self-update || true
    fi
    rustc_is_wanted ||
        fail "Rust $WANTED is needed (rust-toolchain.toml), this machine has '$(rustc --version 2>/dev/null || echo none)'." \
            "Install rustup from https://rustup.rs, or where it cannot download, any package of Rust $WANTED" \
            "that comes before other versions on PATH; then run this script again"
fi

for tool in rustfmt clippy-driver; do
    "$tool" --version >/dev/null 2>&1 ||
        say "Rust: $tool is missing, so scripts/test.sh cannot run all of its phases; try: rustup component add ${tool%-driver}"
done
say "Rust: $(rustc --version)"
