"""`python -m xingtu_desktop.sandbox`: hands the arguments to `main`."""

import sys

from xingtu_desktop.sandbox.main import main

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
