#!/usr/bin/env bash
# The three images of one commit: BASE=debian@sha256:... deploy/images.sh VERSION [REPOSITORY-PREFIX]
# The digest: docker buildx imagetools inspect debian:12-slim. Dates in the images
# are the commit's, and Debian's packages those of its day.
set -euo pipefail
cd "$(dirname "$0")/.."
version=${1:?VERSION} prefix=${2:-}
[[ ${BASE:-} =~ @sha256:[0-9a-f]{64}$ ]] || { echo "BASE must be debian@sha256:..., by its digest" >&2; exit 2; }
[[ -z $(git status --porcelain) ]] || { echo "what is not committed would be in the images" >&2; exit 2; }
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
SNAPSHOT=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%dT000000Z)
export SOURCE_DATE_EPOCH SNAPSHOT
for target in coordinator worker simulator; do
  docker buildx build -f deploy/Dockerfile --target "$target" --build-arg BASE="$BASE" --build-arg SOURCE_DATE_EPOCH --build-arg SNAPSHOT \
    --provenance=false --output "type=docker,rewrite-timestamp=true" -t "${prefix}storesweep-$target:$version" .
done
