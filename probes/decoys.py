#!/usr/bin/env python3
"""Makes decoys: decoys.py FOLDER PACKAGE...

Leaves FOLDER/PACKAGE.apk for each package: an empty app of that name, to be woken by an app under test
(rules/decoys.yaml). It has a launcher entry and one page that says what it is, and none of the components of the app it
stands for. A decoy for an SDK that looks for other apps of its kind has that SDK's door besides (DOORS). What is there
already is left alone.
"""
import argparse
import fcntl
import pathlib
import sys
import tempfile

from builder import package, source

# The actions by which SDKs find other apps that have them too: JPush, DaemonService of its integration manual.
DOORS = {"cn.storesweep.decoy.jpush": {"daemon": ["cn.jpush.android.intent.DaemonService"]}}

SOURCE = """\
app: {name}
label: {{zh: 替身, en: Decoy}}
why: stands for {name} on a device under test
kind: innocent
doors: {doors}
behaviour:
  launch: {{show: home}}
  screens:
    home: {{title: 检测用替身应用, views: [{{id: name, text: "{name}"}}]}}
  services: {services}
"""


def decoy(name, folder):
    doors = DOORS.get(name, {})
    file = folder / f"{name}.yaml"
    services = {door: {"start": []} for door in doors}
    file.write_text(SOURCE.format(name=name, doors=doors, services=services), encoding="utf-8")
    return {**source.read(file), "name": name}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("packages", nargs="+")
    parser.add_argument("--key", type=pathlib.Path, help="signing key, made if missing (otherwise FOLDER/.keystore)")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    try:
        with open(args.folder / ".lock", "w") as lock, tempfile.TemporaryDirectory() as sources:
            fcntl.flock(lock, fcntl.LOCK_EX)  # several workers may keep one folder
            wanted = [p for p in dict.fromkeys(args.packages) if not (args.folder / f"{p}.apk").exists()]
            found = [decoy(name, pathlib.Path(sources)) for name in wanted]
            built = package.make(found, args.folder.resolve(), (args.key or args.folder / ".keystore").resolve()) if found else 0
    except (source.Bad, package.ToolFailed) as error:
        print(error)
        return 1
    print(f"{built} decoys made")
    return 0


if __name__ == "__main__":
    sys.exit(main())
