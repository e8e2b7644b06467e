//! Smallest and largest numbers, lengths and counts.

use crate::diff::{
    look::{Bound, COUNTS},
    schema::site::Site,
};

pub(super) fn compare(site: &mut Site<'_, '_>) {
    limit(site, true, site.base.facts.upper, site.revision.facts.upper);
    limit(site, false, site.base.facts.lower, site.revision.facts.lower);
    for (index, (keyword, name, is_upper, absent_is_zero)) in COUNTS.into_iter().enumerate() {
        let count = |counts: &[Option<u64>]| {
            let count = counts.get(index).copied().flatten();
            // as a lower bound, 0 says nothing
            let count = count.filter(|count| is_upper || *count > 0).or(absent_is_zero.then_some(0));
            #[expect(clippy::cast_precision_loss, reason = "no real count is that large")]
            count.map(|count| count as f64)
        };
        let (old, new) = (count(&site.base.facts.counts), count(&site.revision.facts.counts));
        moved(site, keyword, name, is_upper, old, new);
    }
    multiple(site);
    unique(site);
}

fn limit(site: &mut Site<'_, '_>, is_upper: bool, old: Option<Bound>, new: Option<Bound>) {
    if old == new {
        return;
    }
    let kind = |is_exclusive| match (is_upper, is_exclusive) {
        (true, false) => ("maximum", "max"),
        (true, true) => ("exclusiveMaximum", "exclusive-max"),
        (false, false) => ("minimum", "min"),
        (false, true) => ("exclusiveMinimum", "exclusive-min"),
    };
    let value = |bound: Option<Bound>| bound.map(|bound| bound.value);
    match (old, new) {
        (Some(old), Some(new)) if old.is_exclusive != new.is_exclusive => {
            let is_narrower = if is_upper { new.value <= old.value } else { new.value >= old.value };
            #[expect(clippy::float_cmp, reason = "the same number written in two ways")]
            let is_narrower = is_narrower && (new.value != old.value || new.is_exclusive);
            let (keyword, name) = kind(new.is_exclusive);
            if is_narrower && new.is_exclusive {
                moved(site, keyword, name, is_upper, None, Some(new.value));
            } else if is_narrower {
                moved(site, keyword, name, is_upper, Some(old.value), Some(new.value));
            } else {
                let (keyword, name) = kind(old.is_exclusive);
                moved(site, keyword, name, is_upper, Some(old.value), None);
            }
        }
        _ => {
            let is_exclusive = old.or(new).is_some_and(|bound| bound.is_exclusive);
            let (keyword, name) = kind(is_exclusive);
            moved(site, keyword, name, is_upper, value(old), value(new));
        }
    }
}

/// Says that a bound came, went or moved.
fn moved(
    site: &mut Site<'_, '_>,
    keyword: &'static str,
    name: &str,
    is_upper: bool,
    old: Option<f64>,
    new: Option<f64>,
) {
    let (event, is_narrower, text) = match (old, new) {
        (None, Some(new)) => ("set", true, format!("`{keyword}` is {new} now")),
        (Some(old), None) => ("unset", false, format!("`{keyword}` was {old}, and there is none any more")),
        (Some(old), Some(new)) if new > old => {
            ("increased", !is_upper, format!("`{keyword}` went up from {old} to {new}"))
        }
        (Some(old), Some(new)) if new < old => {
            ("decreased", is_upper, format!("`{keyword}` went down from {old} to {new}"))
        }
        _ => return,
    };
    if !site.is_unseen() {
        site.say(&format!("{name}-{event}"), keyword, &text);
    } else if site.is_request() {
        let beginning = if is_narrower { "request-read-only-property" } else { "request-property" };
        site.say_as(&format!("{beginning}-{name}-{event}"), keyword, &text);
    }
}

fn multiple(site: &mut Site<'_, '_>) {
    let (old, new) = (site.base.facts.multiple_of, site.revision.facts.multiple_of);
    let divides = |divisor: f64, number: f64| {
        let quotient = number / divisor;
        (quotient - quotient.round()).abs() < 1e-9
    };
    let keyword = "multipleOf";
    match (old, new) {
        _ if old == new || site.is_unseen() => (),
        (None, Some(new)) => site.say("multiple-of-set", keyword, &format!("it must be a multiple of {new} now")),
        (Some(old), None) => {
            site.say("multiple-of-unset", keyword, &format!("it need not be a multiple of {old} any more"));
        }
        (Some(old), Some(new)) => {
            let what = if divides(new, old) {
                "multiple-of-generalized"
            } else if divides(old, new) && !site.is_request() {
                "multiple-of-specialized"
            } else {
                "multiple-of-changed"
            };
            // what is more general in a request is a change in an answer
            let what =
                if what == "multiple-of-generalized" && !site.is_request() { "multiple-of-changed" } else { what };
            site.say(what, keyword, &format!("it was a multiple of {old} and is one of {new}"));
        }
        (None, None) => (),
    }
}

fn unique(site: &mut Site<'_, '_>) {
    match (site.base.facts.is_unique, site.revision.facts.is_unique) {
        _ if site.is_unseen() => (),
        (false, true) => site.say("unique-items-set", "uniqueItems", "no two items may be equal any more"),
        (true, false) => site.say("unique-items-unset", "uniqueItems", "two items may be equal now"),
        _ => (),
    }
}
