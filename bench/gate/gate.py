"""Counts the instructions of hot paths by callgrind, and compares them with the baseline.

Each path runs with N and with 2 N iterations: the difference is what N iterations take, and all that
happens once cancels. Counts are the compiler's: with another one than the baseline's, the
differences are shown and nothing fails.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

BASELINE = pathlib.Path(__file__).resolve().parent / "baseline.json"
TOLERANCE = 0.03


def instructions(binary, path, iterations):
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", binary, path,
         str(iterations)], capture_output=True, text=True, check=False)
    found = re.search(r"Collected\s*:\s*(\d+)", done.stderr)
    if done.returncode != 0 or not found:
        sys.exit(f"bench/gate: {path} failed under callgrind:\n{done.stderr}")
    return int(found.group(1))


def count(binary):
    """Instructions per item of each path."""
    listing = subprocess.run([binary, "--list"], capture_output=True, text=True, check=True)
    paths = [(name, int(iterations), int(items)) for name, iterations, items in
             (line.split() for line in listing.stdout.splitlines())]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
        runs = {(name, factor): workers.submit(instructions, binary, name, factor * iterations)
                for name, iterations, _ in paths for factor in (1, 2)}
        return {name: (runs[name, 2].result() - runs[name, 1].result()) / (iterations * items)
                for name, iterations, items in paths}


def verdict(change):
    if change is None:
        return "new"
    if change > TOLERANCE:
        return "LONGER"
    return "shorter: --update" if change < -TOLERANCE else "ok"


def show(counts, baseline):
    """Prints the table; returns how many paths have become longer."""
    print(f"{'instructions per item':24}{'baseline':>10}{'now':>10}{'change':>9}")
    longer = 0
    for name, now in counts.items():
        before = baseline.get(name)
        change = now / before - 1 if before else None
        longer += change is not None and change > TOLERANCE
        print(f"{name:24}{before if before is not None else '-':>10}{now:>10.1f}"
              f"{f'{change:+.1%}' if change is not None else '-':>9}  {verdict(change)}")
    return longer


def main():
    parser = argparse.ArgumentParser(prog="bench/gate/run")
    parser.add_argument("--binary", required=True)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--update", action="store_true", help="make these counts the baseline")
    options = parser.parse_args()

    stored = json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.exists() else {}
    counts = count(options.binary)
    longer = show(counts, stored.get("instructions_per_item", {}))
    if options.update:
        document = {"compiler": options.compiler,
                    "instructions_per_item": {name: round(n, 1) for name, n in counts.items()}}
        BASELINE.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        print(f"This is now the baseline, for {options.compiler}.")
    elif stored.get("compiler") != options.compiler:
        print(f"The baseline is of {stored.get('compiler')}, this is {options.compiler}: "
              "shown, not judged.")
    elif longer:
        print(f"{longer} paths are more than {TOLERANCE:.0%} longer than the baseline. If that is "
              "what you want: bench/gate/run --update")
        sys.exit(1)
    else:
        print(f"{len(counts)} paths are within {TOLERANCE:.0%} of the baseline")


if __name__ == "__main__":
    main()
