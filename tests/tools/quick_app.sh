#!/usr/bin/env bash
# Quick-app packages made by their own tool, npm's hap-toolkit, for tests: fetched by npm without running its scripts, a
# small project built twice, as one package and in parts, both signed with the tool's debug key. What is there stays.
#   tests/tools/quick_app.sh [FOLDER]     prints the packages, one a line; exit 1 when the tool could not be had
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
out=${1:-$root/build/quick-apps}
mkdir -p "$out"
if [[ ! -e $out/done ]]; then
  work=$(mktemp -d "$out/.work.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  echo '{"name":"tool","version":"1.0.0"}' >"$work/package.json"
  (cd "$work" && npm install --silent --ignore-scripts --no-audit --no-fund hap-toolkit@2.0.8) >&2 || {
    echo "quick_app: hap-toolkit could not be fetched" >&2
    exit 1
  }
  mkdir -p "$work"/app/src/{Home,Map,Common}
  cd "$work/app"
  echo '{"name":"quick","version":"1.0.0"}' >package.json
  printf '\x89PNG\r\n\x1a\n' >src/Common/icon.png
  echo '<script>export default { onCreate() {} }</script>' >src/app.ux
  for page in Home Map; do
    cat >src/$page/index.ux <<'UX'
<template><div><text>hello</text></div></template>
<script>
import device from '@system.device'
import geolocation from '@system.geolocation'
export default { onInit() { device.getId({ type: ['device'] }); geolocation.getLocation({}) } }
</script>
UX
  done
  manifest() {
    cat <<JSON
{"package":"com.example.quick","name":"Quick","versionName":"1.2","versionCode":3,"minPlatformVersion":1070,
"icon":"/Common/icon.png","features":[{"name":"system.geolocation"},{"name":"system.device"}],
"permissions":[{"origin":"*"}],"config":{"logLevel":"off"},"display":{},$1
"router":{"entry":"Home","pages":{"Home":{"component":"index"},"Map":{"component":"index"}}}}
JSON
  }
  manifest "" >src/manifest.json
  node ../node_modules/hap-toolkit/bin/index.js build >&2
  cp dist/*.rpk "$out/whole.rpk"
  rm -rf dist build
  manifest '"subpackages":[{"name":"maps","resource":"Map"}],' >src/manifest.json
  node ../node_modules/hap-toolkit/bin/index.js build >&2
  cp dist/*.rpks "$out/parts.rpks"
  touch "$out/done"
fi
ls "$out"/*.rpk "$out"/*.rpks
