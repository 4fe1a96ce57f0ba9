# Set-up and every check, on a machine that has Python 3.10 or newer and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TREE := .mypy_tree

.PHONY: demo dev test test-all test-oldest runtimes check bench docs clean

demo: $(VENV)/.demo  ## converts a real model to every target there is, verifies, prints the table
	runtimes/setup.sh $(BIN)/kport
	$(BIN)/kport convert fixtures/gender_mini_xception.h5 --to all --output demo-output/

test: $(VENV)/.dev runtimes  ## everything, against the real oracles
	$(BIN)/pytest --numprocesses 2 --dist worksteal

test-all: $(VENV)/.dev runtimes  ## what takes longer, too
	$(BIN)/pytest --numprocesses 2 --dist worksteal -m "slow or not slow"

test-oldest: .bench/tensorflow_2_19/.ready  ## training and saving on the oldest TensorFlow that kport trains on
	.bench/tensorflow_2_19/bin/python -m pytest --numprocesses 2 --dist worksteal tests/training tests/saving

runtimes: $(VENV)/.dev  ## Node, Chromium, Java and what runs in them (as root, what is missing is installed); official converters
	runtimes/setup.sh $(BIN)/kport
	$(BIN)/kport official install

check: $(VENV)/.dev  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	mkdir -p $(TREE)/kport
	for item in kport/*; do ln -sfn ../../$$item $(TREE)/kport/; done
	ln -sfn ../../converters $(TREE)/kport/converters
	cd $(TREE) && ../$(BIN)/mypy -p kport --config-file ../pyproject.toml

bench: $(VENV)/.dev $(VENV)/.bench runtimes .bench/tf2onnx/.ready .bench/coremltools/.ready  ## speed beside the official converters
	$(BIN)/python -m tests.bench

docs: $(VENV)/.dev  ## the generated tables
	$(BIN)/python -m docs.generate

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[all]'
	touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev,oracles]'
	touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[bench]'
	touch $@

.bench/tensorflow_2_19/.ready:
	$(PYTHON) -m venv .bench/tensorflow_2_19
	.bench/tensorflow_2_19/bin/pip install --quiet --disable-pip-version-check tensorflow==2.19.0 numpy==1.26.4 protobuf==5.29.6 \
		keras==3.15.1 tf-keras==2.19.0 onnx==1.22.0 onnxruntime ai-edge-litert coremltools==9.0 scipy scikit-learn pandas \
		tensorboard pillow pyyaml pytest pytest-xdist -e .
	touch $@

# tf2onnx's pins exclude the oracles', so it lives in an environment of its own
.bench/tf2onnx/.ready:
	$(PYTHON) -m venv .bench/tf2onnx
	.bench/tf2onnx/bin/pip install --quiet --disable-pip-version-check tensorflow==2.19.0 numpy==1.26.4 protobuf==5.29.6 \
		tf2onnx==1.17.0 onnx==1.22.0 keras==3.15.1 tf-keras==2.19.0
	touch $@

# coremltools' own way from Keras needs a TensorFlow that it knows
.bench/coremltools/.ready:
	$(PYTHON) -m venv .bench/coremltools
	.bench/coremltools/bin/pip install --quiet --disable-pip-version-check tensorflow==2.19.0 numpy==1.26.4 coremltools==9.0 keras==3.15.1
	touch $@

# tflite-runtime's last release needs numpy < 2: the tests make this environment themselves if it isn't there
.bench/tflite_runtime/.ready: $(VENV)/.dev
	$(BIN)/python -c "from tests.converters.tflite_old_runtime import python; python()"

clean:
	rm -rf $(VENV) .bench $(TREE) demo-output
