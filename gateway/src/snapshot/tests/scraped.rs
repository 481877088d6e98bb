//! What is asked only of who was scraped, or when rules were evaluated.

use super::*;

/// A tick of many servers that were scraped at `scraped`, each with a load; a tick of 5 s later than the one before.
fn many(at: f64, scraped: impl Fn(usize) -> f64, load: &str, memory: &Memory) -> (Scraped, Snapshot, Memory) {
    let targets: String = (0..600).map(|it| target(&format!("s{it}"), 1, scraped(it))).collect();
    let targets = body(&targets);
    let told = Scraped::read(answer(&targets), memory).unwrap();
    let asked = (0..600).filter(|it| told.instances.as_ref().is_none_or(|these| these.contains(&format!("s{it}"))));
    let gauges: String = asked
        .map(|it| format!("{{\"__name__\":\"node_load1\",\"job\":\"node\",\"instance\":\"s{it}\"}} {load}\n"))
        .collect();
    let gauges = body(&gauges);
    let gauges_of = told.instances.clone();
    let vectors = Vectors { at, targets: answer(&targets), gauges: answer(&gauges), gauges_of, ..Vectors::default() };
    let (snapshot, memory) = built(vectors, memory);
    (told, snapshot, memory)
}

#[test]
fn only_servers_that_were_scraped_since_are_asked_for_their_gauges() {
    let load = |snapshot: &Snapshot, id: &str| snapshot.server(id).unwrap().row.load1;
    let (told, _, memory) = many(100.0, |_| 95.0, "1", &Memory::default());
    assert_eq!(told.instances, None, "nothing is known yet");
    // The answers of the tests are all of time 0, so the minute of asking all never ends.
    let later = |it: usize| if it < 3 { 101.0 } else { 95.0 };
    let (told, snapshot, memory) = many(105.0, later, "2", &memory);
    assert_eq!(told.instances.map(|these| these.len()), Some(3));
    assert_eq!((load(&snapshot, "s1"), load(&snapshot, "s9")), (Some(2.0), Some(1.0)));
    assert_eq!(snapshot.totals, many(105.0, later, "2", &memory).1.totals);
    let (told, snapshot, memory) = many(110.0, |it| if it < 3 { 109.0 } else { 95.0 }, "3", &memory);
    assert_eq!(told.instances.map(|these| these.len()), Some(3));
    assert_eq!(load(&snapshot, "s9"), Some(1.0), "as it was two ticks ago");
    let (told, _, _) = many(115.0, |it| if it < 3 { 109.0 } else { 95.0 }, "3", &memory);
    assert_eq!(told.instances.map(|these| these.len()), Some(3), "scraped a second before: more may have come since");
}

#[test]
fn when_rules_were_evaluated_is_told_beside_the_targets() {
    let evaluated = |group: &str, of: &str, at: f64| {
        format!(
            r#"{{"__name__":"rule_group:evaluated:timestamp_seconds","rule_group":"{group}","cluster":"{of}"}} {at}"#
        )
    };
    let rules = [evaluated("sightline", "b", 98.0), evaluated("sightline", "a", 95.0), evaluated("other", "a", 1.0)];
    let targets = body(&format!("{}\n{}", rules.join("\n"), target("a", 1, 99.0)));
    let scraped = Scraped::read(answer(&targets), &Memory::default()).unwrap();
    assert_eq!(scraped.evaluated("sightline"), [95.0, 98.0]);
    assert_eq!(scraped.evaluated("sightline-sums"), [0.0; 0]);
    let (snapshot, _) =
        built(Vectors { at: 100.0, targets: answer(&targets), ..Vectors::default() }, &Memory::default());
    assert_eq!(snapshot.servers.len(), 1, "a group of rules is no server");
}

#[test]
fn gauges_of_a_server_that_went_are_gone() {
    let (_, _, memory) = many(100.0, |_| 95.0, "1", &Memory::default());
    let rest: String = (2..600).map(|it| target(&format!("s{it}"), 1, 95.0)).collect();
    let targets = body(&(rest + &target("s0", 0, 102.0)));
    let told = Scraped::read(answer(&targets), &memory).unwrap();
    assert_eq!(told.instances, Some(HashSet::from(["s0".to_owned()])));
    let vectors = Vectors { at: 105.0, targets: answer(&targets), gauges_of: told.instances, ..Vectors::default() };
    let (snapshot, _) = built(vectors, &memory);
    let load = |id: &str| snapshot.server(id).unwrap().row.load1;
    assert_eq!([load("s0"), load("s1"), load("s2")], [None, None, Some(1.0)]);
}
