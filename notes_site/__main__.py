"""`python -m notes_site` is `notes-site`."""

from notes_site.cli import main

if __name__ == "__main__":
    main(prog_name="notes-site")
