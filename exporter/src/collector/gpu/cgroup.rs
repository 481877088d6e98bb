//! Which container and pod a process is in, from `/proc/PID/cgroup`.

/// The container's id and the pod's UID, as far as the path tells.
pub(super) fn container_and_pod(cgroups: &str) -> (Option<String>, Option<String>) {
    let paths = || cgroups.lines().filter_map(|line| line.splitn(3, ':').nth(2));
    let container = paths().find_map(|path| path.split('/').rev().find_map(container));
    let pod = paths().find_map(|path| path.split('/').find_map(pod));
    (container, pod)
}

/// The id in `docker-<id>.scope`, `cri-containerd-<id>.scope`, or `<id>` alone: 64 hexadecimal digits.
fn container(part: &str) -> Option<String> {
    let part = part.strip_suffix(".scope").unwrap_or(part);
    let id = part.rsplit_once('-').map_or(part, |(_, id)| id);
    (id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| id.to_owned())
}

/// The UID in `kubepods-burstable-pod<uid>.slice` or `pod<uid>`; systemd writes its dashes as underscores.
fn pod(part: &str) -> Option<String> {
    let part = part.strip_suffix(".slice").unwrap_or(part);
    let uid = &part[part.rfind("pod")? + 3..];
    (uid.len() == 36 && uid.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'-' | b'_')))
        .then(|| uid.replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn a_container_is_found_however_it_is_spelled() {
        for path in
            [format!("/docker/{ID}"), format!("/system.slice/docker-{ID}.scope"), format!("/x/libpod-{ID}.scope")]
        {
            assert_eq!(container_and_pod(&format!("0::{path}\n")), (Some(ID.to_owned()), None), "{path}");
        }
    }

    #[test]
    fn a_pod_is_found_with_either_cgroup_driver() {
        let uid = "8a5b1f0e-1c2d-4e5f-8a9b-0c1d2e3f4a5b";
        let systemd = format!(
            "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{}.slice/cri-containerd-{ID}.scope\n",
            uid.replace('-', "_")
        );
        let cgroupfs = format!("12:cpu:/kubepods/burstable/pod{uid}/{ID}\n");
        for cgroups in [systemd, cgroupfs] {
            assert_eq!(container_and_pod(&cgroups), (Some(ID.to_owned()), Some(uid.to_owned())), "{cgroups}");
        }
    }

    #[test]
    fn a_process_outside_of_containers_has_neither() {
        assert_eq!(container_and_pod("0::/user.slice/user-1000.slice/session-2.scope\n"), (None, None));
        assert_eq!(container_and_pod(""), (None, None));
    }
}
