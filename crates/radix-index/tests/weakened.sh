#!/bin/sh
# Leaves out one ordering or check of the bucket protocol after another; the loom models must notice each.
# Usage: crates/radix-index/tests/weakened.sh [WEAKENING...]   (from the workspace's root)
set -u
[ $# -gt 0 ] || set -- writer-fence reader-fence publish hit miss depth version step child-first moving limit filter claim end-chain free untouched meta header lock
export RUSTFLAGS="--cfg loom" LOOM_LOG=off RUST_BACKTRACE=0
test="cargo test --quiet --release --package radix-index --lib --target-dir ${CARGO_TARGET_DIR:-target}/loom"
$test -- models >/dev/null || { echo "the models fail as they are"; exit 2; }
missed=
for weakening; do
    echo "without $weakening:" $(WEAKEN=$weakening $test -- models 2>&1 | grep '^    models::' | sort -u) | tee "${TMPDIR:-/tmp}/weakened"
    grep -q models:: "${TMPDIR:-/tmp}/weakened" || missed="$missed $weakening"
done
[ -z "$missed" ] || { echo "no model notices:$missed"; exit 1; }
