#!/usr/bin/env python3
"""`storesweep apk` on packages made by aapt, and on every APK of the corpus: text, JSON held to its schema, the bill
of materials held to CycloneDX's, differences, listings, cache, exit codes.

usage: apk_test.py STORESWEEP SOURCE
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import jsonschema

program, source = sys.argv[1], pathlib.Path(sys.argv[2])
FRAMEWORK = "/usr/share/android-framework-res/framework-res.apk"
CYCLONEDX = "@cyclonedx/cyclonedx-library@10.3.0"
schema = jsonschema.Draft7Validator(json.loads((source / "schemas/apk-facts.schema.json").read_text()))

MANIFEST = """<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="com.example.shop"
    android:versionCode="{code}" android:versionName="1.{code}">
  <uses-sdk android:minSdkVersion="21" android:targetSdkVersion="28"/>
  <uses-permission android:name="android.permission.CAMERA"/>
  {more}
  <application android:label="@string/app" android:icon="@drawable/icon" android:allowBackup="false">
    <activity android:name=".Main"><intent-filter><action android:name="android.intent.action.MAIN"/>
      <category android:name="android.intent.category.LAUNCHER"/></intent-filter></activity>
    <receiver android:name=".Boot"><intent-filter><action android:name="android.intent.action.BOOT_COMPLETED"/>
      </intent-filter></receiver>
  </application>
</manifest>"""


def make_apk(folder, code, more=""):
    work = pathlib.Path(folder) / f"work{code}"
    for sub, text in {"values": "Shop", "values-zh-rCN": "商店", "values-b+sr+Latn": "Prodavnica"}.items():
        (work / "res" / sub).mkdir(parents=True)
        (work / "res" / sub / "s.xml").write_text(f'<resources><string name="app">{text}</string></resources>')
    (work / "res/drawable").mkdir()
    (work / "res/drawable/icon.xml").write_text('<shape xmlns:android="http://schemas.android.com/apk/res/android"/>')
    (work / "AndroidManifest.xml").write_text(MANIFEST.format(code=code, more=more))
    apk = pathlib.Path(folder) / f"shop{code}.apk"
    subprocess.run(["aapt", "package", "-f", "-M", work / "AndroidManifest.xml", "-S", work / "res", "-I", FRAMEWORK,
                    "-F", apk], check=True, capture_output=True)
    return apk


def call(*arguments, code=0, cache=None):
    environment = os.environ | {"XDG_CACHE_HOME": str(cache or folder / "cache")}
    done = subprocess.run([program, "--lang", "en", "apk", *map(str, arguments), "--rules", source / "rules"],
                          capture_output=True, text=True, env=environment)
    assert done.returncode == code, (arguments, done.returncode, done.stdout[-2000:], done.stderr[-2000:])
    return done


def check_text_and_json():
    text = call(one).stdout
    lines = text.splitlines()
    assert lines[0] == "com.example.shop  1.1 (1)  商店 / Shop", lines[0]
    assert "  permissions  1, of which 1 dangerous" in lines, text
    assert any("R6.1  self-start-receiver  com.example.shop.Boot" in line for line in lines), text
    facts = json.loads(call(one, "--json").stdout)
    schema.validate(facts)
    assert facts["file"] == str(one) and facts["labels"] == {"": "Shop", "zh-CN": "商店", "sr-Latn": "Prodavnica"}, facts
    assert facts["icon"] == "res/drawable/icon.xml" and not facts["backup"]["allowed"], facts


def check_many():
    done = call(one, two, "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["version_code"] for row in rows] == [1, 2], rows
    assert done.stderr.splitlines()[-1].startswith("2/2 "), done.stderr


def check_cache():
    cache = folder / "other cache"
    first = call(one, "--json", cache=cache).stdout
    entries = list((cache / "storesweep/facts").iterdir())
    assert len(entries) == 1, entries
    entry = entries[0]
    entry.write_text(entry.read_text().replace("com.example.shop", "com.example.kept"))
    assert "com.example.kept" in call(one, "--json", cache=cache).stdout
    assert call(one, "--json", "--no-cache", cache=cache).stdout == first


def check_diff():
    assert call("--diff", one, one).stdout == "nothing changed\n"
    done = call("--diff", one, two, code=5)
    assert "+ permissions android.permission.RECORD_AUDIO" in done.stdout, done.stdout
    assert "~ changed version_code: 1 -> 2" in done.stdout, done.stdout
    old = folder / "old.json"
    old.write_text(call(one, "--json").stdout)
    assert call("--diff", old, two, code=5).stdout == done.stdout
    assert json.loads(call("--diff", one, two, "--json", code=5).stdout)["permissions"]["gone"] == []


def check_listing():
    page = {"package": "com.example.shop", "label": "商店", "developer": "示例有限公司", "version_name": "1.1",
            "permissions": [{"name": "相机", "purpose": "扫码"}], "policy_url": "https://example.com/p"}
    listing = folder / "listing.json"
    listing.write_text(json.dumps(page))
    call(one, "--listing", listing)
    listing.write_text(json.dumps(page | {"label": "别的", "policy_url": ""}))
    done = call(one, "--listing", listing, "--json", code=5)
    facts = json.loads(done.stdout)
    schema.validate(facts)
    assert [d["kind"] for d in facts["listing"] if d["firm"]] == ["label-differs", "policy-missing"], facts["listing"]


def check_failures():
    missing = call(folder / "nothing.apk", code=4)
    assert "nothing.apk" in missing.stderr, missing.stderr
    broken = folder / "broken.apk"
    with zipfile.ZipFile(broken, "w") as z:
        z.writestr("AndroidManifest.xml", "no binary XML at all")
    done = call(broken, one, code=1)
    assert "broken.apk: AndroidManifest.xml: binary XML: bad header" in done.stderr, done.stderr
    assert "com.example.shop" in done.stdout, done.stdout
    wrong = call("--diff", one, code=2)
    assert "OLD and NEW" in wrong.stderr, wrong.stderr


def cyclonedx_schema():
    kept = pathlib.Path(os.environ.get("STORESWEEP_BUILD", folder)) / "cyclonedx"
    file = kept / "package/res/schema/bom-1.5.SNAPSHOT.schema.json"
    if not file.exists():
        kept.mkdir(parents=True, exist_ok=True)
        done = subprocess.run("npm pack --silent --ignore-scripts %s && tar xzf *.tgz" % CYCLONEDX, shell=True, cwd=kept,
                              capture_output=True, text=True)
        if done.returncode != 0:
            return None
    schemas = file.parent
    store = {}
    for other in schemas.glob("*.SNAPSHOT.schema.json"):
        text = json.loads(other.read_text())
        store[text["$id"]] = text
        store["http://cyclonedx.org/schema/" + other.name] = text
    bom = json.loads(file.read_text())
    return jsonschema.Draft7Validator(bom, resolver=jsonschema.RefResolver(bom["$id"], bom, store))


def check_cyclonedx():
    bom = json.loads(call(one, "--cyclonedx").stdout)
    assert bom["metadata"]["component"]["version"] == "1.1", bom
    refs = [c["bom-ref"] for c in bom["components"]]
    assert len(set(refs)) == len(refs) and bom["dependencies"][0]["dependsOn"] == refs, bom
    validator = cyclonedx_schema()
    if validator is None:
        print("SKIPPED: CycloneDX's own schema: npm could not fetch", CYCLONEDX)
        return
    validator.validate(bom)


def check_corpus():
    corpus = pathlib.Path(os.environ.get("STORESWEEP_CORPUS", source / "../shared/corpus"))
    if not corpus.is_dir():
        print("SKIPPED: no corpus at", corpus)
        return
    files = sorted(corpus.glob("apk/**/*.apk"))
    environment = os.environ | {"XDG_CACHE_HOME": str(folder / "cache")}
    done = subprocess.run([program, "apk", "--json", "--rules", source / "rules", *files], capture_output=True, text=True, env=environment)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    for row in rows:
        schema.validate(row)
    assert len(rows) > 100, (len(rows), done.stderr[-2000:])
    print(len(rows), "facts of the corpus fit the schema;", len(files) - len(rows), "files refused")


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    one, two = make_apk(folder, 1), make_apk(folder, 2, '<uses-permission android:name="android.permission.RECORD_AUDIO"/>')
    for check in (check_text_and_json, check_many, check_cache, check_diff, check_listing, check_failures, check_cyclonedx,
                  check_corpus):
        check()
        print("ok:", check.__name__)
