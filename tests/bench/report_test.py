#!/usr/bin/env python3
"""The page of benchmarks keeps what a run did not measure, with the date of the run that did."""
import pathlib
import sys
import tempfile

import report

OLD = {"date": "2026-01-01", "commit": "aaa", "machine": "m", "jobs": 1000, "pairs": 2, "ms": 5, "load": 0.1, "took_s": 1}
NEW = {**OLD, "date": "2026-02-02", "commit": "bbb"}


def result(mine, theirs):
    return {"unit": "s", "more_is_better": False, "ours": "we", "values": {"we": mine, "they": theirs}}


def check(good, what):
    if not good:
        sys.exit(f"FAILED: {what}")


def lines_of(page, title):
    return [line for line in page.read_text().splitlines() if line.startswith(f"|{title}|")]


with tempfile.TemporaryDirectory() as folder:
    page = pathlib.Path(folder) / "page.md"
    page.write_text(f"before\n\n{report.BEGIN}\n{report.END}\n\nafter\n")
    report.write(page, OLD, {"one": result([1, 1], [2, 2]), "two": result([1, 1], [3, 3])})
    kept = lines_of(page, "two")
    check(len(kept) == 2 and all(line.endswith("|1|") for line in kept), kept)
    report.write(page, NEW, {"one": result([1, 1], [8, 8]), "three": result([1], [2])})
    check(lines_of(page, "two") == kept, f"what was not measured: {lines_of(page, 'two')}")
    one = lines_of(page, "one")
    check(len(one) == 2 and "|8.00 (8.00 to 8.00)|2|" in one[1], f"what was measured again: {one}")
    check(len(lines_of(page, "three")) == 2, "what is new")
    text = page.read_text()
    check(text.startswith("before\n") and text.endswith("after\n"), "the text around it")
    check("1. 2026-01-01, commit aaa" in text and "2. 2026-02-02, commit bbb" in text, "each run has its line")
    report.write(page, NEW, {"two": result([1, 1], [4, 4])})
    check("aaa" not in page.read_text(), "a run of which nothing stands any more has no line")
real = pathlib.Path(__file__).resolve().parent.parent.parent / "docs/benchmarks.md"
figures = real.read_text().split(report.BEGIN)[1].split(report.END)[0]
check(len(report.read_figures(figures)) > 5, "the page as it stands can be read")
print("ok")
