# make site: set everything up and build this project's own site into public/ (BASE_URL=… when its address is known)
# make test: set everything up and run every test, lint and types included
# make test-fast: the tests that take little, with a quarter of the examples; for while one works
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TEST_STAMP := $(VENV)/.installed-for-tests
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: site test test-fast check-code lint types fmt golden fonts wheel bench bench-reader clean

site: $(STAMP)
	$(BIN)/notes-site build --output-dir public $(if $(BASE_URL),--base-url $(BASE_URL))

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --editable .
	touch $@

$(TEST_STAMP): $(STAMP) requirements-test.txt tests/system_packages.py
	$(PIP) install --quiet --requirement requirements-test.txt
	-$(BIN)/python tests/fetch_commonmark.py
	-$(BIN)/python tests/system_packages.py
	touch $@

test: $(TEST_STAMP) check-code
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

test-fast: $(TEST_STAMP)
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal -m "not slow"

check-code: lint types

lint: $(TEST_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(TEST_STAMP)
	$(BIN)/mypy

fmt: $(TEST_STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

golden: $(TEST_STAMP)
	$(BIN)/python -m pytest --golden tests/test_spec.py tests/test_site_spec.py tests/test_documentation.py tests/test_golden.py

# the text face is cut from an npm package; a build of a site needs neither it nor npm
TEXT_FACE := @expo-google-fonts/stix-two-text@0.4.2

fonts: $(STAMP)
	mkdir -p tests/.cache/text-face
	cd tests/.cache && tar -xzf $$(npm pack --silent $(TEXT_FACE)) -C text-face
	$(BIN)/python -m notes_site.fonts tests/.cache/text-face/package

wheel: $(TEST_STAMP)
	$(BIN)/python -m build --wheel

# beside other programs: SIZES=250,1000,10000 PEERS=hugo,mkdocs REPEAT=5 LIMIT=300 BUDGET=60 FROM=folder CORPUS=folder
SIZES ?= 250,1000
PEER_OPTION := $(if $(PEERS),--peers $(PEERS))
CORPUS_OPTIONS := $(if $(CORPUS),--corpus $(CORPUS)) $(if $(FROM),--from $(FROM)) $(if $(LIMIT),--limit $(LIMIT))

bench: $(STAMP)
	$(BIN)/python bench/run.py install $(PEER_OPTION)
	$(BIN)/python bench/run.py build --sizes $(SIZES) $(PEER_OPTION) $(CORPUS_OPTIONS) \
		$(if $(REPEAT),--repeat $(REPEAT)) $(if $(BUDGET),--budget $(BUDGET))
	$(BIN)/python bench/run.py serve --sizes $(SIZES) $(PEER_OPTION) $(CORPUS_OPTIONS)

# pages in a browser beside other themes: FROM=folder NOTE=name REPEAT=5 THEMES=quarto,quartz
# WITH="quarto=/usr/bin/quarto quartz=folder" names programs that are there
bench-reader: $(TEST_STAMP)
	$(BIN)/python bench/reader.py $(if $(FROM),--from $(FROM)) $(if $(NOTE),--note $(NOTE)) \
		$(if $(THEMES),--themes $(THEMES)) $(if $(REPEAT),--repeat $(REPEAT)) $(foreach pair,$(WITH),--with $(pair))

clean:
	rm -rf $(VENV) public .notes-site dist build bench/.work .pytest_cache .mypy_cache .ruff_cache
