# make search   sets everything up and runs the main job      make test    sets everything up and runs the tests
# make check    ruff, mypy, import rules                      make bench   runs the benchmarks
# make ui       MLflow's pages on http://127.0.0.1:5000       make clean   removes the environment, keeps the workspace

PYTHON ?= python3
WORKSPACE ?= workspace
ARGS ?=
PORT ?= 5000
MINUTES ?= 60
SEED ?=
RUN := .venv/bin/python
QUICK_TESTS := tests/architecture tests/golden tests/properties tests/unit

.PHONY: search test test-slow test-docs test-faults test-kills test-browser test-mlflow-server
.PHONY: test-autoscaling test-hosts test-processors
.PHONY: soak check audit format docs ui constraints clean
.PHONY: bench bench-demo bench-extraction bench-extraction-quality bench-decoding bench-selection bench-spot
.PHONY: bench-training bench-bf16 bench-racing bench-search bench-scale bench-tracking bench-autoscaling

search: .venv/.installed
	@$(RUN) -m platform.search --workspace $(WORKSPACE) $(ARGS)

test: .venv/.installed
	$(RUN) -m pytest -m "not slow and not kills" -n auto --dist loadfile $(QUICK_TESTS) $(ARGS)
	$(RUN) -m pytest -m "not slow and not kills" tests/integration tests/faults $(ARGS)

test-slow: .venv/.installed
	$(RUN) -m pytest -m slow $(ARGS)

# What the pages say: every command parsed, every error message provoked, "Getting started" really given. Ten minutes.
test-docs: .venv/.installed
	$(RUN) -m pytest tests/architecture/test_documentation.py tests/integration/test_faq.py \
		tests/integration/test_documented_commands.py $(ARGS)
# MLflow's pages of 300 configurations in Debian's Chromium (apt-get install chromium); some minutes.
# SPOTFORMER_SCREENSHOTS=docs/images keeps what it saw.
test-browser: .venv/.installed
	$(RUN) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[browser]"
	$(RUN) -m pytest -s tests/browser $(ARGS)

# Searches that write to a real MLflow server on a real PostgreSQL (apt-get install postgresql), artifacts in an S3
# bucket for which moto stands in; everything is started and stopped by the test. Some minutes.
test-mlflow-server: .venv/.installed
	$(RUN) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[server]"
	$(RUN) -m pytest tests/server $(ARGS)
# Faults at every stage of a search and of an extraction: docs/faults.md. Part of test-slow.
test-faults: .venv/.installed
	$(RUN) -m pytest -m slow tests/faults $(ARGS)

# Ray's autoscaler, its provider a fake one: nodes are processes of this machine. Needs root, for namespaces. Minutes.
test-autoscaling: .venv/.installed
	$(RUN) -m pytest -m slow tests/clusters/test_autoscaling.py $(ARGS)

# A search over three hosts, which are network namespaces: killed, cut off, restarted. Needs root. Minutes.
test-hosts: .venv/.installed
	$(RUN) -m pytest -m slow tests/clusters/test_hosts.py $(ARGS)

# Fifty kills at random moments: docs/faults.md.
test-kills: .venv/.installed
	$(RUN) -m pytest -m kills -s tests/faults $(ARGS)

# The numerical tests with older instructions, compiled code for any processor, and two threads. Half an hour.
test-processors: .venv/.installed
	$(RUN) -m tests.processors $(ARGS)

# An hour of tiny searches and faults at random: docs/faults.md.
soak: .venv/.installed
	$(RUN) -m tests.soak --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

check: .venv/.installed
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(RUN) -m mypy platform
	$(RUN) tests/architecture/import_rules.py

# Known vulnerabilities of everything in constraints.txt; asks a public database, so it needs the internet.
audit: .audit/.installed
	.audit/bin/python -m pip_audit --requirement constraints.txt --no-deps --disable-pip --strict --progress-spinner off $(ARGS)
# docs/commands.md anew, from the parsers of the commands.
docs: .venv/.installed
	$(RUN) tests/architecture/command_reference.py

format: .venv/.installed
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

bench: bench-extraction bench-training bench-decoding bench-selection bench-spot bench-racing bench-search bench-scale bench-tracking bench-demo bench-bf16

# Baselines beside the best configuration of the demo; needs a finished `make search`.
bench-demo: .venv/.installed
	$(RUN) -m benchmarks.demo_quality --workspace $(WORKSPACE) $(ARGS)

bench-extraction: .venv/.installed
	$(RUN) -m benchmarks.flow_estimators
	$(RUN) -m benchmarks.extraction
	$(RUN) -m benchmarks.known_motion
	$(RUN) -m benchmarks.store_opening
	$(RUN) -m benchmarks.extraction_scaling

# Does the way in which features are extracted change what is found on the demo? Half an hour.
bench-extraction-quality: .venv/.installed
	$(RUN) -m benchmarks.extraction_quality --workspace $(WORKSPACE) $(ARGS)

bench-training: .venv/.installed
	$(RUN) -m benchmarks.training $(ARGS)
	$(RUN) -m benchmarks.stacked_folds

# Does bfloat16 cost quality on the demo? Needs its features: make search, or platform.extract --max-window 17.
bench-bf16: .venv/.installed
	$(RUN) -m benchmarks.bf16_quality --workspace $(WORKSPACE) $(ARGS)

bench-decoding: .venv/.installed
	$(RUN) -m benchmarks.decoding $(ARGS)

# Is the interval of an F1 as wide as it says, the winner's F1 as high, and a choice on stored scores worth what it says?
bench-selection: .venv/.installed
	$(RUN) -m benchmarks.selection_bias $(ARGS)
	$(RUN) -m benchmarks.setting_choice

# Videos: how much faster than real time on one core, and which part takes how long. ARGS=--hour adds an hour's memory.
bench-spot: .venv/.installed
	$(RUN) -m benchmarks.spot $(ARGS)

# What racing saves and how often it loses the best: minutes; the tables of docs/racing.md have --studies 400.
bench-racing: .venv/.installed
	$(RUN) -m benchmarks.racing $(ARGS)

# The searcher itself: decisions, resuming, folds needed; then what the platform costs beside the training of a real
# search of the demo, which needs a finished `make search` and nothing else running.
bench-search: .venv/.installed
	$(RUN) -m benchmarks.search_speed
	$(RUN) -m benchmarks.search_overhead --workspace $(WORKSPACE) $(ARGS)

# Nodes, waiting and running folds over time on a cluster that grows: the picture of docs/autoscaling.md. Minutes, root.
bench-autoscaling: .venv/.installed
	$(RUN) -m benchmarks.autoscaling $(ARGS)

# A study of 50,000 folds on 64 workers, simulated and counted: the figures of docs/scale.md. Minutes.
bench-scale: .venv/.installed
	$(RUN) -m benchmarks.scale $(ARGS)

# What MLflow costs a search per fold, and how quickly 300 runs are written and read.
bench-tracking: .venv/.installed
	$(RUN) -m benchmarks.tracking $(ARGS)

ui: .venv/.installed
	.venv/bin/mlflow server --backend-store-uri sqlite:///$(abspath $(WORKSPACE))/mlflow.db \
		--default-artifact-root $(abspath $(WORKSPACE))/mlflow-artifacts --host 127.0.0.1 --port $(PORT) --workers 1

# Writes constraints.txt anew from the newest versions that pyproject.toml allows, in a fresh environment.
constraints:
	rm -rf .venv && $(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet -e ".[dev,cluster,browser,server]"
	(grep '^#' constraints.txt; .venv/bin/python -m pip freeze --exclude-editable | sed 's/+cpu//') > constraints.new
	mv constraints.new constraints.txt && touch .venv/.installed

clean:
	rm -rf .venv .audit

# In an environment of its own: what audits must not change what is audited.
.audit/.installed: pyproject.toml
	@test -x .audit/bin/python || $(PYTHON) -m venv .audit
	@$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["audit"])' \
		| xargs -d '\n' .audit/bin/python -m pip install --quiet --disable-pip-version-check
	@touch $@

.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "error: Python 3.11 or newer is needed, got $$($(PYTHON) --version). Use make PYTHON=python3.11 ..."; exit 2; }
	@echo "Creating .venv from constraints.txt; the first time takes a few minutes."
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@
