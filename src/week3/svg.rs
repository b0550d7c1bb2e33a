//! The title of an SVG document.

/// Gives what an SVG document is called.
pub(super) fn title(svg: &str) -> String {
    let content = svg.split_once("<title>").map_or("", |(_, rest)| rest);
    let written = content.split_once("</title>").map_or("", |(title, _)| title.trim());
    let plain = written.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    plain.replace("&apos;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_of_a_document_is_found() {
        let svg = "<svg>\n<title>A &amp; B</title>\n<rect x=\"1\"/>\n<text x=\"2\">\n1.0\n</text>\n</svg>";
        assert_eq!(title(svg), "A & B");
    }
}
