//! FNV-1a with 64 bits: a hash that is the same in every version and on every machine, which the standard hasher does not
//! promise. It suits short texts, and keeps nobody from making collisions.

/// The hash of nothing.
const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// What each step multiplies by.
const PRIME: u64 = 0x0100_0000_01b3;

/// The hash of some bytes.
pub fn hash(bytes: impl IntoIterator<Item = u8>) -> u64 {
    seeded(0, bytes)
}

/// The hash of some bytes that a seed goes into: every seed gives others.
pub fn seeded(seed: u64, bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(BASIS ^ seed, mixed)
}

fn mixed(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(PRIME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_hashes() {
        assert_eq!(hash(*b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash(*b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(hash(*b"foobar"), 0x8594_4171_f739_67e8);
        assert_ne!(seeded(1, *b"a"), hash(*b"a"));
    }
}
