//! The TLS part of the web configuration, made into rustls' own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use serde::Deserialize;

mod allowed_names;

use allowed_names::AllowedNames;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TlsForm {
    cert: Option<String>,
    cert_file: Option<PathBuf>,
    key: Option<String>,
    key_file: Option<PathBuf>,
    client_ca: Option<String>,
    client_ca_file: Option<PathBuf>,
    client_auth_type: Option<String>,
    client_allowed_sans: Vec<String>,
    min_version: Option<String>,
    max_version: Option<String>,
    cipher_suites: Vec<String>,
    curve_preferences: Vec<String>,
    prefer_server_cipher_suites: Option<bool>,
}

impl TlsForm {
    /// Reads the certificates and keys, and notes their files in `files`. `None` when nothing asks for TLS.
    pub(super) fn into_rustls(
        self,
        folder: &Path,
        files: &mut Vec<PathBuf>,
    ) -> Result<Option<Arc<ServerConfig>>, String> {
        if !self.asks_for_tls() {
            return Ok(None);
        }
        let mut pem = |name: &str, inline: &Option<String>, file: &Option<PathBuf>| -> Result<_, String> {
            match (inline, file) {
                (_, Some(file)) => {
                    let path = folder.join(file);
                    let text =
                        std::fs::read(&path).map_err(|error| format!("{name}_file: {}: {error}", path.display()))?;
                    files.push(path);
                    Ok(Some(text))
                }
                (Some(text), None) => Ok(Some(text.clone().into_bytes())),
                (None, None) => Ok(None),
            }
        };
        let certificates = pem("cert", &self.cert, &self.cert_file)?.ok_or("missing one of cert or cert_file")?;
        let key = pem("key", &self.key, &self.key_file)?.ok_or("missing one of key or key_file")?;
        let client_ca = pem("client_ca", &self.client_ca, &self.client_ca_file)?;

        let provider = Arc::new(self.provider()?);
        let clients = self.client_verifier(client_ca, &provider)?;
        let builder = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&self.versions()?)
            .map_err(|error| format!("no version and cipher suite are left: {error}"))?;
        let builder = match clients {
            Some(verifier) => builder.with_client_cert_verifier(verifier),
            None => builder.with_no_client_auth(),
        };
        let mut config = builder
            .with_single_cert(parse_certificates("cert", &certificates)?, parse_key(&key)?)
            .map_err(|error| format!("cert and key: {error}"))?;
        config.ignore_client_order = self.prefer_server_cipher_suites.unwrap_or(true);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Some(Arc::new(config)))
    }

    fn asks_for_tls(&self) -> bool {
        let texts = [&self.cert, &self.key, &self.client_ca, &self.client_auth_type];
        let paths = [&self.cert_file, &self.key_file, &self.client_ca_file];
        texts.iter().any(|text| text.is_some()) || paths.iter().any(|path| path.is_some())
    }

    fn versions(&self) -> Result<Vec<&'static SupportedProtocolVersion>, String> {
        let number = |key: &str, name: &Option<String>, default| match name.as_deref() {
            None => Ok(default),
            Some("TLS12") => Ok(12),
            Some("TLS13") => Ok(13),
            Some(other) => Err(format!("{key}: `{other}` is not one of TLS12, TLS13")),
        };
        let (least, most) =
            (number("min_version", &self.min_version, 12)?, number("max_version", &self.max_version, 13)?);
        if least > most {
            return Err("min_version is above max_version".into());
        }
        let all = [(12, &rustls::version::TLS12), (13, &rustls::version::TLS13)];
        Ok(all.into_iter().filter(|(number, _)| (least..=most).contains(number)).map(|(_, version)| version).collect())
    }

    /// The cryptography, narrowed down to the cipher suites and curves that are listed, if any are.
    fn provider(&self) -> Result<CryptoProvider, String> {
        let mut provider = ring::default_provider();
        provider.cipher_suites = narrowed("cipher_suites", &self.cipher_suites, &provider.cipher_suites, |suite| {
            // Go names the suites of TLS 1.3 as RFC 8446 does, without rustls' prefix.
            format!("{:?}", suite.suite()).replace("TLS13_", "TLS_")
        })?;
        provider.kx_groups = narrowed("curve_preferences", &self.curve_preferences, &provider.kx_groups, |group| {
            let name = format!("{:?}", group.name());
            match name.as_str() {
                "secp256r1" => "CurveP256".into(),
                "secp384r1" => "CurveP384".into(),
                _ => name,
            }
        })?;
        Ok(provider)
    }

    fn client_verifier(
        &self,
        client_ca: Option<Vec<u8>>,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Option<Arc<dyn ClientCertVerifier>>, String> {
        let required = match self.client_auth_type.as_deref().unwrap_or("NoClientCert") {
            "" | "NoClientCert" if client_ca.is_some() => {
                return Err("client CAs are given, but client_auth_type does not ask for certificates".into());
            }
            "" | "NoClientCert" => return Ok(None),
            "VerifyClientCertIfGiven" => false,
            "RequireAndVerifyClientCert" => true,
            other => {
                return Err(format!(
                    "client_auth_type: `{other}` is not one of NoClientCert, VerifyClientCertIfGiven, \
                     RequireAndVerifyClientCert: a certificate that nobody verifies says nothing"
                ));
            }
        };
        let authorities = client_ca.ok_or("client_auth_type asks for certificates, but client_ca_file is missing")?;
        let mut roots = RootCertStore::empty();
        for certificate in parse_certificates("client_ca", &authorities)? {
            roots.add(certificate).map_err(|error| format!("client_ca: {error}"))?;
        }
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
        let builder = if required { builder } else { builder.allow_unauthenticated() };
        let verifier = builder.build().map_err(|error| format!("client_ca: {error}"))?;
        if self.client_allowed_sans.is_empty() {
            return Ok(Some(verifier));
        }
        Ok(Some(Arc::new(AllowedNames::new(verifier, &self.client_allowed_sans)?)))
    }
}

/// What is listed by name, in the list's order; all there is when nothing is listed.
fn narrowed<T: Copy>(key: &str, listed: &[String], all: &[T], name: impl Fn(&T) -> String) -> Result<Vec<T>, String> {
    if listed.is_empty() {
        return Ok(all.to_vec());
    }
    let find = |wanted: &String| {
        all.iter().find(|it| name(it) == *wanted).copied().ok_or_else(|| {
            let known: Vec<_> = all.iter().map(&name).collect();
            format!("{key}: `{wanted}` is not one of {}", known.join(", "))
        })
    };
    listed.iter().map(find).collect()
}

fn parse_certificates(key: &str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
    let certificates = certificates.map_err(|error| format!("{key}: {error}"))?;
    if certificates.is_empty() { Err(format!("{key}: holds no certificate")) } else { Ok(certificates) }
}

fn parse_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|error| format!("key: {error}"))
}
