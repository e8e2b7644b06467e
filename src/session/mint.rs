//! Makes the text of tokens: from a seed, so that the same login in the same session gives the same token again.

use std::fmt::Write as _;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::SessionId;
use crate::{fnv, openapi::TokenFormat, schema};

/// The characters of opaque tokens.
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Makes tokens, and tells its own from others.
#[derive(Clone, Copy, Debug)]
pub struct Mint {
    seed: u64,
}

/// What makes one token differ from another.
#[derive(Clone, Copy, Debug)]
pub struct Material<'a> {
    /// The session that it is issued in.
    pub session: &'a SessionId,
    /// What kind of token it is.
    pub kind: &'a str,
    /// Its number in the session.
    pub serial: u64,
    /// What is said about its holder.
    pub claims: &'a Map<String, Value>,
    /// When it is issued, in milliseconds since the Unix epoch.
    pub issued_ms: u64,
    /// When it expires, in milliseconds since the Unix epoch.
    pub expires_ms: Option<u64>,
}

impl Mint {
    /// The mint of a run with that seed.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The key that signs JSON Web Tokens with HS256. It is no secret: whoever asks the admin API is told.
    pub fn key(self) -> [u8; 32] {
        Sha256::new().chain_update(b"mimeo token key").chain_update(self.seed.to_be_bytes()).finalize().into()
    }

    /// A token in that format.
    pub fn make(self, format: &TokenFormat, of: &Material<'_>) -> String {
        match format {
            TokenFormat::Jwt => self.jwt(of),
            TokenFormat::Uuid => self.uuid(of),
            TokenFormat::Opaque(length) => self.opaque(*length, of),
            TokenFormat::Pattern(pattern) => {
                let seed = self.stream(of).next_u64();
                schema::matching(pattern, seed).unwrap_or_else(|| self.opaque(43, of))
            }
        }
    }

    /// RFC 7519, signed with HS256. `iat`, `exp` and `jti` are ours; claims of the same name are replaced.
    fn jwt(self, of: &Material<'_>) -> String {
        let mut claims = of.claims.clone();
        claims.insert("iat".to_owned(), json!(of.issued_ms / 1_000));
        if let Some(expires) = of.expires_ms {
            claims.insert("exp".to_owned(), json!(expires / 1_000));
        }
        claims.insert("jti".to_owned(), json!(self.opaque(22, of)));
        let text = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let head = text(&json!({"alg": "HS256", "typ": "JWT"}));
        let signed = format!("{head}.{}", text(&Value::Object(claims)));
        let signature = self.signature(signed.as_bytes());
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    fn signature(self, text: &[u8]) -> [u8; 32] {
        match Hmac::<Sha256>::new_from_slice(&self.key()) {
            Ok(mac) => mac.chain_update(text).finalize().into_bytes().into(),
            // HMAC takes keys of any length (RFC 2104, section 2).
            Err(_) => [0; 32],
        }
    }

    /// RFC 9562, version 4 in form; the bits come from the seed.
    fn uuid(self, of: &Material<'_>) -> String {
        let mut bytes = [0; 16];
        self.stream(of).fill_bytes(&mut bytes);
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let hex = hex(&bytes);
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }

    fn opaque(self, length: usize, of: &Material<'_>) -> String {
        let mut bytes = vec![0; length];
        self.stream(of).fill_bytes(&mut bytes);
        bytes.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect()
    }

    /// Bytes that nobody else gets: no two tokens have the same seed, session, kind and number.
    fn stream(self, of: &Material<'_>) -> ChaCha8Rng {
        let words = [self.seed, fnv::hash(of.session.as_str().bytes()), fnv::hash(of.kind.bytes()), of.serial];
        let mut seed = [0; 32];
        for (part, word) in seed.chunks_exact_mut(8).zip(words) {
            part.copy_from_slice(&word.to_be_bytes());
        }
        ChaCha8Rng::from_seed(seed)
    }
}

/// SHA-256 in hexadecimal, as some clients send passwords.
pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(format: &TokenFormat, serial: u64) -> String {
        let claims = Map::from_iter([("sub".to_owned(), json!("alice"))]);
        let session = SessionId::DEFAULT;
        let of = Material {
            session: &session,
            kind: "key",
            serial,
            claims: &claims,
            issued_ms: 1_000,
            expires_ms: Some(301_000),
        };
        Mint::new(7).make(format, &of)
    }

    #[test]
    fn formats() {
        let jwt = made(&TokenFormat::Jwt, 0);
        let parts: Vec<&str> = jwt.split('.').collect();
        let claims: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
        assert_eq!((&claims["sub"], &claims["iat"], &claims["exp"]), (&json!("alice"), &json!(1), &json!(301)));
        let signature = Mint::new(7).signature(format!("{}.{}", parts[0], parts[1]).as_bytes());
        assert_eq!(parts[2], BASE64_URL_SAFE_NO_PAD.encode(signature));
        let uuid = made(&TokenFormat::Uuid, 0);
        assert_eq!((uuid.len(), &uuid[14..15]), (36, "4"));
        assert_eq!(made(&TokenFormat::Opaque(43), 0).len(), 43);
        assert_eq!(made(&TokenFormat::Opaque(100), 0).len(), 100);
        let made = made(&TokenFormat::Pattern("^[a-f]{4}-[0-9]{2}$".to_owned()), 0);
        assert!(regex::Regex::new("^[a-f]{4}-[0-9]{2}$").unwrap().is_match(&made), "{made}");
    }

    #[test]
    fn the_same_again_and_never_for_two() {
        for format in [TokenFormat::Jwt, TokenFormat::Uuid, TokenFormat::Opaque(20)] {
            assert_eq!(made(&format, 1), made(&format, 1));
            assert_ne!(made(&format, 1), made(&format, 2));
        }
    }

    #[test]
    fn digest() {
        assert_eq!(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
