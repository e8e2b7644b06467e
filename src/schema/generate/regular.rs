//! Strings that match a regular expression.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use super::{chance::Chance, merge::Range};
use crate::{limit, schema::pattern};

/// Repetitions beyond the least that are drawn.
const SPREAD: u64 = 8;
/// Nesting of a pattern that is followed.
const NEST_MAX: u32 = 64;

/// A string for the first pattern that also matches the others, of a length in range where that can be found.
///
/// `None` if the pattern cannot be read. Look-around is passed over: the validator has the last word.
pub(super) fn make(patterns: &[&str], length: Range, chance: &mut Chance) -> Option<String> {
    let hir = parse(patterns.first()?)?;
    let mut best: Option<String> = None;
    // ever more repetitions, until the string is long enough and not empty for nothing
    for more in [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024] {
        let mut writer = Writer { out: String::new(), more, budget: limit::GENERATED_NODES_MAX, chance };
        writer.write(&hir);
        let text = writer.out;
        let count = text.chars().count() as u64;
        let is_right = (length.min.max(u64::from(length.max > 0))..=length.max).contains(&count);
        if is_right && patterns.iter().all(|pattern| matches(pattern, &text)) {
            return Some(text);
        }
        if count > length.max {
            break;
        }
        best = Some(text);
        if more >= length.min.saturating_mul(2).max(SPREAD) {
            break;
        }
    }
    best.map(|text| padded(text, length))
}

/// A pattern without an end may go on.
fn padded(mut text: String, length: Range) -> String {
    let wanted = usize::try_from(length.min).unwrap_or(0).min(limit::GENERATED_NODES_MAX);
    let count = text.chars().count();
    text.extend(std::iter::repeat_n('a', wanted.saturating_sub(count)));
    text
}

/// True if the text matches, or the pattern cannot be run here.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    run(pattern).is_some_and(|regex| regex.is_match(text)) || parse(pattern).is_none()
}

/// A lowered pattern, ready to be run; `None` for one that the linear engine does not take.
pub(in crate::schema) fn run(pattern: &str) -> Option<regex::Regex> {
    regex::RegexBuilder::new(pattern).size_limit(limit::PATTERN_BYTES_MAX).build().ok()
}

fn parse(text: &str) -> Option<Hir> {
    let translated = pattern::translate(text);
    let mut parser = regex_syntax::ParserBuilder::new().nest_limit(NEST_MAX).build();
    parser.parse(&translated).ok().or_else(|| parser.parse(&without_look_around(&translated)).ok())
}

/// The pattern without its groups of look-around.
fn without_look_around(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        if ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|form| rest.starts_with(form)) {
            rest = rest.get(group_length(rest)..).unwrap_or_default();
            continue;
        }
        let width = if c == '\\' { 1 + rest.chars().nth(1).map_or(0, char::len_utf8) } else { c.len_utf8() };
        out.push_str(rest.get(..width).unwrap_or_default());
        rest = rest.get(width..).unwrap_or_default();
    }
    out
}

/// Bytes of the group that `text` begins with.
fn group_length(text: &str) -> usize {
    let (mut depth, mut is_escaped, mut in_class) = (0_usize, false, false);
    for (index, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class => {
                depth -= 1;
                if depth == 0 {
                    return index + 1;
                }
            }
            _ => (),
        }
    }
    text.len()
}

struct Writer<'c> {
    out: String,
    /// Repetitions beyond the least.
    more: u64,
    /// Steps that are left.
    budget: usize,
    chance: &'c mut Chance,
}

impl Writer<'_> {
    fn write(&mut self, hir: &Hir) {
        if self.budget == 0 {
            return;
        }
        self.budget -= 1;
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => (),
            HirKind::Literal(literal) => self.out.push_str(&String::from_utf8_lossy(&literal.0)),
            HirKind::Class(class) => {
                let c = self.character(class);
                self.out.extend(c);
            }
            HirKind::Repetition(repetition) => self.repeat(repetition),
            HirKind::Capture(capture) => self.write(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.write(part)),
            HirKind::Alternation(branches) => {
                let chosen = self.chance.index(branches.len());
                if let Some(branch) = branches.get(chosen) {
                    self.write(branch);
                }
            }
        }
    }

    fn repeat(&mut self, repetition: &Repetition) {
        let min = u64::from(repetition.min);
        let max = repetition.max.map_or(u64::MAX, u64::from);
        let drawn = if self.chance.is_plain() { 0 } else { self.chance.below(SPREAD) };
        let count = min.saturating_add(self.more.max(drawn)).min(max);
        for _ in 0..count {
            if self.budget == 0 {
                break;
            }
            self.write(&repetition.sub);
        }
    }

    /// A character of a class: a letter or digit where there is one, else something that can be printed.
    fn character(&mut self, class: &Class) -> Option<char> {
        let ranges: Vec<(char, char)> = match class {
            Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
            Class::Bytes(class) => {
                class.ranges().iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect()
            }
        };
        let within = |c: &char| ranges.iter().any(|(start, end)| (*start..=*end).contains(c));
        let familiar: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').filter(within).collect();
        let printable = || (' '..='~').filter(within).collect::<Vec<char>>();
        let candidates = if familiar.is_empty() { printable() } else { familiar };
        let chosen = self.chance.index(candidates.len());
        candidates.get(chosen).copied().or_else(|| ranges.first().map(|(start, _)| *start))
    }
}
