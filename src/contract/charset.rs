//! Character sets: bytes to text and back.
//!
//! What is named is meant, but for `utf-16` (RFC 2781, section 4.3) and for XML, which may say it inside (RFC 7303,
//! section 3). Without a name it is UTF-8.

use std::borrow::Cow;

use encoding_rs::{EncoderResult, Encoding, UTF_16BE, UTF_16LE};

use super::{body::Fault, media::MediaRange};

/// Bytes of an XML document in which its declaration is looked for.
const DECLARATION_MAX: usize = 256;

/// A character set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    Utf8,
    Ascii,
    /// ISO 8859-1 as it is: each byte a character.
    Latin1,
    /// UTF-16 that says its byte order by a mark, else big-endian.
    Utf16,
    /// Every other one that browsers know.
    Other(&'static Encoding),
}

impl Charset {
    /// The character set of that name; `None` if it is not one we know.
    pub(super) fn by_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Self::Utf8,
            "us-ascii" | "ascii" => Self::Ascii,
            "iso-8859-1" | "latin1" => Self::Latin1,
            "utf-16" => Self::Utf16,
            name => Self::Other(Encoding::for_label_no_replacement(name.as_bytes())?),
        })
    }

    /// The text of bytes. A byte order mark is not part of it.
    pub(super) fn decode(self, bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
        match self {
            Self::Utf8 => utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).map(Cow::Borrowed),
            Self::Ascii => match bytes.iter().position(|byte| !byte.is_ascii()) {
                None => utf8(bytes).map(Cow::Borrowed),
                Some(at) => Err(Fault::body(format!("is not ASCII: see byte {}", at + 1))),
            },
            Self::Latin1 => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
            Self::Utf16 => match bytes {
                [0xff, 0xfe, rest @ ..] => Self::Other(UTF_16LE).decode(rest),
                [0xfe, 0xff, rest @ ..] => Self::Other(UTF_16BE).decode(rest),
                _ => Self::Other(UTF_16BE).decode(bytes),
            },
            Self::Other(encoding) => encoding
                .decode_without_bom_handling_and_without_replacement(bytes)
                .ok_or_else(|| Fault::body(format!("is not {}", encoding.name()))),
        }
    }

    /// Text as bytes. For a character that the set does not have, `instead` says what is written.
    pub(super) fn encode(self, text: &str, instead: fn(char) -> String) -> Vec<u8> {
        let single = |last: char| -> Vec<u8> {
            let byte = |c: char| match u8::try_from(c) {
                Ok(byte) if c <= last => vec![byte],
                _ => instead(c).into_bytes(),
            };
            text.chars().flat_map(byte).collect()
        };
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Ascii => single('\u{7f}'),
            Self::Latin1 => single('\u{ff}'),
            Self::Utf16 => std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect(),
            Self::Other(encoding) if encoding == UTF_16BE => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Self::Other(encoding) if encoding == UTF_16LE => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Other(encoding) => encode(encoding, text, instead),
        }
    }
}

fn encode(encoding: &'static Encoding, text: &str, instead: fn(char) -> String) -> Vec<u8> {
    let mut encoder = encoding.new_encoder();
    let mut bytes = Vec::new();
    let mut rest = text;
    loop {
        let room = encoder.max_buffer_length_from_utf8_without_replacement(rest.len()).unwrap_or(rest.len());
        bytes.reserve(room);
        let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut bytes, true);
        rest = &rest[read..];
        match result {
            EncoderResult::InputEmpty => return bytes,
            EncoderResult::OutputFull => (),
            EncoderResult::Unmappable(c) => bytes.extend(instead(c).into_bytes()),
        }
    }
}

/// The character set that a media type names.
pub(super) fn named(range: &MediaRange) -> Option<&str> {
    range.parameters.iter().find(|(name, _)| name == "charset").map(|(_, value)| value.as_str())
}

/// Text in the character set that its media type names; `None` if that is not one we know.
pub(super) fn text<'m>(bytes: &'m [u8], range: Option<&MediaRange>) -> Option<Result<Cow<'m, str>, Fault>> {
    let charset = range.and_then(named).map_or(Some(Charset::Utf8), Charset::by_name)?;
    Some(charset.decode(bytes))
}

/// An XML document in the character set that its media type names, or else it does itself.
pub(super) fn xml<'m>(bytes: &'m [u8], range: Option<&MediaRange>) -> Result<Cow<'m, str>, Fault> {
    let charset = match (range.and_then(named), bytes) {
        (Some(name), _) => Charset::by_name(name),
        (None, [0xfe, 0xff, ..] | [0xff, 0xfe, ..]) => Some(Charset::Utf16),
        (None, _) => declared(bytes).and_then(Charset::by_name),
    };
    charset.unwrap_or(Charset::Utf8).decode(bytes)
}

/// The `encoding` of an XML declaration.
fn declared(bytes: &[u8]) -> Option<&str> {
    let start = bytes.get(..bytes.len().min(DECLARATION_MAX))?;
    let end = start.iter().position(|byte| *byte == b'>')?;
    let declaration = std::str::from_utf8(&start[..end]).ok()?.strip_prefix("<?xml")?;
    let (_, after) = declaration.split_once("encoding")?;
    let quoted = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = quoted.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    quoted[1..].split_once(quote).map(|(name, _)| name)
}

/// Bytes that must be UTF-8.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes)
        .map_err(|error| Fault::body(format!("is not UTF-8: byte {} starts no character", error.valid_up_to() + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text becomes these bytes, and these become the text again.
    #[track_caller]
    fn both_ways(name: &str, text: &str, bytes: &[u8]) {
        let charset = Charset::by_name(name).unwrap();
        assert_eq!(charset.encode(text, |_| "?".to_owned()), bytes, "{name}");
        assert_eq!(charset.decode(bytes).unwrap(), text, "{name}");
    }

    #[test]
    fn character_sets() {
        both_ways("UTF-8", "ä€", "ä€".as_bytes());
        both_ways("us-ascii", "a", b"a");
        both_ways("ISO-8859-1", "aä\u{80}", b"a\xe4\x80");
        both_ways("windows-1252", "ä€", b"\xe4\x80");
        both_ways("iso-8859-15", "ä€", b"\xe4\xa4");
        both_ways("utf-16", "a€", b"\xfe\xff\0a\x20\xac");
        both_ways("utf-16be", "a€", b"\0a\x20\xac");
        both_ways("utf-16le", "a€", b"a\0\xac\x20");
        both_ways("shift_jis", "日本", b"\x93\xfa\x96\x7b");
        assert_eq!(Charset::Utf16.decode(b"\xff\xfea\0").unwrap(), "a");
        assert_eq!(Charset::Utf16.decode(b"\0a").unwrap(), "a");
        assert_eq!(Charset::Utf8.decode(b"\xef\xbb\xbfa").unwrap(), "a");
        assert_eq!(Charset::by_name("klingon"), None);
    }

    #[test]
    fn what_is_not_in_a_set() {
        let encoded =
            |name: &str| Charset::by_name(name).unwrap().encode("a€😀ä", |c| format!("<{}>", u32::from(c)));
        assert_eq!(encoded("us-ascii"), b"a<8364><128512><228>");
        assert_eq!(encoded("iso-8859-1"), b"a<8364><128512>\xe4");
        assert_eq!(encoded("windows-1252"), b"a\x80<128512>\xe4");
        for (name, bytes) in [("utf-8", &b"\xff"[..]), ("ascii", b"\x80"), ("utf-16", b"\xd8\0"), ("gbk", b"\xff")] {
            assert!(Charset::by_name(name).unwrap().decode(bytes).is_err(), "{name}");
        }
    }

    #[test]
    fn xml_says_it_inside() {
        let read = |bytes: &'static [u8]| xml(bytes, None).map(Cow::into_owned).map_err(|fault| fault.message);
        assert_eq!(
            read(b"<?xml version='1.0' encoding = 'ISO-8859-1'?><a>\xe4</a>").unwrap().chars().rev().nth(4),
            Some('ä')
        );
        assert_eq!(read(b"\xff\xfe<\0a\0/\0>\0").unwrap(), "<a/>");
        assert_eq!(read(b"<a>\xe4</a>").unwrap_err(), "is not UTF-8: byte 4 starts no character");
        let named = MediaRange::parse("text/xml; charset=latin1");
        assert_eq!(xml(b"<a>\xe4</a>", named.as_ref()).unwrap(), "<a>ä</a>");
    }
}
