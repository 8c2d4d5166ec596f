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


def write(path, page):
    known = json.loads(path.read_text())
    abouts = {json.dumps(r["about"], sort_keys=True): r["about"] for r in known.values()}
    lines = ["|" + "|".join(HEAD) + "|", "|" + "---|" * len(HEAD)]
    lines += ["|" + "|".join(line) + "|" for line in rows(known)]
    runs = "\n".join(f"- {a['date']}, commit {a['commit']}: {a['machine']}; {a['jobs']:,} jobs queued, {a['pairs']} interleaved pairs, "
                     f"{a['ms']} ms each; load average {a['load']} over the 15 minutes before its end" for a in abouts.values())
    text = page.read_text()
    head, tail = text.split("<!-- figures: written by ./dev bench --write -->")[0], text.split("<!-- end of figures -->")[1]
    page.write_text(f"{head}<!-- figures: written by ./dev bench --write -->\n{runs}\n\n" + "\n".join(lines) +
                    f"\n<!-- end of figures -->{tail}")
