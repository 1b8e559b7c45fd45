"""Writes ``assets/05-icons.css``: the icons in use as masks, from the folder ``icons`` of the bootstrap-icons package.

python assets/vendor/icons.py FOLDER
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from urllib.parse import quote

NAMES = """
activity archive arrow-clockwise arrow-counterclockwise arrow-down arrow-left arrow-left-right arrow-right arrow-up
bar-chart-line bell box box-arrow-right box-arrow-up-right briefcase building calendar3 cash-stack check-circle
check-lg chevron-down chevron-expand chevron-left chevron-right chevron-up circle-fill clipboard clock-history cloud-upload
code-slash collection columns-gap credit-card dash-lg database download envelope exclamation-circle
exclamation-triangle eye eye-slash file-earmark-arrow-down file-earmark-spreadsheet file-earmark-text filetype-csv
filetype-json filetype-pdf filetype-xlsx filter floppy fullscreen gear globe graph-down graph-up graph-up-arrow grid-1x2
grid-1x2-fill hourglass-split house image info-circle intersect journal-text key layers layout-three-columns lightning
link-45deg list list-ul lock moon palette pause pencil pencil-square people person pie-chart play plus-circle plus-lg
question-circle save search share shield-check sliders sort-down star star-fill sun table tag three-dots trash upload
wallet2 wifi-off x-circle x-lg zoom-in zoom-out
""".split()

HEAD = """/* Icons of bootstrap-icons 1.13.2 (MIT: vendor/bootstrap-icons.LICENSE.txt), the ones in use, written by vendor/icons.py */
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
    for name in sorted(set(NAMES)):
        source = re.sub(r"\s+", " ", (folder / f"{name}.svg").read_text()).strip()
        source = re.sub(r' (?:width|height|class|fill)="[^"]*"', "", source).replace("> <", "><")
        rules.append(
            f'.bi-{name} {{\n  --icon: url("data:image/svg+xml,{quote(source, safe=" =:/()<>").replace("<", "%3C").replace(">", "%3E")}");\n}}\n'
        )
    (Path(__file__).parents[1] / "05-icons.css").write_text("".join(rules))


if __name__ == "__main__":
    main()
