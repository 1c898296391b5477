"""Comparing a network that was converted anew with the one that is shipped."""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def weights() -> ModuleType:
    spec = importlib.util.spec_from_file_location("packaging_weights", REPOSITORY / "packaging" / "weights.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


def a_network(*, weight: float = 2.0, name: str = "w", operation: str = "Mul") -> bytes:
    """x times 2, then absolute."""
    nodes = [
        helper.make_node(operation, ["x", name], [f"{name}_out"]),
        helper.make_node("Abs", [f"{name}_out"], ["y"]),
    ]
    ends = [helper.make_tensor_value_info(each, TensorProto.FLOAT, [1]) for each in ("x", "y")]
    constant = numpy_helper.from_array(np.array([weight], np.float32), name)
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], [constant])
    content: bytes = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 16)]).SerializeToString()
    onnx.checker.check_model(onnx.load_from_string(content))
    return content


def test_another_number_is_another_network(weights: ModuleType) -> None:
    assert weights.graph_digest(a_network(weight=2.0)) != weights.graph_digest(a_network(weight=2.0000002))


def test_another_operation_is_another_network(weights: ModuleType) -> None:
    assert weights.graph_digest(a_network(operation="Mul")) != weights.graph_digest(a_network(operation="Add"))


def test_names_inside_do_not_count(weights: ModuleType) -> None:
    assert weights.graph_digest(a_network(name="const_fold_opt__445")) == weights.graph_digest(a_network(name="w"))


def test_a_file_taken_as_it_is_must_have_its_hash(weights: ModuleType) -> None:
    content = (REPOSITORY / "models" / "fr_eye.onnx").read_bytes()
    assert weights.is_as_shipped(weights.Made("fr_eye", content))
    assert not weights.is_as_shipped(weights.Made("fr_eye", content + b"\0"))


def test_every_network_of_a_face_names_a_package_that_is_made_here(weights: ModuleType) -> None:
    manifest = tomllib.loads((REPOSITORY / "models" / "manifest.toml").read_text(encoding="utf-8"))
    for name in ("face_detection_short_range", "face_landmark", "fr_eye", "fr_feature"):
        package = manifest[name]["source"].partition(" ")[0].replace("-", "_")
        assert callable(getattr(weights, f"from_{package}"))
