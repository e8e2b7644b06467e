//! Sizes as people type them: `64m`.

/// Bytes, or with k, m or g KiB, MiB or GiB.
pub(super) fn size(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let (digits, factor) = match lower.as_bytes().last()? {
        b'k' => (&lower[..lower.len() - 1], 1024),
        b'm' => (&lower[..lower.len() - 1], 1024 * 1024),
        b'g' => (&lower[..lower.len() - 1], 1024 * 1024 * 1024),
        _ => (&*lower, 1),
    };
    digits.parse::<usize>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!([size("7"), size("2k"), size("1G")], [Some(7), Some(2048), Some(1024 * 1024 * 1024)]);
        assert_eq!([size(""), size("k"), size("1.5m"), size("99999999999g"), size("é")], [None; 5]);
    }
}
