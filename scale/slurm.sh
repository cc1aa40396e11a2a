#!/bin/bash
#SBATCH --job-name=neuromfa
#SBATCH --cpus-per-task=4
# One task for each share of each checkpoint, then one that merges. CHECKPOINTS is a file with one path a line, SHARES the
# number of shares of each, FOLDER an empty folder that all nodes see, OPTIONS what goes to `neuromfa analyze`:
#
#   export CHECKPOINTS=list.txt SHARES=8 FOLDER=parts OPTIONS="--null shuffle"
#   job=$(sbatch --parsable --array=0-$(($(wc -l < list.txt) * SHARES - 1)) scale/slurm.sh analyze)
#   sbatch --dependency=afterok:$job scale/slurm.sh merge result.json
set -euo pipefail
program=${PROGRAM:-neuromfa}

case ${1:-} in
analyze)
  checkpoint=$(sed -n "$((SLURM_ARRAY_TASK_ID / SHARES + 1))p" "$CHECKPOINTS")
  share=$((SLURM_ARRAY_TASK_ID % SHARES + 1))/$SHARES
  mkdir -p "$FOLDER"
  # OPTIONS is a list of words.
  # shellcheck disable=SC2086
  exec "$program" analyze "$checkpoint" --layers "$share" --part --threads "${SLURM_CPUS_PER_TASK:-1}" \
    --out "$FOLDER/$(printf %06d "$SLURM_ARRAY_TASK_ID").json" ${OPTIONS:-} > /dev/null
  ;;
merge)
  exec "$program" merge "$FOLDER"/*.json --out "${2:?the file of the merged document}" > /dev/null
  ;;
*)
  echo "usage: slurm.sh analyze, or slurm.sh merge FILE" >&2
  exit 2
  ;;
esac
