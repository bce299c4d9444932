"""No code and no weights of ours build objects from files."""

import ast
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mint_bench.errors import MintError
from mint_bench.weights import read_arrays

ROOT = Path(__file__).parents[2]
CODE = sorted((ROOT / "mint_bench").rglob("*.py"))


def calls(path):
    """Every call in a module as (dotted name, keywords), and every module that it imports."""
    made, imported = [], set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            keywords = {word.arg: ast.unparse(word.value) for word in node.keywords}
            made.append((ast.unparse(node.func), keywords))
        elif isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).partition(".")[0])
    return made, imported


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_the_code_loads_no_pickle_and_no_yaml_of_objects_and_runs_no_text(path):
    made, imported = calls(path)
    assert not imported & {
        "pickle",
        "cPickle",
        "joblib",
        "dill",
        "shelve",
        "marshal",
        "cloudpickle",
    }
    names = {name for name, _ in made}
    assert not names & {"eval", "exec", "compile", "__import__", "os.system", "os.popen",
                        "yaml.load", "yaml.load_all", "yaml.full_load", "yaml.unsafe_load",
                        "torch.load", "pd.read_pickle"}  # fmt: skip
    assert not {name for name in names if name.endswith((".extractall", ".read_pickle"))}
    for name, keywords in made:
        assert keywords.get("shell", "False") == "False"
        assert keywords.get("allow_pickle", "False") == "False"
        assert keywords.get("trust_remote_code", "False") == "False"
        assert name != "np.load" or "allow_pickle" in keywords


def test_the_weights_that_ship_hold_plain_arrays_and_no_pickle():
    shipped = [path for path in (ROOT / "scorers").rglob("*") if path.is_file()]
    assert {path.suffix for path in shipped} <= {
        ".npz", ".yaml", ".json", ".jsonl", ".md", ".onnx", ".txt", ".j2", ".safetensors",
    }  # fmt: skip
    for path in shipped:
        if path.suffix == ".npz":
            with zipfile.ZipFile(path) as archived:
                for name in archived.namelist():
                    head = archived.read(name)[:512]
                    assert head.startswith(b"\x93NUMPY"), (path, name)
                    assert b"'descr': '|O'" not in head
            assert all(array.dtype != object for array in read_arrays(path).values())


def test_weights_with_a_pickle_in_them_are_refused_unopened(tmp_path):
    class Trap:
        def __reduce__(self):
            return (Path(tmp_path / "sprung").write_text, ("x",))

    np.savez(tmp_path / "w.npz", a=np.array([Trap()], dtype=object))
    (tmp_path / "sprung").unlink(missing_ok=True)
    with pytest.raises(MintError, match="damaged weights"):
        read_arrays(tmp_path / "w.npz")
    assert not (tmp_path / "sprung").exists()
