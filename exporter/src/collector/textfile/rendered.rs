//! A parsed file in the form in which it goes into answers, so that a scrape only copies it.

use std::ops::Range;

use super::parser::{Family, Parsed, Point};
use crate::sample::{Families, Kind};

/// The families of one file.
#[derive(Default)]
pub(super) struct Rendered {
    pub(super) families: Vec<RenderedFamily>,
    /// Where their series are.
    pub(super) series: Families,
    pub(super) duplicates: usize,
}

pub(super) struct RenderedFamily {
    pub(super) name: String,
    pub(super) help: Option<String>,
    pub(super) kind: Kind,
    pub(super) metrics: Vec<RenderedMetric>,
}

pub(super) struct RenderedMetric {
    /// The labels that are not empty: what makes it another metric than those beside it.
    pub(super) key: Box<[(String, String)]>,
    /// Which of the file's series.
    pub(super) lines: Range<usize>,
}

impl Rendered {
    pub(super) fn new(parsed: Parsed) -> Self {
        let mut rendered = Rendered { duplicates: parsed.duplicates, ..Rendered::default() };
        for family in parsed.families {
            rendered.add(family);
        }
        rendered
    }

    fn add(&mut self, family: Family) {
        let kind = family.kind();
        let declared = self.series.declare(kind, &family.name, "");
        let mut metrics = Vec::with_capacity(family.metrics.len());
        for metric in family.metrics {
            let first = self.series.lines.len();
            for Point { suffix, bound, value } in metric.points {
                let bound = bound.map(shortest);
                let mut labels: Vec<(&str, &str)> =
                    metric.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                if let Some(bound) = &bound {
                    labels.push((if kind == Kind::Summary { "quantile" } else { "le" }, bound));
                }
                self.series.add_suffixed(declared, suffix, &labels, value);
            }
            let key = metric.labels.into_iter().filter(|(_, value)| !value.is_empty()).collect();
            metrics.push(RenderedMetric { key, lines: first..self.series.lines.len() });
        }
        self.families.push(RenderedFamily { name: family.name, help: family.help, kind, metrics });
    }
}

/// A bound as Go's libraries print it (`0.5`, `100`, `1.6384e+06`, `+Inf`): it is part of the series' identity.
fn shortest(bound: f64) -> String {
    if !bound.is_finite() {
        return if bound.is_nan() {
            "NaN"
        } else if bound > 0.0 {
            "+Inf"
        } else {
            "-Inf"
        }
        .to_owned();
    }
    let scientific = format!("{bound:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return format!("{bound}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_printed_as_in_go() {
        for text in [
            "0",
            "2.5",
            "100",
            "0.0001",
            "1e-05",
            "123456.5",
            "999999",
            "1e+06",
            "1.6384e+06",
            "1e+21",
            "+Inf",
            "-Inf",
            "NaN",
        ] {
            assert_eq!(shortest(text.parse().unwrap()), text);
        }
    }

    #[test]
    fn samples_are_rendered_metric_by_metric() {
        let file =
            b"# TYPE h histogram\nh_bucket{a=\"\",le=\"1000000\"} 1\nh_count 2\nh_bucket{a=\"1\",le=\"+Inf\"} 3\n";
        let rendered = Rendered::new(super::super::parser::parse(file).unwrap());
        insta::assert_snapshot!(String::from_utf8(rendered.series.text).unwrap(), @r#"
        hh_bucket{a="",le="1e+06"} 1
        h_bucket{a="",le="+Inf"} 2
        h_sum{a=""} 0
        h_count{a=""} 2
        h_bucket{a="1",le="+Inf"} 3
        h_sum{a="1"} 0
        h_count{a="1"} 3
        "#);
        let metrics: Vec<_> = rendered.families[0].metrics.iter().map(|it| (it.key.len(), it.lines.clone())).collect();
        assert_eq!(metrics, [(0, 0..4), (1, 4..7)]);
    }
}
