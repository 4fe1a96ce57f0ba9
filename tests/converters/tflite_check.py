"""What TFLite tests look at in a file: its operators and tensors, read with the schema that LiteRT carries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from kport.converters.prepare import prepare
from kport.converters.target import Options, Tolerance
from kport.converters.tflite.target import TARGET
from kport.interpret import interpret
from kport.ir import Graph
from tests.compare import assert_same

NAMES = {code: name for name, code in vars(schema.BuiltinOperator).items() if not name.startswith("_")}


def convert(graph: Graph, path: Path, options: Options = Options(), contract: dict[str, str] | None = None) -> Any:  # noqa: B008
    """Writes the graph; gives the file as the schema's own classes read it."""
    TARGET.write(prepare(graph, TARGET, options), path, contract or {}, options)
    return load(path)


def load(path: Path) -> Any:
    return schema.ModelT.InitFromPackedBuf(path.read_bytes())


def agrees(
    graph: Graph,
    inputs: list[np.ndarray],
    path: Path,
    options: Options = Options(),  # noqa: B008
    tolerance: Tolerance | None = None,
) -> Any:
    """The file in LiteRT computes what the interpreter computes from the graph as it was traced."""
    model = convert(graph, path, options)
    outputs = TARGET.run(path, inputs)
    bound = tolerance or TARGET.tolerances[options.precision]
    assert_same(outputs, [np.asarray(e) for e in interpret(graph, inputs)], bound.rtol, bound.atol)
    return model


def operators(model: Any, subgraph: int = 0) -> list[str]:
    """The operators of a subgraph, in order."""
    return [NAMES[model.operatorCodes[o.opcodeIndex].builtinCode] for o in model.subgraphs[subgraph].operators]


def options_of(model: Any, name: str) -> list[Any]:
    """The options of every operator of this name in the main subgraph."""
    main = model.subgraphs[0].operators
    return [o.builtinOptions for o, found in zip(main, operators(model), strict=True) if found == name]


def versions(model: Any) -> dict[str, int]:
    """The highest version of each operator."""
    found: dict[str, int] = {}
    for code in model.operatorCodes:
        name = NAMES[max(code.builtinCode, code.deprecatedBuiltinCode)]
        found[name] = max(found.get(name, 0), code.version)
    return found
