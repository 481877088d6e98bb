//! The engine with collectors that work, fail, panic and hang.

use std::sync::mpsc;

use super::*;
use crate::collector::{CollectError, Collector, Scrape};
use crate::exposition::{Format, encode};

type Collect = dyn FnMut(&mut Scrape, &mut Families) -> Result<(), CollectError> + Send;

struct Scripted(Box<Collect>);

impl Collector for Scripted {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        (self.0)(scrape, out)
    }
}

fn collector(
    name: &'static str,
    collect: impl FnMut(&mut Scrape, &mut Families) -> Result<(), CollectError> + Send + 'static,
) -> Enabled {
    Enabled { name, collector: Box::new(Scripted(Box::new(collect))) }
}

fn writes(name: &'static str) -> Enabled {
    collector(name, move |_, out| {
        out.gauge_value(name, "", 1u64);
        Ok(())
    })
}

fn engine(collectors: Vec<Enabled>) -> Arc<Engine> {
    let roots = Roots { procfs: "/proc".into(), sysfs: "/sys".into(), rootfs: "/".into(), udev_data: "/".into() };
    Engine::new(collectors, Arc::new(roots))
}

async fn scrape(engine: &Arc<Engine>, timeout: Duration) -> String {
    let encoded = engine.scrape(Selection::All, timeout, |families| {
        let mut text = Vec::new();
        encode(families, Format::Text, &mut text);
        String::from_utf8(text).unwrap()
    });
    let mut text = encoded.await;
    text.retain(|byte| byte != '\r');
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.contains("duration"))
        .map(|line| line.to_owned() + "\n")
        .collect()
}

#[tokio::test]
async fn a_failing_collector_costs_its_own_samples_and_nothing_else() {
    let fails = collector("fails", |_, out| {
        out.gauge_value("half", "", 1u64);
        Err(CollectError::Failed("broken".into()))
    });
    let panics = collector("panics", |_, out| {
        out.gauge_value("before", "", 1u64);
        panic!("on purpose");
    });
    let engine = engine(vec![writes("a"), fails, panics, writes("z")]);
    for _ in 0..2 {
        let text = scrape(&engine, DEFAULT_TIMEOUT).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(text, @r#"
            a 1
            node_scrape_collector_success{collector="a"} 1
            node_scrape_collector_success{collector="fails"} 0
            node_scrape_collector_success{collector="panics"} 0
            node_scrape_collector_success{collector="z"} 1
            z 1
            "#);
        }
    }
}

/// A collector that hangs until something is sent, and tells how often it was called.
fn hangs(name: &'static str) -> (Enabled, mpsc::Sender<()>) {
    let (release, wait) = mpsc::channel();
    let hanging = collector(name, move |_, out| {
        let _ = wait.recv();
        out.gauge_value("late", "", 1u64);
        Ok(())
    });
    (hanging, release)
}

#[tokio::test]
async fn a_hanging_collector_is_left_behind_and_taken_back_when_it_returns() {
    let ((first, release_first), (second, release_second)) = (hangs("first"), hangs("second"));
    let engine = engine(vec![writes("a"), first, second, writes("z")]);
    let timeout = Duration::from_secs(1);
    for _ in 0..3 {
        let started = Instant::now();
        let text = scrape(&engine, timeout).await;
        assert!(started.elapsed() < timeout, "answered in {:?}", started.elapsed());
        insta::allow_duplicates! {
            insta::assert_snapshot!(text, @r#"
            a 1
            node_scrape_collector_success{collector="a"} 1
            node_scrape_collector_success{collector="first"} 0
            node_scrape_collector_success{collector="second"} 0
            node_scrape_collector_success{collector="z"} 1
            z 1
            "#);
        }
    }
    // Once for the call that hangs, once for the one after it.
    for release in [release_first, release_second] {
        release.send(()).unwrap();
        release.send(()).unwrap();
    }
    let returned = async {
        while !scrape(&engine, timeout).await.contains("late 1") {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), returned).await.expect("the collectors take part again");
}

#[tokio::test]
async fn only_the_selected_collectors_run() {
    let engine = engine(vec![writes("a"), writes("b"), writes("c")]);
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(engine.plan(&Selection::Only(names(&["c", "a"]))), [0, 2]);
    assert_eq!(engine.plan(&Selection::Without(names(&["a", "nobody"]))), [1, 2]);
}

#[tokio::test]
async fn a_scrape_that_cannot_get_its_turn_still_answers_in_time() {
    let (hanging, _release) = hangs("hangs");
    let engine = engine(vec![hanging]);
    let (slow, quick) = tokio::join!(scrape(&engine, Duration::from_secs(5)), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let started = Instant::now();
        let text = scrape(&engine, Duration::from_secs(1)).await;
        assert!(started.elapsed() < Duration::from_secs(1), "answered in {:?}", started.elapsed());
        text
    });
    for text in [slow, quick] {
        assert_eq!(text, "node_scrape_collector_success{collector=\"hangs\"} 0\n");
    }
}
