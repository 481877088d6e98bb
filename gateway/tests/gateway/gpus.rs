//! The GPUs of all servers.

use crate::gateway;

#[tokio::test]
async fn gpus_of_all_servers_are_filtered_sorted_grouped_and_paged() {
    let (fake, gateway) = gateway::settled().await;
    let mut pages = String::new();
    for query in [
        "",
        "sort=-utilization",
        "sort=temperature",
        "filter=xid%3D79",
        "filter=far",
        "filter=model:h2+utilization%3C0.7",
        "filter=warnings%3E0&limit=1&offset=1",
        "group=mig&of=1g.10gb",
    ] {
        let page = gateway.json(&format!("/api/v1/gpus?{query}")).await;
        let gpus = page["gpus"].as_array().unwrap().iter();
        let names: Vec<_> = gpus.map(|it| format!("{}/{}", it["server_name"], it["gpu"]).replace('"', "")).collect();
        pages += &format!("{query}: {} of {}, {} match\n", names.join(" "), page["total"], page["matched"]);
    }
    insta::assert_snapshot!(pages, @r"
    : gpu-1/9 gpu-1/10 far-1/0 of 3, 3 match
    sort=-utilization: gpu-1/10 gpu-1/9 far-1/0 of 3, 3 match
    sort=temperature: gpu-1/9 far-1/0 gpu-1/10 of 3, 3 match
    filter=xid%3D79: gpu-1/9 of 3, 1 match
    filter=far: far-1/0 of 3, 1 match
    filter=model:h2+utilization%3C0.7: gpu-1/9 of 3, 1 match
    filter=warnings%3E0&limit=1&offset=1: gpu-1/10 of 3, 2 match
    group=mig&of=1g.10gb: far-1/0 of 3, 1 match
    ");

    let page = gateway.json("/api/v1/gpus?group=model").await;
    let groups: Vec<_> =
        page["groups"].as_array().unwrap().iter().map(|it| fields(it, &["name", "count", "instances"])).collect();
    assert_eq!(serde_json::json!(groups), serde_json::json!([["A100", 0, 1], ["H200", 2, 0]]));
    let summary = fields(
        &page["summary"],
        &["busiest_ratio", "utilization_ratio", "temperature_celsius", "power_watts", "warned"],
    );
    assert_eq!(summary, serde_json::json!([1.0, 0.8, 71.0, null, 2]));
    // The server's own exporter comes before dcgm-exporter's job; a host that is no server has no id.
    let (first, last) = (&page["gpus"][0], &page["gpus"][2]);
    assert_eq!(
        fields(first, &["server", "status", "utilization_ratio"]),
        serde_json::json!(["gpu-1:9100", "stale", 0.6])
    );
    assert_eq!(fields(&first["xid"], &["code", "at"]), serde_json::json!([79, 1_795_216_000.0]));
    assert_eq!(fields(last, &["server", "status", "mig_profile"]), serde_json::json!([null, null, "1g.10gb"]));
    assert_eq!(page["gpus"][1]["held_back"], serde_json::json!([{ "reason": "sw_power_cap", "ratio": 0.75 }]));

    let asked = fake.take_asked();
    let about_gpus = asked.iter().filter(|it| it.contains("gpu_held_back") && !it.contains("node_os_info")).count();
    assert!((1..=3).contains(&about_gpus), "ten pages of a few ticks asked {about_gpus} times");
    assert_eq!(gateway.get("/api/v1/gpus?sort=colour").await.status(), 400);
}

fn fields(object: &serde_json::Value, names: &[&str]) -> serde_json::Value {
    names.iter().map(|&name| object[name].clone()).collect()
}
