"""An hour of tiny searches to which faults happen at random: `make soak`, docs/faults.md."""
