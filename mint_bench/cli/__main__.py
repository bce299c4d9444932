"""`python -m mint_bench.cli`: the command line where its script is not on the path."""

from mint_bench.cli import main

main()
