//! How often servers are scraped, and what follows for the window of rates.

use super::*;

#[test]
fn a_pause_of_prometheus_changes_no_window() {
    let mut memory = Memory::default();
    // It answers again before it has scraped again.
    for (at, sampled_at) in
        [(100.0, 99.0), (105.0, 104.0), (110.0, 109.0), (135.0, 109.0), (140.0, 139.0), (145.0, 144.0)]
    {
        memory = tick(at, &target("a", 1, sampled_at), &memory).1;
        let expected = if at < 105.0 { "60000ms" } else { "30000ms" };
        assert_eq!(memory.rate_window().to_string(), expected, "at {at}");
    }
}

#[test]
fn the_window_of_rates_follows_the_scrapes() {
    assert_eq!(Memory::default().rate_window().to_string(), "60000ms");
    let mut memory = Memory::default();
    for at in [100.0, 105.0, 110.0] {
        memory = tick(at, &target("a", 1, at - 1.0), &memory).1;
    }
    assert_eq!(memory.rate_window().to_string(), "30000ms");
    for at in [115.0, 120.0, 125.0] {
        let slow = format!("{}{}", target("a", 1, at - 1.0), target("b", 1, if at < 125.0 { 105.0 } else { 120.0 }));
        memory = tick(at, &slow.replace(r#""node","instance":"b""#, r#""slow","instance":"b""#), &memory).1;
    }
    assert_eq!(memory.rate_window().to_string(), "60000ms", "four scrapes of the slowest job");
}

#[test]
fn a_pause_of_the_gateway_is_not_a_slow_scrape() {
    let mut memory = Memory::default();
    for at in [100.0, 105.0, 1_000.0] {
        memory = tick(at, &target("a", 1, at - 1.0), &memory).1;
    }
    assert_eq!(memory.rate_window().to_string(), "30000ms");
}

#[test]
fn servers_that_come_back_are_not_scraped_slowly() {
    let both = |at: f64| target("a", 1, at - 1.0) + &target("b", 1, at - 1.0);
    let (_, mut memory) = tick(100.0, &both(100.0), &Memory::default());
    for at in [105.0, 110.0, 115.0] {
        memory = tick(at, "", &memory).1;
    }
    let (_, memory) = tick(120.0, &both(120.0), &memory);
    assert_eq!(memory.rate_window().to_string(), "60000ms");
    let (_, memory) = tick(125.0, &both(125.0), &memory);
    assert_eq!(memory.rate_window().to_string(), "30000ms");
}
