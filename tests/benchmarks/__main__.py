"""Let ``python -m tests.benchmarks`` run the benchmarks."""

from tests.benchmarks.run import main

if __name__ == "__main__":
    main()
