"""How many cases are drawn: few, and the same each time, or as long as asked.

``make test`` draws the same few each time; ``make fuzz`` chooses the profile "long".
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "short", max_examples=5, derandomize=True, database=None, deadline=None
)
settings.register_profile(
    "long",
    max_examples=int(os.environ.get("SKBACKPROP_FUZZ_EXAMPLES", "200")),
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile(os.environ.get("SKBACKPROP_FUZZ", "short"))
