//! How a question to Prometheus can fail.

use std::time::Duration;

/// Whoever asks branches on this; the message is for the person who reads the page or the log.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// No connection, or it broke.
    #[error("Prometheus cannot be reached: {0}")]
    Unreachable(String),
    #[error("Prometheus did not answer within {}", humanise(*.0))]
    Timeout(Duration),
    /// The answer broke off, is not JSON, or is not what was asked for.
    #[error("Prometheus' answer cannot be read: {0}")]
    Unreadable(String),
    #[error("Prometheus' answer is longer than {0} bytes")]
    TooLarge(usize),
    /// Prometheus' own error envelope.
    #[error("Prometheus refused: {message} ({kind}, status {status})")]
    Refused { status: u16, kind: String, message: String },
    /// A status without the envelope: a proxy on the way, or Prometheus while it starts.
    #[error("Prometheus answered with status {status}: {excerpt}")]
    Status { status: u16, excerpt: String },
}

impl Error {
    /// For metrics: a few words that do not grow in number.
    pub fn outcome(&self) -> &'static str {
        match self {
            Error::Unreachable(_) => "unreachable",
            Error::Timeout(_) => "timeout",
            Error::Unreadable(_) => "unreadable",
            Error::TooLarge(_) => "too_large",
            Error::Refused { .. } => "refused",
            Error::Status { .. } => "status",
        }
    }

    /// True when the question itself is at fault, so that asking the same again is of no use.
    pub fn is_about_the_question(&self) -> bool {
        matches!(self, Error::Refused { status: 400 | 422, .. } | Error::TooLarge(_))
    }

    /// True when the next attempt may well succeed.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self, Error::Unreachable(_) | Error::Status { status: 502..=504, .. })
    }
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        // The URL is left out: it may hold a password.
        let error = error.without_url();
        if error.is_body() || error.is_decode() {
            return Error::Unreadable(format!("it broke off: {}", innermost(&error)));
        }
        Error::Unreachable(innermost(&error))
    }
}

/// The last cause says what happened ("connection refused"); those before it only say where.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

fn humanise(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
