"""notes-site: a folder of Markdown notes with LaTeX to a finished static site."""

__version__ = "0.1.0"
