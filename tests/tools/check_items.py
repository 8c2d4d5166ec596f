#!/usr/bin/env python3
"""How many items of each task a machine decides, suspects, or leaves to people, by the rule pack itself; the table of
docs/accuracy.md is held to it.

usage: check_items.py ROOT [--write]
"""
import pathlib
import sys

import yaml

BEGIN, END = "<!-- items of the rule pack: tests/tools/check_items.py --write -->", "<!-- end of the table -->"


def column(item):
    if "evaluator" in item:
        return "decided" if item["level"] == "violation" else "suspected"
    return "people" if item["waits_for"] == "people" else "later"


def table(pack):
    lines = ["| task | items | decided | suspected at most | wait for an observer | for people |", "|---|---|---|---|---|---|"]
    total = dict.fromkeys(("decided", "suspected", "later", "people"), 0)
    for task in pack["tasks"]:
        names = {key: [i for i in task["items"] if column(i) == key] for key in total}
        for key, items in names.items():
            total[key] += len(items)
        later = ", ".join(f"{i['id']} ({i['waits_for']})" for i in names["later"])
        lines.append(f"| {task['task']} | {len(task['items'])} | {', '.join(i['id'] for i in names['decided'])} "
                     f"| {', '.join(i['id'] for i in names['suspected'])} | {later} | {', '.join(i['id'] for i in names['people'])} |")
    lines.append(f"| all | {sum(total.values())} | {total['decided']} | {total['suspected']} | {total['later']} | {total['people']} |")
    return "\n".join(lines)


def main():
    root = pathlib.Path(sys.argv[1])
    made = table(yaml.safe_load((root / "rules/pack.yaml").read_text()))
    page = root / "docs/accuracy.md"
    before, rest = page.read_text().split(BEGIN)
    now, after = rest.split(END)
    if "--write" in sys.argv:
        page.write_text(f"{before}{BEGIN}\n{made}\n{END}{after}")
        return 0
    if now.strip() != made:
        print(f"docs/accuracy.md does not say what rules/pack.yaml does: {__file__} {root} --write")
        return 1
    print("0 errors")
    return 0


if __name__ == "__main__":
    sys.exit(main())
