"""check_snippets.py <root of the repository>

The documents show nothing that is not so:
  - every ```cpp block begins with "// from docs/examples/X.cc", and the rest of it stands in that
    file, line by line (a block may be indented less than its lines are there);
  - every relative link leads to a file that exists.
"""

import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
documents = [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("*/README.md")]
wrong = []


def stands_in(block, lines):
    """Whether the block's lines follow each other in `lines`, all indented by the same amount."""
    for start in range(len(lines) - len(block) + 1):
        indent = re.match(" *", lines[start]).group()
        if all((indent + line).rstrip() == there.rstrip()
               for line, there in zip(block, lines[start:])):
            return True
    return False


for document in sorted(documents):
    name = document.relative_to(root)
    text = document.read_text(encoding="utf-8")
    for found in re.finditer(r"^```cpp\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        at = f"{name}:{text.count(chr(10), 0, found.start()) + 1}"
        first, *block = found.group(1).rstrip("\n").split("\n")
        source = re.fullmatch(r"// from (docs/examples/\w+\.cc)", first)
        if source is None:
            wrong.append(f"{at}: a ```cpp block must begin with '// from docs/examples/X.cc'")
        elif not (root / source.group(1)).is_file():
            wrong.append(f"{at}: there is no {source.group(1)}")
        elif not stands_in(block, (root / source.group(1)).read_text(encoding="utf-8").split("\n")):
            wrong.append(f"{at}: this is not what {source.group(1)} says")
    for found in re.finditer(r"\]\(([^)#\s]+)[^)]*\)", text):
        target = found.group(1)
        if not re.match(r"[a-z]+:", target) and not (document.parent / target).exists():
            wrong.append(f"{name}: the link to {target} leads nowhere")

print("\n".join(wrong) or f"{len(documents)} documents are as they should be")
sys.exit(bool(wrong))
