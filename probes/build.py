#!/usr/bin/env python3
"""Builds probe apps: probes/build.py [DIR [OUT]].

DIR holds one *.yaml a probe (see README.md; default: this folder), OUT gets NAME.apk for each and expected.yaml, what
is to be found in them (default: build/probes, for another DIR build/probes-NAME). What did not change is not built again.
--schema prints the JSON schema of behaviour files instead.
"""
import argparse
import pathlib
import sys
import time

import yaml

from builder import package, schema, source

ROOT = pathlib.Path(__file__).resolve().parent.parent


def load(folder):
    """All sources of a folder; every one that is bad is named."""
    files = sorted(folder.glob("*.yaml"))
    found, errors, packages = [], [], {}
    for file in files:
        try:
            one = source.read(file)
            if one["package"] in packages:
                raise source.Bad(f"{file.name}: app {one['package']} is also that of {packages[one['package']]}")
            packages[one["package"]] = file.name
            found.append(one)
        except source.Bad as error:
            errors.append(str(error))
    names = {s["name"] for s in found}
    errors += [f"{s['name']}.yaml: its twin '{s['twin']}' is not there" for s in found if s["twin"] and s["twin"] not in names and not errors]
    if not files:
        errors.append(f"{folder}: no *.yaml there")
    return found, errors


def expected(sources_):
    """What demo, kill test and accuracy test hold verdicts to."""
    keys = ("package", "label", "version_name", "version_code", "category", "kind", "twin", "why", "min_sdk", "target_sdk", "expected")
    return {"probes": [{"apk": f"{s['name']}.apk", **({"old_apk": f"{s['old']['name']}.apk"} if "old" in s else {}),
                        **{k: s[k] for k in ("page", "policy") if k in s}, **{k: s[k] for k in keys}} for s in sources_]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", nargs="?", type=pathlib.Path, default=ROOT / "probes")
    parser.add_argument("out", nargs="?", type=pathlib.Path)
    parser.add_argument("--key", type=pathlib.Path, default=ROOT / "build/probes.keystore", help="signing key, made if missing")
    parser.add_argument("--schema", action="store_true")
    args = parser.parse_args()
    if args.schema:
        print(schema.text(), end="")
        return 0
    own = args.dir.resolve() == (ROOT / "probes").resolve()
    args.out = args.out or ROOT / "build" / ("probes" if own else f"probes-{args.dir.resolve().name}")
    begin = time.monotonic()
    found, errors = load(args.dir)
    if errors:
        print("\n".join(errors), file=sys.stderr)
        return 1
    try:
        built = package.build(found + [s["old"] for s in found if "old" in s], args.out.resolve(), args.key.resolve())
    except package.ToolFailed as error:
        print(error, file=sys.stderr)
        return 1
    text = yaml.safe_dump(expected(found), allow_unicode=True, sort_keys=False, width=120)
    (args.out / "expected.yaml").write_text(text, encoding="utf-8")
    print(f"{len(found)} probes in {args.out}, {built} built, {time.monotonic() - begin:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
