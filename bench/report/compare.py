"""What changed between a stored result and a new one: a ratio for each figure.

Ratios are new over old, so above 1 is slower, longer or more, but for rates. The machine changes
too: how the other contenders did says by how much.
"""

import statistics

from figures import OURS

FLAGGED = 0.10
KEYS = {"ns_per_node": "time", "p50_us": "p50", "p999_us": "p99.9", "max_us": "max",
        "peak_mib": "peak mem", "trash_mib": "trash"}
# Below these a change is nothing: clock steps, pages, one slice more or less.
IRRELEVANT = {"p50_us": 0.02, "p999_us": 1.0, "max_us": 20.0, "peak_mib": 1.0, "trash_mib": 1.0}


def _ratio(key, old, new):
    if not old or new is None or abs(new - old) <= IRRELEVANT.get(key, 0):
        return 1.0 if old and new is not None else None
    return new / old


def _drift(old, new):
    """How much slower the contenders are that did not change."""
    found = [new.get(*pair, "ns_per_node") / old.get(*pair, "ns_per_node") for pair in new.medians
             if not pair[1].startswith(OURS) and pair[1] != "control"
             and old.get(*pair, "ns_per_node") and new.get(*pair, "ns_per_node")]
    return statistics.median(found) if found else None


def _changes(old, new):
    for pair in new.medians:
        if pair[1].startswith(OURS) and pair in old.medians:
            ratios = [_ratio(key, old.get(*pair, key), new.get(*pair, key)) for key in KEYS]
            if any(ratio is not None for ratio in ratios):
                yield "/".join(pair) if pair[1] != OURS else pair[0], ratios


def _show(ratio):
    if ratio is None:
        return "-"
    return f"{ratio:.2f}" + ("*" if abs(ratio - 1) > FLAGGED else " ")


def render(old, new, align):
    lines = [["new over old", *KEYS.values()]]
    lines += [[name, *map(_show, ratios)] for name, ratios in _changes(old, new)]
    for operation, ns in new.micro.items():
        before = old.micro.get(operation, {})
        if OURS in ns and OURS in before:
            lines.append([f"{operation} (single)", _show(ns[OURS] / before[OURS])] +
                         ["-"] * (len(KEYS) - 1))
    flagged = sum(cell.endswith("*") for line in lines for cell in line)
    text = align(lines)
    head = ["", f"old: commit {old.environment['commit']}, {old.environment['date']}, "
                f"{old.environment['runs']} runs"]
    drift = _drift(old, new)
    if drift is not None:
        head.append(f"The other contenders take {drift:.2f} of their old time (median): what is "
                    "near that is the machine.")
    if old.environment["cpu"] != new.environment["cpu"]:
        head.append("The old result is from another machine: these ratios mean little.")
    if old.environment["quick"] != new.environment["quick"]:
        head.append("One of the two is a quick run: fewer operations, smaller maxima.")
    return "\n".join([*head, text[0], "-" * len(text[0]), *text[1:],
                      f"{flagged} figures changed by more than {FLAGGED:.0%} (*)", ""])
