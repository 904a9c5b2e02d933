# The commands of Harken. `make demo` and `make test` install what they need by themselves.
PYTHON ?= python3
SHARED ?= ../shared
# A package index, or a folder of wheels, that pip asks for torch beside its own index.
TORCH_INDEX ?=
# The inputs of `make reality`, and the areas that it plays (all: leave empty).
REALITY ?= $(SHARED)/reality
AREA ?=
# Which of nlp/training/recipes.py `make train` makes.
MODEL ?= e5
VENV := .venv
BIN := $(VENV)/bin
CODE := alerts bench config console core crawlers demo harken indexer nlp store templates
PIP_TORCH := $(if $(TORCH_INDEX),$(if $(wildcard $(TORCH_INDEX)/.),--find-links,--extra-index-url) $(TORCH_INDEX))
LONG := slow or model or crawl or service or e2e
export SHARED
export HF_HUB_OFFLINE := 1
export OMP_NUM_THREADS := 1

.PHONY: install demo test test-alone check fix run bench faults acceptance scoreboard reality train pictures

install: $(VENV)/installed

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Harken needs Python 3.11 or newer; set PYTHON=…')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt $(PIP_TORCH) --editable ".[dev]"
	$(BIN)/harken model install
	touch $@

demo: install
	$(BIN)/harken demo

run: install
	$(BIN)/harken run

test: install
	$(BIN)/pytest -q -n 2 -m "not ($(LONG))"
	$(BIN)/pytest -q -m "$(LONG)"

# The quick part as on a machine that has this repository and nothing else.
test-alone: install
	env -u CI SHARED=/nonexistent $(BIN)/pytest -q -n 2 -m "not ($(LONG))" --skips-only "SHARED has no"

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/vulture
	$(BIN)/python -m bench.gates

fix: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install
	$(BIN)/python -m bench.speed

faults: install
	$(BIN)/python -m bench.faults

acceptance: install
	$(BIN)/python -m bench.acceptance

scoreboard: install
	$(BIN)/python -m bench.scoreboard

reality: install
	$(BIN)/python -m bench.reality --inputs $(REALITY) $(if $(AREA),--area $(AREA))

train: install
	$(BIN)/python -m nlp.training $(MODEL) --data $(SHARED)/data --out out/$(MODEL).safetensors

pictures: install
	$(BIN)/python -m bench.pictures
