#!/bin/bash
# Checks the models of the protocol with Spin: the design as built without an error, each deliberate fault with one.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

check() {  # check MODEL EXPECTED(0: no error, 1: an error) [FLAG...]
  local model=$1 expected=$2
  shift 2
  (cd "$work" && rm -f pan* && spin "${@/#/-D}" -a "$here/$model.pml" >/dev/null &&
    gcc -w -O2 -DSAFETY -o pan pan.c && ./pan -m200000 >out)
  local errors states
  errors=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' "$work/out")
  states=$(sed -n 's/^ *\([0-9e.+]*\) states, stored.*/\1/p' "$work/out")
  local verdict=ok
  if [ "$expected" = 0 ] && [ "$errors" != 0 ]; then verdict=WRONG; fi
  if [ "$expected" = 1 ] && [ "$errors" = 0 ]; then verdict=WRONG; fi
  if grep -q "max search depth too small" "$work/out"; then verdict=WRONG; fi
  [ "$verdict" = ok ] || failed=1
  printf '%-8s %-18s %10s states  %s errors  %s\n' "$model" "${*:-as built}" "$states" "$errors" "$verdict"
}

check lease 0
for fault in UNPROVEN_GRANT UNPROVEN_EXTEND FROM_ANSWER SHORT_HOLD; do check lease 1 $fault; done
check report 0
for fault in NO_FENCE TWICE EARLY_ACK; do check report 1 $fault; done
exit $failed
