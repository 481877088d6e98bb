//! Whether servers are up, and since when.

use super::*;

#[test]
fn a_server_is_up_then_down_since_its_first_failed_scrape_then_up_again() {
    let (first, memory) = tick(100.0, &target("a", 1, 99.0), &Memory::default());
    assert_eq!(status(&first, "a"), (ServerStatus::Up, None, None));
    let (second, memory) = tick(105.0, &target("a", 0, 104.0), &memory);
    assert_eq!(status(&second, "a"), (ServerStatus::Down, Some(104.0), Some("the scrape fails".to_owned())));
    assert!(memory.wants_scrape_errors() && memory.wants_last_up().is_empty());
    let (third, memory) = tick(110.0, &target("a", 0, 109.0), &memory);
    assert_eq!(status(&third, "a").1, Some(104.0));
    let (fourth, _) = tick(115.0, &target("a", 1, 114.0), &memory);
    assert_eq!(status(&fourth, "a"), (ServerStatus::Up, Some(114.0), None));
}

#[test]
fn why_a_scrape_fails_is_remembered_while_it_fails() {
    let (_, memory) = tick(100.0, &target("a", 0, 99.0), &Memory::default());
    let targets = body(&target("a", 0, 104.0));
    let reason = HashMap::from([(("node".to_owned(), "a".to_owned()), "refused".to_owned())]);
    let vectors = Vectors { at: 105.0, targets: answer(&targets), scrape_errors: Some(reason), ..Vectors::default() };
    let (_, memory) = built(vectors, &memory);
    let (later, memory) = tick(110.0, &target("a", 0, 109.0), &memory);
    assert_eq!(status(&later, "a").2, Some("refused".to_owned()));
    assert!(!memory.wants_scrape_errors());
    let (_, memory) = tick(170.0, &target("a", 0, 169.0), &memory);
    assert!(memory.wants_scrape_errors(), "the reason may have changed after a minute");
}

#[test]
fn since_when_a_server_is_down_is_asked_once() {
    let key = ("node".to_owned(), "a".to_owned());
    let (_, mut memory) = tick(100.0, &target("a", 0, 99.0), &Memory::default());
    assert_eq!(memory.wants_last_up(), std::slice::from_ref(&key));
    memory.asked_last_up(&[key]);
    assert!(memory.wants_last_up().is_empty());
    let (targets, last_up) = (body(&target("a", 0, 104.0)), body(r#"{"job":"node","instance":"a"} 42"#));
    let vectors = Vectors { at: 105.0, targets: answer(&targets), last_up: samples(&last_up), ..Vectors::default() };
    let (snapshot, memory) = built(vectors, &memory);
    assert_eq!(status(&snapshot, "a").1, Some(42.0));
    assert!(tick(110.0, &target("a", 0, 109.0), &memory).1.wants_last_up().is_empty());
}

#[test]
fn three_scrapes_without_a_sample_are_stale() {
    let mut memory = Memory::default();
    for (at, sampled_at) in [(100.0, 99.0), (105.0, 104.0), (110.0, 109.0)] {
        memory = tick(at, &target("a", 1, sampled_at), &memory).1;
    }
    let (snapshot, memory) = tick(115.0, &target("a", 1, 109.0), &memory);
    assert_eq!(status(&snapshot, "a").0, ServerStatus::Up);
    let (snapshot, _) = tick(125.0, &target("a", 1, 109.0), &memory);
    let expected = "no sample for 16 s; it is scraped every 5 s";
    assert_eq!(status(&snapshot, "a"), (ServerStatus::Stale, Some(109.0), Some(expected.to_owned())));
    assert_eq!(snapshot.server_counts, ServerCounts { total: 1, up: 0, stale: 1, down: 0 });
}

#[test]
fn a_target_that_vanished_is_down_until_it_is_forgotten() {
    let (_, memory) = tick(100.0, &target("a", 1, 99.0), &Memory::default());
    let (snapshot, memory) = tick(105.0, "", &memory);
    let reason = Some("Prometheus no longer has this target".to_owned());
    assert_eq!(status(&snapshot, "a"), (ServerStatus::Down, Some(99.0), reason));
    assert!(!memory.wants_scrape_errors(), "Prometheus cannot say more");
    let (snapshot, memory) = tick(3_699.0, "", &memory);
    assert!(snapshot.server("a").is_some());
    let (snapshot, memory) = tick(3_701.0, "", &memory);
    assert!(snapshot.server("a").is_none() && memory.jobs().is_empty());
}

#[test]
fn a_server_that_was_dead_for_long_is_forgotten_that_long_after_its_target_vanished() {
    let (_, mut memory) = tick(100.0, &target("a", 0, 99.0), &Memory::default());
    for at in [3_000.0, 6_000.0, 9_000.0] {
        memory = tick(at, &target("a", 0, at - 1.0), &memory).1;
    }
    let (snapshot, memory) = tick(12_000.0, "", &memory);
    assert!(snapshot.server("a").is_some());
    let (snapshot, _) = tick(12_600.0, "", &memory);
    assert!(snapshot.server("a").is_none());
}

#[test]
fn a_server_that_one_of_two_scrapes_fails_for_is_down_in_whatever_order_they_tell() {
    let sampled = |replica: &str| format!(r#"{{"job":"node","instance":"a","prometheus":"{replica}"}} 99"#);
    let down = r#"{"series":"down","job":"node","instance":"a","prometheus":"one"} 0"#;
    for lines in [[down, &sampled("one"), &sampled("two")], [&sampled("two"), &sampled("one"), down]] {
        let (snapshot, _) = tick(100.0, &lines.join("\n"), &Memory::default());
        assert_eq!(status(&snapshot, "a").0, ServerStatus::Down);
    }
}
