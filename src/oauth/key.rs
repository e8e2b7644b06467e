//! The key that signs ID tokens, so that any client can verify them.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// The algorithm, as RFC 7518 calls it.
pub(super) const ALGORITHM: &str = "ES256";

/// A key pair on the curve P-256. It is no secret: it follows from the seed of the run.
pub(super) struct Key {
    key: SigningKey,
}

impl Key {
    /// The key of a run with that seed. Signatures are deterministic (RFC 6979).
    pub(super) fn of(seed: u64) -> Option<Self> {
        // One digest in four billion is no key.
        (0_u8..=u8::MAX).find_map(|attempt| {
            let digest = Sha256::new()
                .chain_update(b"mimeo id token key")
                .chain_update(seed.to_be_bytes())
                .chain_update([attempt])
                .finalize();
            Some(Self { key: SigningKey::from_slice(&digest).ok()? })
        })
    }

    /// Its public half (RFC 7517).
    pub(super) fn public(&self) -> Value {
        let (x, y) = self.point();
        json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "sig", "alg": ALGORITHM, "kid": self.id()})
    }

    /// A JSON Web Token with these claims (RFC 7519).
    pub(super) fn sign(&self, claims: Map<String, Value>) -> String {
        let text = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let head = text(json!({"alg": ALGORITHM, "typ": "JWT", "kid": self.id()}));
        let signed = format!("{head}.{}", text(Value::Object(claims)));
        let signature: Signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    /// Its thumbprint (RFC 7638).
    fn id(&self) -> String {
        let (x, y) = self.point();
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(members))
    }

    /// Both coordinates, encoded.
    fn point(&self) -> (String, String) {
        // Uncompressed: a byte that says so, then both coordinates.
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes().get(1..).unwrap_or_default().split_at(32);
        (BASE64_URL_SAFE_NO_PAD.encode(x), BASE64_URL_SAFE_NO_PAD.encode(y))
    }
}

/// `at_hash` of an access token (OpenID Connect Core 1.0, section 3.1.3.6).
pub(super) fn half_hash(token: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(token)[..16])
}

/// What a verifier must hash to (RFC 7636, section 4.2).
pub(super) fn s256(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

#[cfg(test)]
mod tests {
    use p256::{
        Sec1Point,
        ecdsa::{VerifyingKey, signature::Verifier},
    };

    use super::*;

    #[test]
    fn signatures_verify_with_the_public_half() {
        let key = Key::of(7).unwrap();
        let token = key.sign(Map::from_iter([("sub".to_owned(), json!("alice"))]));
        assert_eq!(token, Key::of(7).unwrap().sign(Map::from_iter([("sub".to_owned(), json!("alice"))])));
        let public = key.public();
        let part = |name: &str| BASE64_URL_SAFE_NO_PAD.decode(public[name].as_str().unwrap()).unwrap();
        let bytes = [vec![4], part("x"), part("y")].concat();
        let verifier = VerifyingKey::from_sec1_point(&Sec1Point::from_bytes(bytes).unwrap()).unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = Signature::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        verifier.verify(signed.as_bytes(), &signature).unwrap();
        assert!(verifier.verify(b"another text", &signature).is_err());
        assert_ne!(Key::of(8).unwrap().public(), public);
    }

    /// The example of RFC 7636, appendix B.
    #[test]
    fn challenge() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(s256(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
