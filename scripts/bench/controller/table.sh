#!/usr/bin/env bash
# table.sh FILE: a result of the simulator (`controller_figures SCENARIO ...`, or the key `simulator` of the benchmark's JSON)
# as a table for docs/benchmarks/controller.md. + means that the first row is better outside the 95 % interval of the
# differences seed by seed, - that it is worse.
set -euo pipefail

# shellcheck disable=SC2016 # jq's own variables
jq -r '
    def rounded: . * 100 | round / 100;
    def sign: {better: "+", worse: "-"}[.first_is // ""] // "";
    def figure: if . == null or .runs == 0 then "" else "\(.mean | rounded) ± \(.within | rounded)\(sign)" end;
    (.simulator // .) as $table
    | ["origin_percent", "stalls_percent", "load_max_over_mean", "crowd_reaction_s", "short_percent", "copying_percent",
        "missed_full_percent", "missed_not_named_percent"] as $columns
    | "| | origin % | stalls % | max/mean load | crowd s | below R % | copying % | full % | not named % |",
      "|---" * (1 + ($columns | length)) + "|",
      ($table.rows[] | . as $row | "| `\(.strategy)` | " + ([$columns[] as $key | $row[$key] | figure] | join(" | ")) + " |")
' "${1:?file with a result}"
