"""The long form: `python -m tests.hostile --payloads 10000`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.hostile.campaign import open_campaign, report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payloads", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        with open_campaign(Path(folder)) as campaign:
            memory = campaign.memory()
            campaign.run(options.payloads, options.seed, tell=print)
            summary = report(campaign, memory, time.monotonic() - started)
        for place, finding in campaign.findings.items():
            print(f"{place}: {finding}", end="\n\n")
        print(summary)
    return 1 if campaign.findings else 0


if __name__ == "__main__":
    sys.exit(main())
