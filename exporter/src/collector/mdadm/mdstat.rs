//! `/proc/mdstat`, as `drivers/md/md.c` writes it: an array is a line with its members, an indented one with its size
//! and more indented ones with the progress of a sync and the bitmap.

use crate::collector::CollectError;
use crate::source::text;

#[derive(Debug, PartialEq)]
pub(super) struct Array<'a> {
    pub(super) name: &'a str,
    /// `active` or `inactive`, or what is under way: `recovering`, `resync`, `reshape`, `check`.
    pub(super) state: &'a str,
    pub(super) disks_required: u64,
    pub(super) disks_active: u64,
    pub(super) disks_failed: u64,
    pub(super) disks_spare: u64,
    pub(super) blocks: u64,
    pub(super) blocks_synced: u64,
}

pub(super) fn parse(content: &[u8]) -> Result<Vec<Array<'_>>, CollectError> {
    let content = std::str::from_utf8(content).map_err(|_| CollectError::parse("mdstat", "is not text"))?;
    let mut arrays = Vec::new();
    let mut lines = content.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with(' ') || line.trim().is_empty() || is_global(line) {
            continue;
        }
        let mut details = Vec::new();
        while let Some(detail) = lines.next_if(|line| line.starts_with([' ', '\t'])) {
            details.push(detail);
        }
        arrays.push(array(line, &details).map_err(|problem| CollectError::parse("mdstat", problem))?);
    }
    Ok(arrays)
}

/// Whether a line is about the system rather than an array.
fn is_global(line: &str) -> bool {
    line.starts_with("Personalities") || line.starts_with("unused devices")
}

fn array<'a>(line: &'a str, details: &[&'a str]) -> Result<Array<'a>, String> {
    let mut fields = line.split_ascii_whitespace();
    let (Some(name), Some(":"), Some(state)) = (fields.next(), fields.next(), fields.next()) else {
        return Err(format!("`{line}` is not `name : state …`"));
    };
    let (status, progress) = details.split_first().ok_or_else(|| format!("nothing follows `{line}`"))?;
    let blocks = status.split_ascii_whitespace().next().and_then(|field| field.parse().ok());
    let blocks = blocks.ok_or_else(|| format!("{name}: `{}` does not begin with a number of blocks", status.trim()))?;
    let (disks_required, disks_active) = disks(line, status)
        .ok_or_else(|| format!("{name}: `{}` does not show the disks as `[2/2] [UU]`", status.trim()))?;
    let mut array = Array {
        name,
        state,
        disks_required,
        disks_active,
        disks_failed: line.matches("(F)").count() as u64,
        disks_spare: line.matches("(S)").count() as u64,
        blocks,
        blocks_synced: blocks,
    };
    if let Some((action, line)) = progress.iter().find_map(|line| Some((action(line)?, line))) {
        array.state = action;
        array.blocks_synced = synced(line).ok_or_else(|| format!("{name}: `{}` has no `(done/total)`", line.trim()))?;
    }
    Ok(array)
}

/// How many disks the array needs, and how many of them work.
fn disks(line: &str, status: &str) -> Option<(u64, u64)> {
    if line.contains("raid0") || line.contains("linear") {
        // These cannot lack a disk and say nothing of them but their names: `sda[0] sdb[1]`.
        let members = line.matches('[').count() as u64;
        return Some((members, members));
    }
    if line.contains("inactive") {
        return Some((0, 0));
    }
    let inside = |field: &'_ str| Some(field.strip_prefix('[')?.strip_suffix(']')?.to_owned());
    let fields: Vec<&str> = status.split_ascii_whitespace().collect();
    fields.windows(2).rev().find_map(|pair| {
        let (counts, map) = (inside(pair.first()?)?, inside(pair.last()?)?);
        let (required, active) = counts.split_once('/')?;
        let drawn = !map.is_empty() && map.bytes().all(|disk| matches!(disk, b'U' | b'_'));
        if drawn { Some((required.parse().ok()?, active.parse().ok()?)) } else { None }
    })
}

/// What a line of progress says is under way.
fn action(line: &str) -> Option<&'static str> {
    [("recovery", "recovering"), ("reshape", "reshape"), ("check", "check"), ("resync", "resync")]
        .into_iter()
        .find_map(|(word, action)| line.contains(word).then_some(action))
}

/// The blocks done, from `resync =  8.5% (16775552/195310144) finish=…`; 0 for `resync=PENDING` and its like.
fn synced(line: &str) -> Option<u64> {
    let Some((_, counts)) = line.split_once('(') else {
        return ["PENDING", "DELAYED", "REMOTE"].iter().any(|wait| line.contains(wait)).then_some(0);
    };
    text::number(counts.split_once('/')?.0.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(content: &str) -> Result<Array<'_>, String> {
        let mut arrays = parse(content.as_bytes()).map_err(|error| error.to_string())?;
        assert_eq!(arrays.len(), 1);
        Ok(arrays.remove(0))
    }

    #[test]
    fn a_degraded_array_that_recovers() {
        let array = only(
            "Personalities : [raid1]\nmd6 : active raid1 sdb2[2](F) sdc[1](S) sda2[0]\n      \
             1000 blocks super 1.2 [2/1] [U_]\n      [=>....]  recovery =  8.5% (85/1000) finish=17.0min \
             speed=259783K/sec\n      bitmap: 0/30 pages [0KB], 65536KB chunk\n\nunused devices: <none>\n",
        );
        let expected = Array {
            name: "md6",
            state: "recovering",
            disks_required: 2,
            disks_active: 1,
            disks_failed: 1,
            disks_spare: 1,
            blocks: 1000,
            blocks_synced: 85,
        };
        assert_eq!(array, Ok(expected));
    }

    #[test]
    fn striped_and_inactive_arrays_show_no_map_of_disks() {
        let striped = only("md1 : active (auto-read-only) raid0 sda[0] sdb[1]\n      9 blocks 64k chunks\n").unwrap();
        assert_eq!((striped.disks_required, striped.disks_active, striped.state), (2, 2, "active"));
        let inactive = only("md2 : inactive sda[0](S)\n      9 blocks super external:imsm\n").unwrap();
        assert_eq!((inactive.disks_required, inactive.disks_spare, inactive.state), (0, 1, "inactive"));
        let waiting =
            only("md3 : active raid1 a[0] b[1]\n      9 blocks [2/2] [UU]\n      \tresync=PENDING\n").unwrap();
        assert_eq!((waiting.state, waiting.blocks_synced), ("resync", 0));
    }

    #[test]
    fn broken_files_are_errors_that_name_the_place() {
        let told = |content: &str| only(content).unwrap_err();
        assert_eq!(told("md0 : active"), "mdstat: nothing follows `md0 : active`");
        assert_eq!(told("md0\n"), "mdstat: `md0` is not `name : state …`");
        assert_eq!(
            told("md0 : active raid1 a[0]\n   x blocks\n"),
            "mdstat: md0: `x blocks` does not begin with a number of blocks"
        );
        assert!(told("md0 : active raid1 a[0]\n   9 blocks [2/] [U_]\n").contains("does not show the disks"));
        assert!(told("md0 : active raid1 a[0]\n   9 blocks [2/2] [UU]\n   resync = (\n").contains("(done/total)"));
        assert!(parse(b"\xff\xfe").is_err());
        assert!(parse(b"").unwrap().is_empty());
    }
}
