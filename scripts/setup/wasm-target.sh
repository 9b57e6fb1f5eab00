#!/usr/bin/env bash
# Gives rustc the standard library of wasm32v1-none, which the chain's runtime is compiled for.
#
# Three ways, the first that works: it is there already; rustup downloads it; it is built from the
# compiler's own source, which Debian packages as rust-src. The third way serves machines that reach a
# Debian mirror but not Rust's download server. It adds nothing to apt's configuration.
#
# The toolchain is whatever `rustc` and `cargo` on PATH are.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
unset RUSTC_WORKSPACE_WRAPPER # the standard library is no crate of this workspace

TARGET=wasm32v1-none
# Suites that carry rust-src, or rust-web-src, in several recent versions.
SUITES=(trixie-backports forky bookworm-security)
RUSTUP_SECONDS=${CHAINFLIX_RUSTUP_SECONDS:-180}

cd "$CHAINFLIX_ROOT" # rustup chooses the toolchain by rust-toolchain.toml
SYSROOT=$(rustc --print sysroot)
VERSION=$(rustc --version | cut -d' ' -f2)
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT

# True if a no_std crate that allocates compiles and links for the target, with link-time optimisation
# as the runtime does: a library built without bitcode would pass a check for files and fail later.
target_links() {
    cat >"$SCRATCH/probe.rs" <<'RUST'
#![no_std]
extern crate alloc;
use core::alloc::{GlobalAlloc, Layout};

struct NoMemory;
unsafe impl GlobalAlloc for NoMemory {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: NoMemory = NoMemory;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[unsafe(no_mangle)]
pub extern "C" fn sum(n: u32) -> u64 {
    (0..n).map(u64::from).collect::<alloc::vec::Vec<_>>().iter().sum()
}
RUST
    rustc --edition 2024 --target "$TARGET" --crate-type cdylib -C opt-level=2 -C panic=abort -C lto=fat \
        -o "$SCRATCH/probe.wasm" "$SCRATCH/probe.rs" 2>"$SCRATCH/probe.log"
}

by_rustup() {
    command -v rustup >/dev/null || return 1
    say "wasm target: asking rustup for $TARGET (at most $RUSTUP_SECONDS s)"
    timeout "$RUSTUP_SECONDS" rustup target add "$TARGET" || return 1
    target_links
}

# Debian mirrors of this machine's own apt configuration, one "URI keyring" a line. CHAINFLIX_DEBIAN_MIRROR
# comes first when set, for machines of another distribution.
debian_mirrors() {
    local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    if [[ -n ${CHAINFLIX_DEBIAN_MIRROR:-} ]]; then
        say "$CHAINFLIX_DEBIAN_MIRROR"
    fi
    # shellcheck disable=SC2016 # the fields are apt's, not the shell's
    apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        awk '$1 == "Debian" { print $2 }' | sort -u
    [[ -r $keyring ]] || say "wasm target: $keyring is missing: install debian-archive-keyring" >&2
}

# apt with lists, cache and sources of its own, so that the machine's configuration stays as it is.
scratch_apt() {
    local tool=$1
    shift
    "$tool" -q -o Dir::Etc::sourcelist="$SCRATCH/apt/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::State::lists="$SCRATCH/apt/lists" -o Dir::Cache="$SCRATCH/apt/cache" \
        -o APT::Sandbox::User= "$@"
}

# Downloads the source package of exactly this compiler's version; leaves the .deb in $SCRATCH/apt.
download_compiler_source() {
    local mirror suite package version
    mkdir -p "$SCRATCH/apt/lists/partial" "$SCRATCH/apt/cache/archives/partial"
    while read -r mirror; do
        for suite in "${SUITES[@]}"; do
            say "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" \
                >"$SCRATCH/apt/sources.list"
            scratch_apt apt-get update >"$SCRATCH/apt.log" 2>&1 || continue
            for package in rust-src rust-web-src; do
                version=$(scratch_apt apt-cache madison "$package" | awk -F' *[|] *' -v version="$VERSION+" \
                    'index($2, version) == 1 && !found { found = $2 } END { print found }')
                [[ -n $version ]] || continue
                say "wasm target: downloading $package $version from $suite"
                if (cd "$SCRATCH/apt" && scratch_apt apt-get download "$package=$version") >>"$SCRATCH/apt.log" 2>&1; then
                    return 0
                fi
            done
        done
    done < <(debian_mirrors)
    return 1
}

from_source() {
    command -v apt-get >/dev/null || return 1
    [[ -w $SYSROOT/lib/rustlib ]] || {
        say "wasm target: $SYSROOT/lib/rustlib is not writable; run this as its owner"
        return 1
    }
    download_compiler_source || return 1
    dpkg-deb -x "$SCRATCH"/apt/*.deb "$SCRATCH/unpacked"

    local source_link=$SYSROOT/lib/rustlib/src/rust/library had_source=yes
    if [[ ! -e $source_link ]]; then
        had_source=no
        mkdir -p "$(dirname "$source_link")"
        cp -r "$SCRATCH/unpacked/usr/src/rustc-$VERSION/library" "$source_link"
    fi

    say "wasm target: compiling core and alloc $VERSION (about half a minute)"
    mkdir -p "$SCRATCH/std/src"
    printf '[package]\nname = "std-for-wasm"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n' >"$SCRATCH/std/Cargo.toml"
    printf '#![no_std]\n' >"$SCRATCH/std/src/lib.rs"
    local built=yes
    # Bitcode is what link-time optimisation of the runtime reads; mvp is the processor of wasm32v1.
    (cd "$SCRATCH/std" && RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Cembed-bitcode=yes -Ctarget-cpu=mvp" \
        CARGO_TARGET_DIR="$SCRATCH/std/target" cargo build --release --target "$TARGET" \
        -Z build-std=core,alloc,compiler_builtins -Z build-std-features=compiler-builtins-mem) || built=no
    # rustup would not know about a source that it did not install itself.
    if [[ $had_source == no ]]; then
        rm -rf "$SYSROOT/lib/rustlib/src/rust"
        rmdir "$SYSROOT/lib/rustlib/src" 2>/dev/null || true
    fi
    [[ $built == yes ]] || return 1

    local libraries=$SYSROOT/lib/rustlib/$TARGET/lib name
    mkdir -p "$libraries"
    for name in core alloc compiler_builtins; do
        rm -f "$libraries/lib$name"-*.rlib # of an earlier attempt that does not link
        cp "$SCRATCH/std/target/$TARGET/release/deps/lib$name"-*.rlib "$libraries/"
    done
    target_links
}

if target_links; then
    say "wasm target: $TARGET is there"
elif by_rustup; then
    say "wasm target: installed $TARGET with rustup"
elif from_source; then
    say "wasm target: built $TARGET from the source of rustc $VERSION"
else
    [[ -s $SCRATCH/probe.log ]] && sed 's/^/    /' "$SCRATCH/probe.log" >&2
    [[ -s $SCRATCH/apt.log ]] && tail -n 3 "$SCRATCH/apt.log" | sed 's/^/    /' >&2
    fail "no way to get the standard library of $TARGET for rustc $VERSION worked (rustup, then rust-src of" \
        "this machine's Debian mirrors; details above). With network access run: rustup target add $TARGET." \
        "Or name a Debian mirror in CHAINFLIX_DEBIAN_MIRROR and run scripts/setup.sh again."
fi
