//! From a matrix to values on a grid: where a series has no sample, there is `None`.

use std::collections::BTreeMap;

use crate::prometheus::promql::panels::Definition;
use crate::prometheus::response::Series;
use crate::wire::panel::PanelSeries;

use super::Range;

pub(super) fn to_series(matrix: &[Series<'_>], panel: &Definition, range: Range) -> Vec<PanelSeries> {
    let mut series: Vec<_> = matrix.iter().map(|series| to_one(series, panel, range)).collect();
    let place = |name: &str| panel.order.iter().position(|known| *known == name).unwrap_or(panel.order.len());
    series.sort_by(|a, b| {
        let key = |series: &PanelSeries| (place(&series.name), natural(&series.name));
        key(a).cmp(&key(b)).then_with(|| a.labels.cmp(&b.labels))
    });
    series
}

fn to_one(series: &Series<'_>, panel: &Definition, range: Range) -> PanelSeries {
    let mut values = vec![None; range.points()];
    for point in &series.values {
        if let Some(index) = range.index(point.time) {
            values[index] = point.finite();
        }
    }
    let labels: BTreeMap<_, _> =
        series.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let parts = panel.legend.iter().filter_map(|&label| labels.get(label)).filter(|value| !value.is_empty());
    let name = parts.map(String::as_str).collect::<Vec<_>>().join(" ");
    PanelSeries { name: if name.is_empty() { panel.title.to_owned() } else { name }, labels, values }
}

/// Core 10 comes after core 9.
fn natural(name: &str) -> (u64, String) {
    (name.parse().unwrap_or(u64::MAX), name.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::params::Params;
    use crate::prometheus::promql::panels;
    use crate::prometheus::response::{MatrixData, parse};

    use super::*;

    #[test]
    fn a_series_with_a_gap_gets_none_where_it_has_no_sample() {
        let body = br#"{"status":"success","data":{"resultType":"matrix","result":[
            {"metric":{"cpu":"10"},"values":[[100,"0.5"],[110,"NaN"],[120,"0.25"]]},
            {"metric":{"cpu":"9"},"values":[[105,"1"]]}]}}"#;
        let matrix = parse::<MatrixData<'_>>(body).unwrap().data.result;
        let range = Range::parse(&mut Params::parse(Some("start=100&end=121&step=5")).unwrap()).unwrap();
        let series = to_series(&matrix, panels::find("cpu_cores").unwrap(), range);
        let shown: Vec<_> = series.iter().map(|it| (it.name.as_str(), it.values.clone())).collect();
        assert_eq!(
            shown,
            [("9", vec![None, Some(1.0), None, None, None]), ("10", vec![Some(0.5), None, None, None, Some(0.25)]),]
        );
    }
}
