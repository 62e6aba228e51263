"""From the rows of several runs to one figure each, and the words for figures."""

import statistics

OURS = "tricycle"
REFERENCE = "std_shared"
CONTROL = "control"

# The contenders, in the order of legends, as plots and narrow tables name them.
SHORT = {
    "tricycle": "tricycle::ref",
    "tricycle_budgeted": "tricycle::ref, budget",
    "tricycle_slices": "tricycle::ref, slices",
    "boehm": "Boehm GC",
    "boehm_incremental": "Boehm incremental",
    "cpython": "CPython",
    "std_shared": "std::shared_ptr",
    "boost_local": "local_shared_ptr",
    "intrusive": "intrusive_ptr",
    "intrusive_atomic": "atomic intrusive_ptr",
    "manual": "manual delete",
    "control": "control",
}


def micros(value):
    """Three significant digits, and thousands readable."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def duration(us):
    """A time with its unit."""
    for scale, unit in ((1e6, "s"), (1e3, "ms"), (1, "µs")):
        if us >= scale:
            value = us / scale
            return f"{value:.3g} {unit}" if value < 999.5 else f"{value:,.0f} {unit}"
    return f"{us * 1e3:.3g} ns"


def number(value):
    """10000 as 10k."""
    for scale, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= scale:
            return f"{value / scale:.3g}{unit}"
    return f"{value:.3g}"


class Figures:
    """What was measured: all that tables, bars, plots and comparisons ask for."""

    def __init__(self, document):
        self.environment = document["environment"]
        self.groups = document["pairs"]  # workload -> its pairs
        self.runs = {}  # (workload, contender) -> rows
        for row in document["rows"]:
            self.runs.setdefault((row["workload"], row["contender"]), []).append(row)
        self.micro = {
            # Of each operation its fastest repetition: what else the machine does can only add.
            operation: {contender: min(times) for contender, times in contenders.items()}
            for operation, contenders in document["micro_ns"].items()}
        self.medians = {pair: self._median(rows) for pair, rows in self.runs.items()}

    @staticmethod
    def _median(rows):
        failed = [row for row in rows if "failed" in row]
        if failed:
            return failed[0]
        return {key: statistics.median(row[key] for row in rows) for key, value in rows[0].items()
                if isinstance(value, (int, float))}

    def get(self, workload, contender, key):
        """The median of a figure, or None."""
        return self.medians.get((workload, contender), {}).get(key)

    def best(self, workload, contender, key):
        """The least of a figure over all runs, or None."""
        found = [row[key] for row in self.runs.get((workload, contender), []) if key in row]
        return min(found) if found else None

    def worst(self, workload, contender, key):
        """The most of a figure over all runs, or None."""
        found = [row[key] for row in self.runs.get((workload, contender), []) if key in row]
        return max(found) if found else None

    def typical(self, workload, contender):
        """The row of the run that took the median time, with its lists; or None."""
        rows = [r for r in self.runs.get((workload, contender), []) if "tail_us" in r]
        rows.sort(key=lambda row: row["elapsed_s"])
        return rows[(len(rows) - 1) // 2] if rows else None

    def title(self, workload, contender):
        for pair in self.groups.get(workload, []):
            if pair["contender"] == contender:
                return pair["title"]
        return SHORT.get(contender, contender)

    def contenders(self, workload):
        """Who took part in it, in the order of legends."""
        present = {pair["contender"] for pair in self.groups.get(workload, [])}
        return [c for c in SHORT if c in present]

    def parameter(self, workload, name):
        """What the workload says of itself, or None."""
        for pair in self.groups.get(workload, []):
            if name in pair["parameters"]:
                return pair["parameters"][name]
        return None
