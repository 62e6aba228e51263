"""What the figures were measured on: without it they mean nothing."""

import datetime
import json
import os
import platform
import subprocess


def _output(*command, cwd=None):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _first_line_with(path, key):
    try:
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.startswith(key):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return "unknown"


def describe(root, pauses):
    """All that a reader needs in order to judge, or to repeat, the measurement."""
    commit = _output("git", "rev-parse", "--short=10", "HEAD", cwd=root) or "none"
    if commit != "none" and _output("git", "status", "--porcelain", cwd=root):
        commit += "-dirty"
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": commit,
        "cpu": _first_line_with("/proc/cpuinfo", "model name"),
        "cpus": os.cpu_count(),
        "memory": _first_line_with("/proc/meminfo", "MemTotal"),
        "kernel": platform.release(),
        "virtual": "hypervisor" in _first_line_with("/proc/cpuinfo", "flags").split(),
        "load_at_start": round(os.getloadavg()[0], 2),
        **json.loads(_output(pauses, "--describe")),
    }


def summary(machine):
    """Two lines for the head of the table."""
    kind = "virtual machine" if machine["virtual"] else "bare metal"
    return [
        f"{machine['cpu']}, {machine['cpus']} CPUs, {machine['memory']}, {kind}, "
        f"Linux {machine['kernel']}, load {machine['load_at_start']}",
        f"{machine['compiler']}, {machine['flags']}, mimalloc {machine['mimalloc']}, "
        f"commit {machine['commit']}, {machine['date']}",
    ]
