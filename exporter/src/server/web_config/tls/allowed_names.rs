//! `client_allowed_sans`: of the clients whose certificates verify, only those with a listed name.

use std::net::IpAddr;
use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use webpki::EndEntityCert;

/// Verifies as `inner` does, and then asks for a subject alternative name that is listed.
#[derive(Debug)]
pub(super) struct AllowedNames {
    inner: Arc<dyn ClientCertVerifier>,
    dns: Vec<String>,
    addresses: Vec<IpAddr>,
}

impl AllowedNames {
    /// Names are DNS names, matched to the letter, or IP addresses.
    pub(super) fn new(inner: Arc<dyn ClientCertVerifier>, names: &[String]) -> Result<Self, String> {
        let mut allowed = AllowedNames { inner, dns: Vec::new(), addresses: Vec::new() };
        for name in names {
            if let Ok(address) = name.parse() {
                allowed.addresses.push(address);
            } else if name.contains(['@', ':', '/']) {
                return Err(format!("client_allowed_sans: `{name}` is not a DNS name or an IP address"));
            } else {
                allowed.dns.push(name.clone());
            }
        }
        Ok(allowed)
    }

    fn names(&self, certificate: &CertificateDer<'_>) -> Result<bool, Error> {
        let certificate = EndEntityCert::try_from(certificate)
            .map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
        let by_address = |address: &IpAddr| {
            certificate.verify_is_valid_for_subject_name(&ServerName::IpAddress((*address).into())).is_ok()
        };
        Ok(certificate.valid_dns_names().any(|name| self.dns.iter().any(|allowed| allowed == name))
            || self.addresses.iter().any(by_address))
    }
}

impl ClientCertVerifier for AllowedNames {
    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let verified = self.inner.verify_client_cert(certificate, intermediates, now)?;
        if self.names(certificate)? {
            return Ok(verified);
        }
        Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
    }

    fn offer_client_auth(&self) -> bool {
        self.inner.offer_client_auth()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.inner.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.inner.root_hint_subjects()
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
