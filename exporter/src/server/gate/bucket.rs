//! A token bucket: how many requests may pass now.

use std::time::Instant;

use crate::server::web_config::RateLimit;

pub(super) struct Bucket {
    tokens: f64,
    /// When `tokens` was right; `None` before the first request.
    counted: Option<Instant>,
}

impl Bucket {
    pub(super) fn full() -> Self {
        Bucket { tokens: f64::INFINITY, counted: None }
    }

    /// Takes a token if there is one.
    pub(super) fn take(&mut self, limit: RateLimit, now: Instant) -> bool {
        let passed = self.counted.map_or(0.0, |then| now.duration_since(then).as_secs_f64());
        self.counted = Some(now);
        self.tokens = (self.tokens + passed / limit.interval.as_secs_f64()).min(f64::from(limit.burst));
        let room = self.tokens >= 1.0;
        if room {
            self.tokens -= 1.0;
        }
        room
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_passes_and_then_one_request_an_interval() {
        let limit = RateLimit { interval: Duration::from_secs(2), burst: 2 };
        let (start, mut bucket) = (Instant::now(), Bucket::full());
        let mut take = |seconds| bucket.take(limit, start + Duration::from_secs(seconds));
        let passed: Vec<bool> = [0, 0, 0, 1, 2, 2, 100, 100, 100].into_iter().map(&mut take).collect();
        assert_eq!(passed, [true, true, false, false, true, false, true, true, false]);
    }
}
