"""One syntax per module; each has `install`, which adds its rules to markdown-it."""
