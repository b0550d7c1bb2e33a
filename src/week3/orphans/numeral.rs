//! Digits in a line.

/// A numeral and its column, from 1.
pub type Numeral = (usize, String);

/// Says whether a symbol is a digit of any script, a superscript, or a fraction.
pub fn is_digit(symbol: char) -> bool {
    symbol.is_numeric()
}

/// Blanks so many symbols, and keeps every column.
pub fn blank(line: &mut [char], from: usize, length: usize) {
    line.iter_mut().skip(from).take(length).for_each(|symbol| *symbol = ' ');
}

/// Finds the first numeral.
pub fn numeral(line: &[char]) -> Option<Numeral> {
    let at = line.iter().position(|symbol| is_digit(*symbol))?;
    let part = |symbol: &&char| is_digit(**symbol) || matches!(**symbol, '.' | ',');
    let numeral: String = line[at..].iter().take_while(part).collect();
    Some((at + 1, numeral.trim_end_matches(['.', ',']).to_owned()))
}
