//! Recording rules: their series are asked for when the rules were evaluated, and only then.

use serde_json::Value;
use sightline_gateway::prometheus::promql::{hardware, recorded};

use crate::fake::{Fake, Mode};
use crate::gateway::Gateway;

/// What only the questions about the rules' series contain.
const DISCOVERY: &str = "last_over_time(node_uname_info";
const SURVEY: &str = "group by (job, instance, nodename)";
const TARGETS: &str = "timestamp(up{";
const SUMS: &str = r#"instance_gpu:warnings"}"#;
const FULLEST: &str = r#"{__name__=~"instance:node_filesystem_fullest:ratio"#;
const MEASURES: &str = r#"{__name__=~"instance:node_cpus:count"#;

/// A Prometheus with the rules, of which the measures were evaluated at 1 and the sums at 2.
async fn with_rules() -> Fake {
    let fake = Fake::start(Mode::Good, 0).await;
    let names = recorded::rule_names().chain(hardware::PROBED);
    let rules: String = names.map(|name| format!("{{\"series\":\"rule\",\"__name__\":\"{name}\"}} 3\n")).collect();
    let known = r#"{"series":"known","job":"node","instance":"web-1:9100","nodename":"web-1"} 1
        {"series":"known","job":"node","instance":"gpu-1:9100","nodename":"gpu-1"} 1
        {"series":"interval","job":"node"} 5"#;
    for question in [DISCOVERY, SURVEY] {
        fake.say(question, &unindented(&format!("{known}\n{rules}")));
    }
    evaluated(&fake, 1, 2);
    measures(&fake, 0.1);
    sums(&fake, 3);
    fake.say(
        FULLEST,
        r#"{"__name__":"instance:node_filesystem_fullest:ratio","job":"node","instance":"web-1:9100","mountpoint":"/","device":"/dev/sda1"} 0.5"#,
    );
    fake
}

fn unindented(lines: &str) -> String {
    lines.lines().map(|line| format!("{}\n", line.trim())).collect()
}

fn evaluated(fake: &Fake, measures: u32, sums: u32) {
    let lines = format!(
        r#"{{"__name__":"rule_group:evaluated:timestamp_seconds","rule_group":"sightline"}} {measures}
        {{"__name__":"rule_group:evaluated:timestamp_seconds","rule_group":"sightline-sums"}} {sums}
        {{"job":"node","instance":"web-1:9100"}} 1795216103.5
        {{"job":"node","instance":"gpu-1:9100"}} 1795216103.5"#
    );
    fake.say(TARGETS, &unindented(&lines));
}

fn measures(fake: &Fake, cpu: f64) {
    let line = |instance: &str| {
        format!(
            r#"{{"__name__":"instance:node_cpu_utilization:ratio","job":"node","instance":"{instance}:9100"}} {cpu}"#
        )
    };
    fake.say(MEASURES, &format!("{}\n{}", line("web-1"), line("gpu-1")));
}

/// A temperature of `web-1`, and GPUs of `gpu-1` by a dcgm-exporter that is none of our targets; a GPU of its own, too, that
/// may vanish.
fn sums(fake: &Fake, gpus: u32) {
    let of_dcgm = r#""job":"dcgm","instance":"web-1:9100","Hostname":"gpu-1""#;
    let own = r#"{"__name__":"instance:gpus:count","job":"node","instance":"web-1:9100","Hostname":"web-1"} 1"#;
    let lines = format!(
        r#"{{"__name__":"job:node_filesystem_size_bytes:sum","job":"node"}} 1000
        {{"__name__":"instance:node_temperature_celsius:max","job":"node","instance":"web-1:9100"}} 48
        {{"__name__":"instance:gpus:count",{of_dcgm}}} {gpus}
        {{"__name__":"instance:gpu_power_watts:sum",{of_dcgm}}} {gpus}00
        {}"#,
        if gpus == 3 { own } else { "" }
    );
    fake.say(SUMS, &unindented(&lines));
}

/// Waits for two ticks that began after this call, and says which of the rules' series were asked for.
async fn asked_in_two_ticks(fake: &Fake) -> Vec<&'static str> {
    let mut asked = Vec::new();
    let of_ticks = |asked: &[String]| asked.iter().filter(|it| it.contains(TARGETS)).count();
    fake.take_asked();
    // The third one begins where the second has ended.
    while of_ticks(&asked) < 3 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        asked.extend(fake.take_asked());
    }
    let begins = asked.iter().position(|it| it.contains(TARGETS)).unwrap();
    let is_asked = |needle: &&str| asked[begins..].iter().any(|it| it.contains(*needle) && !it.contains("count by"));
    [MEASURES, FULLEST, SUMS].into_iter().filter(is_asked).collect()
}

async fn row(gateway: &Gateway, id: &str) -> Value {
    let list = gateway.json("/api/v1/servers").await;
    let rows = list["servers"].as_array().unwrap();
    rows.iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("{id} is not in {list}")).clone()
}

#[tokio::test]
async fn what_rules_made_is_asked_for_when_they_were_evaluated() {
    let fake = with_rules().await;
    let gateway = Gateway::start(&fake).await;
    gateway.until("/api/v1/overview", |it| it["servers"]["up"] == 2).await;
    assert_eq!(asked_in_two_ticks(&fake).await, [""; 0]);
    let web = row(&gateway, "web-1:9100").await;
    assert_eq!((&web["cpu_ratio"], &web["temperature_celsius"]), (&0.1.into(), &48.0.into()));
    assert_eq!((&web["gpu"]["count"], &web["filesystem"]["used_ratio"]), (&1.into(), &0.5.into()));
    let gpu = row(&gateway, "gpu-1:9100").await;
    // The instance is that of another job's server: the host's name says whose they are.
    assert_eq!((&gpu["gpu"]["count"], &gpu["gpu"]["power_watts"]), (&3.into(), &300.0.into()));

    // What Prometheus would say now is of no evaluation: nobody asks, and rows stay.
    measures(&fake, 0.2);
    sums(&fake, 2);
    assert_eq!(asked_in_two_ticks(&fake).await, [""; 0]);
    assert_eq!(row(&gateway, "web-1:9100").await, web);

    evaluated(&fake, 6, 2);
    assert_eq!(asked_in_two_ticks(&fake).await, [MEASURES, FULLEST]);
    let web = row(&gateway, "web-1:9100").await;
    assert_eq!((&web["cpu_ratio"], &web["gpu"]["count"]), (&0.2.into(), &1.into()));

    evaluated(&fake, 6, 7);
    assert_eq!(asked_in_two_ticks(&fake).await, [SUMS]);
    let (web, gpu) = (row(&gateway, "web-1:9100").await, row(&gateway, "gpu-1:9100").await);
    assert_eq!((&web["gpu"], &web["temperature_celsius"]), (&Value::Null, &48.0.into()), "its GPU vanished");
    assert_eq!((&gpu["gpu"]["count"], &gpu["gpu"]["power_watts"]), (&2.into(), &200.0.into()));
    assert_eq!(gateway.json("/api/v1/overview").await["filesystem"]["size_bytes"], 1000.0);
}

#[tokio::test]
async fn rules_that_do_not_tell_when_they_were_evaluated_are_asked_on_every_tick() {
    let fake = with_rules().await;
    fake.say(TARGETS, r#"{"job":"node","instance":"web-1:9100"} 1795216103.5"#);
    let gateway = Gateway::start(&fake).await;
    gateway.until("/api/v1/overview", |it| it["servers"]["up"] == 1).await;
    assert_eq!(asked_in_two_ticks(&fake).await, [MEASURES, FULLEST, SUMS]);
}
