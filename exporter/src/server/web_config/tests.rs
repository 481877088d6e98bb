//! What a web configuration may hold, and what is said of one that cannot be honoured.

use super::*;

fn parsed(text: &str) -> Result<WebConfig, String> {
    parse(text, Path::new("/"), &mut Vec::new())
}

fn refused(text: &str) -> String {
    parsed(text).err().expect("is refused")
}

/// The TLS section that `more` completes, with a certificate of our own.
fn tls(more: &str) -> String {
    let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let inline = |text: String| text.replace('\n', "\n    ");
    let (cert, key) = (inline(pair.cert.pem()), inline(pair.signing_key.serialize_pem()));
    format!("tls_server_config:\n  cert: |\n    {cert}\n  key: |\n    {key}\n{more}")
}

#[test]
fn an_empty_file_asks_for_nothing() {
    for text in ["", "\n", "tls_server_config: {}\nhttp_server_config: {http2: true}\n"] {
        let config = parsed(text).unwrap();
        assert!(config.tls.is_none() && config.users.is_empty() && config.rate_limit.is_none(), "{text:?}");
    }
}

#[test]
fn everything_that_can_be_honoured_is() {
    let config = parsed(
        &(tls("  min_version: TLS13\n  cipher_suites: [TLS_AES_128_GCM_SHA256]\n  curve_preferences: [CurveP256, X25519]\n")
            + "rate_limit: {interval: 500ms, burst: 3}\nhttp_server_config:\n  headers: {X-Frame-Options: deny}\n"),
    )
    .unwrap();
    assert!(config.tls.is_some());
    assert_eq!(config.rate_limit, Some(RateLimit { interval: Duration::from_millis(500), burst: 3 }));
    assert_eq!(config.headers[0].1, "deny");
}

#[test]
fn what_cannot_be_honoured_is_named() {
    assert!(refused("basic_auth_user: {}").contains("basic_auth_user"), "{}", refused("basic_auth_user: {}"));
    assert_eq!(
        refused("basic_auth_users: {ada: secret}"),
        "basic_auth_users: the password of `ada` is not a bcrypt hash"
    );
    assert!(refused("http_server_config: {headers: {Server: x}}").starts_with("http_server_config: headers: Server: "));
    assert_eq!(
        refused("http_server_config: {headers: {X-Frame-Options: maybe}}"),
        "http_server_config: headers: X-Frame-Options: `maybe` is not one of deny, sameorigin"
    );
    assert!(
        refused("rate_limit: {interval: 1d, burst: 1}").starts_with("rate_limit: interval: `1d` is not a duration")
    );
    assert!(refused("rate_limit: {interval: 1s}").starts_with("rate_limit: burst: has to be 1 or more"));
}

#[test]
fn a_tls_setting_that_cannot_be_honoured_is_named() {
    for (setting, said) in [
        ("min_version: TLS10", "min_version: `TLS10` is not one of TLS12, TLS13"),
        (
            "cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA]",
            "cipher_suites: `TLS_RSA_WITH_AES_128_CBC_SHA` is not one of ",
        ),
        ("curve_preferences: [CurveP521]", "curve_preferences: `CurveP521` is not one of "),
        ("client_auth_type: RequireAnyClientCert", "client_auth_type: `RequireAnyClientCert` is not one of "),
        ("client_auth_type: RequireAndVerifyClientCert", "client_auth_type asks for certificates, but"),
        ("client_ca: x", "client CAs are given, but client_auth_type does not ask"),
        ("nonsense: 1", ""),
    ] {
        let error = refused(&tls(&format!("  {setting}\n")));
        let expected = if said.is_empty() { String::new() } else { format!("tls_server_config: {said}") };
        assert!(error.starts_with(&expected), "{error}");
        assert!(!said.is_empty() || error.contains("nonsense"), "{error}");
    }
    assert_eq!(
        refused("tls_server_config: {cert_file: nowhere.pem, key: x}"),
        "tls_server_config: cert_file: /nowhere.pem: No such file or directory (os error 2)"
    );
    assert_eq!(refused("tls_server_config: {key: x}"), "tls_server_config: missing one of cert or cert_file");
}
