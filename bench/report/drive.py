"""Runs every workload under every contender, each in its own process, and reports.

Called by bench/run, which has built the programs.
"""

import argparse
import csv
import json
import pathlib
import re
import sys

import compare
import document as document_page
import machine
import measuring
import page
import table
from figures import Figures

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESULTS = ROOT / "bench" / "results"


def save(document, figures, text):
    RESULTS.mkdir(exist_ok=True)
    environment = document["environment"]
    stem = f"{environment['date'].replace(':', '')}-{environment['commit']}"
    # Lists are for plots: the JSON has them.
    rows = [{key: value for key, value in row.items() if not isinstance(value, (list, dict))}
            for row in document["rows"]]
    with open(RESULTS / f"{stem}.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        writer.writerows(rows)
    if document["micro_ns"]:
        with open(RESULTS / f"{stem}-micro.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["operation", "contender", "ns"])
            writer.writerows((operation, contender, ns)
                             for operation, times in document["micro_ns"].items()
                             for contender, repetitions in times.items() for ns in repetitions)
    (RESULTS / f"{stem}.json").write_text(json.dumps(document), encoding="utf-8")
    (RESULTS / f"{stem}.txt").write_text(text, encoding="utf-8")
    write_page(figures, f"{stem}.html")
    return f"bench/results/{stem}.*"


def write_page(figures, name):
    """Under its own name, and as the latest."""
    text = page.render(figures)
    for path in (RESULTS / name, RESULTS / "report.html"):
        path.write_text(text, encoding="utf-8")


def load(path):
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))


def measure(options):
    runs = options.runs or (1 if options.quick else 3)
    groups = measuring.list_pairs(options.binaries, options.filter, options.quick, options.grid)
    with_micro = bool(options.filter.search(measuring.MICRO))
    if not groups and not with_micro:
        sys.exit(f"bench/run: nothing matches '{options.filter.pattern}'")
    environment = machine.describe(ROOT, str(options.binaries / "bench" / "pauses"))
    environment |= {"runs": runs, "quick": options.quick}
    rows, micro = measuring.run_all(groups, runs, options.quick, with_micro, options.binaries)
    pairs = {workload: [{key: value for key, value in pair.items() if key != "program"}
                        for pair in group] for workload, group in groups.items()}
    return {"environment": environment, "pairs": pairs, "rows": rows, "micro_ns": micro}


def main():
    parser = argparse.ArgumentParser(prog="bench/run")
    parser.add_argument("--binaries", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--grid", nargs="?", const="some", choices=["some", "full"])
    parser.add_argument("--filter", type=re.compile, default=re.compile(""))
    parser.add_argument("--runs", type=int)
    parser.add_argument("--compare", metavar="OLD.json", type=load)
    parser.add_argument("--show", metavar="OLD.json", type=load)
    parser.add_argument("--document", action="store_true")
    options = parser.parse_args()

    document = options.show or measure(options)
    figures = Figures(document)
    print(table.render(figures, sys.stdout.isatty()))
    if options.show:
        write_page(figures, "report.html")
    else:
        print(f"Kept in {save(document, figures, table.render(figures, False))}")
    print("The page is bench/results/report.html")
    if options.document:
        document_page.write(figures, ROOT)
        print("So is docs/performance.md")
    if options.compare:
        print(compare.render(Figures(options.compare), figures, table.align))
    if any("failed" in row for row in document["rows"]):
        sys.exit(1)


if __name__ == "__main__":
    main()
