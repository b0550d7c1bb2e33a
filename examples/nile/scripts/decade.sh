#!/bin/sh
# Writes the mean, the lowest and the highest flow of some years: decade.sh TABLE FIRST-LAST RESULT
set -eu
awk -F, -v first="${2%-*}" -v last="${2#*-}" '
  NR == 1 || $1 < first || $1 > last { next }
  { sum += $2; years++ }
  years == 1 || $2 < lowest { lowest = $2 }
  years == 1 || $2 > highest { highest = $2 }
  END { printf "{ \"years\": %d, \"mean\": %.1f, \"lowest\": %d, \"highest\": %d }\n", years, sum / years, lowest, highest }
' "$1" > "$3"
