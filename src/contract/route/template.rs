//! Path templates: `/pets/{id}.{format}` as segments, and whether a raw segment of a request fits one.
//!
//! Literal text is compared decoded, so `/a b`, `/a%20b` in a template and `/a%20b` in a request are the same. Captured
//! text stays raw. A `%2F` never ends a segment.

use percent_encoding::percent_decode_str;

/// A path template, split at its slashes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Template {
    /// The segments; `/` alone is one empty literal.
    pub(super) segments: Vec<Segment>,
    /// A brace that opens or closes nothing; it is taken as literal text.
    pub(super) stray_brace: bool,
    /// Two parameters without text between them: which of them gets what is a guess.
    pub(super) touching: bool,
}

/// What one segment of a path must look like.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Segment {
    /// Exactly this text, decoded.
    Literal(Box<[u8]>),
    /// One parameter and nothing else.
    Any,
    /// Parameters with text around them.
    Pattern(Pattern),
}

/// A segment of parameters and the decoded texts before, between and after them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Pattern {
    prefix: Box<[u8]>,
    /// The texts between two parameters: one less than there are parameters.
    between: Box<[Box<[u8]>]>,
    suffix: Box<[u8]>,
}

impl Template {
    /// Reads a path template. Everything can be read; what looks like a mistake is flagged.
    pub(super) fn parse(path: &str) -> Self {
        let mut template = Self::default();
        let mut texts = vec![Vec::new()];
        let mut rest = path.strip_prefix('/').unwrap_or(path);
        while let Some(at) = rest.find(['{', '}', '/']) {
            let (text, tail) = rest.split_at(at);
            add(&mut texts, text);
            rest = &tail[1..];
            if tail.starts_with('/') {
                template.finish(std::mem::replace(&mut texts, vec![Vec::new()]));
            } else if let Some(after) = parameter(tail) {
                texts.push(Vec::new());
                rest = after;
            } else {
                template.stray_brace = true;
                add(&mut texts, &tail[..1]);
            }
        }
        add(&mut texts, rest);
        template.finish(texts);
        template
    }

    /// Adds the segment whose literal texts, split at its parameters, are `texts`.
    fn finish(&mut self, texts: Vec<Vec<u8>>) {
        let mut texts: Vec<Box<[u8]>> = texts.into_iter().map(Vec::into_boxed_slice).collect();
        let suffix = texts.pop().unwrap_or_default();
        if texts.is_empty() {
            self.segments.push(Segment::Literal(suffix));
            return;
        }
        let prefix = texts.remove(0);
        self.touching |= texts.iter().any(|text| text.is_empty());
        self.segments.push(if texts.is_empty() && prefix.is_empty() && suffix.is_empty() {
            Segment::Any
        } else {
            Segment::Pattern(Pattern { prefix, between: texts.into(), suffix })
        });
    }
}

/// What follows the parameter that `text` starts with; `None` if it starts with none.
fn parameter(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('{')?;
    let end = inner.find(['{', '}'])?;
    inner[end..].strip_prefix('}')
}

fn add(texts: &mut [Vec<u8>], text: &str) {
    if let Some(last) = texts.last_mut() {
        last.extend(percent_decode_str(text));
    }
}

impl Pattern {
    /// Appends the raw text of each parameter to `captures`, if `raw` fits; leaves `captures` alone otherwise.
    ///
    /// Where several splits are possible, earlier parameters get as much as they can: `a.tar.gz` as `{name}.{ext}` is
    /// `a.tar` and `gz`. Parameters have at least one byte unless `empty` is true.
    pub(super) fn capture<'r>(&self, raw: &'r str, empty: bool, captures: &mut Vec<&'r str>) -> bool {
        let before = captures.len();
        let fits = self.capture_backwards(raw, usize::from(!empty), captures).is_some();
        if fits {
            captures[before..].reverse();
        } else {
            captures.truncate(before);
        }
        fits
    }

    /// Looks for the texts from the end, each as late as possible. That never has to be taken back: a later place for
    /// one text only leaves more room for those before it.
    fn capture_backwards<'r>(&self, raw: &'r str, least: usize, captures: &mut Vec<&'r str>) -> Option<()> {
        let (mut end, _) = last(raw, &self.suffix, raw.len(), true)?;
        for text in self.between.iter().rev() {
            let (text_start, text_end) = last(raw, text, end.checked_sub(least)?, false)?;
            captures.push(raw.get(text_end..end)?);
            end = text_start;
        }
        let start = eat(raw.as_bytes(), &self.prefix)?;
        if start + least > end {
            return None;
        }
        captures.push(raw.get(start..end)?);
        Some(())
    }

    /// Sorts patterns that stand beside each other: the more literal text, the earlier; then the fewer parameters.
    pub(super) fn rank(&self) -> (std::cmp::Reverse<usize>, usize) {
        let between: usize = self.between.iter().map(|text| text.len()).sum();
        (std::cmp::Reverse(self.prefix.len() + between + self.suffix.len()), self.between.len())
    }
}

/// Start and end of the last place in `raw` that stands for `text` and ends at or before `limit`; exactly at `limit`
/// if `exact`.
fn last(raw: &str, text: &[u8], limit: usize, exact: bool) -> Option<(usize, usize)> {
    // An encoded byte takes three.
    let first = if exact { limit.saturating_sub(3 * text.len()) } else { 0 };
    (first..=limit).rev().filter(|start| is_boundary(raw, *start)).find_map(|start| {
        let end = start + eat(raw.as_bytes().get(start..)?, text)?;
        (if exact { end == limit } else { end <= limit }).then_some((start, end))
    })
}

/// How many bytes at the start of `raw` stand for `text`.
fn eat(raw: &[u8], text: &[u8]) -> Option<usize> {
    let mut at = 0;
    for wanted in text {
        let (byte, length) = match escape(raw, at) {
            Some(byte) => (byte, 3),
            None => (*raw.get(at)?, 1),
        };
        if byte != *wanted {
            return None;
        }
        at += length;
    }
    Some(at)
}

/// The byte that the escape `%XX` at `at` stands for.
fn escape(raw: &[u8], at: usize) -> Option<u8> {
    let [b'%', high, low] = raw.get(at..at + 3)? else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(*high)? << 4 | digit(*low)?)
}

/// True if `raw` may be cut at `at`: neither inside a character nor inside an escape.
fn is_boundary(raw: &str, at: usize) -> bool {
    let inside = |back: usize| at.checked_sub(back).is_some_and(|start| escape(raw.as_bytes(), start).is_some());
    raw.is_char_boundary(at) && !inside(1) && !inside(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(template: &str, raw: &str, expected: Option<&[&str]>) {
        let parsed = Template::parse(template);
        let mut captures = vec!["kept"];
        let fits = match parsed.segments.as_slice() {
            [Segment::Pattern(pattern)] => pattern.capture(raw, false, &mut captures),
            other => panic!("{template} is {other:?}"),
        };
        assert_eq!(fits.then_some(&captures[1..]), expected, "{template} on {raw}");
        assert!(fits || captures == ["kept"]);
    }

    #[test]
    fn patterns_capture() {
        check("{a}...{b}", "main...dev", Some(&["main", "dev"]));
        check("{a}...{b}", "v1.0...v2.0", Some(&["v1.0", "v2.0"]));
        check("{a}...{b}", "main..dev", None);
        check("{a}...{b}", "...dev", None);
        check("{id}:cancel", "7:cancel", Some(&["7"]));
        check("{id}:cancel", "7%3Acancel", Some(&["7"]));
        check("{id}:cancel", ":cancel", None);
        check("{id}:cancel", "7:cancel2", None);
        check("{name}.{ext}", "a.tar.gz", Some(&["a.tar", "gz"]));
        check("{name}.{ext}", "a.", None);
        check("{name}.{ext}", "a..", Some(&["a", "."]));
        check("{lat},{lon}", "1.5,-2", Some(&["1.5", "-2"]));
        check("{lat},{lon}", "1.5%2C-2", Some(&["1.5", "-2"]));
        check("Users({id})", "Users(7)", Some(&["7"]));
        check("Users(id='{id}')", "Users(id=%277%27)", Some(&["7"]));
        check("v{n}", "v", None);
        check("{a}x{b}x{c}", "1x2x3x4", Some(&["1x2", "3", "4"]));
        check("{a}{b}", "xyz", Some(&["xy", "z"]));
        check("{a}{b}", "é", None);
        check("<{a}>*", "<1>*", Some(&["1"]));
        check("{a}5{b}", "1%2512", None);
        check("{a}%{b}", "1%252", Some(&["1", "2"]));
        check("{a b}-{ключ}", "x-y", Some(&["x", "y"]));
    }

    #[test]
    fn an_empty_parameter_is_taken_only_when_allowed() {
        let Segment::Pattern(pattern) = &Template::parse("/{id}:cancel").segments[0] else { panic!() };
        let mut captures = Vec::new();
        assert!(pattern.capture(":cancel", true, &mut captures));
        assert_eq!(captures, [""]);
    }

    #[test]
    fn templates_split_into_segments() {
        let literal = |text: &str| Segment::Literal(text.as_bytes().into());
        let parse = |path| Template::parse(path).segments;
        assert_eq!(parse("/"), [literal("")]);
        assert_eq!(parse("/a/"), [literal("a"), literal("")]);
        assert_eq!(parse("/a%20b/ü"), [literal("a b"), literal("ü")]);
        assert_eq!(parse("a/{x}"), [literal("a"), Segment::Any]);
        assert_eq!(parse("/{a/b}/c"), [Segment::Any, literal("c")]);
        assert_eq!(parse("/%7Ba%7D"), [literal("{a}")]);
        assert_eq!(parse("/{a"), [literal("{a")]);
        assert!(Template::parse("/{a").stray_brace && Template::parse("/a}").stray_brace);
        assert!(!Template::parse("/{a}/x-{b}").stray_brace);
        assert!(Template::parse("/{a}{b}").touching && !Template::parse("/{a}/{b}").touching);
    }
}
