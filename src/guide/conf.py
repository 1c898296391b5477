"""How the guide becomes pages for a browser (``python packaging/guide.py``).

Read from the root of the repository, so that a page may name any other one in it: what links to nothing fails the
build.
"""

project = "Muster"
html_title = "Muster"
language = "en"
extensions = ["myst_parser"]
root_doc = "src/guide/index"
include_patterns = [
    "README.md",
    "src/guide/*.md",
    "src/ARCHITECTURE.md",
    "src/decisions/*.md",
    "drivers/README.md",
    "drivers/**/README.md",
    "models/README.md",
    "packaging/README.md",
    "packaging/**/README.md",
    "tests/**/README.md",
]
exclude_patterns = [".*", "**/node_modules", "build", "dist", "**/__pycache__"]
myst_heading_anchors = 3
html_theme = "furo"
html_show_copyright = False
html_show_sphinx = False
suppress_warnings = [
    "toc.not_included",  # decisions and folders' own pages are found through the pages that name them
    "misc.highlighting_failure",  # commands are shown with what they print
]
