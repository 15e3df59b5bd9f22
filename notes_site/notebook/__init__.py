"""A notebook's cells as one Markdown text, and its stored outputs as HTML. Reads no file, runs no code.

Invariant: `read` returns for any bytes. Every line `\\x02n\\x02` of the text names an output, every `\\x03name\\x03` of
an output and every `blob:name` that `read` wrote names a blob; the author cannot write either mark.
"""

from notes_site.notebook.cells import Notebook, read

__all__ = ["Notebook", "read"]
