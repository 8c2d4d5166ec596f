"""Verdicts held to what probe apps were made to show (expected.yaml beside the APKs; README.md, "Expected")."""
import pathlib

import yaml

ACCUSING = ("violation", "suspected")


def load(folder):
    """The probes of a folder by package, each as expected.yaml has it."""
    text = (pathlib.Path(folder) / "expected.yaml").read_text(encoding="utf-8")
    return {p["package"]: p for p in yaml.safe_load(text)["probes"]}


def differences(probe, verdict, single_device=False):
    """What a verdict (as the API gives it) says otherwise, one text each; empty: it is as it should be."""
    api = verdict["device_kind"]["api"]
    levels = {item["rule"]: item["level"] for item in verdict["items"]}
    wanted, silent = {}, set()
    for e in probe["expected"] or []:
        if e.get("min_api", 0) <= api <= e.get("max_api", 1000):
            wanted[e["rule"]] = e["level"]
        else:
            silent.add(e["rule"])  # nothing is said of it on this device
    out = []
    for rule, level in sorted(wanted.items()):
        got = levels.get(rule, "absent")
        fits = level == "any" or got == level or (single_device and level == "violation" and got == "suspected")
        if not fits:
            out.append(f"{rule} is {got}, not {level}")
    for rule, got in sorted(levels.items()):
        if got in ACCUSING and rule not in wanted and rule not in silent:
            out.append(f"{rule} is {got}: a false accusation")
    return out
