//! Alerts that fire or are about to, from `/api/v1/rules`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::error::Error;
use super::response::parse;
use crate::time::parse_rfc3339;
use crate::wire::alert::{Alert, AlertState};

#[derive(Deserialize)]
struct RulesData {
    #[serde(default)]
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    #[serde(default)]
    name: String,
    #[serde(default)]
    query: String,
    #[serde(default)]
    alerts: Vec<ActiveAlert>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ActiveAlert {
    state: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
    #[serde(default)]
    active_at: Option<String>,
    #[serde(default)]
    value: Option<String>,
}

/// A page cannot show more, and a rule that matches everything must not fill the memory.
const MAX_ALERTS: usize = 10_000;

/// The alerts of all rules; which server each is about is for whoever knows the servers.
pub fn parse_alerts(body: &[u8]) -> Result<Vec<Alert>, Error> {
    let rules = parse::<RulesData>(body)?.data.groups.into_iter().flat_map(|group| group.rules);
    let alerts = rules.flat_map(|Rule { name, query, alerts }| {
        alerts.into_iter().filter_map(move |alert| to_alert(&name, &query, alert))
    });
    Ok(alerts.take(MAX_ALERTS).collect())
}

fn to_alert(name: &str, expression: &str, alert: ActiveAlert) -> Option<Alert> {
    let state = match alert.state.as_str() {
        "firing" => AlertState::Firing,
        "pending" => AlertState::Pending,
        _ => return None,
    };
    Some(Alert {
        name: name.to_owned(),
        state,
        severity: alert.labels.get("severity").cloned(),
        server: None,
        labels: alert.labels,
        annotations: alert.annotations,
        value: alert.value.and_then(|text| text.parse().ok()).filter(|value: &f64| value.is_finite()),
        since: alert.active_at.and_then(|text| parse_rfc3339(&text)),
        expression: expression.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_fires_or_is_about_to_counts() {
        let body = br#"{"status":"success","data":{"groups":[{"name":"g","file":"f","rules":[
            {"state":"firing","name":"Full","query":"x > 1","duration":60,"labels":{},"annotations":{},"type":"alerting",
             "alerts":[{"labels":{"alertname":"Full","instance":"a:1","severity":"critical"},"annotations":{"summary":"s"},
                        "state":"firing","activeAt":"2026-11-20T23:08:25.5Z","value":"9.5e-01"},
                       {"labels":{},"annotations":{},"state":"inactive","value":"1"}]},
            {"name":"r","query":"y","type":"recording"}]}]}}"#;
        let alerts = parse_alerts(body).unwrap();
        let [alert] = &alerts[..] else { panic!("{alerts:?}") };
        assert_eq!((alert.name.as_str(), alert.severity.as_deref()), ("Full", Some("critical")));
        assert_eq!((alert.value, alert.since), (Some(0.95), Some(1_795_216_105.5)));
    }
}
