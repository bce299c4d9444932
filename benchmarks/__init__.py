"""Speed and memory, measured and never asserted: `make bench` prints and writes them."""
