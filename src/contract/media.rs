//! Media types: parsing, matching, negotiation.

use crate::openapi::MediaType;

/// A media type or range: `application/json`, `text/*`, `*/*`, with parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaRange {
    /// The part before the slash, in lower case.
    pub kind: String,
    /// The part after it, in lower case.
    pub subtype: String,
    /// Parameters, names in lower case, `q` left out.
    pub parameters: Vec<(String, String)>,
}

impl MediaRange {
    /// Reads a media type or range; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut pieces = text.split(';').map(str::trim);
        let (kind, subtype) = pieces.next()?.split_once('/')?;
        let parameters = pieces
            .filter_map(|piece| piece.split_once('='))
            .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned()))
            .filter(|(name, _)| name != "q")
            .collect();
        Some(Self { kind: kind.to_ascii_lowercase(), subtype: subtype.to_ascii_lowercase(), parameters })
    }

    /// True for `application/json`, `text/json` and every `+json`.
    pub fn is_json(&self) -> bool {
        matches!((self.kind.as_str(), self.subtype.as_str()), ("application" | "text", "json"))
            || self.subtype.ends_with("+json")
    }

    /// True for `application/xml`, `text/xml` and every `+xml`.
    pub fn is_xml(&self) -> bool {
        matches!((self.kind.as_str(), self.subtype.as_str()), ("application" | "text", "xml"))
            || self.subtype.ends_with("+xml")
    }
}

/// The media types that a client accepts (RFC 9110, section 12.5.1).
#[derive(Clone, Debug)]
pub struct Accept(pub Vec<(MediaRange, f32)>);

impl Accept {
    /// Reads an `Accept` header; parts that cannot be read are passed over, a header without any readable part
    /// accepts everything.
    pub fn parse(header: &str) -> Self {
        todo!("{header}")
    }

    /// The offered media type that the client likes best, the first one among equals; `None` if it accepts none.
    ///
    /// Offered ranges (`text/*`) are possible. Where `offered` differ only in parameters, the client's parameters count.
    pub fn choose(&self, offered: &[MediaType]) -> Option<usize> {
        todo!("{offered:?}")
    }
}

/// Index of the described media type that a body of the given `Content-Type` falls under: the most specific one.
pub fn matching(content: &[MediaType], content_type: &str) -> Option<usize> {
    let sent = MediaRange::parse(content_type)?;
    content.iter().position(|media| {
        MediaRange::parse(&media.range).is_some_and(|range| {
            (range.kind == "*" || range.kind == sent.kind) && (range.subtype == "*" || range.subtype == sent.subtype)
        })
    })
}
