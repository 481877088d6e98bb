//! Gives back the memory that a crowd of connections leaves behind.
//!
//! A connection needs some kilobytes for its handshake and keeps a few hundred bytes afterwards. When thousands come at
//! once, what stays lies between what was freed, and glibc keeps all of it.

/// So many connections more or fewer than last time are a crowd.
const CROWD: usize = 500;

#[derive(Default)]
pub(super) struct Memory {
    /// How many connections there were when it was last given back.
    connections: usize,
}

impl Memory {
    /// After a tick with so many connections: gives back what is free, if many came or went.
    pub(super) async fn tidy(&mut self, connections: usize) {
        if self.connections.abs_diff(connections) < CROWD {
            return;
        }
        self.connections = connections;
        // It walks through all that is free, so not where connections are served. That it failed harms nobody.
        let _ = tokio::task::spawn_blocking(give_back).await;
    }
}

#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "there is no safe way to ask the C library for it")]
fn give_back() {
    // SAFETY: it takes the allocator's own locks and touches only memory that nobody has.
    unsafe { libc::malloc_trim(0) };
}

#[cfg(not(target_env = "gnu"))]
fn give_back() {}
