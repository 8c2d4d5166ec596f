#!/usr/bin/env python3
"""docs/metrics.md explains every metric of common/metrics/names.h in its words, and each is counted by the program that it
is said to be of. With --write the page's tables are made anew from names.h.

usage: check_metrics.py ROOT [--write]
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
PAGE = ROOT / "docs/metrics.md"
SPEC = re.compile(r"inline constexpr (Counter|Gauge|Histogram)Spec (k\w+)\s*\{\s*\{(.*?)\}\s*(?:,\s*k\w+)?\};", re.S)
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')


def specs():
    """Name -> (constant, kind, labels, help)."""
    out = {}
    for kind, constant, body in SPEC.findall((ROOT / "common/metrics/names.h").read_text()):
        body = body.strip()
        labels = LITERAL.findall(body[body.rindex("{"):]) if body.endswith("}") else []
        words = LITERAL.findall(body[:body.rindex("{")] if labels else body)
        out[words[0]] = (constant, kind.lower(), ", ".join(labels), "".join(words[1:]))
    return out


def rows(of_worker):
    for name, (_, kind, labels, text) in specs().items():
        if name.startswith("storesweep_worker_") == of_worker:
            yield f"| `{name}` | {kind} | {labels} | {text} |"


def written(page):
    for title, of_worker in (("## The coordinator's", False), ("## A worker's", True)):
        table = "\n".join(["| | | labels | |", "|---|---|---|---|", *rows(of_worker)])
        page = re.sub(rf"({re.escape(title)}.*?\n\n)\|.*?(\n\n|\n\Z)", lambda m: m[1] + table + m[2], page, count=1, flags=re.S)
    return page


def main():
    page = PAGE.read_text()
    if "--write" in sys.argv:
        PAGE.write_text(written(page))
        return 0
    errors = []
    if written(page) != page:
        errors.append("docs/metrics.md is not what names.h says: check_metrics.py ROOT --write")
    for name, (constant, kind, _, text) in specs().items():
        room = "worker" if name.startswith("storesweep_worker_") else "coordinator"
        if not any(f"metric::{constant}" in f.read_text() for f in (ROOT / room).rglob("*.cc")):
            errors.append(f"{name}: nothing below {room}/ counts it")
        if f"`{name}`" not in page:
            errors.append(f"{name} does not stand in docs/metrics.md")
        if kind == "counter" and not name.endswith("_total"):
            errors.append(f"{name}: a counter ends in _total")
        if not text.endswith("."):
            errors.append(f"{name}: its help is no sentence")
    for error in errors:
        print(error)
    print(f"{len(specs())} metrics, {len(errors)} errors")
    return 1 if errors or not specs() else 0


sys.exit(main())
