"""Nothing is lost and nothing is counted twice, whichever worker dies.

    python scale/test.py PATH_OF_NEUROMFA
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

from dask.distributed import Client, LocalCluster

import run as scale

HERE = Path(__file__).resolve().parent
PROGRAM = str(Path(sys.argv[1]).resolve())
CHECKPOINTS = [HERE.parent / "tests/data/neox-tiny" / f"step{step}.safetensors" for step in (1000, 0)]
SHARES = 4
OPTIONS = ["--null", "shuffle", "--null-samples", "3"]
# Seconds that every task waits before it works, so that it can be interrupted.
PAUSE = 1.0

# Notes who started it and for what, waits, and becomes the real program.
SLOW = """#!{python}
import os, sys, time
if sys.argv[1] == "analyze":
    with open({log!r}, "a") as log:
        log.write(f"{{os.getppid()}} {{sys.argv[2]}} {{sys.argv[4]}}\\n")
    time.sleep({pause})
os.execv({program!r}, [{program!r}, *sys.argv[1:]])
"""


def whole(folder):
    """The bytes of one run over everything."""
    out = folder / "whole.json"
    paths = [str(path) for path in CHECKPOINTS]
    subprocess.run([PROGRAM, "analyze", *paths, *OPTIONS, "--out", out], stdout=subprocess.DEVNULL, check=True)
    return out.read_bytes()


def kill_a_busy_worker(log, killed):
    """Once some tasks are done: ends the worker that has just begun another."""
    while True:
        lines = log.read_text().splitlines() if log.exists() else []
        if len(lines) > 3:
            killed.append(lines[-1])
            os.kill(int(lines[-1].split()[0]), signal.SIGKILL)
            return
        time.sleep(0.02)


class Scale(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def test_a_worker_dies_while_it_works(self):
        log, program = self.folder / "log", self.folder / "slow"
        script = SLOW.format(python=sys.executable, log=str(log), pause=PAUSE, program=PROGRAM)
        program.write_text(script)
        program.chmod(0o755)
        out, killed = self.folder / "merged.json", []
        with (
            LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
            Client(cluster) as client,
        ):
            workers = {worker["pid"] for worker in client.run(lambda: {"pid": os.getpid()}).values()}
            killer = threading.Thread(target=kill_a_busy_worker, args=(log, killed), daemon=True)
            killer.start()
            scale.run(client, str(program), CHECKPOINTS, SHARES, self.folder / "parts", out, OPTIONS)
            killer.join(timeout=10)
        pid, task = killed[0].split(maxsplit=1)
        self.assertIn(int(pid), workers, "a worker was killed")
        starts = [line.split(maxsplit=1) for line in log.read_text().splitlines()]
        self.assertGreater(sum(other == task for _, other in starts), 1, "its task was begun again")
        self.assertEqual(len({task for _, task in starts}), len(CHECKPOINTS) * SHARES, "every task was run")
        self.assertEqual(len(list((self.folder / "parts").glob("*.json"))), len(CHECKPOINTS) * SHARES)
        self.assertEqual(out.read_bytes(), whole(self.folder), "the bytes of one run")

    def test_what_fails_is_said(self):
        with (
            LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
            Client(cluster) as client,
            self.assertRaisesRegex(RuntimeError, "there is no share 1 of 13"),
        ):
            out = self.folder / "merged.json"
            scale.run(client, PROGRAM, CHECKPOINTS[:1], 13, self.folder / "parts", out, OPTIONS)

    def test_the_array_job_by_hand(self):
        listed, parts, out = self.folder / "list.txt", self.folder / "parts", self.folder / "merged.json"
        listed.write_text("".join(f"{path}\n" for path in CHECKPOINTS))
        settings = {"CHECKPOINTS": listed, "SHARES": SHARES, "FOLDER": parts, "OPTIONS": " ".join(OPTIONS)}
        own = {name: str(value) for name, value in settings.items()}
        environment = {**os.environ, "PROGRAM": PROGRAM, **own}
        for task in range(len(CHECKPOINTS) * SHARES):
            environment["SLURM_ARRAY_TASK_ID"] = str(task)
            subprocess.run([HERE / "slurm.sh", "analyze"], env=environment, check=True)
        subprocess.run([HERE / "slurm.sh", "merge", out], env=environment, check=True)
        self.assertEqual(out.read_bytes(), whole(self.folder))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
