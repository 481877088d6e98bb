//! TLS, client certificates, users and sockets, against the running binary.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::support::{Answer, Exporter, command};

/// `secret`, hashed at the lowest cost.
const HASH: &str = "$2b$04$OkRtu9mZ6ivTIJCtENFNIeQAeQ8VNLUe9ZFaAp7WKlBE/.r4lYRlS";

fn start(folder: &Path, web_config: &str, more: &[&str]) -> Exporter {
    let path = folder.join("web.yml");
    std::fs::write(&path, web_config).unwrap();
    let mut flags = vec![format!("--web.config.file={}", path.display())];
    flags.extend(["--collector.disable-defaults", "--collector.loadavg"].map(str::to_owned));
    flags.extend(more.iter().map(|&flag| flag.to_owned()));
    Exporter::start(&flags)
}

#[test]
fn users_are_asked_for_their_password_and_changes_count_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let exporter =
        start(folder.path(), &format!("basic_auth_users: {{ada: {}}}", bcrypt::hash("secret", 4).unwrap()), &[]);
    let with =
        |credentials: &str| exporter.get("/metrics", &[("Authorization", &format!("Basic {credentials}"))]).status;
    let refused = exporter.get("/metrics", &[]);
    assert_eq!((refused.status, refused.header("www-authenticate")), (401, Some("Basic")));
    assert_eq!(with("YWRhOnNlY3JldA=="), 200);
    assert_eq!(with("YWRhOndyb25n"), 401);
    std::fs::write(folder.path().join("web.yml"), format!("basic_auth_users: {{bob: {HASH}}}")).unwrap();
    assert_eq!(with("YWRhOnNlY3JldA=="), 401);
}

#[test]
fn requests_beyond_the_rate_limit_are_turned_away() {
    let folder = tempfile::tempdir().unwrap();
    let exporter = start(folder.path(), "rate_limit: {interval: 1h, burst: 2}", &[]);
    let statuses: Vec<u16> = (0..3).map(|_| exporter.get("/-/healthy", &[]).status).collect();
    assert_eq!(statuses, [200, 200, 429]);
}

#[test]
fn a_unix_socket_is_listened_on_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("exporter.sock");
    let unix = format!("--web.listen-address=unix:{}", path.display());
    let exporter = start(folder.path(), "", &["--web.listen-address=127.0.0.1:0", &unix]);
    assert_eq!(exporter.get("/metrics", &[]).status, 200, "the other address");
    let mut stream = UnixStream::connect(&path).unwrap();
    assert_eq!(ask(&mut stream).status, 200);
    assert_eq!(exporter.terminate(), Some(0));
    assert!(!path.exists());
}

#[test]
fn systemd_hands_over_its_sockets() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    // The socket is to be the child's descriptor 3, and the variable its number: the shell gives it both.
    let script = "exec 3<&0 </dev/null; export LISTEN_FDS=1 LISTEN_PID=$$; exec \"$@\"";
    let flags = ["--web.systemd-socket", "--collector.disable-defaults", "--collector.loadavg"];
    #[expect(clippy::disallowed_methods, reason = "the test plays systemd")]
    let mut process = Command::new("sh")
        .args(["-c", script, "sh", env!("CARGO_BIN_EXE_sightline-exporter")])
        .args(flags)
        .stdin(OwnedFd::from(socket))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let answer = TcpStream::connect(address).and_then(|mut stream| {
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        try_ask(&mut stream)
    });
    process.kill().unwrap();
    process.wait().unwrap();
    assert_eq!(answer.unwrap().status, 200);
    let output = command(&["--web.systemd-socket".to_owned()]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(log.contains("--web.systemd-socket: systemd has handed over no socket"), "{log}");
}

#[test]
fn what_tls_cannot_honour_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    Authority::new().write(folder.path());
    let path = folder.path().join("web.yml");
    let given = "tls_server_config: {cert_file: server.pem, key_file: server.key, min_version: TLS10}";
    std::fs::write(&path, given).unwrap();
    let output = command(&[format!("--web.config.file={}", path.display())]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(log.contains("tls_server_config: ") && log.contains("min_version"), "{log}");
}

#[test]
fn a_client_has_to_show_a_certificate_that_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    authority.write(folder.path());
    let exporter = start(
        folder.path(),
        "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  client_ca_file: ca.pem\n  \
         client_auth_type: RequireAndVerifyClientCert\n  client_allowed_sans: [scraper.example]\n",
        &[],
    );
    let status = |client: Option<&str>| authority.get(&exporter.address, client).map(|answer| answer.status);
    assert_eq!(status(Some("scraper.example")).ok(), Some(200));
    assert!(status(Some("other.example")).is_err());
    assert!(status(None).is_err());
}

#[test]
fn a_renewed_certificate_is_served_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (Authority::new(), Authority::new());
    old.write(folder.path());
    let exporter = start(folder.path(), "tls_server_config: {cert_file: server.pem, key_file: server.key}", &[]);
    assert_eq!(old.get(&exporter.address, None).unwrap().status, 200);
    new.write(folder.path());
    assert!(old.get(&exporter.address, None).is_err());
    assert_eq!(new.get(&exporter.address, None).unwrap().status, 200);
}

/// A certificate authority of a test's own.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Authority { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    /// A certificate for `name` and its key, both in PEM.
    fn issue(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }

    fn write(&self, folder: &Path) {
        let (certificate, key) = self.issue("localhost");
        for (name, text) in [("ca.pem", self.issuer.pem()), ("server.pem", certificate), ("server.key", key)] {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }

    /// Asks over TLS, trusting this authority, with a certificate for `client` or without one.
    fn get(&self, address: &str, client: Option<&str>) -> std::io::Result<Answer> {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let builder = builder.with_root_certificates(roots);
        let config = match client.map(|name| self.issue(name)) {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
                let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
                builder.with_client_auth_cert(vec![certificate], key).unwrap()
            }
        };
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        try_ask(&mut StreamOwned::new(connection, stream))
    }
}

fn ask(stream: &mut (impl Read + Write)) -> Answer {
    try_ask(stream).unwrap()
}

fn try_ask(stream: &mut (impl Read + Write)) -> std::io::Result<Answer> {
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(Answer::parse(&answer))
}
