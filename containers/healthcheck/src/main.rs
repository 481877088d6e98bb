//! `sightline-healthcheck URL`: asks a server how it is, for container images that have neither a shell nor curl.
//!
//! Ends with 0 when the answer is 200, and otherwise with 1 and a line that says what came instead. It is a program of its
//! own because the exporter takes `node_exporter`'s flags, and an image's HEALTHCHECK should not add to them.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::process::ExitCode;
use std::time::Duration;

/// For connecting, and again for each read and write: docker's own deadline stands around the whole.
const TIMEOUT: Duration = Duration::from_secs(3);

/// More than a status line and the first words of a reason is of no use in a health log.
const LONGEST_ANSWER: u64 = 1024;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url] = arguments.as_slice() else {
        return unhealthy("usage: sightline-healthcheck http://HOST:PORT/PATH");
    };
    let Some((authority, path)) = parse(url) else {
        return unhealthy(&format!("`{url}` is not a URL like http://127.0.0.1:8000/api/health"));
    };
    match ask(authority, path) {
        Ok(answer) if is_ok(&answer) => ExitCode::SUCCESS,
        Ok(answer) => unhealthy(&format!("{url} answers: {}", answer.escape_debug())),
        Err(error) => unhealthy(&format!("{url}: {error}")),
    }
}

/// `http://host:port/path` → `host:port` and `/path`.
fn parse(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix("http://")?;
    let slash = rest.find('/')?;
    let (authority, path) = rest.split_at(slash);
    let (host, port) = authority.rsplit_once(':')?;
    let clean = !rest.contains(|it: char| it.is_whitespace() || it.is_control());
    (clean && !host.is_empty() && port.parse::<u16>().is_ok()).then_some((authority, path))
}

fn ask(authority: &str, path: &str) -> io::Result<String> {
    let address = authority.to_socket_addrs()?.next().ok_or(io::ErrorKind::AddrNotAvailable)?;
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: {authority}\r\n\r\n").as_bytes())?;
    let mut answer = Vec::new();
    stream.take(LONGEST_ANSWER).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Whether `HTTP/1.x 200 …`.
fn is_ok(answer: &str) -> bool {
    let mut words = answer.split(' ');
    words.next().is_some_and(|version| version.starts_with("HTTP/1.")) && words.next() == Some("200")
}

fn unhealthy(reason: &str) -> ExitCode {
    // Whoever reads the health log may be gone; the exit status still tells.
    let _ = writeln!(io::stderr(), "{reason}");
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart() {
        assert_eq!(parse("http://127.0.0.1:8000/api/health"), Some(("127.0.0.1:8000", "/api/health")));
        assert_eq!(parse("http://[::1]:9100/"), Some(("[::1]:9100", "/")));
    }

    #[test]
    fn what_is_no_such_url_is_refused() {
        for url in
            ["", "https://a:1/", "http://a/", "http://a:1", "http://:1/", "http://a:99999/", "http://a:1/ HTTP/1.1\r\n"]
        {
            assert_eq!(parse(url), None, "{url}");
        }
    }

    #[test]
    fn only_200_is_healthy() {
        assert!(is_ok("HTTP/1.0 200 OK\r\n\r\n"));
        for answer in ["HTTP/1.1 503 Service Unavailable\r\n", "HTTP/1.1 2000", "HTTP/1.1", "", "SSH-2.0-OpenSSH 200"] {
            assert!(!is_ok(answer), "{answer}");
        }
    }

    #[test]
    fn a_server_is_asked_and_its_words_are_returned() {
        let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let authority = server.local_addr().unwrap().to_string();
        let answering = std::thread::spawn(move || {
            let (mut stream, _) = server.accept().unwrap();
            let mut request = [0; 1024];
            let length = stream.read(&mut request).unwrap();
            stream.write_all(b"HTTP/1.0 503 Service Unavailable\r\n\r\nno snapshot yet").unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        let answer = ask(&authority, "/api/health").unwrap();
        assert!(answer.ends_with("no snapshot yet"), "{answer}");
        assert!(answering.join().unwrap().starts_with("GET /api/health HTTP/1.0\r\n"));
    }
}
