# Makes a table of all counts.
echo '| word | count |'
echo '|---|---|'
for file in counts/*.json; do
  word=$(basename "$file" .json)
  echo "| $word | $(grep -o '[0-9]*' "$file") |"
done
