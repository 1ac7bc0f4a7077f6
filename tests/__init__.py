"""The tests: a package of its own, since a dependency of the benchmarks installs one of the same name."""
