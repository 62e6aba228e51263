#!/usr/bin/env python3
"""A real graph: what the packages of a distribution depend on, and what of it counting leaks.

Question: is a program on real data, with its cycles where they happen to be, paying for more than
it gets? examples/packages builds the graph of all packages that this machine knows, lets go of it,
and has it collected; here stands what it prints. Expected: build and drop as with std::shared_ptr,
which leaks a fifth of the packages; the longest pause that of the drop.

It answers as `pauses` does, but measures all its contenders at once, each in a process of its own:

    packages.py --list
    packages.py --workload=packages
"""

import argparse
import csv
import json
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "examples" / "packages" / "testdata" / "sample.control"
CONTENDERS = {
    "std::shared_ptr": ("std_shared", "std::shared_ptr, cycles leak"),
    "tricycle::ref": ("tricycle", "tricycle::ref"),
    "tricycle::ref/slices": ("tricycle_slices", "tricycle::ref, in slices"),
}


def source():
    """The program finds what apt or dpkg know; elsewhere it gets the sample of its tests."""
    known = shutil.which("apt-cache") or pathlib.Path("/var/lib/dpkg/status").exists()
    return [] if known else [f"--file={SAMPLE}"]


def row(line):
    name, _ = CONTENDERS[line["pointer"]]
    objects = int(line["objects"])
    build_ms = float(line["build_ms"])
    drop_ms = float(line["drop_ms"])
    return {
        "workload": "packages", "contender": name, "operations": 1, "nodes": objects,
        "elapsed_s": (build_ms + drop_ms) / 1e3,
        "ns_per_node": (build_ms + drop_ms) * 1e6 / objects,
        "max_us": float(line["longest_pause_us"]), "peak_mib": float(line["peak_mib"]),
        "trash_mib": int(line["leaked_bytes"]) / 2**20,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default="example_packages")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--workload")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if options.list:
        for name, title in CONTENDERS.values():
            print(json.dumps({
                "workload": "packages", "contender": name, "title": title, "runs": "always",
                "operation": "build, drop and collect the dependency graph of all known packages",
                "needs_mib": 0, "together": True, "parameters": {}}))
        return
    printed = subprocess.run([options.program, "--csv", *source()], check=True,
                             stdout=subprocess.PIPE, text=True).stdout
    for line in csv.DictReader(printed.splitlines()):
        print(json.dumps(row(line)))


if __name__ == "__main__":
    main()
