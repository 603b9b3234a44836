"""The command line's door: hands the arguments to `app.cli` and its exit code back to the shell."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program with `arguments` (the process's own when None) and return its exit code."""
    # Imported here so that `import xingtu_desktop.__main__` stays free of Qt.
    from xingtu_desktop.app import cli

    return cli.main(list(sys.argv[1:] if arguments is None else arguments))


if __name__ == "__main__":
    raise SystemExit(main())
