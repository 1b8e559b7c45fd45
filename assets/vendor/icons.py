"""Writes ``assets/05-icons.css``: the icons in use as masks, from the folder ``icons`` of the bootstrap-icons package.

python assets/vendor/icons.py FOLDER
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from urllib.parse import quote

HERE = Path(__file__).parent
HEAD = """/* Those of vendor/icons.txt, from bootstrap-icons 1.13.2 (MIT: vendor/bootstrap-icons.LICENSE.txt) */
.bi {
  display: inline-block;
  line-height: 1;
}
.bi::before {
  content: "";
  display: inline-block;
  width: 1em;
  height: 1em;
  vertical-align: -0.125em;
  background: currentcolor;
  mask: var(--icon) center / contain no-repeat;
}
"""


def main() -> None:
    """Write the style sheet."""
    folder = Path(sys.argv[1])
    rules = [HEAD]
    for name in (HERE / "icons.txt").read_text().split():
        source = re.sub(r"\s+", " ", (folder / f"{name}.svg").read_text()).strip()
        source = re.sub(r' (?:width|height|class|fill)="[^"]*"', "", source).replace("> <", "><")
        image = quote(source, safe=" =:/()")
        rules.append(f'.bi-{name} {{\n  --icon: url("data:image/svg+xml,{image}");\n}}\n')
    (HERE.parent / "05-icons.css").write_text("".join(rules))


if __name__ == "__main__":
    main()
