#!/usr/bin/env python3
"""Every parser of outside bytes has a fuzzer. What looks like one in a header (parse_*, take_*, decode_*, *_untrusted, a
static parse of bytes) must be called, by name, in a fuzzer's source, or stand below with the reason why not.

usage: check_fuzzers.py ROOT
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
FOLDERS = ("common", "worker", "coordinator", "cli")
DECLARED = re.compile(r"\b(?P<name>(?:parse|take|decode)_\w+|\w+_untrusted|\w+::parse|parse)\(\s*(?:std::string_view|ByteView|const std::string&|Inbox&)")

# Not of outside bytes, or reached by a fuzzer through another name.
REASONS = {
    "parse_int": "a whole number, in every other parser",
    "parse_time": "by fuzz_catalogue's dates and fuzz_http",
    "parse_cursor": "by the store, of what fuzz_http let through as a bounded name",
    "parse_one": "one file of a dex container, by DexFile::parse in fuzz_apk_dex",
    "parse_script": "scripted workers are for tests",
    "parse_content_range": "one header, bounded; its cases are in tests/unit/common/net",
    "parse_quantity": "fuzz_config",
    "parse_authorised": "fuzz_config",
    "take_locked": "what fuzz_observe gives to LogMerge",
    "take_word": "a word of a line, in every parser of fuzz_android_*",
}
# common/android is reached by kind: parse_to_json calls every parser.
KINDS = ROOT / "tests/fuzz/android_text/CMakeLists.txt"


def main():
    sources = "\n".join(f.read_text() for f in (ROOT / "tests/fuzz").rglob("*.cc"))
    android = (ROOT / "common/android/describe.cc").read_text() + (ROOT / "tests/fuzz/android_screen/android_screen.cc").read_text()
    errors, seen = [], set()
    for folder in FOLDERS:
        for header in sorted((ROOT / folder).rglob("*.h")):
            for match in DECLARED.finditer(header.read_text()):
                name = match["name"].split("::")[-1]
                seen.add(name)
                inside = android + "".join(f.read_text() for f in (ROOT / "common/android").glob("*.cc")) if folder == "common" and "android" in header.parts else ""
                if re.search(rf"\b{name}\(", sources) or name in REASONS or re.search(rf"\b{name}\b", inside):
                    continue
                errors.append(f"{header.relative_to(ROOT)}: {name} has no fuzzer: write one in tests/fuzz")
    errors += [f"REASONS: {name} is declared nowhere" for name in REASONS if name not in seen]
    listed = set(re.search(r"foreach\(kind IN LISTS|foreach\(kind ([^)]*)\)", KINDS.read_text())[1].split())
    kinds = set(re.findall(r'\{\{"(\w+)", "[^"]*"\}', (ROOT / "common/android/describe.cc").read_text()))
    errors += [f"{KINDS.relative_to(ROOT)}: no fuzzer of kind {k}" for k in sorted(kinds - listed)]
    for error in errors:
        print(error)
    print(f"{len(seen)} parsers, {len(kinds)} kinds of a device's text, {len(errors)} errors")
    return bool(errors)


sys.exit(main())
