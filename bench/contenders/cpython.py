#!/usr/bin/env python3
"""CPython's own collector on the same shapes: rings of eight, alone and beside a live random graph.

Reference counting and a generational cycle collector, as tricycle has them, inside an interpreter:
compare its pauses, and how they follow the heap; its time per node is the interpreter's. The live
graph is scaled down by SCALE, and the title says so. It answers as `pauses` does:

    cpython.py --list
    cpython.py --workload=W --contender=cpython [--quick]

What other processes took is left out, as in harness/measure.h.
"""

import argparse
import array
import gc
import json
import math
import platform
import time

RING_NODES = 8
SCALE = 10  # the live graph has a tenth of the nodes
TAIL_STEPS = 8  # as kTailSteps in harness/row.h
SLOW_NS = 20_000
SAMPLES = 200

# Workload -> window, nodes of the live graph, operations, and those of a quick run.
WORKLOADS = {
    "rings_1k": (1_024, 0, 400_000, 100_000),
    "rings_64k": (65_536, 0, 400_000, 100_000),
    "rings_live_1m": (1_024, 1_000_000 // SCALE, 200_000, 50_000),
    "rings_live_5m": (1_024, 5_000_000 // SCALE, 200_000, 50_000),
}


class Node:
    __slots__ = ("next", "prev", "payload")

    def __init__(self, payload):
        self.payload = payload


class GraphNode:
    __slots__ = ("edges",)


class RandomNumbers:
    """splitmix64, as in harness/random.h."""

    MASK = (1 << 64) - 1

    def __init__(self):
        self.state = 1

    def below(self, bound):
        self.state = (self.state + 0x9E3779B97F4A7C15) & self.MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & self.MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & self.MASK
        return (((z ^ (z >> 31)) >> 32) * bound) >> 32


class Pauses:
    """The collector's own stops, from gc.callbacks."""

    def __init__(self):
        self.times = []
        self.begin = 0
        gc.callbacks.append(self.on_collection)

    def on_collection(self, phase, _):
        if phase == "start":
            self.begin = time.perf_counter_ns()
        else:
            self.times.append(time.perf_counter_ns() - self.begin)


class LostTime:
    """The time that was taken from this thread, which never waits for anything."""

    def __init__(self):
        self.last = time.perf_counter_ns() - time.thread_time_ns()

    def since_last(self):
        now = time.perf_counter_ns() - time.thread_time_ns()
        lost, self.last = max(now - self.last, 0), now
        return lost


def make_ring(payload):
    first = last = Node(payload)
    for i in range(1, RING_NODES):
        node = Node(payload + i)
        node.prev = last
        last.next = node
        last = node
    first.prev = last
    last.next = first
    return first


def make_graph(nodes, numbers):
    graph = [GraphNode() for _ in range(nodes)]
    for node in graph:
        node.edges = [graph[numbers.below(nodes)] for _ in range(3)]
    return graph


def measure(workload, quick):
    window_size, live, full_operations, quick_operations = WORKLOADS[workload]
    operations = quick_operations if quick else full_operations
    pauses = Pauses()
    losses = LostTime()
    numbers = RandomNumbers()
    clock = time.perf_counter_ns

    begin = clock()
    graph = make_graph(live, numbers)
    window = [make_ring(0) for _ in range(window_size)]
    latencies = array.array("q", bytes(8 * operations))
    course = {"s": [], "max_us": [], "trash_mib": [], "resident_mib": []}
    setup_s = (clock() - begin) / 1e9

    sample_every = max(operations // SAMPLES, 1)
    spent = longest = longest_wall = lost = 0
    losses.since_last()
    last = clock()
    for i in range(operations):
        window[i % window_size] = make_ring(i)
        if live:
            graph[numbers.below(live)].edges[i % 3] = graph[numbers.below(live)]
        now = clock()
        latency = now - last
        last = now
        if latency >= SLOW_NS:
            longest_wall = max(longest_wall, latency)
            missed = min(latency, losses.since_last())
            lost += missed
            latency -= missed
            last = clock()
        latencies[i] = latency
        spent += latency
        if latency > longest:
            longest = latency
        if (i + 1) % sample_every == 0:
            course["s"].append(round(spent / 1e9, 4))
            course["max_us"].append(round(longest / 1e3, 2))
            course["trash_mib"].append(0)
            course["resident_mib"].append(round(memory_mib("VmRSS:"), 1))
            longest = 0
            losses.since_last()
            last = clock()

    ordered = sorted(latencies)

    def quantile(q):
        return ordered[min(max(math.ceil(q * operations), 1), operations) - 1] / 1e3

    tail, step = [], 0
    while 10 ** (-step / TAIL_STEPS) * operations >= 1:
        tail.append(round(quantile(1 - 10 ** (-step / TAIL_STEPS)), 3))
        step += 1
    stops = sorted(pauses.times)
    return {
        "workload": workload, "contender": "cpython", "operations": operations,
        "nodes": operations * RING_NODES, "setup_s": setup_s, "elapsed_s": spent / 1e9,
        "lost_s": lost / 1e9, "ops_per_s": operations / (spent / 1e9),
        "ns_per_node": spent / (operations * RING_NODES), "p50_us": quantile(0.5),
        "p99_us": quantile(0.99), "p999_us": quantile(0.999), "p9999_us": quantile(0.9999),
        "max_us": ordered[-1] / 1e3, "max_wall_us": max(longest_wall, ordered[-1]) / 1e3,
        "peak_mib": memory_mib("VmHWM:"), "pauses": len(stops), "pause_max_us": stops[-1] / 1e3,
        "pause_p99_us": stops[int(len(stops) * 0.99)] / 1e3, "pause_total_us": sum(stops) / 1e3,
        "tail_us": tail + [ordered[-1] / 1e3], "course": course,
    }


def memory_mib(key):
    with open("/proc/self/status", encoding="utf-8") as status:
        for line in status:
            if line.startswith(key):
                return int(line.split()[1]) / 1024
    return 0.0


def print_pairs():
    for workload, (_, live, _, _) in WORKLOADS.items():
        scale = f", graph 1/{SCALE}" if live else ""
        print(json.dumps({
            "workload": workload, "contender": "cpython", "operation": "", "runs": "always",
            "title": f"CPython {platform.python_version().rpartition('.')[0]}{scale}",
            "needs_mib": 0, "parameters": {"scale": SCALE if live else 1}}))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--workload", choices=WORKLOADS)
    parser.add_argument("--contender")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if options.list:
        print_pairs()
    else:
        print(json.dumps(measure(options.workload, options.quick)))


if __name__ == "__main__":
    main()
