#!/bin/sh
# Prints the mean flow of each decade: decades.sh TABLE RESULT
set -eu
awk -F, '
  NR > 1 { first = int(($1 - 1) / 10) * 10 + 1; sum[first] += $2; years[first]++ }
  END    { for (first = 1871; first <= 1961; first += 10)
             printf "%d-%d  %6.1f\n", first, first + 9, sum[first] / years[first] }
' "$1" > "$2"
