#!/usr/bin/env python3
"""Makes rules/sdks/libchecker.tsv from LibChecker's rules (Apache-2.0), one JSON object a line with `path` and `rule`.

    tests/tools/make_sdks.py [../shared/corpus/reference/libchecker_rules.jsonl]

Labels that rules/sdks/catalogue.yaml names are joined to its entries; every other label becomes an entry of its own,
of kind other and without class prefixes. What the catalogue already claims is left out."""
import collections
import json
import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = {"native-libs": "libraries", "activities-libs": "components", "services-libs": "components",
           "providers-libs": "components", "receivers-libs": "components"}
# What any app may carry without the SDK that the label speaks of.
TOO_COMMON = {"File Provider", "C++ 共享库", "Open Source Notices"}
HEAD = """# Made by tests/tools/make_sdks.py; do not edit. Source: LibChecker-Rules
# (https://github.com/LibChecker/LibChecker-Rules), commit 3ec8753a0bb53843793e19537bcaf7cd73b9a05d, Apache License 2.0:
# names of native libraries and of components, by SDK. A line without a name adds to catalogue.yaml by id.
# id\tname\tcompany\tlibraries\tcomponents
"""


def entries(path):
    """label -> {team, libraries, components} of the rules that name one thing exactly."""
    found = collections.defaultdict(lambda: {"team": "", "libraries": set(), "components": set()})
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        folder, _, name = item["path"].removesuffix(".json").partition("/")
        label = (item["rule"].get("label") or "")
        if folder not in FOLDERS or "/" in name or not label or label in TOO_COMMON:
            continue
        found[label][FOLDERS[folder]].add(name)
        found[label]["team"] = (item["rule"].get("team") or "").strip()
    return found


def id_of(label, taken):
    base = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-") or "sdk"
    name, count = base, 1
    while name in taken:
        count += 1
        name = f"{base}-{count}"
    taken.add(name)
    return name


def main():
    source = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "../shared/corpus/reference/libchecker_rules.jsonl"
    catalogue = yaml.safe_load((ROOT / "rules/sdks/catalogue.yaml").read_text(encoding="utf-8"))["sdks"]
    by_label = {label: sdk["id"] for sdk in catalogue for label in sdk.get("libchecker", [])}
    claimed = {name for sdk in catalogue for name in sdk.get("libraries", [])}
    taken = {sdk["id"] for sdk in catalogue}
    found = entries(source)
    for label in sorted(by_label.keys() - found.keys()):
        print(f"make_sdks: no rule has the label {label!r} of {by_label[label]}", file=sys.stderr)
    joined = collections.defaultdict(lambda: {"libraries": set(), "components": set()})
    lines = []
    for label in sorted(found):
        marks = {k: found[label][k] - claimed for k in ("libraries", "components")}
        if label in by_label:
            for kind, names in marks.items():
                joined[by_label[label]][kind] |= names
            continue
        team = found[label]["team"]
        lines.append([id_of(label, taken), label.strip(), team or "unknown", marks])
    lines += [[id_, "", "", marks] for id_, marks in joined.items()]
    text = HEAD
    for id_, name, company, marks in sorted(lines, key=lambda e: e[0]):
        lists = [" ".join(sorted(marks[kind])) for kind in ("libraries", "components")]
        if name or any(lists):
            text += "\t".join([id_, name, company, *lists]) + "\n"
    (ROOT / "rules/sdks/libchecker.tsv").write_text(text, encoding="utf-8")
    print(f"{len(found)} labels, {len(lines)} entries")


if __name__ == "__main__":
    main()
