"""What the coordinator counts, by its sources: common/metrics/names.h names it, metric::k... under coordinator/ uses it."""
import re

from helm import ROOT

SPEC = re.compile(r"inline constexpr (Counter|Gauge|Histogram)Spec (k\w+)\s*\{\s*\{(.*?)\}\s*(?:,\s*k\w+)?\};", re.S)
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')


def exported():
    """Series name -> its labels, of what the coordinator's sources count."""
    counted = set()
    for file in (ROOT / "coordinator").rglob("*.cc"):
        counted |= set(re.findall(r"metric::(k\w+)", file.read_text()))
    out = {}
    for kind, constant, body in SPEC.findall((ROOT / "common/metrics/names.h").read_text()):
        if constant not in counted:
            continue
        labels = body[body.rindex("{") + 1:] if body.rstrip().endswith("}") else ""
        name = LITERAL.search(body)[1]
        for suffix in ("_bucket", "_sum", "_count") if kind == "Histogram" else ("",):
            out[name + suffix] = set(LITERAL.findall(labels))
    return out
