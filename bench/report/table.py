"""The one table in the terminal, grouped by workload, with the bars at its end."""

import bars as bars_module
import machine
from figures import CONTROL, OURS, REFERENCE, micros

BOLD, DIM, RED, GREEN, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[0m"

# Heading, its unit, the row's key, how to print it.
COLUMNS = [
    ("rate", "op/s", "ops_per_s", lambda v: f"{v:,.0f}" if v >= 100 else f"{v:.1f}"),
    ("time", "ns/node", "ns_per_node", lambda v: f"{v:,.1f}"),
    ("vs shared", "ratio", "ratio", lambda v: f"{v:.2f}"),
    ("p50", "us", "p50_us", micros),
    ("p99", "us", "p99_us", micros),
    ("p99.9", "us", "p999_us", micros),
    ("p99.99", "us", "p9999_us", micros),
    ("max", "us", "max_us", micros),
    ("max wall", "us", "max_wall_us", micros),
    ("gc pause", "us", "pause_max_us", micros),
    ("peak mem", "MiB", "peak_mib", lambda v: f"{v:,.1f}"),
    ("trash", "MiB", "trash_mib", lambda v: f"{v:,.1f}"),
]

MICRO_OPERATIONS = ["make_drop", "make_drop_leaf", "copy_drop", "copy_drop_leaf", "move",
                    "dereference", "weak_lock_drop", "weak_first", "weak_further"]
MICRO_CONTENDERS = {"manual": "manual", REFERENCE: "shared_ptr", "boost_local": "local_ptr",
                    "intrusive": "intrusive", "intrusive_atomic": "atomic", OURS: "tricycle"}

LEGEND = [
    "Latencies are the operation's, whatever stopped it, but without what other "
    "processes took meanwhile; 'max wall' is with it.",
    "'vs shared' is time over that of std::shared_ptr; 'gc pause' the longest stop that a collector "
    "tells of, on the wall clock.",
]


def align(lines):
    """Cells to text: the first column to the left, all others to the right."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return ["  ".join([line[0].ljust(widths[0])] +
                      [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])])
            for line in lines]


def cells(figures, workload, contender):
    """What the table says of one pair, column by column."""
    row = figures.medians.get((workload, contender), {})
    reference = figures.get(workload, REFERENCE, "ns_per_node")
    if contender == CONTROL:
        # Its operations are not a workload's: only its latencies say something.
        row = {key: value for key, value in row.items()
               if key not in ("ns_per_node", "ops_per_s", "peak_mib")}
    elif row.get("nodes") == 0:  # stands there for its memory only
        row = {"peak_mib": row["peak_mib"]}
    elif reference and "ns_per_node" in row:
        row = {**row, "ratio": row["ns_per_node"] / reference}
    if contender != CONTROL and "failed" not in row and "pauses" not in row:
        row = {"trash_mib": 0.0, **row}
    return [show(row[key]) if key in row else "-" for _, _, key, show in COLUMNS]


def workload_table(figures, workload, colour):
    pairs = figures.groups[workload]
    head = [["contender"] + [name for name, _, _, _ in COLUMNS],
            [""] + [unit for _, unit, _, _ in COLUMNS]]
    lines = align(head + [[pair["title"]] + cells(figures, workload, pair["contender"])
                          for pair in pairs])
    out = ["", f"{workload}: {pairs[0]['operation']}", *lines[:2], "-" * len(lines[0])]
    for pair, line in zip(pairs, lines[2:]):
        failed = figures.get(workload, pair["contender"], "failed")
        if failed:
            line = f"{pair['title']}  FAILED: {failed}"
        if colour:
            style = {OURS: BOLD, CONTROL: DIM}.get(pair["contender"], "")
            line = f"{RED if failed else style}{line}{PLAIN}"
        out.append(line)
    return out


def micro_lines(figures):
    """Heading and rows of the single operations, as cells."""
    compared = ["manual", REFERENCE, "intrusive"]
    lines = [["single operations, ns", *MICRO_CONTENDERS.values()] +
             [f"/ {MICRO_CONTENDERS[c]}" for c in compared]]
    for operation in MICRO_OPERATIONS:
        ns = figures.micro.get(operation, {})
        lines.append(
            [operation] + [f"{ns[c]:.2f}" if c in ns else "-" for c in MICRO_CONTENDERS] +
            [f"{ns[OURS] / ns[c]:.2f}" if c in ns and OURS in ns else "-" for c in compared])
    return lines


def bar_lines(bars, colour):
    found = [bar for bar in bars if bar.value is not None]
    if not found:
        return []
    text = align([["the bars", "value", "", "limit", "", ""]] +
                 [[bar.text, bar.show(bar.value), ">=" if bar.at_least else "<=",
                   bar.show(bar.limit), bar.verdict, bar.note] for bar in found])
    out = ["", text[0].rstrip(), "-" * len(text[0])]
    for line, bar in zip(text[1:], found):
        out.append(f"{GREEN if bar.ok else RED}{line}{PLAIN}" if colour else line)
    missed = sum(not bar.ok for bar in found)
    out.append(f"{len(found) - missed} of {len(found)} bars are met"
               + (f", {len(bars) - len(found)} were not run" if len(found) < len(bars) else ""))
    return out


def render(figures, colour):
    runs = figures.environment["runs"]
    lines = [*machine.summary(figures.environment), *LEGEND,
             f"Median of {runs} runs." if runs > 1 else "One run."]
    for workload in figures.groups:
        lines += workload_table(figures, workload, colour)
    if figures.micro:
        text = align(micro_lines(figures))
        lines += ["", text[0], "-" * len(text[0]), *text[1:]]
    lines += bar_lines(bars_module.all_bars(figures), colour)
    return "\n".join(lines) + "\n"
