//! How many may be connected: in all, and from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::config::LiveConfig;
use crate::metrics::LiveMetrics;

/// Counts connections. One that ends gives its place back, because an [`Admission`] ends when dropped.
pub struct Connections {
    max: usize,
    max_per_address: usize,
    metrics: LiveMetrics,
    /// Never held across an await.
    open: Mutex<Open>,
    /// Cancelled when the gateway stops: every connection then says when to come back.
    pub draining: CancellationToken,
}

/// The connections that are open.
#[derive(Default)]
struct Open {
    total: usize,
    by_address: HashMap<IpAddr, usize>,
}

impl Connections {
    pub fn new(config: &LiveConfig, metrics: LiveMetrics) -> Arc<Self> {
        Arc::new(Self {
            max: config.max_connections,
            max_per_address: config.max_connections_per_address,
            metrics,
            open: Mutex::default(),
            draining: CancellationToken::new(),
        })
    }

    /// A place until the result is dropped; None when there is none left.
    pub fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Admission> {
        let address = address.to_canonical();
        let mut open = self.lock();
        let own = open.by_address.get(&address).copied().unwrap_or(0);
        if open.total >= self.max || own >= self.max_per_address {
            return None;
        }
        open.by_address.insert(address, own + 1);
        open.total += 1;
        self.metrics.connections.set(open.total as i64);
        Some(Admission { connections: Arc::clone(self), address })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.lock().total
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct Admission {
    connections: Arc<Connections>,
    address: IpAddr,
}

impl Drop for Admission {
    fn drop(&mut self) {
        let mut open = self.connections.lock();
        open.total -= 1;
        if let Some(count) = open.by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.by_address.remove(&self.address);
            }
        }
        self.connections.metrics.connections.set(open.total as i64);
    }
}
