"""Runs `neuromfa analyze` over checkpoints and their layers on a Dask cluster, and merges the documents.

    python scale/run.py CHECKPOINT... --shares 8 --folder parts --out result.json -- --null shuffle --threads 4

What follows `--` goes to `neuromfa analyze`. Every share of every checkpoint is one task. A task that is run twice, since
its worker died, writes the same file again.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from dask.distributed import Client, LocalCluster, as_completed


def command(arguments):
    """Runs a command; its last line on standard error is why it failed."""
    done = subprocess.run(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        why = (done.stderr.splitlines() or [f"status {done.returncode}"])[-1]
        raise RuntimeError(f"{arguments[1]} failed: {why}")


def analyze(program, checkpoint, share, document, options):
    """One task: one share of the layers of one checkpoint. Returns the path of its document."""
    command([program, "analyze", checkpoint, "--layers", share, "--part", "--out", document, *options])
    return document


def run(client, program, checkpoints, shares, folder, out, options):
    """All tasks, then the merged document at `out`."""
    folder.mkdir(parents=True, exist_ok=True)
    tasks = []
    for number, checkpoint in enumerate(checkpoints):
        for share in range(1, shares + 1):
            document = str(folder / f"{number:05}-{share:05}-of-{shares:05}.json")
            tasks.append((program, str(checkpoint), f"{share}/{shares}", document, options))
    futures = [client.submit(analyze, *task, pure=False) for task in tasks]
    for done, future in enumerate(as_completed(futures), start=1):
        print(f"{done} of {len(tasks)}: {future.result()}", file=sys.stderr)
    command([program, "merge", *(document for *_, document, _ in tasks), "--out", str(out)])


def main():
    own, options = sys.argv[1:], []
    if "--" in own:
        at = own.index("--")
        own, options = own[:at], own[at + 1 :]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", nargs="+", metavar="CHECKPOINT", help="files or folders that all workers see")
    parser.add_argument("--shares", type=int, default=1, help="shares of the layers of each checkpoint")
    parser.add_argument("--folder", type=Path, default=Path("parts"), help="where the documents of the shares go")
    parser.add_argument("--out", type=Path, default=Path("result.json"), help="the merged document")
    parser.add_argument("--program", default="neuromfa", help="the command line")
    parser.add_argument("--scheduler", help="address of a running cluster; else one is started here")
    parser.add_argument("--workers", type=int, default=1, help="workers of the cluster that is started here")
    chosen = parser.parse_args(own)
    # A task uses several threads of its own, so a worker runs one at a time.
    cluster = chosen.scheduler or LocalCluster(n_workers=chosen.workers, threads_per_worker=1)
    with Client(cluster) as client:
        run(client, chosen.program, chosen.checkpoints, chosen.shares, chosen.folder, chosen.out, options)
    if not chosen.scheduler:
        cluster.close()


if __name__ == "__main__":
    main()
