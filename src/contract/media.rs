//! Media types: parsing, matching, negotiation.
//!
//! Names are compared without regard to case, and so is the value of `charset`; other values are compared as they are.
//! A client that accepts `application/json` does not accept `application/vnd.api+json` (RFC 9110, section 12.5.1).
//! Descriptions also write `application/*+json`, which no RFC has: here it covers every type with that suffix.

use std::borrow::Cow;

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
    ///
    /// Parameters that cannot be read are passed over. `*` alone is read as `*/*`.
    pub fn parse(text: &str) -> Option<Self> {
        let parts = Parts::of(text)?;
        Some(Self {
            kind: parts.kind.to_ascii_lowercase(),
            subtype: parts.subtype.to_ascii_lowercase(),
            parameters: parts
                .parameters()
                .map(|(name, value)| {
                    let name = name.to_ascii_lowercase();
                    let value = if name == CHARSET { value.to_ascii_lowercase() } else { value.into_owned() };
                    (name, value)
                })
                .collect(),
        })
    }

    /// True for `application/json`, `text/json` and every `+json`.
    pub fn is_json(&self) -> bool {
        self.is_written_in("json")
    }

    /// True for `application/xml`, `text/xml` and every `+xml`.
    pub fn is_xml(&self) -> bool {
        self.is_written_in("xml")
    }

    /// True for `application/yaml`, every `+yaml` (RFC 9512), and the names that YAML had before.
    pub fn is_yaml(&self) -> bool {
        let is_former = matches!(self.subtype.as_str(), "x-yaml" | "vnd.yaml" | "yml" | "x-yml");
        self.is_written_in("yaml") || (is_former && matches!(self.kind.as_str(), "application" | "text"))
    }

    fn is_written_in(&self, syntax: &str) -> bool {
        let suffix = self.subtype.rsplit_once('+').map(|(_, suffix)| suffix);
        suffix == Some(syntax) || (self.subtype == syntax && matches!(self.kind.as_str(), "application" | "text"))
    }
}

const CHARSET: &str = "charset";

/// A media type as text in pieces, nothing copied.
#[derive(Clone, Copy)]
struct Parts<'t> {
    kind: &'t str,
    subtype: &'t str,
    /// Everything after the first semicolon.
    rest: &'t str,
}

impl<'t> Parts<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let (essence, rest) = text.split_once(';').unwrap_or((text, ""));
        let essence = essence.trim();
        // Some clients of old send `*; q=.2`.
        let (kind, subtype) = if essence == "*" { ("*", "*") } else { essence.split_once('/')? };
        let is_range = kind != "*" || subtype == "*";
        (is_token(kind) && is_token(subtype) && is_range).then_some(Self { kind, subtype, rest })
    }

    /// The parameters but `q`.
    fn parameters(self) -> impl Iterator<Item = (&'t str, Cow<'t, str>)> {
        self.all_parameters().filter(|(name, _)| !name.eq_ignore_ascii_case("q"))
    }

    fn all_parameters(self) -> impl Iterator<Item = (&'t str, Cow<'t, str>)> {
        split_unquoted(self.rest, ';').filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let name = name.trim();
            is_token(name).then(|| (name, unquote(value.trim())))
        })
    }

    fn parameter(self, name: &str) -> Option<Cow<'t, str>> {
        self.all_parameters().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// True if the parameter has the same value on both sides.
    fn has(self, name: &str, value: &str) -> bool {
        self.parameter(name).is_some_and(|own| same_value(name, &own, value))
    }

    /// How closely a range covers a media type or another range; `None` if it does not. Parameters do not count.
    fn closeness(self, of: Self) -> Option<Closeness> {
        if self.kind == "*" {
            Some(Closeness::Everything)
        } else if !self.kind.eq_ignore_ascii_case(of.kind) {
            None
        } else if self.subtype.eq_ignore_ascii_case(of.subtype) {
            Some(Closeness::Same)
        } else if self.subtype == "*" {
            Some(Closeness::Kind)
        } else {
            let suffix = self.subtype.strip_prefix('*')?;
            let start = of.subtype.len().checked_sub(suffix.len())?;
            of.subtype.get(start..)?.eq_ignore_ascii_case(suffix).then_some(Closeness::Suffix)
        }
    }
}

/// How closely a range covers a media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    /// `*/*`
    Everything,
    /// `text/*`
    Kind,
    /// `application/*+json`
    Suffix,
    /// The type itself.
    Same,
}

/// A content type without what separates the parts of its body, which is another one each time.
pub(super) fn without_boundary(content_type: &str) -> String {
    let is_boundary =
        |parameter: &&str| parameter.trim_start().get(..9).is_some_and(|name| name.eq_ignore_ascii_case("boundary="));
    content_type.split(';').filter(|parameter| !is_boundary(parameter)).collect::<Vec<_>>().join(";")
}

/// True if a described media type or range covers a media type; parameters do not count.
pub(super) fn covers(range: &str, media_type: &str) -> bool {
    let covered = Parts::of(range).zip(Parts::of(media_type));
    covered.is_some_and(|(range, sent)| range.closeness(sent).is_some())
}

/// Index of the described media type that a body of the given `Content-Type` falls under: the most specific one.
///
/// One whose parameters are all there wins over one without parameters, that over one whose parameters are missing or
/// different; then `application/*+json`, `text/*`, `*/*`; the first among equals.
pub(super) fn matching(content: &[MediaType], content_type: &str) -> Option<usize> {
    if let Some(same) = content.iter().position(|media| media.range == content_type) {
        return Some(same);
    }
    let sent = Parts::of(content_type)?;
    let ranked = content.iter().enumerate().filter_map(|(index, media)| {
        let described = Parts::of(&media.range)?;
        let closeness = described.closeness(sent)?;
        let matched = described.parameters().filter(|(name, value)| sent.has(name, value)).count();
        let fits = matched == described.parameters().count();
        Some((closeness, fits, matched, index))
    });
    ranked.max_by_key(|(closeness, fits, matched, index)| (*closeness, *fits, *matched, !*index)).map(|best| best.3)
}

/// The media types that a client accepts (RFC 9110, section 12.5.1).
#[derive(Clone, Debug)]
pub struct Accept(pub Vec<(MediaRange, f32)>);

impl Accept {
    /// Reads an `Accept` header; parts that cannot be read are passed over, a header without any readable part
    /// accepts everything.
    pub fn parse(header: &str) -> Self {
        let ranges = split_unquoted(header, ',').filter_map(|part| {
            let weight = Parts::of(part)?.parameter("q").and_then(|q| q.parse::<f32>().ok());
            // A weight that cannot be read counts as none.
            let weight = weight.filter(|q| q.is_finite()).unwrap_or(1.0).clamp(0.0, 1.0);
            Some((MediaRange::parse(part)?, weight))
        });
        Self(ranges.collect())
    }

    /// The offered media type that the client likes best, the first one among equals; `None` if it accepts none.
    ///
    /// Each offer has the weight of the range that covers it most closely. Among offers of the same weight, the one
    /// that is covered more closely wins, then the first.
    ///
    /// Offered ranges (`text/*`) are possible. Where `offered` differ only in parameters, the client's parameters count.
    pub fn choose(&self, offered: &[MediaType]) -> Option<usize> {
        if self.0.is_empty() {
            return if offered.is_empty() { None } else { Some(0) };
        }
        let mut best: Option<(f32, Fit, usize)> = None;
        for (index, media) in offered.iter().enumerate() {
            let Some(offer) = Parts::of(&media.range) else { continue };
            let Some((fit, weight)) = self.judge(offer, offered) else { continue };
            let is_better =
                best.is_none_or(|(known, known_fit, _)| weight > known || (weight >= known && fit > known_fit));
            if weight > 0.0 && is_better {
                best = Some((weight, fit, index));
            }
        }
        best.map(|(.., index)| index)
    }

    /// How closely the client's ranges cover an offer, and the weight of the closest of them.
    fn judge(&self, offer: Parts<'_>, offered: &[MediaType]) -> Option<(Fit, f32)> {
        let mut best: Option<(Fit, f32)> = None;
        for (range, weight) in &self.0 {
            let Some(fit) = range.fit(offer, offered) else { continue };
            if best.is_none_or(|(known, _)| fit > known) {
                best = Some((fit, *weight));
            }
        }
        best
    }
}

/// How closely a client's range covers an offer: by its type, then by the number of parameters that say so.
type Fit = (Closeness, usize);

impl MediaRange {
    fn fit(&self, offer: Parts<'_>, offered: &[MediaType]) -> Option<Fit> {
        let own = Parts { kind: &self.kind, subtype: &self.subtype, rest: "" };
        // An offered range covers what the client asks for just as well.
        let closeness = own.closeness(offer).or_else(|| offer.closeness(own).map(|_| Closeness::Same))?;
        let mut matched = 0;
        for (name, value) in &self.parameters {
            if !distinguishes(name, offer, offered) {
                continue;
            }
            // An offer that does not name its charset has any, and naming it brings it no closer.
            let is_charset = name == CHARSET;
            match offer.parameter(name) {
                Some(other) if same_value(name, &other, value) => matched += usize::from(!is_charset),
                None if is_charset => (),
                _ => return None,
            }
        }
        Some((closeness, matched))
    }
}

/// True if there are offers of the same type, and they differ in this parameter.
fn distinguishes(name: &str, offer: Parts<'_>, offered: &[MediaType]) -> bool {
    let own = offer.parameter(name);
    let siblings = offered.iter().filter_map(|media| Parts::of(&media.range));
    siblings.filter(|other| other.closeness(offer) == Some(Closeness::Same)).any(|other| {
        match (&own, other.parameter(name)) {
            (Some(own), Some(other)) => !same_value(name, own, &other),
            (own, other) => own.is_some() != other.is_some(),
        }
    })
}

fn same_value(name: &str, a: &str, b: &str) -> bool {
    if name.eq_ignore_ascii_case(CHARSET) { a.eq_ignore_ascii_case(b) } else { a == b }
}

/// True for a token (RFC 9110, section 5.6.2).
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// The content of a quoted string, or the text as it is.
fn unquote(text: &str) -> Cow<'_, str> {
    let Some(inner) = text.strip_prefix('"') else { return Cow::Borrowed(text) };
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut plain = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        plain.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    Cow::Owned(plain)
}

/// Splits at separators that are not inside quotes.
fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(move |c| {
        let is_separator = c == separator && !quoted;
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        is_separator
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::fixture::media;

    /// `expected` is what was read, with a bar before each parameter; empty if it is no media type.
    #[track_caller]
    fn check_parse(text: &str, expected: &str) {
        let found = MediaRange::parse(text).map_or_else(String::new, |range| {
            let parameters = range.parameters.iter().map(|(name, value)| format!("|{name}={value}"));
            format!("{}/{}{}", range.kind, range.subtype, parameters.collect::<String>())
        });
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn ranges_are_read() {
        check_parse("application/json", "application/json");
        check_parse(" Text/HTML ;Charset=UTF-8; q=0.5 ;v=A", "text/html|charset=utf-8|v=A");
        check_parse(r#"a/b; x="1;\"2"; y"#, r#"a/b|x=1;"2"#);
        check_parse("*; q=.2", "*/*");
        check_parse("text/*", "text/*");
        check_parse("multipart/form-data; boundary=", "multipart/form-data|boundary=");
        for text in ["", "json", "/json", "a/", "a/b/c", "*/json", "a b/c", "é/x"] {
            check_parse(text, "");
        }
    }

    #[test]
    fn syntaxes_are_known() {
        let json = |text| MediaRange::parse(text).unwrap().is_json();
        assert!(["application/json", "text/json; charset=x", "a/b+json", "application/a+b+json"].into_iter().all(json));
        assert!(!["application/jsonl", "application/json-seq", "image/json", "a/json+xml"].into_iter().any(json));
        assert!(MediaRange::parse("image/svg+xml").unwrap().is_xml());
        let yaml = |text| MediaRange::parse(text).unwrap().is_yaml();
        assert!(["application/yaml", "text/yaml", "text/x-yaml", "a/b+yaml", "text/vnd.yaml"].into_iter().all(yaml));
        assert!(!["image/yaml", "application/yaml+json", "text/plain"].into_iter().any(yaml));
    }

    #[track_caller]
    fn check_matching(content: &[&str], content_type: &str, expected: Option<&str>) {
        let content: Vec<MediaType> = content.iter().map(|range| media(range)).collect();
        let found = matching(&content, content_type).map(|index| content[index].range.as_str());
        assert_eq!(found, expected, "{content_type}");
    }

    #[test]
    fn bodies_fall_under_the_most_specific_type() {
        let all = ["*/*", "application/*", "application/json", "application/json; v=2", "application/*+json", "text/*"];
        check_matching(&all, "application/json", Some("application/json"));
        check_matching(&all, "Application/JSON;charset=utf-8", Some("application/json"));
        check_matching(&all, "application/json;v=2", Some("application/json; v=2"));
        check_matching(&all, "application/json;v=3", Some("application/json"));
        check_matching(&all, "application/hal+json", Some("application/*+json"));
        check_matching(&all, "application/pdf", Some("application/*"));
        check_matching(&all, "text/plain", Some("text/*"));
        check_matching(&all, "image/png", Some("*/*"));
        check_matching(&all, "nonsense", None);
        check_matching(
            &["application/json; charset=utf-8"],
            "application/json",
            Some("application/json; charset=utf-8"),
        );
        check_matching(&["a/b; x=1", "a/b; x=1; y=2"], "a/b; y=2; x=1", Some("a/b; x=1; y=2"));
        check_matching(&["a/b; x=1", "a/b; x=2"], "a/b", Some("a/b; x=1"));
        check_matching(&["application/json"], "text/json", None);
        check_matching(&[], "text/json", None);
    }

    #[track_caller]
    fn check_accept(header: &str, offered: &[&str], expected: Option<&str>) {
        let offered: Vec<MediaType> = offered.iter().map(|range| media(range)).collect();
        let found = Accept::parse(header).choose(&offered).map(|index| offered[index].range.as_str());
        assert_eq!(found, expected, "{header}");
    }

    #[test]
    fn clients_choose() {
        let offered = ["application/xml", "application/json", "text/*"];
        check_accept("application/json", &offered, Some("application/json"));
        check_accept("*/*", &offered, Some("application/xml"));
        check_accept("", &offered, Some("application/xml"));
        check_accept("nonsense", &offered, Some("application/xml"));
        check_accept("application/json, text/plain, */*", &offered, Some("application/json"));
        check_accept("text/html", &offered, Some("text/*"));
        check_accept("text/*", &offered, Some("text/*"));
        check_accept("image/png", &offered, None);
        check_accept("application/xml;q=0.5, application/json;q=0.9", &offered, Some("application/json"));
        check_accept("application/*;q=0.9, application/xml;q=0", &offered, Some("application/json"));
        check_accept("*/*;q=0", &offered, None);
        check_accept("application/xml;q=0, */*;q=0.1", &offered, Some("application/json"));
        check_accept("application/xml;q=NaN, application/json;q=.9", &offered, Some("application/xml"));
        check_accept("application/json", &["application/vnd.api+json"], None);
        check_accept("*/*", &[], None);
        check_accept("", &[], None);
        check_accept("text/html", &["*/*"], Some("*/*"));
    }

    #[test]
    fn parameters_count_where_they_tell_offers_apart() {
        check_accept("application/json", &["application/json; charset=utf-8"], Some("application/json; charset=utf-8"));
        check_accept("application/json;charset=utf-8", &["application/json"], Some("application/json"));
        check_accept("application/json;v=9", &["application/json"], Some("application/json"));
        let versions = ["application/json", "application/json; charset=utf-8; version=3"];
        check_accept("application/json; version=3", &versions, Some(versions[1]));
        check_accept("application/json; version=4", &versions, None);
        check_accept("application/json; charset=UTF-8", &versions, Some(versions[0]));
        check_accept("application/json", &versions, Some(versions[0]));
        check_accept("application/json;version=4, */*;q=0.1", &versions, Some(versions[0]));
        check_accept("a/b;charset=latin1", &["a/b;charset=utf-8", "a/b;charset=latin1"], Some("a/b;charset=latin1"));
        check_accept("a/b;q=0.5, a/b;v=1", &["a/b;v=2", "a/b;v=1"], Some("a/b;v=1"));
    }
}
