//! What a project says about its snapshots (`snapshot` in `mimeo.yaml`).

use http::HeaderName;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Order;

/// What is hidden, kept and left out of snapshots, and whether order counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Values that are hidden: `<redacted #1>` stands for each.
    #[serde(default)]
    pub redact: Vec<Selector>,
    /// Values that are shown as they are sent, though they look like one that changes from run to run. Secrets are
    /// hidden all the same.
    #[serde(default)]
    pub keep: Vec<Selector>,
    /// What is left out: values, or whole operations.
    #[serde(default)]
    pub ignore: Vec<Selector>,
    /// Whether the order of exchanges counts. Without it: where a client never sends two requests at once.
    pub order: Option<Order>,
}

/// Which values are meant: those of one place, in all operations or in those that are named. Only an operation means
/// the whole of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Selector {
    /// An operationId, or `METHOD /path` as the description has it; `*` stands for any text.
    #[schemars(length(min = 1, max = 500))]
    pub operation: Option<String>,
    /// The name of a header field.
    #[schemars(length(min = 1, max = 200))]
    pub header: Option<String>,
    /// The name of a parameter of the query.
    #[schemars(length(min = 1, max = 200))]
    pub query: Option<String>,
    /// The name of a cookie.
    #[schemars(length(min = 1, max = 200))]
    pub cookie: Option<String>,
    /// The name of a parameter of the path.
    #[schemars(length(min = 1, max = 200))]
    pub path: Option<String>,
    /// A JSON Pointer into the body, which means all that is below as well; `*` stands for any name or index.
    #[schemars(regex(pattern = "^(/[^/]*)*$"), length(max = 500))]
    pub body: Option<String>,
}

/// One value of a request, by its place.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spot<'a> {
    Header(&'a str),
    Query(&'a str),
    Cookie(&'a str),
    Path(&'a str),
    /// A JSON Pointer into the body.
    Body(&'a str),
}

/// An operation, by what it is called.
#[derive(Clone, Copy, Debug)]
pub(super) struct Called<'a> {
    /// The operationId.
    pub(super) id: Option<&'a str>,
    /// The method and path template.
    pub(super) call: &'a str,
}

/// A rule that means nothing, whatever a client sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idle {
    /// Where it stands, as JSON Pointer from the rules on.
    pub pointer: String,
    /// What is wrong with it.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

impl Rules {
    /// The rules that mean nothing. Whether the descriptions have what the others name, [`Rules::unmet`] says.
    pub fn idle(&self) -> Vec<Idle> {
        self.selectors().filter_map(|(pointer, rule)| rule.idle(pointer)).collect()
    }

    /// All rules, each with its place as JSON Pointer.
    pub(super) fn selectors(&self) -> impl Iterator<Item = (String, &Selector)> {
        let lists = [("redact", &self.redact), ("keep", &self.keep), ("ignore", &self.ignore)];
        lists.into_iter().flat_map(|(list, rules)| {
            rules.iter().enumerate().map(move |(index, rule)| (format!("/{list}/{index}"), rule))
        })
    }

    /// True if the whole exchange is left out.
    pub(super) fn ignores(&self, called: Called<'_>) -> bool {
        self.ignore.iter().any(|selector| selector.is_whole() && selector.fits(called))
    }
}

impl Selector {
    /// Why it means nothing in its list, if it does.
    fn idle(&self, pointer: String) -> Option<Idle> {
        let list = pointer.split('/').nth(1).unwrap_or_default();
        if self.is_whole() && self.operation.is_none() {
            let message = "a rule that names nothing means nothing".to_owned();
            return Some(Idle {
                pointer,
                message,
                help: "name a `header`, `query`, `cookie`, `path` or `body`; under `ignore`, an `operation` will do",
            });
        }
        if self.is_whole() && list != "ignore" {
            let message = format!("under `{list}`, a rule must name a value, not only an operation");
            return Some(Idle { pointer, message, help: "`body: \"\"` means the whole body" });
        }
        if let Some(name) = self.header.as_deref().filter(|name| HeaderName::try_from(*name).is_err()) {
            let message = format!("no header field can be called `{name}`");
            return Some(Idle { pointer: pointer + "/header", message, help: "name a field as in `X-Build`" });
        }
        let is_escaped = |body: &str| body.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        if let Some(body) = self.body.as_deref().filter(|body| !is_escaped(body)) {
            let message = format!("`{body}` is no JSON Pointer");
            return Some(Idle {
                pointer: pointer + "/body",
                message,
                help: "write `~0` for `~`, and `~1` for `/` in a name",
            });
        }
        None
    }

    /// True if it means a whole operation.
    fn is_whole(&self) -> bool {
        self.header.is_none()
            && self.query.is_none()
            && self.cookie.is_none()
            && self.path.is_none()
            && self.body.is_none()
    }

    /// True if it means the operation, or all.
    pub(super) fn fits(&self, called: Called<'_>) -> bool {
        let Some(pattern) = &self.operation else { return !self.is_whole() };
        called.id.is_some_and(|id| glob(pattern, id)) || glob(pattern, called.call)
    }

    /// True if it means the value in that place, or one that it is part of.
    fn means(&self, called: Called<'_>, spot: Spot<'_>) -> bool {
        let same = |own: &Option<String>, name: &str| own.as_ref().is_some_and(|own| own == name);
        let is_it = match spot {
            Spot::Header(name) => self.header.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(name)),
            Spot::Query(name) => same(&self.query, name),
            Spot::Cookie(name) => same(&self.cookie, name),
            Spot::Path(name) => same(&self.path, name),
            Spot::Body(pointer) => self.body.as_ref().is_some_and(|own| leads_to(own, pointer)),
        };
        is_it && self.fits(called)
    }
}

/// True if one of the selectors means the value in that place.
pub(super) fn any(selectors: &[Selector], called: Called<'_>, spot: Spot<'_>) -> bool {
    selectors.iter().any(|selector| selector.means(called, spot))
}

/// True if `pattern` with `*` for any segment leads to a value, or to one that it is part of.
fn leads_to(pattern: &str, pointer: &str) -> bool {
    let mut segments = pointer.split('/').skip(1);
    pattern.split('/').skip(1).all(|wanted| segments.next().is_some_and(|segment| wanted == "*" || wanted == segment))
}

/// True if a text fits a pattern in which `*` stands for any text.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        let Some(at) = text.find(part) else { return false };
        text = &text[at + part.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGIN: Called<'static> = Called { id: Some("logIn"), call: "POST /v1/login" };

    #[test]
    fn places() {
        #[track_caller]
        fn check(selector: Selector, spot: Spot<'_>, expected: bool) {
            assert_eq!(any(std::slice::from_ref(&selector), LOGIN, spot), expected, "{selector:?} {spot:?}");
        }
        let body = |pointer: &str| Selector { body: Some(pointer.to_owned()), ..Selector::default() };
        check(body("/a"), Spot::Body("/a"), true);
        check(body("/a"), Spot::Body("/a/b"), true);
        check(body("/a/b"), Spot::Body("/a"), false);
        check(body("/a"), Spot::Body("/ab"), false);
        check(body("/*/id"), Spot::Body("/3/id"), true);
        check(body(""), Spot::Body("/3/id"), true);
        check(body("/a"), Spot::Query("a"), false);
        let header = |operation: Option<&str>| Selector {
            header: Some("X-Build".to_owned()),
            operation: operation.map(str::to_owned),
            ..Selector::default()
        };
        check(header(None), Spot::Header("x-build"), true);
        check(header(Some("logIn")), Spot::Header("x-build"), true);
        check(header(Some("POST /v1/*")), Spot::Header("x-build"), true);
        check(header(Some("logOut")), Spot::Header("x-build"), false);
    }

    #[test]
    fn whole_operations() {
        let rules = |operation: Option<&str>| Rules {
            ignore: vec![Selector { operation: operation.map(str::to_owned), ..Selector::default() }],
            ..Rules::default()
        };
        assert!(rules(Some("log*")).ignores(LOGIN));
        assert!(rules(Some("* /v1/login")).ignores(LOGIN));
        assert!(!rules(Some("GET *")).ignores(LOGIN));
        assert!(!rules(None).ignores(LOGIN), "an empty selector means nothing");
    }

    #[test]
    fn rules_that_mean_nothing() {
        #[track_caller]
        fn check(rules: &str, expected: Option<(&str, &str)>) {
            let rules: Rules = serde_json::from_str(rules).unwrap();
            let found = rules.idle();
            let found: Vec<(&str, &str)> = found.iter().map(|it| (&*it.pointer, &*it.message)).collect();
            assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
        }
        check(
            r#"{"ignore": [{"operation": "a"}], "redact": [{"body": ""}, {"header": "X-A"}, {"body": "/a~1b/*"}]}"#,
            None,
        );
        check(r#"{"keep": [{"query": "a"}, {}]}"#, Some(("/keep/1", "a rule that names nothing means nothing")));
        let whole = "under `redact`, a rule must name a value, not only an operation";
        check(r#"{"redact": [{"operation": "a"}]}"#, Some(("/redact/0", whole)));
        check(r#"{"ignore": [{"header": "X A"}]}"#, Some(("/ignore/0/header", "no header field can be called `X A`")));
        check(r#"{"ignore": [{"body": "/a~b"}]}"#, Some(("/ignore/0/body", "`/a~b` is no JSON Pointer")));
    }

    #[test]
    fn globs() {
        for (pattern, text, expected) in [
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "abd", false),
            ("*b*", "abc", true),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "a1c", false),
            ("*", "", true),
            ("ab", "abc", false),
        ] {
            assert_eq!(glob(pattern, text), expected, "{pattern} {text}");
        }
    }
}
