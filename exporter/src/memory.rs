//! How the exporter keeps its memory small: one heap, and nothing held that only its start needed.

use std::ops::Range;
use std::sync::Once;

/// To be called before there is a second thread.
///
/// All threads share one heap: they take turns, so nobody waits for it, and each heap of their own would hold on to a
/// scrape's worth of memory. What is free at its end is given back in smaller pieces than by default.
pub(crate) fn limit() {
    #[cfg(target_env = "gnu")]
    for (parameter, value) in [(libc::M_ARENA_MAX, 1), (libc::M_TOP_PAD, 16 << 10), (libc::M_TRIM_THRESHOLD, 256 << 10)]
    {
        #[expect(unsafe_code, reason = "there is no other way to the C library's settings")]
        // SAFETY: any parameter and value may be given; those that the library does not know have no effect.
        unsafe {
            libc::mallopt(parameter, value);
        }
    }
}

/// To be called after a scrape; does its work after the first one, when all that happens once has happened.
///
/// Reading flags and compiling patterns leaves holes in the heap and most of the program's code mapped, since the
/// kernel maps 64 KiB around each page that is touched. A scrape runs through a fifth of that.
pub(crate) fn settle() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        give_back_heap();
        unmap_code();
    });
}

fn give_back_heap() {
    #[cfg(target_env = "gnu")]
    #[expect(unsafe_code, reason = "there is no other way to the C library's heap")]
    // SAFETY: the function may be called at any time, from any thread.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Lets go of what is mapped of the program and its libraries. It stays in the page cache, and what is used again is
/// mapped again.
fn unmap_code() {
    let Ok(mappings) = std::fs::read_to_string("/proc/self/smaps") else { return };
    for range in clean(&mappings) {
        #[expect(unsafe_code, reason = "there is no other way to take back a mapping of the program's own")]
        // SAFETY: nothing was ever written to these pages, so that each is in its file as it was here.
        unsafe {
            libc::madvise(range.start as *mut libc::c_void, range.len(), libc::MADV_DONTNEED);
        }
    }
}

/// The mappings of files that cannot be written to and have no page that differs from its file, as the linker's
/// relocations make them; see `proc_pid_smaps(5)`.
fn clean(mappings: &str) -> Vec<Range<usize>> {
    let mut clean = Vec::new();
    let mut readable: Option<Range<usize>> = None;
    for line in mappings.lines() {
        if let Some(header) = Header::parse(line) {
            readable = (header.is_file && !header.is_writable).then_some(header.range);
        } else if line.strip_prefix("Anonymous:").is_some_and(|size| size.trim() == "0 kB") {
            clean.extend(readable.take());
        }
    }
    clean
}

/// The first line on a mapping: `7f00-7f01 r-xp 00000000 fe:00 42 /usr/bin/program`.
struct Header {
    range: Range<usize>,
    is_writable: bool,
    is_file: bool,
}

impl Header {
    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split_ascii_whitespace();
        let (start, end) = fields.next()?.split_once('-')?;
        let address = |text| usize::from_str_radix(text, 16).ok();
        let is_writable = fields.next()?.contains('w');
        let is_file = fields.nth(3).is_some_and(|path| path.starts_with('/'));
        Some(Header { range: address(start)?..address(end)?, is_writable, is_file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_that_are_mapped_as_they_are_count_as_clean() {
        let mapping = |header: &str, anonymous: u32| {
            format!("{header}\nSize:  4 kB\nRss:  4 kB\nAnonymous:  {anonymous} kB\nVmFlags: rd mr mw me\n")
        };
        let mappings = [
            mapping("1000-2000 r--p 00000000 fe:00 42 /usr/bin/program", 0),
            mapping("2000-5000 r-xp 00001000 fe:00 42 /usr/bin/program", 0),
            mapping("5000-6000 r--p 00004000 fe:00 42 /usr/bin/program", 4),
            mapping("6000-7000 rw-p 00005000 fe:00 42 /usr/bin/program", 0),
            mapping("7000-8000 rw-p 00000000 00:00 0 [heap]", 0),
            mapping("8000-9000 r--p 00000000 00:00 0", 0),
            mapping("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]", 0),
        ];
        assert_eq!(clean(&mappings.concat()), [0x1000..0x2000, 0x2000..0x5000]);
        assert!(clean("garbage\n-\nAnonymous: 0 kB\n").is_empty());
    }

    #[test]
    fn the_program_runs_on() {
        let own = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let code = the_program_runs_on as fn() as usize;
        assert!(clean(&own).iter().any(|range| range.contains(&code)), "its own code is among what is let go of");
        limit();
        settle();
        assert_eq!(clean(&own).len(), clean(&std::fs::read_to_string("/proc/self/smaps").unwrap()).len());
    }
}
