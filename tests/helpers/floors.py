"""The map of the package: which room stands on which floor."""

# From the ground up. A module imports from its own room and from floors below.
FLOORS = [
    {"network", "exceptions", "utils"},
    {"kernels", "manifold", "datasets", "chunks"},
    {"engine", "transformers", "separability"},
    {"fitting", "capacity"},
    {"estimators", "inspection"},
    {"tabular"},
    {"distributed", "interchange", "onnx"},
    {"__init__"},
]
