//! Memory, from `/proc/meminfo`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{KeptFile, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "meminfo",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(Meminfo { file: KeptFile::report(settings.roots.proc("meminfo")) })),
};

struct Meminfo {
    file: KeptFile,
}

/// The file's fields that are exposed, in the kernel's order; a newer kernel's others are not.
#[rustfmt::skip]
const FIELDS: [(&[u8], &str, &str); 51] = [
    (b"MemTotal", "node_memory_MemTotal_bytes", "Usable memory."),
    (b"MemFree", "node_memory_MemFree_bytes", "Memory that is not used at all."),
    (b"MemAvailable", "node_memory_MemAvailable_bytes", "Memory that programs could take without swapping, estimated."),
    (b"Buffers", "node_memory_Buffers_bytes", "Cache of raw disk blocks."),
    (b"Cached", "node_memory_Cached_bytes", "Cache of files, without SwapCached."),
    (b"SwapCached", "node_memory_SwapCached_bytes", "Memory that is in the swap, too."),
    (b"Active", "node_memory_Active_bytes", "Memory that was used recently."),
    (b"Inactive", "node_memory_Inactive_bytes", "Memory that was not used recently."),
    (b"Active(anon)", "node_memory_Active_anon_bytes", "Memory of programs that was used recently."),
    (b"Inactive(anon)", "node_memory_Inactive_anon_bytes", "Memory of programs that was not used recently."),
    (b"Active(file)", "node_memory_Active_file_bytes", "Cache of files that was used recently."),
    (b"Inactive(file)", "node_memory_Inactive_file_bytes", "Cache of files that was not used recently."),
    (b"Unevictable", "node_memory_Unevictable_bytes", "Memory that cannot be reclaimed."),
    (b"Mlocked", "node_memory_Mlocked_bytes", "Memory locked by mlock(2)."),
    (b"SwapTotal", "node_memory_SwapTotal_bytes", "Swap space."),
    (b"SwapFree", "node_memory_SwapFree_bytes", "Swap space that is free."),
    (b"Zswap", "node_memory_Zswap_bytes", "Memory that compressed swap takes."),
    (b"Zswapped", "node_memory_Zswapped_bytes", "Memory that compressed swap holds, before compression."),
    (b"Dirty", "node_memory_Dirty_bytes", "Memory that waits to be written to disk."),
    (b"Writeback", "node_memory_Writeback_bytes", "Memory that is being written to disk."),
    (b"AnonPages", "node_memory_AnonPages_bytes", "Memory of programs that no file backs."),
    (b"Mapped", "node_memory_Mapped_bytes", "Files that programs have mapped."),
    (b"Shmem", "node_memory_Shmem_bytes", "Shared memory and tmpfs."),
    (b"Slab", "node_memory_Slab_bytes", "The kernel's caches of its data structures."),
    (b"SReclaimable", "node_memory_SReclaimable_bytes", "The part of Slab that can be reclaimed."),
    (b"SUnreclaim", "node_memory_SUnreclaim_bytes", "The part of Slab that cannot be reclaimed."),
    (b"KernelStack", "node_memory_KernelStack_bytes", "Stacks of the kernel."),
    (b"PageTables", "node_memory_PageTables_bytes", "Page tables."),
    (b"NFS_Unstable", "node_memory_NFS_Unstable_bytes", "Memory that NFS servers have not yet committed to disk."),
    (b"Bounce", "node_memory_Bounce_bytes", "Bounce buffers of block devices."),
    (b"WritebackTmp", "node_memory_WritebackTmp_bytes", "FUSE's buffers for writing."),
    (b"CommitLimit", "node_memory_CommitLimit_bytes", "Memory that can be allocated under strict overcommit."),
    (b"Committed_AS", "node_memory_Committed_AS_bytes", "Memory that programs have allocated, used or not."),
    (b"VmallocTotal", "node_memory_VmallocTotal_bytes", "The kernel's address space for vmalloc."),
    (b"VmallocUsed", "node_memory_VmallocUsed_bytes", "The used part of the address space for vmalloc."),
    (b"VmallocChunk", "node_memory_VmallocChunk_bytes", "Largest free part of the address space for vmalloc."),
    (b"Percpu", "node_memory_Percpu_bytes", "Memory of data that each CPU has its own copy of."),
    (b"HardwareCorrupted", "node_memory_HardwareCorrupted_bytes", "Memory that the kernel has taken away as broken."),
    (b"AnonHugePages", "node_memory_AnonHugePages_bytes", "Memory of programs in transparent huge pages."),
    (b"ShmemHugePages", "node_memory_ShmemHugePages_bytes", "Shared memory and tmpfs in huge pages."),
    (b"ShmemPmdMapped", "node_memory_ShmemPmdMapped_bytes", "Shared memory that is mapped as huge pages."),
    (b"CmaTotal", "node_memory_CmaTotal_bytes", "Memory that is set aside for contiguous allocations."),
    (b"CmaFree", "node_memory_CmaFree_bytes", "The free part of what is set aside for contiguous allocations."),
    (b"HugePages_Total", "node_memory_HugePages_Total", "Huge pages in the pool."),
    (b"HugePages_Free", "node_memory_HugePages_Free", "Huge pages in the pool that are free."),
    (b"HugePages_Rsvd", "node_memory_HugePages_Rsvd", "Huge pages that are promised and not yet taken."),
    (b"HugePages_Surp", "node_memory_HugePages_Surp", "Huge pages beyond the pool's size."),
    (b"Hugepagesize", "node_memory_Hugepagesize_bytes", "Size of a huge page."),
    (b"DirectMap4k", "node_memory_DirectMap4k_bytes", "Memory that the kernel maps in pages of 4 KiB."),
    (b"DirectMap2M", "node_memory_DirectMap2M_bytes", "Memory that the kernel maps in pages of 2 MiB."),
    (b"DirectMap1G", "node_memory_DirectMap1G_bytes", "Memory that the kernel maps in pages of 1 GiB."),
];

impl Collector for Meminfo {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let content = self.file.read_record(&mut scrape.scratch)?;
        let mut next = 0;
        for line in text::lines(content) {
            let (key, bytes) = parse(line)?;
            if let Some((_, name, help)) = field(key, &mut next) {
                out.gauge_value(name, help, bytes);
            }
        }
        if out.lines.is_empty() {
            return Err(CollectError::parse("meminfo", "none of the known fields is there"));
        }
        Ok(())
    }
}

/// Finds a field, beginning where the one before was found: the file has them in the table's order.
fn field(key: &[u8], next: &mut usize) -> Option<&'static (&'static [u8], &'static str, &'static str)> {
    let (before, after) = FIELDS.split_at(*next);
    let (at, found) = after.iter().chain(before).enumerate().find(|(_, field)| field.0 == key)?;
    *next = (*next + at + 1) % FIELDS.len();
    Some(found)
}

/// Parses `MemTotal:       24684092 kB` into the field and its value; a value without a unit is one already.
fn parse(line: &[u8]) -> Result<(&[u8], u64), CollectError> {
    let broken = || CollectError::parse("meminfo", format!("`{}` is not a field and its value", text::shown(line)));
    let (key, rest) = text::split_once(line, b':').ok_or_else(broken)?;
    let mut fields = text::fields(rest);
    let value: u64 = fields.next().and_then(text::number).ok_or_else(broken)?;
    let factor = match (fields.next(), fields.next()) {
        (None, _) => 1,
        (Some(b"kB"), None) => 1024,
        _ => return Err(broken()),
    };
    Ok((key, value.checked_mul(factor).ok_or_else(broken)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kilobytes_become_bytes_and_counts_stay() {
        assert_eq!(parse(b"MemTotal:       24684092 kB").unwrap(), (&b"MemTotal"[..], 25_276_510_208));
        assert_eq!(parse(b"HugePages_Total:      12").unwrap(), (&b"HugePages_Total"[..], 12));
    }

    #[test]
    fn broken_lines_are_shown() {
        for line in ["", "MemTotal", "MemTotal:", "MemTotal: x kB", "MemTotal: 1 MB", "MemTotal: 1 kB 2", "A: -1 kB"] {
            let error = parse(line.as_bytes()).unwrap_err().to_string();
            assert_eq!(error, format!("meminfo: `{line}` is not a field and its value"));
        }
        assert!(parse(b"MemTotal: 18446744073709551615 kB").is_err(), "does not fit");
    }

    #[test]
    fn fields_are_found_in_any_order() {
        let mut next = 0;
        for key in [&b"MemTotal"[..], b"Dirty", b"MemFree", b"DirectMap2M", b"MemTotal"] {
            assert_eq!(field(key, &mut next).unwrap().0, key);
        }
        assert!(field(b"Hugetlb", &mut next).is_none());
    }
}
