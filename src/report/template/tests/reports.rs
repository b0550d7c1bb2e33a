//! Reports without a mistake.

use snapbox::{IntoData, assert_data_eq, str};

use super::*;

#[test]
fn a_report_on_classifiers_is_prose_whose_numbers_are_links() {
    let template = r#"# {{ title }}

{% set svm = fit["svm"] %}
{% set top = best(fit, by="accuracy") %}
The best of {{ fit.distinct | whole }} experiments, {{ top.first.names }}, is right in {{ top.first.accuracy | percent(1) }}
of the cases (C = {{ svm.params.C }}, model {{ svm.params.model }}). Rivals: {{ top.rivals.names }}; behind: {{ top.rest.names }};
not ranked: {{ top.incomplete.names }}.

{{ compare(svm.accuracy, fit["forest"].accuracy) | say("{a} is above {b}, by {by} ({x} to {y})", "below", "alike") }}.
{{ compare(svm.accuracy, fit["soft_margin"].accuracy) | say("above", "below", "{a} and {b} are not clearly different") }}.
{{ compare(svm.accuracy, fit["twin"].accuracy) | say("above", "below", "alike", "{a} and {b} are one experiment") }}.
{{ compare(svm.accuracy, "90 %" | stated("the assignment")) | say("Above {b}", "below", "open") }}.


{{ table(fit.over("variant"), ["params.C", "accuracy", "gap", "weights"], sort="accuracy") }}
{{ comparisons() }}
"#;
    assert_data_eq!(text(template), str![[r##"
# Telling penguins apart

The best of [4][ldp5ya] experiments, svm and twin, is right in [97.5 % (97.0–98.0 %)][wwaiz7]
of the cases (C = [1][azzt6n], model svm). Rivals: soft_margin; behind: forest;
not ranked: lame.

svm is above forest, by [16.5 points][nx7x4q] ([0.975 (0.970–0.980)][ji2ysv] to [0.810 (0.805–0.815)][tbethf]).
svm and soft_margin are not clearly different.
svm and twin are one experiment.
Above [90 %][dc7wjl].

| variant | C | accuracy | gap | weights |
| --- | --: | --: | --: | --: |
| svm | [1][azzt6n] | [0.975 (0.970–0.980)][ji2ysv] | [0.017 (0.015–0.020)][i3cugc] | [512][mctkgp] |
| twin = svm | [1][v4ulfp] | [0.975 (0.970–0.980)][aszzpb] | [0.017 (0.015–0.020)][sb6du4] | [512][ppmo72] |
| soft_margin | [0.1][guyouc] | [0.975 (0.965–0.985)][hwnkuv] | [−0.002 (−0.015 to 0.005)][r2nm6n] | [512][rzx5bu] |
| forest | – | [0.810 (0.805–0.815)][tbethf] | [0.190 (0.185–0.195)][pnjwh7] | [12,345][v54vbf] |
| lame | [9][wvdrge] | [0.550 (0.500–0.600; 2 of 3)][kl2yrn] | [−0.050 (−0.100 to 0.000; 2 of 3)][yhpdgw] | [512][qjmflp] |

Comparisons with a test, each at a level of one in twenty: [4][p5xyps]; if nothing differed, [0.2][gkhiol] of them would err on average.

[aszzpb]: penguins.audit.md#aszzpb "fit[twin]/metrics.json#/test/accuracy, n = 3"
[azzt6n]: penguins.audit.md#azzt6n "fit[svm].params.C"
[dc7wjl]: penguins.audit.md#dc7wjl "stated by the assignment: 90 %"
[gkhiol]: penguins.audit.md#gkhiol "comparisons of this report that would err if nothing differed, one in twenty"
[guyouc]: penguins.audit.md#guyouc "fit[soft_margin].params.C"
[hwnkuv]: penguins.audit.md#hwnkuv "fit[soft_margin]/metrics.json#/test/accuracy, n = 3"
[i3cugc]: penguins.audit.md#i3cugc "fit[svm]/metrics.json#/train/accuracy − fit[svm]/metrics.json#/test/accuracy, n = 3"
[ji2ysv]: penguins.audit.md#ji2ysv "fit[svm]/metrics.json#/test/accuracy, n = 3"
[kl2yrn]: penguins.audit.md#kl2yrn "fit[lame]/metrics.json#/test/accuracy, n = 2 of 3"
[ldp5ya]: penguins.audit.md#ldp5ya "number of different experiments of fit"
[mctkgp]: penguins.audit.md#mctkgp "fit[svm]/metrics.json#/weights, n = 3"
[nx7x4q]: penguins.audit.md#nx7x4q "fit[svm]/metrics.json#/test/accuracy − fit[forest]/metrics.json#/test/accuracy"
[p5xyps]: penguins.audit.md#p5xyps "number of comparisons of this report that have a test"
[pnjwh7]: penguins.audit.md#pnjwh7 "fit[forest]/metrics.json#/train/accuracy − fit[forest]/metrics.json#/test/accuracy, n = 3"
[ppmo72]: penguins.audit.md#ppmo72 "fit[twin]/metrics.json#/weights, n = 3"
[qjmflp]: penguins.audit.md#qjmflp "fit[lame]/metrics.json#/weights, n = 3"
[r2nm6n]: penguins.audit.md#r2nm6n "fit[soft_margin]/metrics.json#/train/accuracy − fit[soft_margin]/metrics.json#/test/accuracy, n = 3"
[rzx5bu]: penguins.audit.md#rzx5bu "fit[soft_margin]/metrics.json#/weights, n = 3"
[sb6du4]: penguins.audit.md#sb6du4 "fit[twin]/metrics.json#/train/accuracy − fit[twin]/metrics.json#/test/accuracy, n = 3"
[tbethf]: penguins.audit.md#tbethf "fit[forest]/metrics.json#/test/accuracy, n = 3"
[v4ulfp]: penguins.audit.md#v4ulfp "fit[twin].params.C"
[v54vbf]: penguins.audit.md#v54vbf "fit[forest]/metrics.json#/weights, n = 3"
[wvdrge]: penguins.audit.md#wvdrge "fit[lame].params.C"
[wwaiz7]: penguins.audit.md#wwaiz7 "fit[svm]/metrics.json#/test/accuracy, n = 3"
[yhpdgw]: penguins.audit.md#yhpdgw "fit[lame]/metrics.json#/train/accuracy − fit[lame]/metrics.json#/test/accuracy, n = 2 of 3"

"##]].raw());
}

#[test]
fn a_report_on_one_series_cites_settings_data_and_folds() {
    let template = r#"# Two routes

{{ data.source.who }} {{ data.source.when }}; the goal is {{ data.source.goal | percent(0) }}, or {{ data.source.goal }}.
{% for row in data.birds %}
- {{ row.island }}: {{ row.birds }} birds
{% endfor %}

{% for route in check.over("route") %}
- *{{ route.route }}*: {{ route.score | fixed(2) }}, from {{ route.score.min | fixed(1) }} to {{ route.score.max | fixed(1) }},
  {{ route.score.sd | significant(2) }} apart over {{ route.n | whole }} folds
{% endfor %}

Dry minus wet: {{ difference(check("dry").score, check("wet").score) | fixed(2) }}.
{{ compare(check(route="dry").score, check(route="wet").score) | say("above", "below by {by}", "open", format="fixed(1)") }}
Fold {{ check("dry", fold=1).fold }} alone: {{ check("dry", fold=1).score | fixed(2) }}. The test share is {{ fit["svm"].params.test_size | percent(0) }}{% if fit["svm"].params.test_size | float < 0.5 and fit["svm"].params.model | string == "svm" %}, the smaller part{% endif %}.
"#;
    assert_data_eq!(text(template), str![[r##"
# Two routes

the museum of Cambridge [measured 2007 to 2009][j7qppi]; the goal is [90 %][wtye4f], or [0.9][cb7t55].
- Dream: [124][jhvlx7] birds
- Torgersen: [52][qjzb2q] birds

- *wet*: [10.60 (9.00–12.50)][dkbtiu], from [9.0][ag4h5c] to [12.5][b56mqu],
  [1.3][mngc6l] apart over [5][zioqiv] folds
- *dry*: [9.70 (8.25–11.50)][a37pkx], from [8.3][kok4a6] to [11.5][ptctxa],
  [1.2][cztng7] apart over [5][lsrmha] folds

Dry minus wet: [−0.90 (−1.00 to −0.75)][ib2jdx].
below by [0.9 (0.8–1.0)][uee7co]
Fold 1 alone: [9.50][wevyed]. The test share is [30 %][ctfil6], the smaller part.

[a37pkx]: penguins.audit.md#a37pkx "check[route=dry]/score.json#/score, n = 5"
[ag4h5c]: penguins.audit.md#ag4h5c "minimum of check[route=wet]/score.json#/score"
[b56mqu]: penguins.audit.md#b56mqu "maximum of check[route=wet]/score.json#/score"
[cb7t55]: penguins.audit.md#cb7t55 "notes/source.yaml#/goal"
[ctfil6]: penguins.audit.md#ctfil6 "fit[svm].params.test_size"
[cztng7]: penguins.audit.md#cztng7 "standard deviation of check[route=dry]/score.json#/score"
[dkbtiu]: penguins.audit.md#dkbtiu "check[route=wet]/score.json#/score, n = 5"
[ib2jdx]: penguins.audit.md#ib2jdx "check[route=dry]/score.json#/score − check[route=wet]/score.json#/score, n = 5"
[j7qppi]: penguins.audit.md#j7qppi "notes/source.yaml#/when"
[jhvlx7]: penguins.audit.md#jhvlx7 "birds.csv#/0/birds"
[kok4a6]: penguins.audit.md#kok4a6 "minimum of check[route=dry]/score.json#/score"
[lsrmha]: penguins.audit.md#lsrmha "number of runs of check[route=dry]"
[mngc6l]: penguins.audit.md#mngc6l "standard deviation of check[route=wet]/score.json#/score"
[ptctxa]: penguins.audit.md#ptctxa "maximum of check[route=dry]/score.json#/score"
[qjzb2q]: penguins.audit.md#qjzb2q "birds.csv#/1/birds"
[uee7co]: penguins.audit.md#uee7co "check[route=wet]/score.json#/score − check[route=dry]/score.json#/score, n = 5"
[wevyed]: penguins.audit.md#wevyed "check[route=dry,fold=1]/score.json#/score, n = 1"
[wtye4f]: penguins.audit.md#wtye4f "notes/source.yaml#/goal"
[zioqiv]: penguins.audit.md#zioqiv "number of runs of check[route=wet]"

"##]].raw());
}

#[test]
fn claims_and_verdicts_are_printed_with_their_numbers() {
    let template = r#"{{ claims(section="2") }}

Section 3: {{ verdict(section="3") }}, as done {{ verdict(section="3", reading="as done") }}; section 4: {{ verdict(section="4") }}

{{ claims() }}

{{ tally() }}
"#;
    assert_data_eq!(words(template), str![[r#"
| Claim | Verdict | Measured |
| --- | --- | --- |
| [The margin beats the trees, 0.97 to 0.82.] | ✓ | [0.975 (0.970–0.980)] against [0.810 (0.805–0.815)] |
| fit\[svm\].accuracy is [0.97] | ✓ | [0.975 (0.970–0.980)] against [0.97] |

Section 3: ?, as done ✓; section 4: ✓ ?

| Claim | Verdict | Measured |
| --- | --- | --- |
| [The margin beats the trees, 0.97 to 0.82.] | ✓ | [0.975 (0.970–0.980)] against [0.810 (0.805–0.815)] |
| fit\[svm\].accuracy is [0.97] | ✓ | [0.975 (0.970–0.980)] against [0.97] |
| fit\[soft_margin\].accuracy is the same as fit\[svm\].accuracy | ? planned (not clearly different)<br>✓ as done | [0.975 (0.965–0.985)] against [0.975 (0.970–0.980)]<br>[0.975 (0.970–0.980)] against [0.975 (0.970–0.980)] |
| fit\[svm\].accuracy is above [90 %] | ✓ | [97.5 % (97.0–98.0 %)] against [90 %] |
| fit\[lame\].accuracy is below fit\[svm\].accuracy | ? (a repeat lacks its value) | [0.550 (0.500–0.600; 2 of 3)] against [0.975 (0.970–0.980)] |

| Claims | hold | contradicted | not shown | of these without a value | do not apply |
| --: | --: | --: | --: | --: | --: |
| [5] | [3] | [0] | [2] | [1] | [0] |


"#]].raw());
}

#[test]
fn figures_folded_parts_and_stated_blocks() {
    let template = r#"{{ figure("accuracy") }}

{{ figure("draw/twice") }} {{ figure("tree of life.png") }}

{% set seeds %}
| seed | accuracy |
|---|---|
{% for run in fit["svm"].each("seed") %}
| {{ run.seed }} | {{ run.accuracy | fixed(3) }} |
{% endfor %}
{% endset %}
{{ details("Seeds", seeds) }}

{% filter stated("our laboratory") %}
Of 344 birds, 3.5 % were juvenile; CIFAR-10 and `code 7` are no data.

| island | birds |
|---|---|
| Dream | 124 |
{% endfilter %}
"#;
    assert_data_eq!(
        text(template),
        str![[r#"
![Accuracy of the models\_](plots/accuracy.svg)

![Accuracy of the models\_](../draw/twice.svg) ![Accuracy of the models\_](../draw/tree%20of%20life.png)

<details><summary>Seeds</summary>

| seed | accuracy |
|---|---|
| 1 | [0.975][sl6s22] |
| 2 | [0.980][db2cwd] |
| 3 | [0.970][bwle2m] |

</details>

Of [344][ekzplr] birds, [3.5 %][rpsrie] were juvenile; CIFAR-10 and `code 7` are no data.

| island | birds |
|---|---|
| Dream | [124][am3jtp] |

[am3jtp]: penguins.audit.md#am3jtp "stated by our laboratory: 124"
[bwle2m]: penguins.audit.md#bwle2m "fit[svm,seed=3]/metrics.json#/test/accuracy, n = 1"
[db2cwd]: penguins.audit.md#db2cwd "fit[svm,seed=2]/metrics.json#/test/accuracy, n = 1"
[ekzplr]: penguins.audit.md#ekzplr "stated by our laboratory: 344"
[rpsrie]: penguins.audit.md#rpsrie "stated by our laboratory: 3.5 %"
[sl6s22]: penguins.audit.md#sl6s22 "fit[svm,seed=1]/metrics.json#/test/accuracy, n = 1"

"#]]
        .raw()
    );
}

#[test]
fn citations_travel_through_macros_joins_and_filters_and_names_are_escaped() {
    let template = r#"{% macro row(run) %}{{ run.variant }}: {{ run.accuracy | fixed(2) }}{% endmacro %}
{% set all = [] %}
{{ row(fit["soft_margin"]) | upper }} and `{{ fit["soft_margin"].variant }}`
{{ [fit["svm"].accuracy | fixed(1), fit["forest"].accuracy | fixed(1)] | join(" / ") }}
{{ "C: " ~ fit["svm"].params.C ~ ", *not* " ~ (fit["forest"].accuracy.mean | fixed(2)) }}
{{ "a_b* <b> [x](y) | `z`" }} {{ "**bold**" | safe }}

| a | b |
|---|---|
| {{ "a|b" }} | `{{ "c|d" }}` |
"#;
    assert_data_eq!(
        text(template),
        str![[r#"
SOFT_MARGIN: [0.98 (0.97–0.99)][fxjh4s] and `soft_margin`
[0.98 (0.97–0.98)][emzeeh] / [0.8][iv26ch]
C: [1][azzt6n], \*not\* [0.81][kdwxf3]
a_b\* \<b\> \[x\](y) \| \`z\` **bold**

| a | b |
|---|---|
| a\|b | `c\|d` |

[azzt6n]: penguins.audit.md#azzt6n "fit[svm].params.C"
[emzeeh]: penguins.audit.md#emzeeh "fit[svm]/metrics.json#/test/accuracy, n = 3"
[fxjh4s]: penguins.audit.md#fxjh4s "fit[soft_margin]/metrics.json#/test/accuracy, n = 3"
[iv26ch]: penguins.audit.md#iv26ch "fit[forest]/metrics.json#/test/accuracy, n = 3"
[kdwxf3]: penguins.audit.md#kdwxf3 "mean of fit[forest]/metrics.json#/test/accuracy"

"#]]
        .raw()
    );
}

#[test]
fn every_relation_of_a_comparison_can_be_tried_on_invented_values() {
    let template = r#"{{ compare(fit["svm"].accuracy, fit["forest"].accuracy) | say("above", "below", "open", "same") }}
{{ compare(fit["svm"].accuracy, fit["forest"].accuracy).relation }} {{ best(fit, by="accuracy").rivals.names }}
"#;
    let all: Vec<String> = Relation::ALL.into_iter().map(|relation| tried(template, relation)).collect();
    assert_data_eq!(
        all.concat(),
        str![[r#"
above
higher
below
lower twin, lame, svm and soft_margin
open
unclear twin, lame, svm and soft_margin
same
same twin, lame, svm and soft_margin

"#]]
        .raw()
    );
}

#[test]
fn a_measure_has_its_reference_everywhere_and_every_place_is_known() {
    let report = rendered(
        "{{ fit[\"svm\"].accuracy | fixed(2) }}\n\n- again {{ fit[\"svm\"].accuracy | fixed(2) }}\n",
    );
    let places: Vec<_> = report.citations.values().map(|cited| cited.places.clone()).collect();
    assert_eq!(places, [vec![(1, 1), (3, 9)]]);
}
