"""The bars that the project holds itself to. A bar that was not measured says so."""

import dataclasses
from typing import Optional

from figures import OURS

BOUND = "max(24 MiB, live/4)"


@dataclasses.dataclass
class Bar:
    """`value` must be at most (or at least) `limit`; None: not measured in this run."""

    group: str
    text: str
    value: Optional[float]
    limit: float
    unit: str = ""
    at_least: bool = False
    note: str = ""

    @property
    def ok(self):
        if self.value is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def used(self):
        """The share of what is allowed that is used up: 1 is the limit, whichever way it points."""
        if self.value is None:
            return None
        if self.at_least:
            return self.limit / self.value if self.value else float("inf")
        return self.value / self.limit

    @property
    def verdict(self):
        return {True: "ok", False: "MISSED", None: "not run"}[self.ok]

    def show(self, value):
        if value is None:
            return "-"
        if self.unit == "us":
            return f"{value:,.0f} us" if value >= 100 else f"{value:.1f} us"
        if self.unit == "ns":
            return f"{value:.1f} ns"
        return f"{value:.2f}"


def ratio(ours, theirs):
    return ours / theirs if ours is not None and theirs else None


def _pauses(f):
    runs = f.environment["runs"]
    best = f"best of {runs} runs" if runs > 1 else "one run"
    for size in ("1m", "5m"):
        workload = f"rings_live_{size}"
        control = f.best(workload, "control", "max_us")
        noise = f"control {control:,.0f} us; " if control is not None else ""
        name = f"live heap of {size.upper()}"
        yield Bar("pauses", f"{name}: longest operation", f.best(workload, OURS, "max_us"), 1000,
                  "us", note=noise + best)
        yield Bar("pauses", f"{name}: 99.9 % of operations", f.get(workload, OURS, "p999_us"), 60,
                  "us")
    proof = f.best("giant_1m", OURS, "max_us")
    yield Bar("pauses", "proof of a dead cycle of 1M, for each member and edge",
              proof and proof * 1e3 / 4e6, 10, "ns", note="two of 3 edges lead to random members; " + best)
    yield Bar("pauses", "weak map of 1M entries: longest operation",
              f.best("cache_1m", OURS, "max_us"), 100, "us", note=best)
    yield Bar("pauses", "release of 10M nodes in slices: longest operation",
              f.best("release_10m", "tricycle_budgeted", "max_us"), 1000, "us", note=best)


def _throughput(f):
    def rate(workload, contender):
        return f.get(workload, contender, "ops_per_s")

    def time(workload, contender):
        return f.get(workload, contender, "ns_per_node")

    for workload, other, name, limit in (
            ("rings_live_1m", "boehm", "live heap of 1M: rate over Boehm GC", 1.7),
            ("rings_live_1m", "std_shared", "live heap of 1M: rate over shared_ptr", 0.75),
            ("rings_live_5m", "std_shared", "live heap of 5M: rate over shared_ptr", 0.8)):
        yield Bar("throughput", name, ratio(rate(workload, OURS), rate(workload, other)), limit,
                  at_least=True)
    for workload, other, name, limit in (
            ("rings_1k", "boehm", "rings, window 1,024: time over Boehm GC", 1.0),
            ("rings_64k", "boehm", "rings, window 65,536: time over Boehm GC", 1.0),
            ("collect_5m", "boehm", "full collection of 5M: time over GC_gcollect", 1.0),
            ("collect_1m", "boehm", "full collection of 1M: time over GC_gcollect", 1.0),
            ("trees", "intrusive", "trees: time over intrusive_ptr", 1.15),
            ("drop_list_5m", "manual", "drop a list of 5M: time over manual delete", 1.5),
            ("drop_tree_5m", "manual", "drop a tree of 5M: time over manual delete", 1.5)):
        yield Bar("throughput", name, ratio(time(workload, OURS), time(workload, other)), limit)


def _memory(f):
    for size in ("1m", "5m"):
        workload = f"collect_{size}"
        yield Bar("memory", f"full collection of {size.upper()}: peak over intrusive_ptr",
                  ratio(f.get(workload, OURS, "peak_mib"), f.get(workload, "intrusive", "peak_mib")),
                  1.3)
    others = []
    for workload in f.groups:
        # What a release puts off is not uncollected, it is what it was asked for.
        if f.parameter(workload, "deferred"):
            continue
        used = f.worst(workload, OURS, "trash_of_bound")
        if f.parameter(workload, "trash"):
            yield Bar("memory", f"{workload}: trash over its bound", used, 1.0, note=BOUND)
        elif used is not None:
            others.append((used, workload))
    worst = max(others, default=(None, ""))
    yield Bar("memory", f"all other workloads: trash over its bound", worst[0], 1.0,
              note=f"worst: {worst[1]}" if worst[1] else BOUND)


def _micro(f):
    for operation, other, limit in (("make_drop", "intrusive", 1.15),
                                    ("copy_drop", "intrusive", 1.5), ("move", "manual", 1.1),
                                    ("dereference", "manual", 1.1),
                                    ("weak_lock_drop", "std_shared", 0.5),
                                    ("weak_further", "std_shared", 1.5)):
        ns = f.micro.get(operation, {})
        names = {"intrusive": "intrusive_ptr", "manual": "a raw pointer",
                 "std_shared": "std::weak_ptr"}
        yield Bar("single operations", f"{operation}: time over {names[other]}",
                  ratio(ns.get(OURS), ns.get(other)), limit)
    # The first weak reference alone: without the object that is made and dropped around it.
    parts = [f.micro.get(operation, {}).get(contender)
             for operation, contender in (("weak_first", OURS), ("make_drop", OURS),
                                          ("weak_further", "std_shared"), ("make_drop", "manual"))]
    first = None
    if None not in parts:
        first = ratio(parts[0] - parts[1], parts[2] + parts[3])
    yield Bar("single operations",
              "weak_first: time over a copy of std::weak_ptr and one small allocation", first, 2.0)


def all_bars(figures):
    return [bar for part in (_pauses, _throughput, _memory, _micro) for bar in part(figures)]
