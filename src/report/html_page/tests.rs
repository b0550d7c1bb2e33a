//! A whole page of a small report; the same with hostile texts everywhere.

mod hostile;

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use html5ever::tendril::TendrilSink as _;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{NodeData, RcDom};
use recount_engine::digest::Digest;
use recount_engine::spec::Measure;
use snapbox::{assert_data_eq, str};

use super::pictures::picture;
use super::{MARKER, PageCommit, PageInputs, PageStage, PageTable, html_page};
use crate::audit::AuditFile;
use crate::results::{Cell, Column, Row, Table};
use crate::statistics::Sample;

/// What a page is made from; `TEXT` stands for texts of the project.
const AUDIT: &str = r#"{
  "version": 1, "report": "report/apples.md", "title": "TEXT",
  "numbers": {
    "abcdef": { "text": "0.97 TEXT", "format": "fixed(2)", "places": [[3, 1]], "address": "weigh[TEXT].accuracy", "unit": "TEXT",
      "values": [0.96, 0.98], "lacking": ["TEXT"],
      "from": { "runs": [{ "run": "weigh[TEXT,seed=1]", "value": 0.96, "repeat": 0 }, { "run": "weigh[TEXT,seed=2]", "value": 0.98, "repeat": 1 }] } },
    "ghijkl": { "text": "0.02", "format": "fixed(2)", "places": [[3, 9]], "address": "difference of TEXT", "values": [0.02],
      "from": { "derived": { "how": "difference", "parts": [
        { "address": "weigh[TEXT,seed=1]/m.json#/a", "values": [0.96], "from": { "runs": [{ "run": "weigh[TEXT,seed=1]", "value": 0.96, "repeat": 0 }] } },
        { "address": "TEXT", "values": [0.94], "from": { "written": { "spelled": "0.94", "place": "notes.yaml:3", "by": "TEXT" } } }] } } },
    "TEXT": { "text": "TEXT", "format": "TEXT", "places": [], "address": "TEXT", "from": { "written": { "spelled": "TEXT", "variant": "TEXT" } } },
    "mnopqr": { "text": "2", "format": "whole", "places": [[4, 1]], "address": "number of runs", "values": [2.0],
      "from": { "counted": ["weigh[TEXT,seed=1]", "gone"] } }
  },
  "comparisons": [{ "one": "TEXT", "other": "b", "relation": "unclear", "reason": "TEXT", "p": 0.25, "adjusted_p": 0.5 }],
  "figures": [{ "stage": "TEXT", "name": "TEXT", "path": "report/plots/a.svg", "draws": ["TEXT"] }],
  "runs": {
    "weigh[TEXT,seed=1]": { "key": "1111111111111111", "settings": "weigh[TEXT]" },
    "weigh[TEXT,seed=2]": { "key": "2222222222222222", "settings": "weigh[TEXT]" },
    "pick": { "key": "3333333333333333", "settings": "pick" }
  },
  "results": {
    "1111111111111111": { "kind": "command", "code": "aaaaaaaaaaaaaaaa", "seed": 1, "inputs": { "pick/TEXT": "cc" }, "outputs": { "m.json TEXT": "dddddddddddddddd" } },
    "2222222222222222": { "kind": "TEXT", "code": "aaaaaaaaaaaaaaaa", "seed": 2, "values": { "TEXT": "TEXT" }, "outputs": { "m.json": "eeeeeeeeeeeeeeee" } },
    "3333333333333333": { "kind": "command", "code": "aaaaaaaaaaaaaaaa", "files": { "TEXT": "ffff" }, "outputs": { "TEXT": "cc" } }
  },
  "settings": { "weigh[TEXT]": { "TEXT": { "value": "TEXT", "place": "stages/TEXT.yaml:4", "inherited": "TEXT" }, "rate": { "value": "0.1" } } }
}"#;

const REPORT: &str = "\
# Apples TEXT

Fine scales reach **[0.97][abcdef]**, by [0.02][ghijkl]; `TEXT`. See [the table](#seeds) and [notes](../notes.md).

<details><summary>Seeds &lt;all&gt;</summary>

## Seeds

| runs | name |
|--:|---|
| [2][mnopqr] | a<br>b |

</details>

![Accuracy TEXT](plots/a.svg)

[abcdef]: apples.audit.md#abcdef \"hover\"
[ghijkl]: apples.audit.md#ghijkl
[mnopqr]: apples.audit.md#mnopqr
";

const DRAWING: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40" viewBox="0 0 800 400" role="img"><title>a</title><rect width="800" height="400" fill="#FCFCFC"/><polyline fill="none" opacity="1" stroke="#222222" stroke-width="13" points="10,20 30,5 "/><text x="1" y="2" font-family="sans-serif" font-size="125" fill="#222222">
a &amp; b
</text></svg>"##;

fn results(coordinate: &str) -> PageTable {
    let measure = Measure::at("accuracy", "m.json#/a").in_unit(coordinate);
    let columns = vec![Column::of_parameter(0, coordinate), Column::of_measure(0, measure)];
    let row = |coordinates: &[&str], values: &[f64], runs: &[&str]| Row {
        coordinates: coordinates.iter().map(|it| (*it).to_owned()).collect(),
        same_as: None,
        cells: vec![
            Cell::Parameter(Some(coordinate.into())),
            Cell::Measured { sample: Sample::new(values.iter().copied().map(Some)), unread: Vec::new() },
        ],
        runs: runs.iter().map(|it| (*it).to_owned()).collect(),
    };
    let table = |coordinates: &[&str], rows| Table {
        stages: vec!["weigh".to_owned()],
        paired: vec![false],
        coordinates: coordinates.iter().map(|it| (*it).to_owned()).collect(),
        columns: columns.clone(),
        rows,
        notes: vec![coordinate.to_owned()],
    };
    let first = format!("weigh[{coordinate},seed=1]");
    PageTable {
        runs: table(
            &["variant", "seed"],
            vec![
                row(&[coordinate, "1"], &[0.960_000_1], &[&first]),
                row(&[coordinate, "2"], &[0.98], &["gone"]),
            ],
        ),
        over_repeats: Some(table(&["variant"], vec![row(&[coordinate], &[0.96, 0.98], &[])])),
    }
}

/// Makes the page with a text wherever texts of a project may be.
fn page_with(text: &str, report: &str, drawing: &[u8]) -> String {
    let quoted = serde_json::to_string(text).expect("it is a text");
    let audit = AUDIT.replace("TEXT", &quoted[1..quoted.len() - 1]);
    let audit = AuditFile::parse(&audit).unwrap_or_else(|what| panic!("{what}: {audit}"));
    let stage = |needs: &[usize], states: &[(&str, usize)]| PageStage {
        name: text.to_owned(),
        kind: "command".to_owned(),
        needs: needs.to_vec(),
        states: states.iter().map(|(state, count)| ((*state).to_owned(), *count)).collect(),
    };
    let stages = [stage(&[], &[("fresh", 2)]), stage(&[0], &[("fresh", 1), ("stale", 1)])];
    let observed = |key: &str| key.starts_with('1').then(|| format!("ran on {text}"));
    html_page(&PageInputs {
        audit: &audit,
        report,
        pictures: &BTreeMap::from([("report/plots/a.svg".to_owned(), drawing.to_vec())]),
        tables: &[results(text)],
        stages: &stages,
        observed: &observed,
        commit: Some(&PageCommit { digest: "c0ffee".to_owned(), is_edited: true }),
        missing: &[text.to_owned()],
        way_to_report: "",
    })
}

/// An element of a page, as a browser reads it.
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    /// The text right below it.
    text: String,
}

/// Reads a page as browsers do that run scripts.
fn elements(page: &str) -> Vec<Element> {
    let read = parse_document(RcDom::default(), ParseOpts::default()).one(page);
    let (mut elements, mut open) = (Vec::new(), vec![read.document.clone()]);
    while let Some(node) = open.pop() {
        let children = node.children.borrow();
        if let NodeData::Element { name, attrs, template_contents, .. } = &node.data {
            let text = children.iter().filter_map(|child| match &child.data {
                NodeData::Text { contents } => Some(contents.borrow().to_string()),
                _ => None,
            });
            let attributes = attrs.borrow();
            let attributes = attributes.iter().map(|it| (it.name.local.to_string(), it.value.to_string()));
            elements.push(Element {
                name: name.local.to_string(),
                attributes: attributes.collect(),
                text: text.collect(),
            });
            open.extend(template_contents.borrow().clone());
        }
        open.extend(children.iter().rev().cloned());
    }
    elements
}

/// Gives the content of the only element of a name.
fn content(elements: &[Element], name: &str) -> String {
    let mut found = elements.iter().filter(|element| element.name == name);
    let only = found.next().unwrap_or_else(|| panic!("there is no {name}"));
    assert!(found.next().is_none(), "there is a second {name}");
    only.text.clone()
}

/// Gives the values that an attribute has anywhere.
fn values<'e>(elements: &'e [Element], attribute: &str) -> Vec<&'e str> {
    elements.iter().filter_map(|element| Some(element.attributes.get(attribute)?.as_str())).collect()
}

/// Gives a page without its style and script, which have files of their own, and without their digests.
fn without_files(page: &str) -> String {
    let parsed = elements(page);
    let mut text = page.to_owned();
    for name in ["style", "script"] {
        let content = content(&parsed, name);
        text = text.replace(&content, "…").replace(&digest(&content), "…");
    }
    text
}

fn digest(text: &str) -> String {
    STANDARD.encode(Digest::of(text.as_bytes()).to_bytes())
}

#[test]
fn a_page_has_the_report_its_numbers_their_runs_and_settings() {
    assert_data_eq!(
        without_files(&page_with("fine", REPORT, DRAWING.as_bytes())),
        str![[r##"
<!DOCTYPE html>
<!-- written by `recount page` -->
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-…&#39;; script-src &#39;sha256-…&#39;; img-src data:; base-uri &#39;none&#39;; form-action &#39;none&#39;">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>fine</title>
<style>…</style>
</head>
<body>
<a class="skip" href="#report">Skip to the report</a>
<header>
<nav aria-label="Parts of the page"><a href="#report">Report</a><a href="#runs">Runs</a><a href="#stages">Stages</a><a href="#numbers">Numbers</a></nav>
<p class="about">report/apples.md · commit <code>c0ffee</code> with edited files</p>
<details class="warning"><summary>What this page can't say</summary><ul><li>fine</li></ul></details>
</header>
<main>
<article id="report" tabindex="-1">
<h1 id="h-apples-text">Apples TEXT</h1>
<p>Fine scales reach <strong><a href="#n-abcdef">0.97</a></strong>, by <a href="#n-ghijkl">0.02</a>; <code>TEXT</code>. See <a href="#h-seeds">the table</a> and <a href="../notes.md">notes</a>.</p>
<details><summary>Seeds &lt;all&gt;</summary>
<h2 id="h-seeds">Seeds</h2>
<div class="wide" tabindex="0" role="region" aria-label="table"><table><thead><tr><th scope="col" class="right">runs<th scope="col">name<tbody>
<tr><td class="right"><a href="#n-mnopqr">2</a><td>a<br>b
</table></div>
</details>
<p><span class="figure"><svg role="img" aria-label="Accuracy TEXT" width="80" height="40" viewBox="0 0 800 400" fill="#222222" font-size="125"><g fill="#FCFCFC"><rect width="800" height="400"/></g><g fill="none" stroke="#222222" stroke-width="13"><path d="M10 20l20-15"/></g><text x="1" y="2">a &amp; b</text></svg><a href="#p0">what it is drawn from</a></span></p>

</article>
<section id="runs">
<h2>Runs</h2>
<section class="results" id="t0">
<h3>weigh</h3>
<div class="controls" hidden></div>
<div class="mode" data-mode="over repeats">
<p class="mode-name">over repeats</p>
<div class="wide" tabindex="0" role="region" aria-label="runs"><table id="t0-0" aria-label="weigh, over repeats">
<thead><tr><th scope="col">variant</th><th scope="col" class="right">accuracy (fine) mean</th><th scope="col" class="right">accuracy (fine) sd</th><th scope="col" class="right">accuracy n</th><th scope="col">fine</th></tr></thead>
<tbody>
<tr><td>fine<td class=n data-v="0.97">0.970<td data-v="0.014142">0.014<td>2<td class=t>fine
</tbody></table></div>
</div>
<div class="mode" data-mode="each run">
<p class="mode-name">each run</p>
<div class="wide" tabindex="0" role="region" aria-label="runs"><table id="t0-1" aria-label="weigh, each run">
<thead><tr><th scope="col" data-equal>variant</th><th scope="col" data-choices>seed</th><th scope="col" class="right">accuracy (fine)</th><th scope="col" data-equal>fine</th></tr></thead>
<tbody>
<tr><td><a href=#r1>fine</a><td>1<td class=n data-v="0.9600001">0.96<td class=t>fine
<tr><td>fine<td>2<td class=n>0.98<td class=t>fine
</tbody></table></div>
</div>
<p class="note">fine</p>
</section>
</section>
<section id="stages">
<h2>Stages</h2>
<div class="wide" tabindex="0" role="region" aria-label="stages"><ol class="layers">
<li><ul>
<li class="stage fresh" id="g0"><b>fine</b> × 2<br><span>command</span><br><span class="state">fresh 2</span></li>
</ul></li>
<li><ul>
<li class="stage" id="g1"><b>fine</b> × 2<br><span>command</span><br><span>needs <a href="#g0">fine</a></span><br><span class="state">fresh 1 · stale 1</span></li>
</ul></li>
</ol></div>
</section>
<section id="numbers">
<h2>Where the numbers are from</h2>
<dl id=q0><dt>is<dd>fine: a default<dt>printed<dd id="n-fine">fine · fine</dl>
<dl id=q1><dt>is<dd>weigh[fine].accuracy: mean and range over 2 repeats, fine<dt>printed<dd id="n-abcdef">0.97 fine · fixed(2)<dt>exactly<dd>0.97<dt>values<dd>0.96 · <a href=#r1>weigh[fine,seed=1]</a><br>0.98 · <a href=#r2>weigh[fine,seed=2]</a><dt>lacking<dd>fine<dt>settings<dd><a href=#s0>weigh[fine]</a></dl>
<dl id=q2><dt>is<dd>difference of fine<dt>printed<dd id="n-ghijkl">0.02 · fixed(2)<dt>difference of<dd><a href=#q4>weigh[fine,seed=1]/m.json#/a</a> = 0.96<dt>difference of<dd><a href=#q5>fine</a> = 0.94<dt>settings<dd><a href=#s0>weigh[fine]</a></dl>
<dl id=q3><dt>is<dd>number of runs: counted<dt>printed<dd id="n-mnopqr">2 · whole<dt>runs<dd><a href=#r1>weigh[fine,seed=1]</a>, gone<dt>settings<dd><a href=#s0>weigh[fine]</a></dl>
<dl id=q4><dt>is<dd><a href=#r1>weigh[fine,seed=1]</a>/m.json#/a<dt>exactly<dd>0.96</dl>
<dl id=q5><dt>is<dd>fine: stated by fine in notes.yaml:3: no run answers for it</dl>
<h2>Figures</h2>
<dl id=p0><dt>figure<dd>fine<dt>file<dd>report/plots/a.svg<dt>stage<dd>fine<dt>draws<dd>fine</dl>
<h2>Comparisons</h2>
<div class="wide" tabindex="0" role="region" aria-label="comparisons"><table><thead><tr><th scope="col">of<th scope="col">with<th scope="col">found<th scope="col">p<th scope="col">p after Holm</tr></thead><tbody>
<tr><td>fine<td>b<td>unclear: fine<td>0.2500<td>0.5000
</tbody></table></div>
<h2>The runs that they rest on</h2>
<dl id=r0><dt>run<dd>pick
<dt>files<dd>fine · ffff<dt>made<dd>fine · cc<dt>key<dd>333333333333 · kind command, code aaaaaaaaaaaa</dl>
<dl id=r1><dt>run<dd>weigh[fine,seed=1]
<dt>observed<dd>ran on fine<dt>seed<dd>1<dt>settings<dd><a href=#s0>weigh[fine]</a><dt>read from<dd><a href=#r0>pick</a><dt>made<dd>m.json fine · dddddddddddd<dt>key<dd>111111111111 · kind command, code aaaaaaaaaaaa</dl>
<dl id=r2><dt>run<dd>weigh[fine,seed=2]
<dt>seed<dd>2<dt>settings<dd><a href=#s0>weigh[fine]</a><dt>values<dd>fine · fine<dt>made<dd>m.json · eeeeeeeeeeee<dt>key<dd>222222222222 · kind fine, code aaaaaaaaaaaa</dl>
<h2>Their settings</h2>
<dl id=s0><dt>settings<dd>of weigh[fine]
<dt>fine<dd>fine · stages/fine.yaml:4, from fine<dt>rate<dd>0.1 · default</dl>
</section>
</main>
<aside id="panel" role="dialog" aria-label="Where it is from" tabindex="-1" hidden>
<div class="bar"><button type="button" id="back">Back</button><button type="button" id="close">Close</button></div>
<div id="answer"></div>
</aside>
<script>…</script>
</body>
</html>

"##]]
    );
}

#[test]
fn the_policy_allows_the_style_and_the_script_of_the_page_and_nothing_else() {
    let page = page_with("fine", REPORT, DRAWING.as_bytes());
    let parsed = elements(&page);
    let policy = parsed.iter().find(|element| element.attributes.contains_key("http-equiv"));
    let policy = policy.and_then(|element| element.attributes.get("content"));
    let expected = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        digest(&content(&parsed, "style")),
        digest(&content(&parsed, "script"))
    );
    assert_eq!(policy, Some(&expected));
    assert!(page.starts_with(MARKER), "{}", &page[..80]);
}

#[test]
fn every_link_within_the_page_leads_somewhere() {
    let page = elements(&page_with("fine", REPORT, DRAWING.as_bytes()));
    let ids = values(&page, "id");
    let distinct: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), distinct.len(), "an id stands twice: {ids:?}");
    let links = values(&page, "href").into_iter().filter_map(|link| link.strip_prefix('#'));
    let lost: Vec<&str> = links.filter(|link| !distinct.contains(link)).collect();
    assert_eq!(lost, [""; 0]);
}

#[test]
fn figures_of_every_sort_are_taken_into_the_page() {
    for figure in crate::figure::corpus::corpus() {
        let name = &figure.title;
        let drawn = crate::figure::draw(&figure);
        let written = picture("a.svg", drawn.as_bytes(), name).expect("browsers show it");
        assert!(written.starts_with("<svg "), "{name}: {}", &written[..80]);
        assert!(written.len() < drawn.len(), "{name}: {} of {} bytes", written.len(), drawn.len());
    }
}
