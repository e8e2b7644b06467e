//! Sizes as people type them: `64m`.

use crate::limit;

/// Bytes, or with k, m or g KiB, MiB or GiB.
fn size(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let (digits, factor) = match lower.as_bytes().last()? {
        b'k' => (&lower[..lower.len() - 1], 1024),
        b'm' => (&lower[..lower.len() - 1], 1024 * 1024),
        b'g' => (&lower[..lower.len() - 1], 1024 * 1024 * 1024),
        _ => (&*lower, 1),
    };
    digits.parse::<usize>().ok()?.checked_mul(factor)
}

/// The largest body of a message, as an argument.
pub(super) fn body_size(text: &str) -> Result<usize, &'static str> {
    size(text).ok_or("it is no size: write 500k, 10m or 1g")
}

/// The size of a journal's file, as an argument.
pub(super) fn journal_size(text: &str) -> Result<u64, String> {
    let bytes = size(text).ok_or("it is no size: write 64m or 1g")? as u64;
    let least = limit::JOURNAL_FILE_BYTES_MIN;
    if bytes < least {
        return Err(format!("{} KiB is the least", least / 1024));
    }
    Ok(bytes)
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
