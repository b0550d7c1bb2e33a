//! Placeholders: what a text has in the place of a citation or a foreign text until the whole is known.
//!
//! `…{START}NONCE.INDEX{END}…`
//!
//! Invariants
//! - No input can hold a placeholder: the nonce is a digest of all templates, which no template can hold.
//! - Filters for letters leave it as it is: between its ends it has digits and a point alone.

use recount_engine::digest::Digest;

const START: char = '\u{f0000}';
const END: char = '\u{f0001}';

/// What a placeholder stands for.
#[derive(Clone, Debug)]
pub(super) enum Placeholder {
    /// A citation, by its position in the registry.
    Citation(usize),
    /// A text that is no Markdown: a name, a title, a text of a file.
    Text(String),
    /// The sentence on how many comparisons there are.
    Comparisons,
    /// What may not be printed so, and why.
    Mistake(String),
}

/// Writes and finds placeholders.
#[derive(Debug)]
pub(super) struct Placeholders {
    nonce: String,
    made: Vec<Placeholder>,
}

/// A part of a text with placeholders.
pub(super) enum Part<'t> {
    /// Text between placeholders.
    Plain(&'t str),
    /// A placeholder, by its index, as it is written.
    Placeholder(usize, &'t str),
    /// What is left of a placeholder that a filter cut apart.
    Broken(&'t str),
}

impl Placeholders {
    /// Begins with a nonce of these texts.
    pub fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut all = Vec::new();
        texts.for_each(|text| all.extend_from_slice(Digest::of(text.as_bytes()).to_hex().as_bytes()));
        let digest = Digest::of(&all).to_bytes();
        let nonce = u64::from_le_bytes(digest[..8].try_into().expect("a digest has 32 bytes"));
        Self { nonce: nonce.to_string(), made: Vec::new() }
    }

    pub fn add(&mut self, placeholder: Placeholder) -> String {
        self.made.push(placeholder);
        format!("{START}{}.{}{END}", self.nonce, self.made.len() - 1)
    }

    /// Gives what a placeholder stands for.
    pub fn get(&self, index: usize) -> &Placeholder {
        &self.made[index]
    }

    /// Splits a text at its placeholders.
    pub fn split<'t>(&self, text: &'t str) -> Vec<(usize, Part<'t>)> {
        let (mut parts, mut at) = (Vec::new(), 0);
        while let Some(found) = text[at..].find([START, END]) {
            let start = at + found;
            if start > at {
                parts.push((at, Part::Plain(&text[at..start])));
            }
            let (length, part) = match self.read(&text[start..]) {
                Some((length, index)) => (length, Part::Placeholder(index, &text[start..start + length])),
                None => (START.len_utf8(), Part::Broken(&text[start..start + START.len_utf8()])),
            };
            parts.push((start, part));
            at = start + length;
        }
        if at < text.len() {
            parts.push((at, Part::Plain(&text[at..])));
        }
        parts
    }

    /// Reads the placeholder at a text's beginning: its length and its index.
    fn read(&self, text: &str) -> Option<(usize, usize)> {
        let inner = text.strip_prefix(START)?;
        let end = inner.find(END)?;
        let index: usize = inner[..end].strip_prefix(&*self.nonce)?.strip_prefix('.')?.parse().ok()?;
        let length = START.len_utf8() + end + END.len_utf8();
        (index < self.made.len()).then_some((length, index))
    }

    /// Gives a text without its placeholders, for messages.
    pub fn without(text: &str) -> String {
        let (mut rest, mut plain) = (text, String::new());
        while let Some((before, placeholder)) = rest.split_once(START) {
            plain.push_str(before);
            rest = placeholder.split_once(END).map_or("", |(_, after)| after);
        }
        plain + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_of_another_text_is_none() {
        let mut placeholders = Placeholders::of(["one"].into_iter());
        let mut others = Placeholders::of(["another"].into_iter());
        let own = placeholders.add(Placeholder::Text("a".to_owned()));
        let text = format!("x{own}y{}{}", others.add(Placeholder::Comparisons), &own[..own.len() - 4]);
        let shown: Vec<String> = placeholders
            .split(&text)
            .into_iter()
            .map(|(_, part)| match part {
                Part::Plain(text) => text.chars().filter(|letter| !letter.is_numeric()).collect(),
                Part::Placeholder(index, _) => format!("[{index}]"),
                Part::Broken(_) => "!".to_owned(),
            })
            .collect();
        assert_eq!(shown, ["x", "[0]", "y", "!", ".", "!", "!", "."]);
    }
}
