"""Figures of ./dev bench as a table, and as docs/benchmarks.md. A ratio says how many times better we are: above 1 we win,
whatever the unit; it is the median of the ratios of the pairs, with the least and the greatest."""
import json
import os
import platform
import statistics
import subprocess


def about(source, jobs, pairs, ms, date, seconds):
    commit = subprocess.run(["git", "-C", source, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True).stdout.strip()
    dirty = subprocess.run(["git", "-C", source, "status", "--porcelain", "-uno"], capture_output=True, text=True).stdout.strip()
    with open("/proc/meminfo") as f:
        memory = round(int(f.readline().split()[1]) / 1024 / 1024)
    return {"date": date, "commit": commit + ("+" if dirty else ""), "jobs": jobs, "pairs": pairs, "ms": ms, "took_s": seconds,
            "machine": f"{os.cpu_count()} cores, {memory} GiB, Linux {platform.release().split('-')[0]}",
            "load": round(os.getloadavg()[2], 1)}


def ratios(result, peer):
    """One for each pair."""
    mine, theirs = result["values"][result["ours"]], result["values"][peer]
    return [(a / b if result["more_is_better"] else b / a) for a, b in zip(mine, theirs) if a and b]


def number(x):
    return f"{x:,.0f}" if x >= 100 else f"{x:.1f}" if x >= 10 else f"{x:.2f}" if x >= 0.1 else f"{x:.3f}"


def rows(results):
    for title, r in results.items():
        for who, values in r["values"].items():
            spread = f"{number(min(values))} to {number(max(values))}"
            line = [title, who, f"{number(statistics.median(values))} {r['unit']}", spread if len(values) > 1 else "", str(len(values))]
            if who == r["ours"]:
                line.append("")
            else:
                found = ratios(r, who)
                ratio = number(statistics.median(found))
                line.append(ratio + (f" ({number(min(found))} to {number(max(found))})" if len(found) > 1 else ""))
            yield line


HEAD = ["what", "who", "median", "least to greatest", "n", "we are so many times better"]


def table(about, results):
    lines = [HEAD, *rows(results)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]
    text = "\n".join("  ".join(cell.ljust(w) for cell, w in zip(line, widths)).rstrip() for line in lines)
    return (f"{about['machine']}, commit {about['commit']}, {about['date']}, {about['jobs']} jobs queued, "
            f"{about['pairs']} interleaved pairs, {about['ms']} ms each, {about['took_s']} s in all\n\n{text}")


def keep(path, about, results):
    known = json.loads(path.read_text()) if path.exists() else {}
    for title, r in results.items():
        known[title] = {**r, "about": about}
    path.write_text(json.dumps(known, indent=1))


def run_line(about):
    return (f"{about['date']}, commit {about['commit']}: {about['machine']}; {about['jobs']:,} jobs queued, {about['pairs']} interleaved "
            f"pairs, {about['ms']} ms each; load average {about['load']} over the 15 minutes before its end")


BEGIN, END = "<!-- figures: written by ./dev bench --write -->", "<!-- end of figures -->"
PAGE_HEAD = [*HEAD, "run"]


def read_figures(text):
    """What stands on the page: rows as (title, the other cells, the line of the run that they are of)."""
    runs, kept = {}, []
    for line in text.splitlines():
        number_, dot, rest = line.partition(". ")
        if dot and number_.isdigit():
            runs[number_] = rest
        elif line.startswith("|") and not line.startswith(("|---", f"|{HEAD[0]}|")):
            title, *cells, run = line.strip("|\n").split("|")[:len(PAGE_HEAD)]
            kept.append((title, cells, runs[run]))
    return kept


def write(page, about, results):
    """The page with this run's figures; what it did not measure stays, with the line of its own run."""
    text = page.read_text()
    head, rest = text.split(BEGIN)
    figures, tail = rest.split(END)
    fresh = [(title, cells, run_line(about)) for title, *cells in rows(results)]
    kept = [row for row in read_figures(figures) if row[0] not in results]
    lines, runs = [], []
    for title, cells, run in kept + fresh:
        if run not in runs:
            runs.append(run)
        lines.append("|" + "|".join([title, *cells, str(runs.index(run) + 1)]) + "|")
    table_ = ["|" + "|".join(PAGE_HEAD) + "|", "|" + "---|" * len(PAGE_HEAD), *lines]
    listed = [f"{i + 1}. {run}" for i, run in enumerate(runs)]
    page.write_text("\n".join([head + BEGIN, *listed, "", *table_, END]) + tail)
