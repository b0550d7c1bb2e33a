//! Names, values, texts and pictures of a stranger: none puts anything into a page.

use super::*;

/// What may stand in a page, whatever the texts of a project are.
const ALLOWED: &str = "\
a[class,href] article[id,tabindex] aside[aria-label,hidden,id,role,tabindex] b blockquote body br button[id,type] code[class] dd[id]
details[class] div[aria-label,class,data-mode,hidden,id,role,tabindex] dl[id] dt em g[fill,font-weight,stroke,stroke-width,text-anchor] h1[id] h2[id]
h3[id] h4[id] h5[id] h6[id] head header hr html[lang] img[alt,src] input[checked,disabled,type] li[class,id] main
meta[charset,content,http-equiv,name] nav[aria-label] ol[class,start] p[class] path[d,opacity] pre
rect[height,opacity,rx,width,x,y] script section[class,id] span[class] strong style summary sup[class] del
svg[aria-label,fill,font-size,height,role,viewBox,width] table[aria-label,id] tbody td[class,data-v] text[dy,x,y]
th[class,data-choices,data-equal,scope] thead title tr ul";

/// Asserts that a page has no element, attribute or link that a text has put there.
#[track_caller]
fn assert_harmless(page: &str, payload: &str) {
    let allowed: BTreeMap<&str, Vec<&str>> = ALLOWED
        .split_whitespace()
        .map(|element| {
            let (name, attributes) = element.split_once('[').unwrap_or((element, "]"));
            (name, attributes.trim_end_matches(']').split(',').collect())
        })
        .collect();
    let parsed = elements(page);
    for Element { name, attributes, .. } in &parsed {
        let known = allowed.get(name.as_str()).unwrap_or_else(|| panic!("{payload}: <{name}>"));
        for (attribute, value) in attributes {
            assert!(known.contains(&attribute.as_str()), "{payload}: <{name} {attribute}={value}>");
            let is_safe = match attribute.as_str() {
                "href" => {
                    let scheme = value.split(['/', '#', '?']).next().and_then(|it| it.split_once(':'));
                    scheme.is_none_or(|(scheme, _)| ["http", "https", "mailto"].contains(&scheme))
                }
                "src" => value.starts_with("data:image/"),
                _ => true,
            };
            assert!(is_safe, "{payload}: <{name} {attribute}={value}>");
        }
    }
    content(&parsed, "script");
    content(&parsed, "style");
    assert!(!page.contains(['\0', '\u{1b}', '\u{202e}']), "{payload}: a control character");
}

/// Texts that would run something, load something or leave their element, if they were not escaped.
fn payloads() -> Vec<String> {
    let tags = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)>",
        "<svg/onload=alert(1)>",
        "<iframe src=javascript:alert(1)>",
        "<a href=javascript:alert(1)>x</a>",
        "<style>*{display:none}</style>",
        "<link rel=stylesheet href=//evil>",
        "<base href=//evil/>",
        "<meta http-equiv=refresh content=0>",
        "<form action=//evil><input name=a>",
        "<object data=x>",
        "<embed src=x>",
        "<video src=x onerror=alert(1)>",
        "<math><mi xlink:href=javascript:alert(1)>",
        "<details open ontoggle=alert(1)>",
        "<body onload=alert(1)>",
        "<template><script>alert(1)</script></template>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<!-- --><script>alert(1)</script>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?xml version=\"1.0\"?>",
        "<plaintext>",
        "<xmp>",
    ];
    let breaks = [
        "</title>",
        "</style>",
        "</script>",
        "</a>",
        "</dl>",
        "</td></tr></table>",
        "</details>",
        "</summary>",
        "</code>",
        "</svg>",
        "\">",
        "'>",
        "\" onclick=alert(1) x=\"",
        "' onclick='alert(1)",
        "` onclick=`",
        "=\"",
        "{{ 7 * 7 }}",
        "{% for x in y %}",
        "{#",
        "${alert(1)}",
        "&lt;script&gt;",
        "&#60;script&#62;",
        "&quot;&gt;",
        "%3Cscript%3E",
        "\\x3cscript\\x3e",
        "\\",
        "\\\"",
        "|",
        "`",
        "]",
        "](javascript:alert(1))",
        "[x](javascript:alert(1))",
        "![x](javascript:alert(1))",
        "<javascript:alert(1)>",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html,<script>1</script>)",
        "[x](vbscript:x)",
        "[x](file:///etc/passwd)",
        "[x](//evil.example/x)",
        "[x](\\\\evil)",
        "[x][abcdef]",
        "[^1]\n\n[^1]: note",
        "$x$",
        "$$\\href{javascript:alert(1)}{x}$$",
        "- [ ] x",
        "# x",
        "> x",
        "```html\n<script>alert(1)</script>\n```",
        "~~x~~",
        "***",
        "\n\n<div onclick=alert(1)>\n\n",
        "<details onclick=alert(1)>",
        "<br onclick=alert(1)>",
        "<details>",
        "</details></details>",
        "<summary>",
        "<DETAILS><SCRIPT>alert(1)</SCRIPT></DETAILS>",
        "<br/>",
        "<details ><script>1</script>",
    ];
    let letters = [
        "\u{0}",
        "\u{1b}[31mred",
        "\u{202e}txt.exe",
        "\u{feff}",
        "\u{2028}",
        "\u{fffe}",
        "\u{7f}",
        "ｊavascript:alert(1)",
        "＜script＞",
        "\r\n\r\n<script>",
        "a\u{300}\u{301}",
        "\u{e000}0\u{e001}",
        "😀",
        "=cmd|' /C calc'!A0",
    ];
    tags.into_iter().chain(breaks).chain(letters).map(str::to_owned).collect()
}

#[test]
fn no_text_of_a_project_puts_an_element_an_attribute_or_a_link_into_the_page() {
    let payloads = payloads();
    assert!(payloads.len() >= 100, "{} payloads", payloads.len());
    for payload in payloads {
        let quoted = REPORT.replace("TEXT", &payload);
        let after =
            format!("{REPORT}\n{payload}\n\n| a |\n|---|\n| {payload} |\n\n[link]({payload}) <{payload}>\n");
        for report in [quoted, after] {
            assert_harmless(&page_with(&payload, &report, payload.as_bytes()), &payload);
        }
    }
}

#[test]
fn a_drawing_that_is_more_than_shapes_stands_where_nothing_runs() {
    let svg = |inside: &str| {
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\">{inside}</svg>")
    };
    for inside in [
        "<script>alert(1)</script>",
        "<rect onload=\"alert(1)\"/>",
        "<a href=\"javascript:alert(1)\"><text>x</text></a>",
        "<image href=\"http://evil\"/>",
        "<use href=\"#a\"/>",
        "<foreignObject><body xmlns=\"http://www.w3.org/1999/xhtml\" onload=\"alert(1)\"/></foreignObject>",
        "<style>@import url(//evil);</style>",
        "<rect fill=\"url(//evil)\"/>",
        "<rect style=\"fill:red\"/>",
        "<animate attributeName=\"href\"/>",
        "<rect id=\"report\"/>",
    ] {
        let written = picture("a.svg", svg(inside).as_bytes(), "a").expect("browsers show it");
        assert!(
            written.starts_with("<img alt=\"a\" src=\"data:image/svg+xml;base64,"),
            "{inside}: {written}"
        );
    }
    assert_eq!(
        picture("a.svg", svg("<rect/>").as_bytes(), "\"><b>").as_deref(),
        Some(
            "<svg role=\"img\" aria-label=\"&quot;&gt;&lt;b&gt;\" viewBox=\"0 0 1 1\" fill=\"#222222\" font-size=\"125\"><rect/></svg>",
        )
    );
    assert_eq!(picture("a.html", b"<script>", "a"), None);
}
