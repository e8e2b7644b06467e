//! Regular expressions: ECMA-262 to engines that cannot be made to hang.
//!
//! The validating crate translates `\d`, `\w`, `\s` and `\c` itself and runs a pattern on the linear engine unless it
//! has look-around or back-references; those run with a limit of steps. What is done here is the rest: forms that
//! browsers accept but the crate does not, and the commonest forms of other languages. Groups lose their names, which no
//! one asks for, and back-references to names become such to numbers, which the crate lets through.

use std::{collections::HashSet, fmt::Write, iter::Peekable, str::Chars};

use serde_json::{Value, json};

use super::format;
use crate::limit;

/// A pattern as the validating crate takes it.
pub(super) fn translate(pattern: &str) -> String {
    let pattern = undelimited(pattern);
    let (flags, pattern) = leading_flags(pattern);
    let mut translator = Translator {
        input: pattern.chars().peekable(),
        out: String::with_capacity(pattern.len() + 8),
        drops_names: has_unique_names(pattern),
        groups: 0,
        open: Vec::new(),
        closed: Vec::new(),
    };
    translator.run();
    if flags.is_empty() { translator.out } else { format!("(?{flags}:{})", translator.out) }
}

/// True if the translated pattern compiles within limits.
pub(super) fn compiles(pattern: &str) -> bool {
    is_bounded(pattern) && format::options().build(&json!({ "pattern": translate(pattern) })).is_ok()
}

/// True for a pattern that is only too large to be compiled within [`limit::PATTERN_BYTES_MAX`]: a counted repetition takes
/// its class once for each time.
pub(super) fn is_too_large(pattern: &str) -> bool {
    let pattern = translate(pattern);
    let build = |bytes| regex::RegexBuilder::new(&pattern).size_limit(bytes).build();
    matches!(build(limit::PATTERN_BYTES_MAX), Err(regex::Error::CompiledTooBig(_)))
}

/// False if a look-behind repeats something without bound: the engine reads back to the beginning from each place in
/// the string, and counts none of it as a step.
pub(super) fn is_bounded(pattern: &str) -> bool {
    !["(?<=", "(?<!"].iter().flat_map(|form| pattern.match_indices(form)).any(|(at, form)| {
        let inside = pattern.get(at + form.len()..).unwrap_or_default();
        let (mut depth, mut in_class) = (1, false);
        let mut chars = inside.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => _ = chars.next(),
                '[' => in_class = true,
                ']' => in_class = false,
                _ if in_class => (),
                '(' => depth += 1,
                ')' if depth == 1 => return false,
                ')' => depth -= 1,
                '*' | '+' => return true,
                '{' => {
                    let counts =
                        inside.get(at..).and_then(|rest| rest.split_once('}')).map_or("", |(counts, _)| counts);
                    if counts.ends_with(',') {
                        return true;
                    }
                }
                _ => (),
            }
        }
        false
    })
}

/// True if the pattern needs the engine that may have to try many ways.
pub(super) fn is_backtracking(pattern: &str) -> bool {
    let pattern = translate(pattern);
    let look_around = ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|form| pattern.contains(form));
    let mut chars = pattern.chars();
    let mut back_reference = false;
    while let Some(c) = chars.next() {
        if c == '\\' {
            back_reference |= chars.next().is_some_and(|next| next == 'k' || ('1'..='9').contains(&next));
        }
    }
    look_around || back_reference
}

/// True if a repeated group repeats something itself, `(a+)+`, or has alternatives that begin alike, `(a|aa)+`: the ways
/// to match grow with the length of the string.
pub(super) fn nests_repetition(pattern: &str) -> bool {
    let mut groups: Vec<Group> = Vec::new();
    let mut closed: Option<Group> = None;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        let before = closed.take();
        let mut atom = c.to_string();
        match c {
            '\\' => atom.extend(chars.next()),
            '[' => {
                while let Some(inner) = chars.next() {
                    atom.push(inner);
                    match inner {
                        '\\' => atom.extend(chars.next()),
                        ']' => break,
                        _ => (),
                    }
                }
            }
            '(' => {
                if let Some(group) = groups.last_mut() {
                    group.begins_with(String::new());
                }
                groups.push(Group::default());
                if chars.next_if_eq(&'?').is_some() {
                    // what follows says the kind of group
                    while chars.next_if(|c| matches!(c, ':' | '=' | '!' | '<')).is_some() {}
                }
                continue;
            }
            ')' => {
                closed = groups.pop();
                // what a group repeats, the group around it repeats too
                if let (Some(closed), Some(group)) = (&closed, groups.last_mut()) {
                    group.repeats |= closed.repeats;
                }
                continue;
            }
            '|' => {
                if let Some(group) = groups.last_mut() {
                    group.is_begun = false;
                }
                continue;
            }
            '*' | '+' => {
                if before.is_some_and(|group| group.repeats || group.is_ambiguous) {
                    return true;
                }
                if let Some(group) = groups.last_mut() {
                    group.repeats = true;
                }
                continue;
            }
            _ => (),
        }
        if let Some(group) = groups.last_mut() {
            group.begins_with(atom);
        }
    }
    false
}

/// What is known of a group of a pattern.
#[derive(Default)]
struct Group {
    /// It repeats something.
    repeats: bool,
    /// What its alternatives begin with.
    beginnings: Vec<String>,
    /// The current alternative has begun.
    is_begun: bool,
    /// Two of its alternatives begin alike.
    is_ambiguous: bool,
}

impl Group {
    fn begins_with(&mut self, atom: String) {
        if !self.is_begun {
            self.is_begun = true;
            self.is_ambiguous |= self.beginnings.contains(&atom) || atom == "." && !self.beginnings.is_empty();
            self.is_ambiguous |= self.beginnings.iter().any(|other| other == ".");
            self.beginnings.push(atom);
        }
    }
}

/// True for a pattern with the slashes of a literal around it.
pub(super) fn is_delimited(pattern: &str) -> bool {
    pattern.len() > 4 && pattern.starts_with("/^") && pattern.ends_with("$/")
}

/// `/^a$/` is a literal of JavaScript or Perl; with the slashes no string could match it.
fn undelimited(pattern: &str) -> &str {
    if is_delimited(pattern) { pattern.trim_matches('/') } else { pattern }
}

/// `(?i)` at the front, as other languages write it.
fn leading_flags(pattern: &str) -> (&str, &str) {
    let Some((flags, rest)) = pattern.strip_prefix("(?").and_then(|rest| rest.split_once(')')) else {
        return ("", pattern);
    };
    let is_flags = !flags.is_empty() && flags.chars().all(|flag| matches!(flag, 'i' | 'm' | 's'));
    if is_flags { (flags, rest) } else { ("", pattern) }
}

struct Translator<'a> {
    input: Peekable<Chars<'a>>,
    out: String,
    /// True if names of groups are left out. Where two have the same, nobody knows which of them is meant.
    drops_names: bool,
    /// How many groups there were that have numbers.
    groups: usize,
    /// The groups that are open: the name and number of each that has a name.
    open: Vec<Option<(String, usize)>>,
    /// Those with a name that are closed.
    closed: Vec<(String, usize)>,
}

/// The name that stands before the next `end`, if it can be that of a group.
fn name_before(input: &Peekable<Chars<'_>>, end: char) -> Option<String> {
    let mut input = input.clone();
    let mut name = String::new();
    loop {
        match input.next()? {
            c if c == end => return (!name.is_empty()).then_some(name),
            c if c == '_' || c == '$' || c.is_alphabetic() || !name.is_empty() && c.is_numeric() => name.push(c),
            _ => return None,
        }
    }
}

fn has_unique_names(pattern: &str) -> bool {
    let mut seen = HashSet::new();
    let starts = ["(?<", "(?P<"].into_iter().flat_map(|form| pattern.match_indices(form));
    let rests = starts.filter_map(|(at, form)| pattern.get(at + form.len()..));
    rests.filter_map(|rest| name_before(&rest.chars().peekable(), '>')).all(|name| seen.insert(name))
}

impl Translator<'_> {
    fn run(&mut self) {
        while let Some(c) = self.input.next() {
            match c {
                '\\' => self.escape(false),
                '[' => self.class(),
                // browsers take a lone bracket for itself
                ']' | '}' => {
                    self.out.push('\\');
                    self.out.push(c);
                }
                '{' => self.brace(),
                '(' => self.group(),
                ')' => {
                    self.closed.extend(self.open.pop().flatten());
                    self.out.push(')');
                }
                c => self.out.push(c),
            }
        }
    }

    /// `(?P<n>…)` and `(?P=n)` of Python are `(?<n>…)` and `\k<n>`.
    fn group(&mut self) {
        let mut ahead = self.input.clone();
        let is_plain = ahead.next() != Some('?');
        let is_python = !is_plain && ahead.next_if_eq(&'P').is_some();
        let is_named = !is_plain && ahead.next_if_eq(&'<').is_some();
        if is_python && ahead.next_if_eq(&'=').is_some() && self.back_reference(&ahead, ')') {
            return;
        }
        self.out.push('(');
        let name = name_before(&ahead, '>').filter(|_| is_named);
        self.groups += usize::from(is_plain || name.is_some());
        self.open.push(name.clone().map(|name| (name, self.groups)));
        match name {
            Some(name) if self.drops_names => {
                self.input = ahead;
                (0..=name.chars().count()).for_each(|_| _ = self.input.next());
            }
            _ if is_python && is_named => {
                self.out.push_str("?<");
                self.input = ahead;
            }
            _ => (),
        }
    }

    /// A back-reference to the group with the name that follows, up to `end`; false if no such group is closed.
    fn back_reference(&mut self, after: &Peekable<Chars<'_>>, end: char) -> bool {
        let Some(name) = name_before(after, end).filter(|_| self.drops_names) else { return false };
        let Some((_, number)) = self.closed.iter().find(|(known, _)| *known == name) else { return false };
        // writing to a String does not fail
        let _ = write!(self.out, "\\{number}");
        let read = self.input.clone().count() - after.clone().count() + name.chars().count() + 1;
        (0..read).for_each(|_| _ = self.input.next());
        if self.input.peek().is_some_and(char::is_ascii_digit) {
            self.out.push_str("(?:)");
        }
        true
    }

    /// A counted repetition, or a brace that stands for itself.
    fn brace(&mut self) {
        let inside: String = self.input.clone().take_while(|c| *c != '}').collect();
        let (low, high) = inside.split_once(',').unwrap_or((&inside, ""));
        let is_number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        let is_closed = self.input.clone().any(|c| c == '}');
        if !is_closed || inside.is_empty() || inside == "," || !is_number(low) || !is_number(high) {
            self.out.push_str("\\{");
            return;
        }
        for _ in 0..=inside.chars().count() {
            self.input.next();
        }
        let low = if low.is_empty() { "0" } else { low };
        let comma = if inside.contains(',') { "," } else { "" };
        // writing to a String does not fail
        let _ = write!(self.out, "{{{low}{comma}{high}}}");
    }

    /// What follows a backslash.
    fn escape(&mut self, in_class: bool) {
        match self.input.next() {
            Some('A') if !in_class => self.out.push('^'),
            Some('Z' | 'z') if !in_class => self.out.push('$'),
            Some('u') if self.input.peek() != Some(&'{') => self.unicode(),
            // The braces are a part of these.
            Some(c @ ('p' | 'P' | 'u')) => {
                self.out.extend(['\\', c]);
                if self.input.peek() == Some(&'{') {
                    self.braced();
                }
            }
            Some('0') if !self.input.peek().is_some_and(char::is_ascii_digit) => self.out.push_str("\\x00"),
            Some('b') if in_class => self.out.push_str("\\x08"),
            Some('k') if !in_class => {
                let mut after = self.input.clone();
                if after.next_if_eq(&'<').is_none() || !self.back_reference(&after, '>') {
                    self.out.push_str("\\k");
                }
            }
            Some('h') => self.out.push_str(if in_class { " \\t" } else { "[ \\t]" }),
            Some(c) => {
                self.out.push('\\');
                self.out.push(c);
            }
            None => self.out.push_str("\\\\"),
        }
    }

    /// All up to the next closing brace, as it is.
    fn braced(&mut self) {
        for c in self.input.by_ref() {
            self.out.push(c);
            if c == '}' {
                break;
            }
        }
    }

    /// `\uD83D\uDE00` is one character in two halves.
    fn unicode(&mut self) {
        let unit = |input: &mut Peekable<Chars<'_>>| {
            let digits: String = input.clone().take(4).collect();
            let value = u16::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 4)?;
            (0..4).for_each(|_| _ = input.next());
            Some(value)
        };
        let mut ahead = self.input.clone();
        let Some(high) = unit(&mut ahead) else {
            self.out.push_str("\\u");
            return;
        };
        let after_high = ahead.clone();
        let low = (ahead.next() == Some('\\') && ahead.next() == Some('u')).then(|| unit(&mut ahead)).flatten();
        if let Some(Ok(c)) = low.and_then(|low| char::decode_utf16([high, low]).next())
            && (0xD800..0xDC00).contains(&high)
        {
            let _ = write!(self.out, "\\u{{{:x}}}", u32::from(c));
            self.input = ahead;
        } else {
            let _ = write!(self.out, "\\u{high:04x}");
            self.input = after_high;
        }
    }

    /// A class: a hyphen beside `\w` stands for itself, and POSIX names are ranges.
    fn class(&mut self) {
        self.out.push('[');
        let is_negated = self.input.next_if_eq(&'^').is_some();
        if self.input.peek() == Some(&']') && is_negated {
            self.input.next();
            self.out.push_str("\\s\\S]");
            return;
        }
        if is_negated {
            self.out.push('^');
        }
        let mut after_set = false;
        while let Some(c) = self.input.next() {
            let next = self.input.peek().copied();
            let mut is_set = false;
            match c {
                ']' => {
                    self.out.push(']');
                    return;
                }
                '\\' => {
                    is_set = matches!(next, Some('d' | 'D' | 'w' | 'W' | 's' | 'S' | 'p' | 'P'));
                    self.escape(true);
                }
                '[' if next == Some(':') => self.posix(),
                '[' => self.out.push_str("\\["),
                '-' if after_set && next != Some(']') => self.out.push_str("\\-"),
                '-' if next == Some('\\') && self.set_follows() => self.out.push_str("\\-"),
                c => self.out.push(c),
            }
            after_set = is_set;
        }
    }

    fn set_follows(&self) -> bool {
        let mut ahead = self.input.clone();
        ahead.next();
        matches!(ahead.next(), Some('d' | 'D' | 'w' | 'W' | 's' | 'S' | 'p' | 'P'))
    }

    fn posix(&mut self) {
        let rest: String = self.input.clone().take(12).collect();
        let ranges = [
            (":alpha:]", "a-zA-Z"),
            (":digit:]", "0-9"),
            (":alnum:]", "a-zA-Z0-9"),
            (":upper:]", "A-Z"),
            (":lower:]", "a-z"),
            (":space:]", "\\s"),
            (":xdigit:]", "0-9A-Fa-f"),
            (":word:]", "\\w"),
            (":punct:]", "!-\\/:-@\\[-`\\{-~"),
        ];
        match ranges.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, range)) => {
                (0..name.len()).for_each(|_| _ = self.input.next());
                self.out.push_str(range);
            }
            None => self.out.push_str("\\["),
        }
    }
}

/// Leaves out every pattern of a lowered schema that does not compile.
pub(super) fn strip_bad(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.get("pattern").and_then(Value::as_str).is_some_and(|pattern| !compiles(pattern)) {
                map.shift_remove("pattern");
            }
            if let Some(Value::Object(members)) = map.get_mut("patternProperties") {
                members.retain(|pattern, _| compiles(pattern));
            }
            for (keyword, value) in map.iter_mut() {
                if !matches!(keyword.as_str(), "enum" | "const") {
                    strip_bad(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(strip_bad),
        _ => (),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::instance::Instance;

    #[test]
    fn repetition_of_what_can_be_read_in_several_ways() {
        for pattern in
            ["(a+)+", "((a*)b)*", "(a|aa)+", "(?:a|ab)*", "(\\d|\\d\\d)+", "([a-z]|[a-z]x)+", "(.|a)*", "(a|.)*"]
        {
            assert!(nests_repetition(pattern), "{pattern}");
        }
        for pattern in
            ["a+b+", "(a|b)+", "(ab|ba)*", "([+*]a)+", "(\\+)+", "(a+)b", "(?:a|b)+", "(?=.*a)(?=.*b).+", "[(a+)]+"]
        {
            assert!(!nests_repetition(pattern), "{pattern}");
        }
    }

    #[test]
    fn back_references_to_names() {
        #[track_caller]
        fn check(pattern: &str, fits: &[&str], others: &[&str]) {
            assert!(compiles(pattern), "{pattern}: {}", translate(pattern));
            assert!(is_backtracking(pattern), "{pattern}");
            let schema = format::options().build(&json!({ "pattern": translate(pattern) })).unwrap();
            for text in fits {
                assert!(schema.is_valid(Instance::Value(&json!(text))), "{text} fits {pattern}");
            }
            for text in others {
                assert!(!schema.is_valid(Instance::Value(&json!(text))), "{text} does not fit {pattern}");
            }
        }
        let quoted = ["'a'", "\"a\""];
        check(r#"^(?<q>['"]).*\k<q>$"#, &quoted, &["'a\""]);
        check(r#"^(?P<q>['"]).*(?P=q)$"#, &quoted, &["'a\""]);
        check(r"^(x)(?:y)(?<b>[ab])\k<b>1\1$", &["xyaa1x"], &["xyab1x", "xyaa1y"]);
        check(r"^((?<a>.)(?<b>.))\k<b>\k<a>$", &["abba"], &["abab"]);
        check(r"(?i)^(?<a>x)\k<a>{2}$", &["xxx", "XXX"], &["xx"]);
        check(r"^(?<=^)(?<a>x)[(?<b]\k<a>$", &["x(x"], &["x(y"]);
        // Nobody knows what these would mean.
        for pattern in [r"\k<a>(?<a>x)", r"(?<a>x\k<a>)", r"(?<a>x)\k<b>", r"(?:(?<a>x)|(?<a>y))\k<a>", r"\k"] {
            assert!(!compiles(pattern), "{pattern}");
        }
        for (pattern, expected) in [(r"(?<a>b)(?P<c>d)", "(b)(d)"), ("(?<1>b)", "(?<1>b)"), (r"\(?<a>", r"\(?<a>")] {
            assert_eq!(translate(pattern), expected);
        }
    }

    #[test]
    fn what_is_too_large_is_told_from_what_is_wrong() {
        assert!(is_too_large(r"^[\p{L}\p{N}]{1,500}$") && !compiles(r"^[\p{L}\p{N}]{1,500}$"));
        assert!(!is_too_large(r"^[\p{L}\p{N}]*$") && compiles(r"^[\p{L}\p{N}]*$"));
        assert!(!is_too_large("(") && !compiles("("));
    }

    #[test]
    fn endless_look_behind() {
        for pattern in ["(?<=a+)b", "(?<!(a*))b", "(?<=x(a){2,})b"] {
            assert!(!compiles(pattern), "{pattern}");
        }
        for pattern in ["(?<=a)b+", "(?<!-)$", "(?<=a{2})b", "(?<=[+*])b", "(?<=\\+)b", "(?<name>a+)b"] {
            assert!(compiles(pattern), "{pattern}");
        }
    }
}
