//! `GET /api/v1/map`: the whole fleet, or what a filter leaves of it, as one small integer per server.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::sync::Arc;

use axum::extract::{RawQuery, State};

use crate::answers::{Answer, Continued};
use crate::app::App;
use crate::error::ApiError;
use crate::params::{Params, not_allowed, refused};
use crate::publish::Published;
use crate::resource::Resource;
use crate::wire::error::ErrorBody;
use crate::wire::map::{FleetMap, MapGroup, MapServers, MapStatus};
use crate::wire::panel::Unit;
use crate::wire::server::{ServerRow, ServerStatus};

use super::servers::{MapColumn, ServerFilter, by_name};

/// The largest level; 0 is the smallest.
const LEVELS: f64 = 99.0;
const NO_VALUE: i8 = -1;
const MAX_LABEL_BYTES: usize = 200;

/// Which map. Two that are equal have the same answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MapQuery {
    by: MapColumn,
    group: Option<String>,
    filter: ServerFilter,
}

impl MapQuery {
    pub fn parse(mut params: Params<'_>) -> Result<Self, ApiError> {
        let by = match params.take("by")? {
            None => MapColumn::default(),
            Some(name) => MapColumn::parse(&name).ok_or_else(|| not_allowed("by", &name, MapColumn::allowed()))?,
        };
        let group = params.take("group")?;
        if let Some(label) = group.as_deref().filter(|label| label.is_empty() || label.len() > MAX_LABEL_BYTES) {
            let length = label.len();
            let message = format!("`group` has {length} bytes; allowed: the name of a label, 1 to {MAX_LABEL_BYTES}");
            return Err(refused("group", message));
        }
        let filter = ServerFilter::of_servers(&params.take("filter")?.unwrap_or_default())?;
        params.finish()?;
        Ok(Self { by, group, filter })
    }
}

/// Empty for the default query, else with `?`; what it writes, `parse` reads.
impl fmt::Display for MapQuery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        if self.by != MapColumn::default() {
            pairs.append_pair("by", self.by.name());
        }
        if let Some(group) = &self.group {
            pairs.append_pair("group", group);
        }
        if !self.filter.text().is_empty() {
            pairs.append_pair("filter", self.filter.text());
        }
        match pairs.finish() {
            pairs if pairs.is_empty() => Ok(()),
            pairs => write!(formatter, "?{pairs}"),
        }
    }
}

/// The whole fleet in columns.
#[utoipa::path(
    get,
    path = "/api/v1/map",
    tag = "fleet",
    params(
        ("by" = Option<String>, Query, description = "The column: cpu, memory, filesystem, load, network, disk, gpu, gpus, \
            gpu.memory, gpu.temperature, gpu.warnings, temperature, uptime, alerts or severity (whatever is closest to \
            full). Default: cpu."),
        ("group" = Option<String>, Query, description = "The label whose values group the servers, or `job`."),
        ("filter" = Option<String>, Query, description = "Which servers, as in `/api/v1/servers`. Default: all."),
    ),
    responses(
        (status = 200, description = "Every server of the newest snapshot that matches.", body = FleetMap),
        (status = 400, description = "A parameter is wrong.", body = ErrorBody),
        (status = 503, description = "There is no snapshot yet.", body = ErrorBody),
    )
)]
pub async fn show_map(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Result<Answer, ApiError> {
    let query = MapQuery::parse(Params::parse(query.as_deref())?)?;
    app.answer(&Resource::Map(query)).await
}

/// The map's answer, and the shorter one for who knows the names already.
pub fn answer(published: &Published, query: &MapQuery) -> Result<Answer, ApiError> {
    let mut map = map(published, query)?;
    let answer = Answer::new(&map)?;
    map.servers = None;
    let body = Answer::new(&map)?.body;
    Ok(answer.continued(Continued { generation: map.generation, body }))
}

fn map(published: &Published, query: &MapQuery) -> Result<FleetMap, ApiError> {
    let (snapshot, head) = published.snapshot_or_error()?;
    let rows = snapshot.servers.iter().map(|server| &*server.row);
    let mut rows: Vec<&ServerRow> = rows.filter(|row| query.filter.matches(*row)).collect();
    rows.sort_unstable_by(|a, b| by_name(a, b));
    let values: Vec<Option<f64>> = rows.iter().map(|row| query.by.value(row)).collect();
    let unit = query.by.unit();
    let (low, high) = if unit == Unit::Ratio { (0.0, 1.0) } else { extent(&values) };
    let (groups, group_of) = query.group.as_deref().map(|label| groups(&rows, &values, label)).unzip();
    let servers = MapServers {
        ids: rows.iter().map(|row| row.id.clone()).collect(),
        names: rows.iter().map(|row| row.name.clone()).collect(),
        group_of,
    };
    Ok(FleetMap {
        at: head.at,
        age_seconds: head.age_seconds,
        stale: head.stale,
        interval_seconds: head.interval_seconds,
        by: query.by.name().to_owned(),
        group: query.group.clone(),
        unit,
        low,
        high,
        generation: generation(&servers),
        servers: Some(servers),
        levels: values.iter().map(|value| level(*value, low, high)).collect(),
        status: MapStatus {
            stale: indices(&rows, |row| row.status == ServerStatus::Stale),
            down: indices(&rows, |row| row.status == ServerStatus::Down),
        },
        firing: indices(&rows, |row| row.alerts.firing > 0),
        groups: groups.unwrap_or_default(),
    })
}

fn extent(values: &[Option<f64>]) -> (f64, f64) {
    let finite = || values.iter().flatten().copied().filter(|value| value.is_finite());
    let low = finite().fold(f64::INFINITY, f64::min);
    if low.is_finite() { (low, finite().fold(low, f64::max)) } else { (0.0, 0.0) }
}

/// The value's place between low and high, in steps of a hundredth; a value outside is at the end it is beyond.
fn level(value: Option<f64>, low: f64, high: f64) -> i8 {
    let Some(value) = value.filter(|value| !value.is_nan()) else { return NO_VALUE };
    let share = if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.0 };
    (share * LEVELS).round() as i8
}

fn indices(rows: &[&ServerRow], holds: impl Fn(&ServerRow) -> bool) -> Vec<u32> {
    (0_u32..).zip(rows).filter(|(_, row)| holds(row)).map(|(index, _)| index).collect()
}

/// The groups in order of name, and for each row the index of its own.
fn groups(rows: &[&ServerRow], values: &[Option<f64>], label: &str) -> (Vec<MapGroup>, Vec<u32>) {
    let of = |row: &'_ ServerRow| match label {
        "job" => row.job.clone(),
        _ => row.labels.get(label).cloned().unwrap_or_default(),
    };
    let mut members: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        members.entry(of(row)).or_default().push(index);
    }
    let mut group_of = vec![0; rows.len()];
    let mut groups = Vec::with_capacity(members.len());
    for ((name, members), place) in members.into_iter().zip(0_u32..) {
        for &member in &members {
            group_of[member] = place;
        }
        groups.push(group(name, &members, rows, values));
    }
    (groups, group_of)
}

fn group(name: String, members: &[usize], rows: &[&ServerRow], values: &[Option<f64>]) -> MapGroup {
    let mut known: Vec<f64> = members.iter().filter_map(|&member| values[member]).filter(|it| !it.is_nan()).collect();
    known.sort_unstable_by(f64::total_cmp);
    let mean = (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64);
    MapGroup {
        name,
        count: members.len(),
        minimum: known.first().copied(),
        mean,
        p95: (known.len() * 95).div_ceil(100).checked_sub(1).and_then(|nearest| known.get(nearest)).copied(),
        maximum: known.last().copied(),
        worst_status: members.iter().map(|&member| rows[member].status).max().unwrap_or(ServerStatus::Up),
    }
}

/// Equal for equal columns. A collision would leave old names in a browser, so it is over all of them.
fn generation(servers: &MapServers) -> u32 {
    let mut hasher = DefaultHasher::new();
    servers.hash(&mut hasher);
    // Half of the bits: a browser's numbers are exact up to 53 of them.
    (hasher.finish() >> 32) as u32
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::prometheus::promql::recorded;
    use crate::prometheus::response::Samples;
    use crate::snapshot::{self, Memory, Settings, Vectors};

    use super::*;

    #[test]
    fn levels_are_hundredths_of_the_scale() {
        assert_eq!(level(Some(0.0), 0.0, 1.0), 0);
        assert_eq!(level(Some(0.5), 0.0, 1.0), 50);
        assert_eq!(level(Some(1.0), 0.0, 1.0), 99);
        assert_eq!(level(Some(1.7), 0.0, 1.0), 99);
        assert_eq!(level(Some(-3.0), 0.0, 1.0), 0);
        assert_eq!(level(Some(75.0), 70.0, 80.0), 50);
        assert_eq!(level(Some(70.0), 70.0, 70.0), 0);
        assert_eq!(level(None, 0.0, 1.0), NO_VALUE);
        assert_eq!(level(Some(f64::NAN), 0.0, 1.0), NO_VALUE);
        assert_eq!(level(Some(f64::INFINITY), 0.0, 1.0), 99);
    }

    #[test]
    fn a_scale_is_what_was_seen() {
        assert_eq!(extent(&[Some(3.0), None, Some(-2.0), Some(f64::NAN)]), (-2.0, 3.0));
        assert_eq!(extent(&[None]), (0.0, 0.0));
    }

    #[test]
    fn a_wrong_query_is_pointed_at() {
        let error = |query| MapQuery::parse(Params::parse(Some(query)).unwrap()).unwrap_err().to_string();
        insta::assert_snapshot!(error("by=colour"), @"`by` is `colour`; allowed: cpu, memory, filesystem, load, network, disk, gpu, gpus, gpu.memory, gpu.temperature, gpu.warnings, temperature, uptime, alerts, severity");
        insta::assert_snapshot!(error("group="), @"`group` has 0 bytes; allowed: the name of a label, 1 to 200");
        insta::assert_snapshot!(error("filter=web+status:gone"), @"`filter`, character 12: there is no status `gone`; allowed: up, stale, down");
        insta::assert_snapshot!(error("sort=cpu"), @"there is no parameter `sort`");
    }

    #[test]
    fn a_query_is_written_as_it_is_read() {
        for text in ["", "?by=gpu.temperature", "?by=severity&group=rack+row", "?group=job&filter=cpu%3E0.5+web"] {
            let query = MapQuery::parse(Params::parse(text.strip_prefix('?')).unwrap()).unwrap();
            assert_eq!(query.to_string(), text);
        }
    }

    /// So many servers in 30 racks, their CPUs as different as can be.
    fn fleet(servers: usize) -> Published {
        let answer = |sample: &dyn Fn(usize) -> String| {
            let samples: Vec<_> = (0..servers).map(sample).collect();
            format!(r#"{{"data":{{"result":[{}]}}}}"#, samples.join(","))
        };
        let server = |number| format!(r#""job":"node","instance":"web-{number:05}.example.com:9100""#);
        let targets = answer(&|number| {
            format!(r#"{{"metric":{{{},"rack":"r{}"}},"value":[9,"8"]}}"#, server(number), number % 30)
        });
        let measures = answer(&|number| {
            let cpu = (number as f64 * 0.618_033_988_749_895).fract();
            let name = recorded::CPU_RATIO;
            format!(r#"{{"metric":{{"__name__":"{name}",{}}},"value":[9,"{cpu}"]}}"#, server(number))
        });
        let (targets, measures) = (Samples::new(targets.as_bytes()), Samples::new(measures.as_bytes()));
        let vectors = Vectors { at: 9.0, targets, measures, ..Vectors::default() };
        let settings = Settings { interval_seconds: 5.0, forget_after_seconds: 60.0, columns: Vec::new() };
        let built = snapshot::build(vectors, &Memory::default(), &settings).unwrap();
        Published { snapshot: Some(Arc::new(built.snapshot)), ..Published::nothing(Duration::from_secs(5)) }
    }

    #[test]
    fn ten_thousand_servers_are_forty_kilobytes_and_twelve_deflated() {
        let query = MapQuery::parse(Params::parse(Some("by=cpu&group=rack")).unwrap()).unwrap();
        let answer = answer(&fleet(10_000), &query).unwrap();
        let body = answer.continued.unwrap().body;
        let first: serde_json::Value = serde_json::from_slice(answer.body.json()).unwrap();
        assert_eq!(first["levels"].as_array().unwrap().len(), 10_000);
        assert!((1..100).all(|level| first["levels"].as_array().unwrap().contains(&level.into())));
        assert!(body.json().len() <= 40_000, "{} bytes of JSON", body.json().len());
        assert!(body.deflated().len() <= 12_000, "{} bytes deflated", body.deflated().len());
    }
}
