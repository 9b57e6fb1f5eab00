#!/usr/bin/env bash
# finality.sh: six verifiers, two of which are lost for good, so that nothing is finalized any more; the others restore finality by
# motions, as docs/governance.md says. Takes about fifteen minutes.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$CHAINFLIX_ROOT"
source scripts/processes.sh
source scripts/run.sh
source scripts/network.sh
source scripts/soak/candidates.sh

# Blocks of a session; how long a lost finality is watched, in s; blocks after which the new set takes over.
SESSION=10
STANDSTILL_S=60
TAKES_OVER=5
if [[ -z ${CHAINFLIX_BUILT:-} ]]; then
    scripts/setup.sh --tests
    scripts/build.sh
fi
NODE_PATH=$(scripts/setup/node-modules.sh scripts/polkadot-js)
export NODE_PATH
begin_run finality

start_with_candidates "$SESSION"
# One change each: both come, and stay.
node scripts/polkadot-js/set-changes.js "${RPC_OF[alice]}" 2 //Eve //Ferdie
passed "six verifiers finalize"

for name in eve ferdie; do
    kill -9 "${PID_OF[$name]}"
    wait "${PID_OF[$name]}" 2>/dev/null || true
done
# What was voted on before may still be finalized.
sleep 10
LAST=$(finalized_of alice)
sleep "$STANDSTILL_S"
[[ $(finalized_of alice) -eq $LAST ]] || fail "four of six verifiers finalize: block $(finalized_of alice) after block $LAST"
passed "two of them killed, nothing is finalized after block $LAST"

node scripts/polkadot-js/restore-finality.js "${RPC_OF[alice]}" "$TAKES_OVER" //Eve //Ferdie
hash_at alice "$LAST" >"$DATA/last"
for name in bob charlie dave; do
    [[ $(hash_at "$name" "$LAST") == "$(cat "$DATA/last")" ]] || fail "$name has another block $LAST"
    agrees() { [[ $(finalized_of "$name") -gt $((LAST + 5)) ]]; }
    wait_until 120 "$name does not finalize" agrees
done
passed "the remaining four finalize again, on all nodes"

# What was watched for is paid again: rounds are settled by the smaller set.
ROUND=$(chainflix status --json | jq .round)
settles() { chainflix rounds --after "$ROUND" --limit 1 --json | jq -e 'length > 0'; }
wait_until 180 "no round is settled" settles
passed "rounds are settled"
