#!/usr/bin/env python3
"""The injected script against a stubbed Java bridge, in Node, with the sources of rules/sources.yaml.

usage: script_test.py ROOT
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(sys.argv[1])
HERE = pathlib.Path(__file__).parent


def main():
    sources = yaml.safe_load((ROOT / "rules/sources.yaml").read_text())
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(sources, file)
        file.flush()
        done = subprocess.run(["node", "--test", HERE / "script_test.mjs"], timeout=120, env={**os.environ, "STORESWEEP_SOURCES": file.name})
    return done.returncode


sys.exit(main())
