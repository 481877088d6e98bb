//! What GPUs make of the rows.

use crate::wire::gpu::GpuWarningKind;

use super::*;

/// One tick that knows a server, what its GPUs are, and perhaps which are idle.
fn gpu_tick(at: f64, hardware: &str, idle: Option<&str>, memory: &Memory) -> (Snapshot, Memory) {
    let (targets, hardware, idle) = (body(&target("a", 1, at - 1.0)), body(hardware), idle.map(body));
    let vectors = Vectors {
        at,
        targets: answer(&targets),
        hardware: samples(&hardware),
        idle_gpus: idle.as_deref().map(samples),
        ..Vectors::default()
    };
    built(vectors, memory)
}

fn warnings_of(snapshot: &Snapshot) -> Vec<(GpuWarningKind, Option<&str>)> {
    let gpu = snapshot.server("a").unwrap().row.gpu.as_ref().unwrap();
    gpu.warnings.iter().map(|it| (it.kind, it.gpu.as_deref())).collect()
}

#[test]
fn a_server_whose_gpus_are_all_lost_still_says_so() {
    let lost = r#"{"series":"gpu_lost","job":"node","instance":"a","gpu":"0"} 0"#;
    let (snapshot, _) = gpu_tick(100.0, lost, None, &Memory::default());
    assert_eq!(warnings_of(&snapshot), [(GpuWarningKind::Lost, Some("0"))]);
    assert_eq!(snapshot.server("a").unwrap().row.gpu.as_ref().unwrap().count, 0);
}

#[test]
fn idle_gpus_are_asked_for_once_a_minute_and_stay_meanwhile() {
    let one = r#"{"series":"instance:gpus:count","job":"node","instance":"a"} 1"#;
    let idle = r#"{"series":"gpu_idle_since","job":"node","instance":"a","gpu":"0"} 42"#;
    let expected = [(GpuWarningKind::IdleReserved, Some("0"))];
    assert!(!Memory::default().wants_idle_gpus(), "nobody has seen a GPU");
    let (_, memory) = gpu_tick(100.0, one, None, &Memory::default());
    assert!(memory.wants_idle_gpus());
    let (snapshot, memory) = gpu_tick(105.0, one, Some(idle), &memory);
    assert_eq!(warnings_of(&snapshot), expected);
    assert_eq!(snapshot.server("a").unwrap().row.gpu.as_ref().unwrap().warnings[0].since, Some(42.0));
    let (snapshot, memory) = gpu_tick(110.0, one, None, &memory);
    assert_eq!(warnings_of(&snapshot), expected);
    assert!(!memory.wants_idle_gpus());
    let (_, memory) = gpu_tick(165.0, one, None, &memory);
    assert!(memory.wants_idle_gpus());
    let (snapshot, _) = gpu_tick(170.0, one, Some(""), &memory);
    assert_eq!(warnings_of(&snapshot), []);
}
