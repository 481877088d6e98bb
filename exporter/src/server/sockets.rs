//! The sockets to listen on: addresses, Unix paths, or what systemd hands over.

use std::net::SocketAddr;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tokio::net::{TcpListener, UnixListener};

use crate::config::{Listen, Web};

pub(super) enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener, #[expect(dead_code, reason = "kept for what its drop does")] Option<Unlink>),
}

/// A Unix socket's path, removed when we stop listening.
pub(super) struct Unlink(PathBuf);

impl Drop for Unlink {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

pub(super) fn listen(web: &Web) -> anyhow::Result<Vec<Listener>> {
    if web.systemd_socket { from_systemd() } else { web.listen.iter().map(bind).collect() }
}

fn bind(listen: &Listen) -> anyhow::Result<Listener> {
    let bound = match listen {
        Listen::Tcp(address) => bind_tcp(*address),
        Listen::Unix(path) => bind_unix(path).map(|listener| (listen.clone(), listener)),
    };
    let (address, listener) = bound.with_context(|| format!("cannot listen on {listen}"))?;
    tracing::info!(%address, "listening");
    Ok(listener)
}

/// Answers with the address that was bound, which tells the port when 0 was asked for.
fn bind_tcp(address: SocketAddr) -> std::io::Result<(Listen, Listener)> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok((Listen::Tcp(listener.local_addr()?), Listener::Tcp(TcpListener::from_std(listener)?)))
}

/// A socket that a killed exporter left behind is taken over; one that somebody listens on is not.
fn bind_unix(path: &Path) -> std::io::Result<Listener> {
    let left_behind = path.symlink_metadata().is_ok_and(|file| file.file_type().is_socket())
        && std::os::unix::net::UnixStream::connect(path).is_err();
    if left_behind {
        std::fs::remove_file(path)?;
    }
    Ok(Listener::Unix(UnixListener::bind(path)?, Some(Unlink(path.to_owned()))))
}

/// Socket activation; see `sd_listen_fds(3)`.
fn from_systemd() -> anyhow::Result<Vec<Listener>> {
    let mut passed = listenfd::ListenFd::from_env();
    if passed.len() == 0 {
        bail!("--web.systemd-socket: systemd has handed over no socket");
    }
    let mut listeners = Vec::new();
    for index in 0..passed.len() {
        let listener = if let Ok(Some(tcp)) = passed.take_tcp_listener(index) {
            tcp.set_nonblocking(true)?;
            Listener::Tcp(TcpListener::from_std(tcp)?)
        } else if let Ok(Some(unix)) = passed.take_unix_listener(index) {
            unix.set_nonblocking(true)?;
            Listener::Unix(UnixListener::from_std(unix)?, None)
        } else {
            bail!("--web.systemd-socket: socket {index} is neither a TCP nor a Unix socket that listens");
        };
        listeners.push(listener);
    }
    tracing::info!("listening on {} sockets of systemd", listeners.len());
    Ok(listeners)
}
