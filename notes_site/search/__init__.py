"""What a reader can search for: the words of notes and of what is stated in them, and formulas. Pure.

`records` reads the pages of a site, `formulas` gives a formula the form in which it is compared, `index` writes the
files that a browser loads. Words are indexed by Pagefind, which `fulltext` runs: `division` says which pages are
indexed together, and `postings` puts one index together from theirs.
"""
