#!/bin/sh
# Before a worker starts: of what its whole pool shares it gets what is its own, as files that nobody else may read.
#   prepare-worker.sh NAME TEMPLATE KEYS OUT [ADBKEY] [ENDPOINTS]
# KEYS holds NAME.key and NAME.seed of every worker, ENDPOINTS a file NAME with HOST:PORT of its devices, one a line.
set -eu
umask 077
name=$1 template=$2 keys=$3 out=$4 adbkey=${5:-} endpoints=${6:-}

fail() {
  echo "$1" >&2
  exit 1
}

mkdir -p "$out/keys"
for part in key seed; do
  [ -f "$keys/$name.$part" ] || fail "the Secret of the workers' keys holds no $name.$part: \`storesweep-worker keygen\` makes it (docs/operate.md, Adding workers)"
  cp "$keys/$name.$part" "$out/keys/$name.$part"
done
if [ -n "$adbkey" ]; then cp "$adbkey" "$out/adbkey"; fi

list=
if [ -n "$endpoints" ]; then
  [ -f "$endpoints/$name" ] || fail "the Secret of the devices holds nothing under $name: HOST:PORT of its devices, one a line"
  while read -r device || [ -n "$device" ]; do
    case $device in
      '' | '#'*) continue ;;
      *[!A-Za-z0-9.:-]*) fail "$name: \`$device\` is no HOST:PORT" ;;
    esac
    list="$list${list:+, }\"$device\""
  done <"$endpoints/$name"
  [ -n "$list" ] || fail "the Secret of the devices names none for $name"
fi
sed -e "s/@NAME@/$name/" -e "s/@ENDPOINTS@/[$list]/" "$template" >"$out/worker.yaml"
