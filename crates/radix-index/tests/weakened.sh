#!/bin/sh
# Leaves out one ordering or check of the bucket protocol after another; the loom models must notice each.
# Usage: tests/weakened.sh [WEAKENING...]   (from the workspace's root; about ten seconds each)
set -u
[ $# -gt 0 ] || set -- writer-fence reader-fence publish hit miss depth version step
missed=
for weakening; do
    echo "== without: $weakening"
    if RUSTFLAGS="--cfg loom --cfg weaken=\"$weakening\"" \
        cargo test --quiet --release --package radix-index --lib \
        --target-dir "${CARGO_TARGET_DIR:-target}/weakened" models >/tmp/weakened.$$ 2>&1; then
        missed="$missed $weakening"
    else
        # A model failed; a compiler error would be no proof.
        grep '^    models::' /tmp/weakened.$$ || { cat /tmp/weakened.$$; exit 2; }
    fi
done
rm -f /tmp/weakened.$$
[ -z "$missed" ] || { echo "no model notices:$missed"; exit 1; }
