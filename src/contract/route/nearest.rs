//! The described paths that are most like an unknown one.

/// Segments of a request's path that are looked at.
const SEGMENTS_MAX: usize = 24;
/// Bytes of a segment up to which a slip of the pen is looked for.
const SLIP_BYTES_MAX: usize = 48;

/// Cost of a segment that is a parameter: it fits, but says little.
const PARAMETER: u32 = 1;
/// Cost of one wrong, missing or surplus letter, up to two.
const LETTER: u32 = 2;
/// Cost of a segment of parameters and text.
const PATTERN: u32 = 4;
/// Cost of a segment too many or too few.
const SEGMENT: u32 = 5;
/// Cost of a segment that is another word.
const WORD: u32 = 6;

/// Indices of the `count` templates most like `path`, best first, the earlier first among equals, none twice.
pub(super) fn nearest<'t>(path: &str, templates: impl Iterator<Item = (usize, &'t str)>, count: usize) -> Vec<usize> {
    measured(path, templates, count).into_iter().map(|(_, index)| index).collect()
}

/// The same, each with what it would cost to make one of the other.
pub(super) fn measured<'t>(
    path: &str,
    templates: impl Iterator<Item = (usize, &'t str)>,
    count: usize,
) -> Vec<(u32, usize)> {
    let wanted: Vec<&str> = segments(path).take(SEGMENTS_MAX).collect();
    let mut best: Vec<(u32, usize, &str)> = Vec::new();
    for (index, template) in templates {
        let worst = if best.len() < count { u32::MAX } else { best.last().map_or(0, |(cost, ..)| *cost) };
        let Some(cost) = distance(&wanted, template, worst) else { continue };
        if best.iter().all(|(.., known)| *known != template) {
            best.insert(best.partition_point(|(known, ..)| *known <= cost), (cost, index, template));
            best.truncate(count);
        }
    }
    best.into_iter().map(|(cost, index, _)| (cost, index)).collect()
}

/// The segments of a path.
pub(super) fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.trim_matches('/').split('/')
}

/// Edit distance of two paths, segment by segment; `None` as soon as it is known to be `limit` or more.
fn distance(wanted: &[&str], template: &str, limit: u32) -> Option<u32> {
    // row[i]: the cost of making the template's segments so far from the first i wanted ones.
    let mut row = [0; SEGMENTS_MAX + 1];
    let row = row.get_mut(..=wanted.len())?;
    for (cost, place) in (0..).step_by(SEGMENT as usize).zip(row.iter_mut()) {
        *place = cost;
    }
    for segment in segments(template) {
        let mut diagonal = row[0];
        row[0] += SEGMENT;
        let mut least = row[0];
        for (i, word) in wanted.iter().enumerate() {
            let cost = (diagonal + difference(word, segment)).min(row[i] + SEGMENT).min(row[i + 1] + SEGMENT);
            diagonal = row[i + 1];
            row[i + 1] = cost;
            least = least.min(cost);
        }
        if least >= limit {
            return None;
        }
    }
    row.last().copied().filter(|cost| *cost < limit)
}

/// Cost of taking one segment for another.
fn difference(word: &str, segment: &str) -> u32 {
    if word == segment {
        0
    } else if let Some(name) = segment.strip_prefix('{') {
        if name.split_once('}').is_some_and(|(_, rest)| rest.is_empty()) { PARAMETER } else { PATTERN }
    } else if segment.contains('{') {
        PATTERN
    } else {
        slips(word.as_bytes(), segment.as_bytes()).map_or(WORD, |letters| letters * LETTER)
    }
}

/// Levenshtein distance of two words, if it is at most 2.
fn slips(a: &[u8], b: &[u8]) -> Option<u32> {
    if a.len().abs_diff(b.len()) > 2 || a.len() > SLIP_BYTES_MAX || b.len() > SLIP_BYTES_MAX {
        return None;
    }
    let mut row = [0; SLIP_BYTES_MAX + 1];
    for (cost, place) in (0..).zip(row.iter_mut()) {
        *place = cost;
    }
    for letter in a {
        let mut diagonal = row[0];
        row[0] += 1;
        let mut least = row[0];
        for (i, other) in b.iter().enumerate() {
            let cost = (diagonal + u32::from(letter != other)).min(row[i] + 1).min(row[i + 1] + 1);
            diagonal = row[i + 1];
            row[i + 1] = cost;
            least = least.min(cost);
        }
        if least > 2 {
            return None;
        }
    }
    row.get(b.len()).copied().filter(|cost| *cost <= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: &[&str]) {
        let templates = [
            "/pets",
            "/pets/{id}",
            "/pets/{id}/toys",
            "/users",
            "/users/{name}/pets",
            "/v2/status",
            "/a/b/c/d/e",
            "/users/as({x})",
        ];
        let found = nearest(path, templates.iter().copied().enumerate(), expected.len());
        assert_eq!(found.into_iter().map(|i| templates[i]).collect::<Vec<_>>(), expected, "{path}");
    }

    #[test]
    fn ranks() {
        check("/pet", &["/pets", "/pets/{id}"]);
        check("/Pets/7/", &["/pets/{id}"]);
        check("/pets/7/tosy", &["/pets/{id}/toys", "/pets/{id}"]);
        check("/user/me/pets", &["/users/{name}/pets"]);
        check("/users/1/pet", &["/users/{name}/pets"]);
        check("/status", &["/v2/status"]);
        check("/api/v1/pets/7", &["/pets/{id}"]);
        check("/a/b/c/d/x", &["/a/b/c/d/e"]);
        check("/", &["/pets", "/pets/{id}"]);
        check(&"/x".repeat(5_000), &["/a/b/c/d/e"]);
    }

    #[test]
    fn gives_no_more_than_asked_for() {
        assert_eq!(nearest("/x", [(0, "/a"), (1, "/b")].into_iter(), 0), Vec::<usize>::new());
        assert_eq!(nearest("/x", [(0, "/a"), (1, "/b")].into_iter(), 9), [0, 1]);
    }
}
