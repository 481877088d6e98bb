//! What is kept as it was sent is only for the very same request, and only for as long as it is true.

use std::io::Read as _;
use std::time::Duration;

use sightline_gateway::config::Credential;

use crate::support::gateway::Reply;
use crate::support::samples::DENSE_START;
use crate::support::whole::Whole;

const START: i64 = DENSE_START + 600;

fn range(end: i64) -> String {
    format!("query_range?query=requests_total&start={START}&end={end}&step=15")
}

#[tokio::test]
async fn the_very_same_request_is_given_the_very_same_answer() {
    let whole = Whole::with(|_| {}).await;
    for path in [
        range(START + 1_800),
        format!("query?query=requests_total&time={START}"),
        format!("series?match[]=requests_total&start={START}&end={}", START + 600),
    ] {
        let direct = whole.directly(&path).await;
        let first = whole.ask(&path).await;
        assert_eq!((first.from(), &first.body), ("miss", &direct.body), "{path}");
        for _ in 0..4 {
            let reply = whole.ask(&path).await;
            assert_eq!((reply.from(), &reply.body), ("hit", &direct.body), "{path}");
            let without = |reply: &Reply| {
                let mut headers = reply.headers.clone();
                for name in ["date", "x-sightline-cache", "age"] {
                    headers.remove(name);
                }
                headers
            };
            assert_eq!(without(&reply), without(&first), "{path}");
            let age = reply.headers.get("age").map(|age| format!("hit; age={}", age.to_str().unwrap()));
            assert_eq!(age.unwrap_or_else(|| "hit; fetched=0".to_owned()), reply.cache);
        }
        assert_eq!(whole.asked_about("requests_total"), 1, "{path}");
    }
}

#[tokio::test]
async fn each_packing_is_kept_for_itself() {
    let whole = Whole::with(|_| {}).await;
    let path = range(START + 1_800);
    let direct = whole.directly(&path).await.body;
    for _ in 0..5 {
        let packed = whole.get(&path).header("accept-encoding", "gzip, br").send().await.unwrap();
        let encoding = packed.headers()["content-encoding"].to_str().unwrap().to_owned();
        let bytes = packed.bytes().await.unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(&*bytes).read_to_string(&mut text).unwrap();
        assert_eq!((encoding.as_str(), &text), ("gzip", &direct));
        let plain = Reply::of(whole.get(&path).header("accept-encoding", "br")).await;
        assert_eq!((plain.headers.get("content-encoding"), &plain.body), (None, &direct));
    }
}

#[tokio::test]
async fn one_byte_more_is_another_request() {
    let whole = Whole::with(|_| {}).await;
    let path = range(START + 1_800);
    for _ in 0..4 {
        whole.ask(&path).await;
    }
    for (other, from) in [
        (range(START + 1_815), "partial"),
        (format!("{path}&limit=1"), "miss"),
        (format!("{path}&_=1"), "hit"),
        (path.replace("requests_total", "requests_total%7Bjob%3D%22a%22%7D"), "miss"),
    ] {
        let (ours, direct) = (whole.ask(&other).await, whole.directly(&other).await);
        assert_eq!((ours.from(), &ours.body), (from, &direct.body), "{other}");
    }
    // Another method is another request, too.
    let url = format!("{}/prometheus/api/v1/{path}", whole.url);
    assert_eq!(Reply::of(whole.client.head(&url)).await.status, 405);
    assert_eq!(Reply::of(whole.client.delete(&url)).await.status, 405);
}

#[tokio::test]
async fn who_is_not_known_is_not_given_what_is_ready_and_who_drops_it_drops_it_for_all() {
    let credential = |name: &str, job: &str| Credential {
        name: name.to_owned(),
        token: format!("token-of-{name}"),
        labels: [("job".to_owned(), job.to_owned())].into(),
        may_skip_cache: true,
    };
    let credentials = vec![credential("one", "a"), credential("two", "b")];
    let whole = Whole::with(|config| config.proxy.credentials = credentials).await;
    let path = range(START + 1_800);
    let ask = |name: &str| Reply::of(whole.get(&path).bearer_auth(format!("token-of-{name}")));
    for (name, own, other) in [("one", "\"a\"", "\"b\""), ("two", "\"b\"", "\"a\"")] {
        for _ in 0..4 {
            let reply = ask(name).await;
            assert!(reply.body.contains(own) && !reply.body.contains(other), "{name}: {:.300}", reply.body);
        }
    }
    assert_eq!((whole.ask(&path).await.status, ask("nobody").await.status), (401, 401));
    whole.asked_about("requests_total");
    for order in ["skip", "drop", "drop-all"] {
        let request = whole.get(&path).bearer_auth("token-of-one").header("x-sightline-cache", order);
        assert_eq!(Reply::of(request).await.from(), "miss", "{order}");
        assert_eq!(whole.asked_about("requests_total"), 1, "{order}");
    }
    let (one, two) = (ask("one").await, ask("two").await);
    assert_eq!((one.from(), two.from()), ("hit", "miss"));
}

#[tokio::test]
async fn the_unsettled_end_is_never_kept_ready() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let whole = Whole::with(|config| {
        config.cache.freshness = now - Duration::from_secs(START.unsigned_abs());
        config.cache.volatile = Duration::from_millis(300);
    })
    .await;
    let path = range(START + 600);
    for _ in 0..4 {
        whole.ask(&path).await;
    }
    tokio::time::sleep(Duration::from_millis(400)).await;
    whole.asked_about("requests_total");
    let later = whole.ask(&path).await;
    assert_ne!(later.from(), "hit", "{}", later.cache);
    assert_eq!(whole.asked_about("requests_total"), 1);
}
