//! The text of a `JSONPath` to a [`Query`].

use serde_json::Value;

use super::{Comparison, Operand, Query, Segment, Selector, Test};

/// Filters inside filters, and parentheses; a path needs two or three.
const NESTING_MAX: usize = 32;

/// What is wrong with a path: a message, and the character where it was seen, counted from 1.
type Result<T> = std::result::Result<T, (String, usize)>;

/// Reads a `JSONPath`; the error says what is wrong and at which character.
pub(crate) fn parse(text: &str) -> Result<Query> {
    let mut parser = Parser { text, at: 0, nesting: 0 };
    if !parser.take("$") {
        return parser.wrong("a JSONPath begins with `$`");
    }
    let query = Query { relative: false, segments: parser.segments()? };
    parser.skip_space();
    if parser.rest().is_empty() { Ok(query) } else { parser.wrong("unexpected text") }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    nesting: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn expect(&mut self, token: &str) -> Result<()> {
        self.skip_space();
        if self.take(token) { Ok(()) } else { self.wrong(&format!("`{token}` is missing")) }
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn wrong<T>(&self, message: &str) -> Result<T> {
        let before = self.text.get(..self.at).unwrap_or_default();
        Err((message.to_owned(), before.chars().count() + 1))
    }

    fn segments(&mut self) -> Result<Vec<Segment>> {
        let mut segments = Vec::new();
        loop {
            let before = self.at;
            self.skip_space();
            if self.take("..") {
                let selectors = if self.peek() == Some('[') { self.brackets()? } else { vec![self.dotted()?] };
                segments.push(Segment { descendant: true, selectors });
            } else if self.take(".") {
                segments.push(Segment { descendant: false, selectors: vec![self.dotted()?] });
            } else if self.peek() == Some('[') {
                segments.push(Segment { descendant: false, selectors: self.brackets()? });
            } else {
                self.at = before;
                return Ok(segments);
            }
        }
    }

    /// `*` or a name without quotation marks.
    fn dotted(&mut self) -> Result<Selector> {
        if self.take("*") {
            return Ok(Selector::Wildcard);
        }
        // `-` is not in the RFC, but in many overlays: `$.info.x-logo`.
        let name = self.take_while(|c| c.is_alphanumeric() || c == '_' || c == '-' || !c.is_ascii());
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return self.wrong("a name is missing; other names than words stand in brackets: `['a/b']`");
        }
        Ok(Selector::Name(name.to_owned()))
    }

    fn brackets(&mut self) -> Result<Vec<Selector>> {
        self.expect("[")?;
        let mut selectors = Vec::new();
        loop {
            self.skip_space();
            selectors.push(self.selector()?);
            self.skip_space();
            if !self.take(",") {
                self.expect("]")?;
                return Ok(selectors);
            }
        }
    }

    fn selector(&mut self) -> Result<Selector> {
        match self.peek() {
            Some('*') => {
                self.at += 1;
                Ok(Selector::Wildcard)
            }
            Some('?') => {
                self.at += 1;
                Ok(Selector::Filter(self.any()?))
            }
            Some('\'' | '"') => Ok(Selector::Name(self.string()?)),
            Some(':' | '-' | '0'..='9') => self.index_or_slice(),
            _ => self.wrong("a selector is missing: a name in quotation marks, `*`, an index, a slice or `?`"),
        }
    }

    fn index_or_slice(&mut self) -> Result<Selector> {
        let start = self.integer()?;
        self.skip_space();
        if !self.take(":") {
            return start.map_or_else(|| self.wrong("an index is missing"), |index| Ok(Selector::Index(index)));
        }
        self.skip_space();
        let end = self.integer()?;
        self.skip_space();
        let step = if self.take(":") {
            self.skip_space();
            self.integer()?.unwrap_or(1)
        } else {
            1
        };
        Ok(Selector::Slice { start, end, step })
    }

    fn integer(&mut self) -> Result<Option<i64>> {
        let digits = self.take_while(|c| c == '-' || c.is_ascii_digit());
        if digits.is_empty() {
            return Ok(None);
        }
        let plain = digits == "0" || !digits.trim_start_matches('-').starts_with('0');
        match digits.parse() {
            Ok(number) if plain => Ok(Some(number)),
            _ => self.wrong("an index is a whole number without leading zeros"),
        }
    }

    fn string(&mut self) -> Result<String> {
        let Some(quote) = self.peek() else { return self.wrong("a text is missing") };
        self.at += 1;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            self.at += c.len_utf8();
            match c {
                c if c == quote => return Ok(text),
                '\\' => text.push(self.escape(quote)?),
                c => text.push(c),
            }
        }
        self.wrong("the closing quotation mark is missing")
    }

    fn escape(&mut self, quote: char) -> Result<char> {
        let Some(c) = self.peek() else { return self.wrong("the closing quotation mark is missing") };
        self.at += c.len_utf8();
        match c {
            'b' => Ok('\u{8}'),
            'f' => Ok('\u{c}'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            '/' | '\\' => Ok(c),
            'u' => self.unicode_escape(),
            c if c == quote => Ok(c),
            _ => self.wrong("there is no such escape"),
        }
    }

    fn unicode_escape(&mut self) -> Result<char> {
        let high = self.hex()?;
        let code = if (0xD800..0xDC00).contains(&high) && self.take("\\u") {
            let low = self.hex()?;
            if !(0xDC00..0xE000).contains(&low) {
                return self.wrong("the second half of a surrogate pair is missing");
            }
            0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00)
        } else {
            high
        };
        char::from_u32(code).map_or_else(|| self.wrong("this is half of a surrogate pair"), Ok)
    }

    fn hex(&mut self) -> Result<u32> {
        let digits = self.rest().get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(code) => {
                self.at += 4;
                Ok(code)
            }
            None => self.wrong("`\\u` takes four hexadecimal digits"),
        }
    }

    /// `a || b`
    fn any(&mut self) -> Result<Test> {
        self.nesting += 1;
        if self.nesting > NESTING_MAX {
            return self.wrong("the filter is nested too deep");
        }
        let mut tests = vec![self.all()?];
        while self.take_operator("||") {
            tests.push(self.all()?);
        }
        self.nesting -= 1;
        Ok(if tests.len() == 1 { tests.swap_remove(0) } else { Test::Any(tests) })
    }

    /// `a && b`
    fn all(&mut self) -> Result<Test> {
        let mut tests = vec![self.test()?];
        while self.take_operator("&&") {
            tests.push(self.test()?);
        }
        Ok(if tests.len() == 1 { tests.swap_remove(0) } else { Test::All(tests) })
    }

    fn take_operator(&mut self, operator: &str) -> bool {
        self.skip_space();
        self.take(operator)
    }

    fn test(&mut self) -> Result<Test> {
        self.skip_space();
        if self.take("!") {
            self.skip_space();
            let negated = self.grouped_or_single()?;
            return match negated {
                Test::Compare(..) => self.wrong("`!` before a comparison takes parentheses: `!(a == b)`"),
                test => Ok(Test::Not(Box::new(test))),
            };
        }
        self.grouped_or_single()
    }

    fn grouped_or_single(&mut self) -> Result<Test> {
        if self.take("(") {
            let inner = self.any()?;
            self.expect(")")?;
            return Ok(match inner {
                // So that `!(a == b)` is not taken for `!a == b`.
                compare @ Test::Compare(..) => Test::All(vec![compare]),
                other => other,
            });
        }
        for (name, whole) in [("match(", true), ("search(", false)] {
            if self.take(name) {
                let text = self.operand()?;
                self.expect(",")?;
                let pattern = self.operand()?;
                self.expect(")")?;
                return Ok(Test::Pattern { whole, text, pattern });
            }
        }
        let left = self.operand()?;
        self.skip_space();
        let operators = [
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        for (text, comparison) in operators {
            if self.take(text) {
                return Ok(Test::Compare(left, comparison, self.operand()?));
            }
        }
        match left {
            Operand::Query(query) => Ok(Test::Exists(query)),
            _ => self.wrong("a comparison is missing"),
        }
    }

    fn operand(&mut self) -> Result<Operand> {
        self.skip_space();
        if self.take("length(") {
            self.nesting += 1;
            if self.nesting > NESTING_MAX {
                return self.wrong("the filter is nested too deep");
            }
            let of = self.operand()?;
            self.nesting -= 1;
            self.expect(")")?;
            return Ok(Operand::Length(Box::new(of)));
        }
        for (name, counts) in [("count(", true), ("value(", false)] {
            if self.take(name) {
                self.skip_space();
                let query = self.query()?;
                self.expect(")")?;
                return Ok(if counts { Operand::Count(query) } else { Operand::Query(query) });
            }
        }
        match self.peek() {
            Some('@' | '$') => Ok(Operand::Query(self.query()?)),
            Some('\'' | '"') => Ok(Operand::Literal(Value::String(self.string()?))),
            _ => self.literal(),
        }
    }

    fn query(&mut self) -> Result<Query> {
        let relative = match self.peek() {
            Some('@') => true,
            Some('$') => false,
            _ => return self.wrong("a query is missing: it begins with `@` or `$`"),
        };
        self.at += 1;
        Ok(Query { relative, segments: self.segments()? })
    }

    fn literal(&mut self) -> Result<Operand> {
        let start = self.at;
        let word = self.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'));
        if let Ok(value) = serde_json::from_str(word) {
            return Ok(Operand::Literal(value));
        }
        self.at = start;
        self.wrong("a value is missing: a query, a text in quotation marks, a number, `true`, `false` or `null`")
    }
}
