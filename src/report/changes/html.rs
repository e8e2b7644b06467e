//! Changes as one page of HTML that needs nothing else.

use std::fmt::Write as _;

use super::{
    ApiChanges, count_changes,
    span::{Span, spans},
    sum_of_changes, touched,
};
use crate::{
    diff::{Change, Level},
    report::escape::html as words,
};

const STYLE: &str = include_str!("page.css");

/// All changes as a page, which is light or dark as the reader's system is.
pub fn html_changes(comparisons: &[ApiChanges<'_>]) -> String {
    let title = match comparisons {
        [only] => only.title(),
        _ => format!("{} APIs", comparisons.len()),
    };
    let mut out = String::new();
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>API changes: {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>API changes</h1>\n",
        words(&title)
    );
    let _ = writeln!(out, "<p class=\"versions\">{}</p>", words(&title));
    head(&mut out, comparisons);
    out.push_str("</header>\n<main>\n");
    for comparison in comparisons {
        if comparisons.len() > 1 {
            let _ = writeln!(out, "<h2>{}</h2>", words(comparison.api));
            let _ = writeln!(out, "<p class=\"versions\">{}</p>", words(&comparison.title()));
        }
        for (name, changes) in comparison.groups() {
            group(&mut out, comparison, &name, &changes);
        }
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// The sum, and a switch for each level.
fn head(out: &mut String, comparisons: &[ApiChanges<'_>]) {
    let counts = count_changes(comparisons);
    let _ = writeln!(out, "<p class=\"sum\">{}</p>", words(&sum_of_changes(comparisons)));
    if counts.iter().sum::<usize>() == 0 {
        return;
    }
    out.push_str("<form>\n");
    for (level, count) in [Level::Error, Level::Warning, Level::Info].into_iter().zip(counts) {
        let word = level.as_str();
        let _ = writeln!(
            out,
            "<label class=\"{word}\"><input type=\"checkbox\" id=\"show-{word}\" checked> {word} {count}</label>"
        );
    }
    out.push_str("</form>\n");
}

fn group(out: &mut String, comparison: &ApiChanges<'_>, name: &str, changes: &[&Change]) {
    let mut levels: Vec<&str> = changes.iter().map(|change| change.level.as_str()).collect();
    levels.sort_unstable();
    levels.dedup();
    out.push_str("<section class=\"group");
    for level in levels {
        let _ = write!(out, " has-{level}");
    }
    let _ = writeln!(out, "\">\n<h3>{}</h3>\n<ul>", words(name));
    for change in changes {
        let word = change.level.as_str();
        let _ = writeln!(
            out,
            "<li class=\"{word}\" id=\"{}\">\n<span class=\"level\">{word}</span>\n<div>\n<p>{}</p>",
            change.fingerprint(),
            text(&change.text)
        );
        if let Some(comment) = change.comment {
            let _ = writeln!(out, "<p class=\"comment\">{}</p>", text(comment));
        }
        if let Some(touched) = touched(change) {
            let _ = writeln!(out, "<p class=\"comment\">{}</p>", words(&touched));
        }
        let _ = write!(out, "<p class=\"facts\"><code>{}</code>", words(change.id));
        for (label, spot) in [("was", comparison.base_spot(change)), ("is", comparison.revision_spot(change))] {
            if let Some(spot) = spot {
                let _ = write!(out, " <span>{label} {}</span>", words(&spot.to_string()));
            }
        }
        out.push_str("</p>\n</div>\n</li>\n");
    }
    out.push_str("</ul>\n</section>\n");
}

/// A text of a change.
fn text(text: &str) -> String {
    spans(text)
        .into_iter()
        .map(|span| match span {
            Span::Words(part) => words(part),
            Span::Code(part) => format!("<code>{}</code>", words(part)),
        })
        .collect()
}
