# Counts a word in the text.
count=$(grep -o -i -w "$1" data/voyage.txt | wc -l)
printf '{ "count": %d }\n' "$count" > "counts/$1.json"
