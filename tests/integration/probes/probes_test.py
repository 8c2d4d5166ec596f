#!/usr/bin/env python3
"""Builds all probe apps and holds each to its source, with tools that the builder does not use for building."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import zipfile

import jsonschema
import yaml

ROOT = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else ".").resolve()
sys.path.insert(0, str(ROOT / "probes"))
from builder import package, source  # noqa: E402  the path is known only now

OUT = ROOT / "build/probes"
BUILD = [sys.executable, str(ROOT / "probes/build.py")]
HELLO = """\
app: com.stranger.hello
label: {zh: 你好}
why: a stranger's
kind: innocent
behaviour:
  launch: {show: home}
  screens:
    home: {views: [{id: hi, button: 好, tap: read_clipboard}]}
"""


def run(*argv):
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


class Probes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run(BUILD, check=True)
        cls.expected = yaml.safe_load((OUT / "expected.yaml").read_text())["probes"]
        cls.apks = [OUT / p["apk"] for p in cls.expected]

    def test_every_source_gives_an_apk(self):
        self.assertEqual({f"{f.stem}.apk" for f in (ROOT / "probes").glob("*.yaml")}, {a.name for a in self.apks})
        self.assertGreaterEqual(len(self.apks), 24)

    def test_each_rule_has_a_guilty_probe_and_each_guilty_one_a_twin(self):
        guilty = {e["rule"] for p in self.expected for e in p["expected"] if e["level"] in ("violation", "suspected")}
        self.assertEqual(guilty, set(source.RULES))
        innocent = {p["apk"] for p in self.expected if p["kind"] == "innocent"}
        for p in self.expected:
            if p["kind"] == "guilty":
                self.assertIn(f"{p['twin']}.apk", innocent, p["apk"])

    def test_an_innocent_probe_is_expected_nowhere(self):
        for p in self.expected:
            if p["kind"] == "innocent":
                found = [e for e in p["expected"] if e["level"] in ("violation", "suspected") and "max_api" not in e]
                self.assertEqual(found, [], p["apk"])

    def test_signed_by_all_three_schemes(self):
        for apk in self.apks[::7]:   # the builder verified each; apksigner itself, a sample
            text = run("apksigner", "verify", "-v", str(apk))
            for scheme in ("v1 scheme (JAR signing)", "v2 scheme (APK Signature Scheme v2)", "v3 scheme (APK Signature Scheme v3)"):
                self.assertIn(f"Verified using {scheme}: true", text, apk)

    def test_made_for_api_19_and_target_30_unless_the_source_says_why(self):
        for p, apk in zip(self.expected, self.apks):
            badging = run("aapt", "dump", "badging", str(apk))
            text = yaml.safe_load((ROOT / "probes" / f"{apk.stem}.yaml").read_text())
            sdk = text.get("sdk", {})
            self.assertIn(f"sdkVersion:'{sdk.get('min', 19)}'", badging, apk)
            self.assertIn(f"targetSdkVersion:'{sdk.get('target', 30)}'", badging, apk)
            self.assertTrue(not sdk or sdk["why"], apk)
            self.assertIn(f"application-label-zh:'{p['label']}'", badging, apk)

    def test_the_schema_is_the_vocabulary(self):
        self.assertEqual((ROOT / "schemas/behaviour.schema.json").read_text(), run(*BUILD, "--schema"))

    def test_behaviour_files_fit_the_schema_and_the_code_makes_their_calls(self):
        validator = jsonschema.Draft7Validator(json.loads((ROOT / "schemas/behaviour.schema.json").read_text()))
        for p, apk in zip(self.expected, self.apks):
            with zipfile.ZipFile(apk) as z:
                behaviour = json.loads(z.read("assets/storesweep/behaviour.json"))
            self.assertEqual([e.message for e in validator.iter_errors(behaviour)], [], apk)
            self.assertEqual(behaviour["package"], p["package"])
            self.assertEqual(package.missing_calls(behaviour, run("dexdump", "-d", str(apk))), [], apk)

    def test_code_holds_no_reading_api_that_the_behaviour_does_not_name(self):
        reading = {"read_clipboard", "query_usage_stats", "read_location", "open_camera", "record_audio", "read_contacts",
                   "read_imei", "read_android_id", "read_mac", "list_apps", "request_permissions"}
        for apk in self.apks:
            with zipfile.ZipFile(apk) as z:
                behaviour = json.loads(z.read("assets/storesweep/behaviour.json"))
            called = {c["do"] for c in source.every_call(behaviour)}
            others = [{"do": do} for do in sorted(reading - called)]
            dump = run("dexdump", "-d", str(apk))
            self.assertEqual(package.missing_calls({"calls": others}, dump), sorted(reading - called), apk)

    def test_a_strangers_sources_build_the_same_way(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "hello.yaml").write_text(HELLO)
            first = run(*BUILD, str(folder), str(folder / "out"), "--key", str(folder / "key"))
            self.assertIn("1 built", first)
            self.assertIn("0 built", run(*BUILD, str(folder), str(folder / "out"), "--key", str(folder / "key")))
            self.assertIn("com.stranger.hello", run("aapt", "dump", "badging", str(folder / "out/hello.apk")))

    def test_errors_name_file_and_line(self):
        cases = {
            "tap: read_clipbord": "hello.yaml:8: behaviour.screens.home.views hi.tap: there is no call 'read_clipbord'",
            "tap: {show: nowhere}": "show names screen 'nowhere'",
            "tapp: exit": "hello.yaml:8: view has no key 'tapp'",
            "tap: {toast: 5}": "hello.yaml:8: toast.text must be text",
            "tap: {toast: x, if: {checked: box}}": "no screen has a check box 'box'",
            "tap: {schedule_job: {job: j}}": "schedule_job takes either period_ms or in_ms",
        }
        for text, message in cases.items():
            with tempfile.TemporaryDirectory() as folder:
                (pathlib.Path(folder) / "hello.yaml").write_text(HELLO.replace("tap: read_clipboard", text))
                done = subprocess.run([*BUILD, folder, folder + "/out"], capture_output=True, text=True)
                self.assertEqual(done.returncode, 1, text)
                self.assertIn(message, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
