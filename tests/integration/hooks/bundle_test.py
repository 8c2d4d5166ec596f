#!/usr/bin/env python3
"""worker/observe/hooks/build.py makes one plain script of ours and npm's bridge. Skipped, saying so, only where npm cannot
be reached.

usage: bundle_test.py ROOT
"""
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(sys.argv[1])
HERE = pathlib.Path(__file__).parent
SKIP = 77


def main():
    with tempfile.TemporaryDirectory(prefix="storesweep_hooks_") as folder:
        out = pathlib.Path(folder) / "hooks.js"
        built = subprocess.run([sys.executable, ROOT / "worker/observe/hooks/build.py", out], capture_output=True, text=True, timeout=240)
        if built.returncode != 0:
            unreachable = any(word in built.stderr for word in ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "network"))
            print(built.stderr)
            return SKIP if unreachable else 1
        text = out.read_text()
        assert "art::" in text, "the bridge is not in it"
        assert str(ROOT) not in text, "it names this machine's folders"
        return subprocess.run(["node", HERE / "bundle_run.mjs", out], timeout=60).returncode


sys.exit(main())
