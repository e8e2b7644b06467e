//! Tokens and secrets inside of longer texts: a token in a URL, a password in a message.

use std::collections::HashMap;

/// Bytes of a text that is looked for, at the least: a shorter one could be a coincidence.
pub(super) const BYTES_MIN: usize = 6;

/// Texts that are looked for, by the bytes that they end with. Tokens mostly begin alike, and end each in its own way.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    by_end: HashMap<[u8; BYTES_MIN], Vec<String>>,
}

impl Hidden {
    /// Looks for a text from now on.
    pub(super) fn add(&mut self, text: &str) {
        let Some(end) = text.as_bytes().last_chunk::<BYTES_MIN>() else { return };
        let list = self.by_end.entry(*end).or_default();
        if !list.iter().any(|known| known == text) {
            list.push(text.to_owned());
            list.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        }
    }

    /// A text in which each that is looked for is replaced.
    pub(super) fn replace(&self, text: &str, mut with: impl FnMut(&str) -> String) -> String {
        if self.by_end.is_empty() || text.len() < BYTES_MIN {
            return text.to_owned();
        }
        let mut out = String::new();
        let mut done = 0;
        for end in BYTES_MIN..=text.len() {
            let Some(chunk) = text.as_bytes()[..end].last_chunk::<BYTES_MIN>() else { continue };
            let Some(list) = self.by_end.get(chunk) else { continue };
            let Some(rest) = text.get(done..end) else { continue };
            if let Some(found) = list.iter().find(|known| rest.ends_with(known.as_str())) {
                out.push_str(&rest[..rest.len() - found.len()]);
                out.push_str(&with(found));
                done = end;
            }
        }
        out.push_str(&text[done..]);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_inside() {
        let mut hidden = Hidden::default();
        for text in ["secret-number-1", "number-1", "short", "geheim\u{fc}berall"] {
            hidden.add(text);
        }
        let shown = |text: &str| hidden.replace(text, |found| format!("<{}>", found.len()));
        assert_eq!(shown("a=secret-number-1&b=number-1"), "a=<15>&b=<8>");
        assert_eq!(shown("secret-number-2 short"), "secret-number-2 short");
        assert_eq!(shown("\u{fc}geheim\u{fc}berall\u{fc}"), "\u{fc}<14>\u{fc}");
        assert_eq!(shown("number-1number-1"), "<8><8>");
    }
}
