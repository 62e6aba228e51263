"""Runs the programs that measure, one process for each pair of workload and contender.

A program answers --list with one line of JSON for each pair (pauses.cc, print_pair), and measures a
pair with one line of JSON (harness/row.h). Pairs that say "together" are measured by one call that
prints all their rows.
"""

import json
import os
import pathlib
import subprocess
import sys
import time

BENCH = pathlib.Path(__file__).resolve().parents[1]
MICRO = "micro"


def programs(binaries):
    """The command of each program, in the order in which the table shows its workloads."""
    return [
        [str(binaries / "bench" / "pauses")],
        [sys.executable, str(BENCH / "contenders" / "cpython.py")],
        [sys.executable, str(BENCH / "workloads" / "packages.py"),
         f"--program={binaries / 'examples' / 'packages' / 'example_packages'}"],
    ]


class Progress:
    """One line that says what runs now and when it all ends; on stderr."""

    def __init__(self, weights):
        self.left = weights
        self.done = 0.0
        self.begin = time.monotonic()
        self.rewrites = sys.stderr.isatty() and os.environ.get("TERM") not in (None, "dumb")

    def show(self, text):
        spent = time.monotonic() - self.begin
        eta = f"{spent / self.done * self.left:4.0f} s left" if self.done else ""
        sys.stderr.write(f"\r\x1b[K{text}  {eta}" if self.rewrites else f"{text}  {eta}\n")
        sys.stderr.flush()

    def advance(self, weight):
        self.done += weight
        self.left -= weight

    def clear(self):
        if self.rewrites:
            sys.stderr.write("\r\x1b[K")


def memory_mib():
    """What can be had without swapping; plenty, if the system does not tell."""
    try:
        with open("/proc/meminfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass
    return float("inf")


def list_pairs(binaries, wanted, quick, grid):
    """The pairs to measure, those of a workload together. `wanted` is a compiled expression."""
    occasions = {"always"}
    if not quick:
        occasions.add("not_quick")
    if grid:
        occasions |= {"grid", "full"} if grid == "full" else {"grid"}
    memory = memory_mib()
    groups = {}
    for program in programs(binaries):
        listing = subprocess.run([*program, "--list"], capture_output=True, text=True, check=True)
        for line in listing.stdout.splitlines():
            pair = json.loads(line)
            pair["program"] = program
            if pair["runs"] not in occasions:
                continue
            if not wanted.search(f"{pair['workload']}/{pair['contender']}"):
                continue
            if pair["needs_mib"] > memory:
                print(f"left out: {pair['workload']} needs {pair['needs_mib']} MiB",
                      file=sys.stderr)
                continue
            groups.setdefault(pair["workload"], []).append(pair)
    return groups


def _measure(pair, quick):
    """The rows of one call."""
    command = [*pair["program"], f"--workload={pair['workload']}"]
    if not pair.get("together"):
        command.append(f"--contender={pair['contender']}")
    done = subprocess.run(command + (["--quick"] if quick else []), capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()
        return [{"workload": pair["workload"], "contender": pair["contender"],
                 "failed": f"exit {done.returncode}: {reason[-1] if reason else 'no message'}"}]
    return [json.loads(line) for line in done.stdout.splitlines()]


def _measure_micro(binaries, quick):
    seconds, repetitions = ("0.02", 5) if quick else ("0.1", 15)
    done = subprocess.run(
        [str(binaries / "bench" / MICRO), "--benchmark_format=json",
         f"--benchmark_min_time={seconds}", f"--benchmark_repetitions={repetitions}",
         "--benchmark_enable_random_interleaving=true"],
        capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return {}
    times = {}
    for run in json.loads(done.stdout)["benchmarks"]:
        if run["run_type"] == "iteration":
            operation, contender = run["run_name"].split("/")[:2]
            batched = run.get("items_per_second")  # an iteration is then many operations
            ns = 1e9 / batched if batched else run["cpu_time"]
            times.setdefault(operation, {}).setdefault(contender, []).append(ns)
    return times


def run_all(groups, runs, quick, with_micro, binaries):
    """All rows, each with the number of its run, and the times of single operations."""
    pairs = sum(len(group) for group in groups.values())
    progress = Progress(pairs * runs + (8 if with_micro else 0))
    rows, micro = [], {}
    for number, (workload, contenders) in enumerate(groups.items(), 1):
        # Contenders back to back, then all of them again: slow hours of the machine hit all alike.
        for run in range(1, runs + 1):
            together = False
            for pair in contenders:
                progress.show(f"workload {number}/{len(groups)} {workload}  run {run}/{runs}  "
                              f"{pair['title']}")
                if not together:
                    rows += [{**row, "run": run} for row in _measure(pair, quick)]
                together = pair.get("together", False)
                progress.advance(1)
    if with_micro:
        progress.show("single operations")
        micro = _measure_micro(binaries, quick)
    progress.clear()
    return rows, micro
