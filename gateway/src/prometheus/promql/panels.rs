//! The catalogue of panels: named expressions with a title and a unit. A new panel is an entry in its subject's file.

mod cpu;
mod disk;
mod gpu;
mod memory;
mod network;
mod sensors;
mod tasks;

use super::{Selector, TAG, Window};
use crate::wire::panel::{Panel, Threshold, Unit};

pub use disk::FILESYSTEM_GROWTH;

/// One panel: what a page says about it, and how its history is asked for.
#[derive(Debug)]
pub struct Definition {
    pub id: &'static str,
    pub title: &'static str,
    pub description: &'static str,
    pub unit: Unit,
    pub group: &'static str,
    pub stacked: bool,
    pub maximum: Option<f64>,
    /// Rules of ours that compare the panel's own values, and with what.
    pub thresholds: &'static [(&'static str, f64)],
    pub requires: &'static [&'static str],
    /// The labels that tell its series apart; their values make the series' names.
    pub legend: &'static [&'static str],
    /// Series of these names come first, in this order.
    pub order: &'static [&'static str],
    expression: fn(&Scope) -> String,
}

/// Whose history, and over which window a rate is taken.
pub struct Scope {
    pub server: Selector,
    /// The same server as GPUs know it from another job: by its host's name.
    pub host: Selector,
    pub window: Window,
}

impl Definition {
    pub fn expression(&self, scope: &Scope) -> String {
        (self.expression)(scope)
    }

    pub fn to_wire(&self) -> Panel {
        Panel {
            id: self.id.to_owned(),
            title: self.title.to_owned(),
            description: self.description.to_owned(),
            unit: self.unit,
            group: self.group.to_owned(),
            stacked: self.stacked,
            maximum: self.maximum,
            thresholds: self
                .thresholds
                .iter()
                .map(|&(alert, value)| Threshold { alert: alert.to_owned(), value })
                .collect(),
            requires: self.requires.iter().map(|&family| family.to_owned()).collect(),
        }
    }
}

/// By subject, in reading order.
const SUBJECTS: [&[Definition]; 7] =
    [cpu::PANELS, memory::PANELS, disk::PANELS, network::PANELS, tasks::PANELS, sensors::PANELS, gpu::PANELS];

/// In reading order.
pub fn all() -> impl Iterator<Item = &'static Definition> {
    SUBJECTS.into_iter().flatten()
}

pub fn find(id: &str) -> Option<&'static Definition> {
    all().find(|panel| panel.id == id)
}

/// What most panels are: unstacked, without a bound.
const PLAIN: Definition = Definition {
    id: "",
    title: "",
    description: "",
    unit: Unit::Count,
    group: "",
    stacked: false,
    maximum: None,
    thresholds: &[],
    requires: &[],
    legend: &[TAG],
    order: &[],
    expression: |_| String::new(),
};

fn rate_by_device(scope: &Scope, metric: &str) -> String {
    format!("sum by (device) (rate({metric}{{{}}}[{}]))", scope.server, scope.window)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = concat!(
        include_str!("../../../../prometheus/rules/alerts.yml"),
        include_str!("../../../../prometheus/rules/gpu.yml")
    );

    /// A line on a chart that no rule draws would lie.
    #[test]
    fn thresholds_are_those_of_the_rules() {
        for panel in all() {
            for (alert, value) in panel.thresholds {
                let (_, rule) = RULES.split_once(&format!("- alert: {alert}\n")).expect(alert);
                let rule = rule.split("- alert:").next().unwrap();
                let left = (1.0 - value) * 1_000.0;
                let above = [format!("> {value}"), format!(">= {value}")];
                let left = format!("< {}", left.round() / 1_000.0);
                assert!(
                    above.iter().any(|it| rule.contains(it)) || rule.contains(&left),
                    "{alert} compares with neither {above:?} nor {left}"
                );
            }
        }
    }
}
