//! What Grafana's Prometheus data source sends, replayed.

use std::io::Read as _;

use crate::support::bench::Bench;
use crate::support::gateway::content;
use crate::support::samples::DENSE_START;

#[tokio::test]
async fn save_and_test_succeeds() {
    let bench = Bench::new().await;
    // The health check: arithmetic at four seconds past 1970, by POST.
    let health = bench.post("query", "query=1%2B1&time=4").await;
    let direct = bench.directly("query?query=1%2B1&time=4").await;
    assert_eq!((health.status, health.body), (200, direct.body));

    // The build information decides what Grafana thinks it talks to: upstream's own, nothing invented.
    let build = bench.ask("status/buildinfo").await;
    assert_eq!((build.status, &build.body), (200, &bench.directly("status/buildinfo").await.body));
    assert!(!build.body.contains("features"));
}

#[tokio::test]
async fn the_data_source_opens() {
    let bench = Bench::new().await;
    assert_eq!(bench.ask("rules").await.body, bench.directly("rules").await.body);
    // Milliseconds where seconds are meant: the year 57,000.
    let probe = "query_exemplars?query=test&start=1763667597000&end=1763671197000";
    let reply = bench.ask(probe).await;
    assert_eq!((reply.status, content(&reply.body).status), (200, "success".to_owned()));
    assert_eq!(reply.body, bench.directly(probe).await.body);
}

#[tokio::test]
async fn the_editor_finds_names_and_values() {
    let bench = Bench::new().await;
    let times = format!("start={DENSE_START}&end={}", DENSE_START + 3_600);
    for path in [
        format!("label/__name__/values?{times}&limit=40000"),
        format!("labels?{times}&limit=40000&match[]=requests_total"),
        "metadata?limit=40000".to_owned(),
        format!("series?{times}&match[]=%7B__name__!%3D%22%22%7D"),
    ] {
        for from in ["miss", "hit"] {
            let reply = bench.ask(&path).await;
            assert_eq!((reply.status, reply.from()), (200, from), "{path}");
            assert_eq!(reply.body, bench.directly(&path).await.body, "{path}");
        }
    }
    // A POST that is refused with 405 is repeated as a GET.
    let post = bench.post("metadata", "limit=40000").await;
    assert_eq!((post.status, post.headers["allow"].to_str().unwrap()), (405, "GET"));
}

#[tokio::test]
async fn panels_in_any_time_zone_are_kept() {
    let bench = Bench::new().await;
    for (offset, step) in [(3_600, 7_200), (19_800, 3_600), (0, 3_600), (-16_200, 1_800)] {
        // floor((t + offset) / step) * step - offset: on the caller's clock, not on UTC's.
        let floor = |time: i64| (time + offset).div_euclid(step) * step - offset;
        let (start, end) = (floor(DENSE_START), floor(DENSE_START + 6 * 3_600));
        let path = format!("query_range?query=requests_total&start={start}&end={end}&step={step}");
        bench.ask(&path).await;
        let again = bench.ask(&path).await;
        assert_eq!(again.from(), "hit");
        assert_eq!(content(&again.body), content(&bench.directly(&path).await.body));
    }
}

#[tokio::test]
async fn custom_parameters_in_the_url_of_a_post_count() {
    let bench = Bench::new().await;
    let form = format!("query=requests_total&start={DENSE_START}&end={}&step=15", DENSE_START + 600);
    bench.post("query_range?max_source_resolution=5m", &form).await;
    assert!(bench.faulty.take_asked()[0].contains("max_source_resolution=5m"));
    assert_eq!(bench.post("query_range?max_source_resolution=5m", &form).await.from(), "hit");
    assert_eq!(bench.post("query_range?max_source_resolution=1h", &form).await.from(), "miss");
    // GET and POST are the same question, and the body wins over the URL.
    assert_eq!(bench.ask(&format!("query_range?{form}&max_source_resolution=5m")).await.from(), "hit");
    assert_eq!(bench.post("query_range?max_source_resolution=5m&query=other", &form).await.from(), "hit");
}

/// The encoding of an answer, and its text.
async fn asked_with(bench: &Bench, path: &str, accepted: &str) -> (Option<String>, String) {
    let url = format!("{}/api/v1/{path}", bench.gateway.url);
    let response = bench.client.get(url).header("accept-encoding", accepted).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.headers()["vary"], "Accept-Encoding");
    let encoding = response.headers().get("content-encoding").map(|value| value.to_str().unwrap().to_owned());
    let body = response.bytes().await.unwrap();
    let mut text = String::new();
    match encoding {
        Some(_) => flate2::read::GzDecoder::new(&*body).read_to_string(&mut text).unwrap(),
        None => body.as_ref().read_to_string(&mut text).unwrap(),
    };
    (encoding, text)
}

#[tokio::test]
async fn answers_are_gzip_or_identity_and_nothing_else() {
    let bench = Bench::new().await;
    let (start, end) = (DENSE_START, DENSE_START + 6 * 3_600);
    for (path, encoding) in [
        (format!("query_range?query=requests_total&start={start}&end={end}&step=15"), Some("gzip")),
        // In pieces.
        (format!("query_range?query=temperature&start={start}&end={end}&step=15"), Some("gzip")),
        (format!("query?query=temperature&time={end}"), Some("gzip")),
        (format!("series?match[]=%7B__name__!%3D%22%22%7D&start={start}&end={end}"), Some("gzip")),
        // Not worth it.
        ("query?query=vector(1)&time=5".to_owned(), None),
    ] {
        let direct = bench.directly(&path).await.body;
        // A miss, which may be passed on as it comes; hits; and what is kept ready.
        for round in 0..5 {
            // What a browser sends and Grafana passes on.
            let (found, text) = asked_with(&bench, &path, "gzip, deflate, br, zstd").await;
            assert_eq!(content(&text), content(&direct), "{path}");
            assert!(found.as_deref() == encoding || (round == 0 && found.is_none()), "{path}: {found:?}");
            for accepted in ["deflate, br, zstd", "identity", "gzip;q=0"] {
                let (found, text) = asked_with(&bench, &path, accepted).await;
                assert_eq!((found, content(&text)), (None, content(&direct)), "{path} {accepted}");
            }
        }
    }
}

#[tokio::test]
async fn errors_are_in_a_status_whose_text_grafana_shows() {
    let bench = Bench::new().await;
    for path in ["query?query=up[", &format!("query?query={}1{}", "(".repeat(300), ")".repeat(300)), "query?query=%zz"]
    {
        let reply = bench.ask(path).await;
        assert!([400, 422, 503].contains(&reply.status), "{path}: {}", reply.status);
        assert_eq!(content(&reply.body).status, "error");
    }
}
