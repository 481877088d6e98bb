//! A family as a file gives it: its head, and its metrics, of which a histogram has many samples each.

use std::collections::{BTreeSet, HashMap};

use super::cursor::unescape_help;
use super::number;
use crate::sample::{Kind, Value};
use crate::source::text;

type Labels = Vec<(String, String)>;

#[derive(Debug)]
pub(in super::super) struct Family {
    pub(in super::super) name: String,
    pub(in super::super) help: Option<String>,
    kind: Option<Kind>,
    pub(in super::super) metrics: Vec<Metric>,
    /// Where in `metrics` one with these labels is; an empty label is as good as none.
    places: HashMap<Labels, usize>,
    label_names: BTreeSet<String>,
}

/// What a set of labels stands for: one sample, or a whole histogram or summary.
#[derive(Debug)]
pub(in super::super) struct Metric {
    /// Sorted by name, without `le` and `quantile`.
    pub(in super::super) labels: Labels,
    pub(in super::super) points: Vec<Point>,
}

/// A sample of a metric.
#[derive(Debug)]
pub(in super::super) struct Point {
    pub(in super::super) suffix: &'static str,
    /// The value of `le` or `quantile`.
    pub(in super::super) bound: Option<f64>,
    pub(in super::super) value: Value,
}

/// No histogram has so many buckets; finding those given twice takes the square of it.
const MOST_POINTS: usize = 10_000;

impl Family {
    pub(super) fn new(name: &str) -> Self {
        Family {
            name: name.to_owned(),
            help: None,
            kind: None,
            metrics: Vec::new(),
            places: HashMap::new(),
            label_names: BTreeSet::new(),
        }
    }

    /// Untyped unless the file said something else.
    pub(in super::super) fn kind(&self) -> Kind {
        self.kind.unwrap_or(Kind::Untyped)
    }

    pub(super) fn set_help(&mut self, escaped: &[u8]) -> Result<(), String> {
        if self.help.is_some() {
            return Err(format!("a second HELP for `{}`", self.name));
        }
        self.help = Some(unescape_help(escaped)?);
        Ok(())
    }

    pub(super) fn set_kind(&mut self, name: &[u8]) -> Result<(), String> {
        if self.kind.is_some() {
            return Err(format!("a second TYPE for `{}`, or one after its samples", self.name));
        }
        self.kind = Some(match name.to_ascii_lowercase().as_slice() {
            b"counter" => Kind::Counter,
            b"gauge" => Kind::Gauge,
            b"histogram" => Kind::Histogram,
            b"summary" => Kind::Summary,
            b"untyped" => Kind::Untyped,
            _ => return Err(format!("`{}` has the unknown type `{}`", self.name, text::shown(name))),
        });
        Ok(())
    }

    /// Adds a sample; false when there is one with that name and these labels.
    pub(super) fn add(&mut self, suffix: &'static str, mut labels: Labels, value: Value) -> Result<bool, String> {
        // A type after samples comes too late.
        let kind = *self.kind.get_or_insert(Kind::Untyped);
        let bound = match (kind, suffix) {
            (Kind::Histogram, "_bucket") => Some(self.take_bound(&mut labels, "le")?),
            (Kind::Summary, "") => Some(self.take_bound(&mut labels, "quantile")?),
            (Kind::Histogram, "") => return Err(format!("the histogram `{}` has a sample without suffix", self.name)),
            _ => None,
        };
        let negative = match value {
            Value::Float(value) => value < 0.0,
            Value::Signed(value) => value < 0,
            Value::Unsigned(_) => false,
        };
        if negative && matches!((kind, suffix), (Kind::Histogram, "_bucket") | (_, "_count")) {
            return Err(format!("`{}{suffix}` is negative", self.name));
        }
        for (name, _) in &labels {
            if !self.label_names.contains(name) {
                self.label_names.insert(name.clone());
            }
        }
        labels.retain(|(_, value)| !value.is_empty());
        let place = *self.places.entry(labels).or_insert_with_key(|labels| {
            self.metrics.push(Metric { labels: labels.clone(), points: Vec::new() });
            self.metrics.len() - 1
        });
        let points = &mut self.metrics[place].points;
        if points.iter().any(|point| point.suffix == suffix && point.bound == bound) {
            return Ok(false);
        }
        if points.len() >= MOST_POINTS {
            return Err(format!("`{}` has more than {MOST_POINTS} samples under one set of labels", self.name));
        }
        points.push(Point { suffix, bound, value });
        Ok(true)
    }

    fn take_bound(&self, labels: &mut Labels, name: &str) -> Result<f64, String> {
        let place = labels.iter().position(|(known, _)| known == name);
        let place = place.ok_or_else(|| format!("a sample of `{}` lacks the label `{name}`", self.name))?;
        let (_, bound) = labels.remove(place);
        match number(bound.as_bytes()) {
            Some(Value::Float(bound)) => Ok(bound),
            Some(_) => Ok(bound.parse().unwrap_or(f64::NAN)),
            None => Err(format!("`{bound}` is not a value of the label `{name}` of `{}`", self.name)),
        }
    }

    /// Gives all metrics the same labels: those that one lacks are empty. And histograms and summaries all their parts.
    pub(super) fn complete(&mut self) {
        self.places = HashMap::new();
        let kind = self.kind();
        for metric in &mut self.metrics {
            if metric.labels.len() < self.label_names.len() {
                let mut given = std::mem::take(&mut metric.labels).into_iter().peekable();
                let mut value = |name: &String| given.next_if(|(known, _)| known == name).map(|(_, value)| value);
                let names = self.label_names.iter();
                metric.labels = names.map(|name| (name.clone(), value(name).unwrap_or_default())).collect();
            }
            metric.complete_points(kind);
        }
    }
}

impl Metric {
    /// Bounds ascend, and the sum and the count come last. A histogram's last bucket is its count, so that either will
    /// do; what else lacks a sum or a count has 0 there, as in node_exporter.
    fn complete_points(&mut self, kind: Kind) {
        if !matches!(kind, Kind::Histogram | Kind::Summary) {
            return;
        }
        let value = |is: &dyn Fn(&Point) -> bool| self.points.iter().find(|point| is(point)).map(|point| point.value);
        let last = value(&|point| point.suffix == "_bucket" && point.bound == Some(f64::INFINITY));
        let (count, sum) = (value(&|point| point.suffix == "_count"), value(&|point| point.suffix == "_sum"));
        let zero = Value::Unsigned(0);
        let mut add = |suffix, bound, value| self.points.push(Point { suffix, bound, value });
        if kind == Kind::Histogram && last.is_none() {
            add("_bucket", Some(f64::INFINITY), count.unwrap_or(zero));
        }
        if sum.is_none() {
            add("_sum", None, zero);
        }
        if count.is_none() {
            add("_count", None, last.unwrap_or(zero));
        }
        let rank = |point: &Point| match point.suffix {
            "_sum" => 1,
            "_count" => 2,
            _ => 0,
        };
        let bound = |point: &Point| point.bound.unwrap_or(0.0);
        self.points.sort_by(|left, right| rank(left).cmp(&rank(right)).then(bound(left).total_cmp(&bound(right))));
    }
}
