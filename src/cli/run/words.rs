//! The command of a run as it would be typed. It is written into snapshots and reports, so that the secrets in it are
//! masked.

use std::{ffi::OsString, mem, sync::OnceLock};

use regex::{Captures, Regex};

use crate::session::Secrets;

/// The words of a command in one text.
pub(super) fn typed(command: &[OsString], secrets: &Secrets) -> String {
    let (mut is_secret, mut is_script) = (false, false);
    let shown = command.iter().map(|word| {
        let word = word.to_string_lossy();
        if mem::take(&mut is_secret) && !word.starts_with('-') {
            return Secrets::MASK.to_owned();
        }
        let shown = match word.split_once('=') {
            Some((name, value)) if !is_script && is_name(name) && secrets.has(name) && !value.starts_with('$') => {
                format!("{name}={}", Secrets::MASK)
            }
            _ => masked(&word, secrets),
        };
        is_secret = word.starts_with('-') && is_name(&word) && secrets.has(&word);
        // `sh -c` and `bash -ec` take a script.
        is_script = word.starts_with('-') && word.ends_with('c') && is_name(&word);
        quoted(&shown)
    });
    shown.collect::<Vec<_>>().join(" ")
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c))
}

fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A word, which may be a whole script, without its secrets. A variable is none: its value is not here.
fn masked(word: &str, secrets: &Secrets) -> String {
    let word = secrets.address(word);
    let mut out = String::with_capacity(word.len());
    let (mut done, mut from) = (0, 0);
    while let Some(found) = pattern().captures_at(&word, from) {
        let Some(name) = found.name("name") else { break };
        from = name.end();
        let is_flag = word[..name.start()].ends_with("--");
        let Some(value) = value(&found, is_flag).filter(|_| secrets.has(name.as_str())) else { continue };
        if !value.as_str().trim_start_matches(['"', '\'']).starts_with('$') {
            out.push_str(&word[done..value.start()]);
            out.push_str(Secrets::MASK);
            done = value.end();
        }
        from = value.end();
    }
    out.push_str(&word[done..]);
    out
}

/// What a name is followed by: `name=VALUE`, `name: VALUE`, `--name VALUE`.
fn value<'t>(found: &Captures<'t>, is_flag: bool) -> Option<regex::Match<'t>> {
    let flag = found.name("next").filter(|next| is_flag && !next.as_str().starts_with('-'));
    found.name("value").or(found.name("rest")).or(flag)
}

fn pattern() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    #[expect(clippy::expect_used, reason = "the pattern is fixed, and a test compiles it")]
    PATTERN.get_or_init(|| {
        Regex::new(
            r#"(?x) (?P<name>[A-Za-z][\w-]*) (?:
                =      (?P<value> "[^"]*" | '[^']*' | [^\s'";&|)]+ )
              | [\ \t]+(?P<next>  "[^"]*" | '[^']*' | [^\s'";&|)]+ )
              | :[\ \t]*(?P<rest> [^'"\n]+ ) )"#,
        )
        .expect("a pattern")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked() {
        #[track_caller]
        fn check(words: &[&str], expected: &str) {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            assert_eq!(typed(&words, &Secrets::default()), expected);
        }
        check(&["npm", "test", "--", "a b", "it's", ""], r"npm test -- 'a b' 'it'\''s' ''");
        check(
            &["app", "--token", "abc", "--limit", "3", "--password=x y"],
            "app --token *** --limit 3 '--password=***'",
        );
        check(&["app", "--token", "--verbose"], "app --token --verbose");
        check(&["env", "API_KEY=abc", "HOME=/x", "app"], "env 'API_KEY=***' HOME=/x app");
        check(
            &["curl", "-H", "Authorization: Bearer abc", "-H", "Accept: a/b"],
            "curl -H 'Authorization: ***' -H 'Accept: a/b'",
        );
        check(&["curl", "https://me:pw@a.example/?token=x&a=1"], "curl 'https://***@a.example/?token=***&a=1'");
        check(
            &["sh", "-c", "TOKEN=abc app --secret \"d e\" --key $KEY; PASSWORD=$PW curl -H \"x-api-key: f g\" u; ls"],
            "sh -c 'TOKEN=*** app --secret *** --key $KEY; PASSWORD=$PW curl -H \"x-api-key: ***\" u; ls'",
        );
        check(&["sh", "-c", "set the token and go"], "sh -c 'set the token and go'");
    }
}
