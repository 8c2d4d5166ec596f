"""Verdicts held to what probe apps were made to show (expected.yaml beside the APKs; README.md, "Expected")."""
import collections
import hashlib
import json
import pathlib

import yaml

FOUND = ("violation", "suspected")


def load(folder):
    """The probes of a folder by package, each as expected.yaml has it."""
    text = (pathlib.Path(folder) / "expected.yaml").read_text(encoding="utf-8")
    return {p["package"]: p for p in yaml.safe_load(text)["probes"]}


def listing(probe, apk):
    """What the store says of a probe, as a listing's JSON: its page as the source has it, else as the app has it."""
    page = dict(probe.get("page", {}))
    captured, same = page.pop("captured", None), page.pop("same_download", False)
    own = {"label": probe["label"], "version_name": probe["version_name"], "developer": "probe"}
    out = {"store": "自检", "package": probe["package"], "category": probe["category"], **(page if captured else own)}
    if captured:
        out["page"] = f"{captured}:{hashlib.sha256(json.dumps(page, sort_keys=True).encode()).hexdigest()}"
    if same:
        out["apk_sha256"] = hashlib.sha256(pathlib.Path(apk).read_bytes()).hexdigest()
    return out


def means(probe, observers):
    """What a run had to look at, where it was given all that the source of the probe has."""
    return {*observers, *(k for k in ("page", "policy") if k in probe)}


def applies(expected, api):
    return expected.get("min_api", 0) <= api <= expected.get("max_api", 1000)


def compare(probe, api, items, observers):
    """(rule, expected level, level found, verdict on it) for each rule; verdict: ok, missed, weaker, flagged, other.
    `items`: the level of each rule, on a device of that API level. `observers`: those of the run; what needs another is
    not held against it."""
    named = {e["rule"]: e for e in probe["expected"]}
    rows = []
    for rule, level in items.items():
        e = named.get(rule)
        if e is None:
            rows.append((rule, "", level, "flagged" if level in FOUND else "ok"))
        elif e["level"] == "any" or not applies(e, api) or e.get("needs", "") not in ("", *observers):
            continue
        elif e["level"] == level:
            rows.append((rule, e["level"], level, "ok"))
        elif e["level"] in FOUND:
            rows.append((rule, e["level"], level, "weaker" if level == "suspected" else
                         "flagged" if level == "violation" else "missed"))
        else:
            rows.append((rule, e["level"], level, "other"))
    return rows


class Confusion:
    """How often each rule was found where it should be and where it should not, decided and suspected apart."""

    def __init__(self):
        self.cells = collections.Counter()  # (rule, expected level or "innocent", level found)
        self.failed = 0

    def add(self, kind, rows):
        for rule, expected, level, _ in rows:
            if expected in FOUND:
                self.cells[rule, expected, level] += 1
            elif kind == "innocent":
                self.cells[rule, "innocent", level] += 1

    def _row(self, rule, expected):
        found = {level: self.cells[rule, expected, level] for level in FOUND}
        guilty = sum(n for (r, e, _), n in self.cells.items() if (r, e) == (rule, expected))
        innocent = {level: self.cells[rule, "innocent", level] for level in FOUND}
        clean = sum(n for (r, e, _), n in self.cells.items() if (r, e) == (rule, "innocent"))
        missed = guilty - sum(found.values())
        return (f"| {rule} | {guilty} | {found['violation']} | {found['suspected']} | {missed} | {clean} "
                f"| {innocent['violation']} | {innocent['suspected']} |")

    def markdown(self):
        out = []
        for expected, title in (("violation", "Decided: rules that can end as a violation"),
                                ("suspected", "Suspected: rules that leave an element to a person")):
            rules = sorted({r for r, e, _ in self.cells if e == expected},
                           key=lambda r: [int(x) for x in r[1:].split(".")])
            out += [f"### {title}", "",
                    "| rule | guilty runs | found as violation | found as suspected | missed | innocent runs "
                    "| flagged as violation | flagged as suspected |", "|---|---|---|---|---|---|---|---|"]
            out += [self._row(rule, expected) for rule in rules] + [""]
        out.append(f"Runs that ended without a verdict: {self.failed}.")
        return "\n".join(out)


def differences(probe, verdict, single_device=False):
    """What a verdict (as the API gives it) says otherwise, one text each; empty: it is as it should be. Where there is
    one device only, a violation that is suspected is right."""
    items = {item["rule"]: item["level"] for item in verdict["items"]}
    return [f"{rule} is {level}, expected {wanted or 'nothing'}: {how}"
            for rule, wanted, level, how in compare(probe, verdict["device_kind"]["api"], items, verdict["coverage"]["observers"])
            if how != "ok" and not (how == "weaker" and single_device)]
