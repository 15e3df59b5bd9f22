"""Markdown with mathematics to HTML with holes; `parse.RULES` is the order of work."""
