#!/usr/bin/env python3
"""Alerts, dashboard and autoscaler: promtool fires every alert, and every metric and label that they name is one that the
coordinator's code really counts (common/metrics/names.h, metric::k... under coordinator/).

usage: rules_test.py PROGRAMS SOURCE
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

from counted import exported
from helm import CHART, HERE, ROOT

del sys.argv[1:3]
RULES = CHART / "files/rules.yaml"
ADDED = {"namespace", "le"}  # by whoever scrapes, and by histograms


def promtool(*words):
    return subprocess.run(["promtool", *map(str, words)], capture_output=True, text=True, timeout=120)


def rules():
    for group in yaml.safe_load(RULES.read_text())["groups"]:
        yield from group["rules"]


def expressions():
    """(where, PromQL) of everything that asks."""
    for rule in rules():
        yield rule.get("alert") or rule["record"], rule["expr"]
    dashboard = json.loads((CHART / "files/dashboard.json").read_text())
    for variable in dashboard["templating"]["list"]:
        yield from ((variable["name"], series) for series in re.findall(r"label_values\((\w+),", variable["query"]))
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"].replace("$namespace", "n")
    tpl = (CHART / "templates/_scaling.tpl").read_text()
    yield "autoscaler", re.search(r"^sum\(.*$", tpl, re.M)[0].replace("{{ .Release.Namespace }}", "n")


def wrong_names(expression, known):
    """Names of series and labels that nobody counts. Labels that stand in `by` and `on` belong to every series there."""
    series = set(re.findall(r"\bstoresweep_\w+", expression))
    wrong = sorted(series - set(known))
    for name, matchers in re.findall(r"(storesweep_\w+)\{([^}]*)\}", expression):
        for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers):
            if label not in known.get(name, set()) | ADDED:
                wrong.append(f"{name}{{{label}}}")
    every = set().union(*(known[s] for s in series if s in known)) | ADDED
    for grouping in re.findall(r"\b(?:by|on|group_left)\s*\(([^)]*)\)", expression):
        wrong += [label for label in re.findall(r"\w+", grouping) if label not in every]
    return wrong


class Rules(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_promtool_takes_them(self):
        done = promtool("check", "rules", RULES)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_alert_fires_when_it_must_and_not_before(self):
        for file in (RULES, HERE / "alerts_test.yaml"):
            shutil.copy(file, self.folder / file.name)
        done = promtool("test", "rules", self.folder / "alerts_test.yaml")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        proven = re.findall(r'labels: \'ALERTS\{alertname="(\w+)"', (HERE / "alerts_test.yaml").read_text())
        self.assertEqual(sorted(set(proven)), sorted(r["alert"] for r in rules() if "alert" in r))
        print(len(set(proven)), "alerts fire")

    def test_every_alert_speaks_both_languages_and_has_its_page(self):
        manual = (ROOT / "docs/operate.md").read_text()
        for rule in rules():
            if "alert" not in rule:
                continue
            summary = rule["annotations"]["summary"]
            self.assertRegex(summary, r"[\u4e00-\u9fff].* · [A-Za-z]", rule["alert"])
            self.assertIn(rule["labels"]["severity"], ("critical", "warning"))
            self.assertIn(f"### {rule['alert']}\n", manual, "what to do at 3 a.m.")
        for named in re.findall(r"^### (Storesweep\w+)$", manual, re.M):
            self.assertIn(named, {r.get("alert") for r in rules()}, "docs/operate.md explains what does not exist")

    def test_the_dashboard_speaks_promql(self):
        asked = [{"record": f"q{i}", "expr": e} for i, (_, e) in enumerate(expressions())]
        file = self.folder / "asked.yaml"
        file.write_text(yaml.safe_dump({"groups": [{"name": "asked", "rules": asked}]}))
        done = promtool("check", "rules", file)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_all_that_is_asked_for_is_counted(self):
        known = exported()
        self.assertGreater(len(known), 40)
        known |= {r["record"]: {"namespace"} for r in rules() if "record" in r}
        for where, expression in expressions():
            self.assertEqual(wrong_names(expression, known), [], where)

    def test_the_check_of_names_sees_what_is_wrong(self):
        known = exported()
        self.assertEqual(wrong_names('sum by (kind) (storesweep_runs_total{kind="x"})', known), [])
        self.assertEqual(wrong_names("storesweep_worker_leases", known), ["storesweep_worker_leases"], "no worker exports any")
        self.assertEqual(wrong_names('storesweep_jobs{phase="x"}', known), ["storesweep_jobs{phase}"])
        self.assertEqual(wrong_names("sum by (worker) (storesweep_jobs)", known), ["worker"])


if __name__ == "__main__":
    unittest.main()
