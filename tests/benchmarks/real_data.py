"""Real data sets, which the project does not hold itself."""

import importlib.util
from pathlib import Path


def load(name, data_dir):
    """Return X, y and a dictionary on a data set, read by the folder's own load.py."""
    script = Path(data_dir) / "load.py"
    if not (script.is_file() and (Path(data_dir) / name).is_dir()):
        raise SystemExit(f"--data-dir: {data_dir} lacks load.py or {name}")
    spec = importlib.util.spec_from_file_location("load", script)
    reader = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reader)
    return reader.load(name, root=data_dir)
