"""Verdicts held to what probe apps were made to show (expected.yaml beside the APKs; README.md, "Expected")."""
import pathlib

import yaml

FOUND = ("violation", "suspected")


def load(folder):
    """The probes of a folder by package, each as expected.yaml has it."""
    text = (pathlib.Path(folder) / "expected.yaml").read_text(encoding="utf-8")
    return {p["package"]: p for p in yaml.safe_load(text)["probes"]}


def applies(expected, api):
    return expected.get("min_api", 0) <= api <= expected.get("max_api", 1000)


def compare(probe, api, items):
    """(rule, expected level, level found, verdict on it) for each rule; verdict: ok, missed, weaker, flagged, other.
    `items`: the level of each rule, on a device of that API level."""
    named = {e["rule"]: e for e in probe["expected"]}
    rows = []
    for rule, level in items.items():
        e = named.get(rule)
        if e is None:
            rows.append((rule, "", level, "flagged" if level in FOUND else "ok"))
        elif e["level"] == "any" or not applies(e, api):
            continue
        elif e["level"] == level:
            rows.append((rule, e["level"], level, "ok"))
        elif e["level"] in FOUND:
            rows.append((rule, e["level"], level, "weaker" if level == "suspected" else
                         "flagged" if level == "violation" else "missed"))
        else:
            rows.append((rule, e["level"], level, "other"))
    return rows


def differences(probe, verdict, single_device=False):
    """What a verdict (as the API gives it) says otherwise, one text each; empty: it is as it should be. Where there is
    one device only, a violation that is suspected is right."""
    items = {item["rule"]: item["level"] for item in verdict["items"]}
    return [f"{rule} is {level}, expected {wanted or 'nothing'}: {how}"
            for rule, wanted, level, how in compare(probe, verdict["device_kind"]["api"], items)
            if how != "ok" and not (how == "weaker" and single_device)]
