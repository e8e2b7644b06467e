//! JUnit's XML, as CI servers read it.

use std::fmt::Write as _;

use quick_xml::escape::escape;

/// Tests that belong together.
#[derive(Clone, Debug, Default)]
pub struct Suite {
    /// What it is called.
    pub name: String,
    /// The tests.
    pub cases: Vec<Case>,
}

/// One test.
#[derive(Clone, Debug, Default)]
pub struct Case {
    class: String,
    name: String,
    /// Kind, message and text of each.
    failures: Vec<(String, String, String)>,
    said: String,
}

impl Suite {
    /// A suite without tests.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), cases: Vec::new() }
    }

    fn failed(&self) -> usize {
        self.cases.iter().filter(|case| !case.failures.is_empty()).count()
    }
}

impl Case {
    /// A test that passed.
    pub fn new(class: &str, name: &str) -> Self {
        Self { class: class.to_owned(), name: name.to_owned(), ..Self::default() }
    }

    /// The same, failed, perhaps once more.
    #[must_use]
    pub fn failed(mut self, kind: &str, message: &str, text: &str) -> Self {
        self.failures.push((kind.to_owned(), message.to_owned(), text.to_owned()));
        self
    }

    /// The same, with something said that is no failure.
    #[must_use]
    pub fn said(mut self, text: &str) -> Self {
        self.said.push_str(text);
        self
    }
}

/// Suites as one document.
pub fn junit(name: &str, suites: &[Suite]) -> String {
    let tests: usize = suites.iter().map(|suite| suite.cases.len()).sum();
    let failed: usize = suites.iter().map(Suite::failed).sum();
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let _ =
        writeln!(out, "<testsuites name=\"{}\" tests=\"{tests}\" failures=\"{failed}\" errors=\"0\">", attribute(name));
    for suite in suites {
        let (name, tests, failed) = (attribute(&suite.name), suite.cases.len(), suite.failed());
        let _ = writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failed}\" errors=\"0\" skipped=\"0\">"
        );
        suite.cases.iter().for_each(|case| write_case(&mut out, case));
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn write_case(out: &mut String, case: &Case) {
    let _ = write!(out, "    <testcase classname=\"{}\" name=\"{}\"", attribute(&case.class), attribute(&case.name));
    if case.failures.is_empty() && case.said.is_empty() {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    for (kind, message, text) in &case.failures {
        let (kind, message) = (attribute(kind), attribute(message));
        let _ = writeln!(out, "      <failure type=\"{kind}\" message=\"{message}\">{}</failure>", content(text));
    }
    if !case.said.is_empty() {
        let _ = writeln!(out, "      <system-out>{}</system-out>", content(&case.said));
    }
    out.push_str("    </testcase>\n");
}

/// Text between tags. XML 1.0 has no way to write most control characters.
fn content(text: &str) -> String {
    let is_allowed =
        |c: char| matches!(c, '\t' | '\n' | '\r') || (!c.is_control() && c != '\u{fffe}' && c != '\u{ffff}');
    let clean: String = text.chars().map(|c| if is_allowed(c) { c } else { '\u{fffd}' }).collect();
    escape(clean.as_str()).into_owned()
}

/// Text in an attribute, where a line end would be read as a space.
fn attribute(text: &str) -> String {
    content(text).replace('\n', "&#10;").replace('\r', "&#13;").replace('\t', "&#9;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        let case = Case::new("a&b", "say \"<hi>\"\n").failed("k'", "]]> \u{1b}[0m", "a < b\n& c\u{0}");
        let suite =
            Suite { name: "s".to_owned(), cases: vec![case, Case::new("c", "d"), Case::new("e", "f").said("x>y")] };
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
            <testsuites name=\"m\" tests=\"3\" failures=\"1\" errors=\"0\">\n  \
            <testsuite name=\"s\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"0\">\n    \
            <testcase classname=\"a&amp;b\" name=\"say &quot;&lt;hi&gt;&quot;&#10;\">\n      \
            <failure type=\"k&apos;\" message=\"]]&gt; \u{fffd}[0m\">a &lt; b\n&amp; c\u{fffd}</failure>\n    \
            </testcase>\n    <testcase classname=\"c\" name=\"d\"/>\n    \
            <testcase classname=\"e\" name=\"f\">\n      <system-out>x&gt;y</system-out>\n    </testcase>\n  \
            </testsuite>\n</testsuites>\n";
        assert_eq!(junit("m", &[suite]), expected);
    }
}
