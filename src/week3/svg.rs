//! The texts of an SVG document.

/// Gives what an SVG document is called: the first of its texts.
pub(super) fn title(svg: &str) -> String {
    texts(svg).into_iter().next().map_or_else(String::new, |(title, _)| title)
}

/// Gives the title, the description and every text of an SVG document, in its order, with the line each begins on.
pub(super) fn texts(svg: &str) -> Vec<(String, usize)> {
    let mut texts = Vec::new();
    let mut rest = svg;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let element = ["title", "desc", "text"]
            .into_iter()
            .find(|name| rest.strip_prefix(name).is_some_and(|after| after.starts_with([' ', '>', '\n'])));
        let (Some(element), Some(begin)) = (element, rest.find('>')) else { continue };
        let content = &rest[begin + 1..];
        let end = content.find(&format!("</{element}")).unwrap_or(content.len());
        let written = content[..end].trim_start();
        let before = svg.len() - content.len() + end - written.len();
        let line = 1 + svg[..before].matches('\n').count();
        let plain = written.trim_end().replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        texts.push((plain.replace("&apos;", "'").replace("&amp;", "&"), line));
        rest = &content[end..];
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_a_document_are_found() {
        let svg = "<svg>\n<title>A &amp; B</title>\n<rect x=\"1\"/>\n<text x=\"2\">\n1.0\n</text>\n</svg>";
        assert_eq!(texts(svg), [("A & B".to_owned(), 2), ("1.0".to_owned(), 5)]);
    }
}
