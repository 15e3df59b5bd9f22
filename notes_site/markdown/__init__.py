"""Markdown with mathematics to HTML with holes; `commonmark.RULES` is the order of work."""
