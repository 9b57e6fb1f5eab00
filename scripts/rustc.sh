#!/bin/sh
# Cargo calls this instead of rustc for the crates of this workspace (RUSTC_WORKSPACE_WRAPPER). It adds nothing:
# its path is what tells cargo the crates of this checkout from those of another one in a shared target directory.
exec "$@"
