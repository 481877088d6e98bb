//! Every wrong request gets an answer that names what is wrong and what is allowed.

use crate::fake::{Fake, Mode};
use crate::gateway::Gateway;

#[tokio::test]
async fn what_is_wrong_is_named() {
    let fake = Fake::start(Mode::Good, 0).await;
    let gateway = Gateway::start(&fake).await;
    gateway.settled().await;
    let mut answers = String::new();
    for path in [
        "/api/v1/nothing",
        "/api/v1/servers/nobody",
        "/api/v1/servers/%ff",
        "/api/v1/servers/web-1:9100/panels/nothing?start=1&end=2&step=1",
        "/api/v1/servers/nobody/panels/cpu?start=1&end=2&step=1",
        "/api/v1/servers/web-1:9100/panels/cpu",
        "/api/v1/servers/web-1:9100/panels/cpu?start=2&end=2&step=1",
        "/api/v1/servers/web-1:9100/panels/cpu?start=3&end=2&step=1",
        "/api/v1/servers/web-1:9100/panels/cpu?start=1&end=2&step=0",
        "/api/v1/servers/web-1:9100/panels/cpu?start=1&end=2&step=-5s",
        "/api/v1/servers/web-1:9100/panels/cpu?start=0&end=11001&step=1",
        "/api/v1/servers/web-1:9100/panels/cpu?start=now&end=2&step=1",
        "/api/v1/servers/web-1:9100/panels/cpu?start=1&end=2&step=1&colour=red",
        "/api/v1/servers?limit=0",
        "/api/v1/servers?limit=1001",
        "/api/v1/servers?offset=-1",
        "/api/v1/servers?sort=colour",
        "/api/v1/servers?sort=cpu&sort=name",
        "/api/v1/servers?filter=cpu%3E",
        "/api/v1/servers?filter=web%20status:gone",
        "/api/v1/overview?a=b",
        "/api/v1/live",
        "/assets/nothing.js",
    ] {
        let response = gateway.get(path).await;
        let (status, text) = (response.status().as_u16(), response.text().await.unwrap());
        answers += &format!("{path}\n  {status} {text}\n");
    }
    insta::assert_snapshot!(answers, @r#"
    /api/v1/nothing
      404 {"error":"there is nothing at `/api/v1/nothing`","code":"not_found","parameter":null}
    /api/v1/servers/nobody
      404 {"error":"there is no server `nobody`","code":"not_found","parameter":"id"}
    /api/v1/servers/%ff
      400 {"error":"Invalid URL: Invalid UTF-8 in `id`","code":"bad_request","parameter":null}
    /api/v1/servers/web-1:9100/panels/nothing?start=1&end=2&step=1
      404 {"error":"there is no panel `nothing`","code":"not_found","parameter":"panel"}
    /api/v1/servers/nobody/panels/cpu?start=1&end=2&step=1
      404 {"error":"there is no server `nobody`","code":"not_found","parameter":"id"}
    /api/v1/servers/web-1:9100/panels/cpu
      400 {"error":"`start` is missing","code":"bad_request","parameter":"start"}
    /api/v1/servers/web-1:9100/panels/cpu?start=2&end=2&step=1
      400 {"error":"`end` is 2; allowed: later than `start`, which is 2","code":"bad_request","parameter":"end"}
    /api/v1/servers/web-1:9100/panels/cpu?start=3&end=2&step=1
      400 {"error":"`end` is 2; allowed: later than `start`, which is 3","code":"bad_request","parameter":"end"}
    /api/v1/servers/web-1:9100/panels/cpu?start=1&end=2&step=0
      400 {"error":"`step` is `0`; allowed: seconds, or a duration such as `15s`, more than 0","code":"bad_request","parameter":"step"}
    /api/v1/servers/web-1:9100/panels/cpu?start=1&end=2&step=-5s
      400 {"error":"`step` is `-5s`; allowed: seconds, or a duration such as `15s`, more than 0","code":"bad_request","parameter":"step"}
    /api/v1/servers/web-1:9100/panels/cpu?start=0&end=11001&step=1
      400 {"error":"`step` of 1 s makes 11001 steps from `start` to `end`; allowed: at most 11000, which is 11000 s","code":"bad_request","parameter":"step"}
    /api/v1/servers/web-1:9100/panels/cpu?start=now&end=2&step=1
      400 {"error":"`start` is `now`; allowed: unix seconds or RFC 3339, from 1970 to 9999","code":"bad_request","parameter":"start"}
    /api/v1/servers/web-1:9100/panels/cpu?start=1&end=2&step=1&colour=red
      400 {"error":"there is no parameter `colour`","code":"bad_request","parameter":null}
    /api/v1/servers?limit=0
      400 {"error":"`limit` is `0`; allowed: a whole number from 1 to 1000","code":"bad_request","parameter":"limit"}
    /api/v1/servers?limit=1001
      400 {"error":"`limit` is `1001`; allowed: a whole number from 1 to 1000","code":"bad_request","parameter":"limit"}
    /api/v1/servers?offset=-1
      400 {"error":"`offset` is `-1`; allowed: a whole number from 0","code":"bad_request","parameter":"offset"}
    /api/v1/servers?sort=colour
      400 {"error":"`sort` is `colour`; allowed: name, status, severity, cpu, memory, filesystem, load, network, disk, gpu, gpus, gpu.memory, gpu.temperature, gpu.warnings, temperature, uptime, alerts; with a leading `-` for descending","code":"bad_request","parameter":"sort"}
    /api/v1/servers?sort=cpu&sort=name
      400 {"error":"`sort` is given twice; allowed: once","code":"bad_request","parameter":"sort"}
    /api/v1/servers?filter=cpu%3E
      400 {"error":"`filter`, character 5: `` is not a number","code":"bad_request","parameter":"filter"}
    /api/v1/servers?filter=web%20status:gone
      400 {"error":"`filter`, character 12: there is no status `gone`; allowed: up, stale, down","code":"bad_request","parameter":"filter"}
    /api/v1/overview?a=b
      400 {"error":"there is no parameter `a`","code":"bad_request","parameter":null}
    /api/v1/live
      400 {"error":"this is not a WebSocket handshake: the header `connection` does not say `upgrade`","code":"bad_request","parameter":null}
    /assets/nothing.js
      404 {"error":"there is nothing at `/assets/nothing.js`","code":"not_found","parameter":null}
    "#);
}

#[tokio::test]
async fn a_wrong_method_names_the_allowed_ones() {
    let fake = Fake::start(Mode::Good, 0).await;
    let gateway = Gateway::start(&fake).await;
    let response = gateway.send(|client, base| client.post(base + "/api/v1/overview")).await;
    let (status, allow) = (response.status(), response.headers()["allow"].clone());
    assert_eq!((status.as_u16(), allow.to_str().unwrap()), (405, "GET, HEAD"));
    insta::assert_snapshot!(response.text().await.unwrap(), @r#"{"error":"`POST` is not allowed here; allowed: GET, HEAD","code":"not_allowed","parameter":null}"#);
}

#[tokio::test]
async fn what_is_too_long_is_refused() {
    let fake = Fake::start(Mode::Good, 0).await;
    let gateway = Gateway::start_with(&fake, |config| config.http.max_body_bytes = 1_024).await;
    let body = gateway.send(|client, base| client.post(base + "/api/v1/overview").body("x".repeat(2_000))).await;
    insta::assert_snapshot!(format!("{} {}", body.status(), body.text().await.unwrap()), @r#"413 Payload Too Large {"error":"the request's body is longer than 1024 bytes","code":"too_large","parameter":null}"#);
    let head =
        gateway.send(|client, base| client.get(base + "/api/health").header("x-long", "x".repeat(200_000))).await;
    assert_eq!(head.status(), 431);
    let filter = gateway.get(&format!("/api/v1/servers?filter={}", "x".repeat(500))).await;
    insta::assert_snapshot!(format!("{} {}", filter.status(), filter.text().await.unwrap()), @r#"400 Bad Request {"error":"`filter` has 500 characters; allowed: at most 200","code":"bad_request","parameter":"filter"}"#);
}
