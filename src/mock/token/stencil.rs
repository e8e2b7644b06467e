//! A JSON body with places that are written anew for each request.

use serde_json::Value;

/// A body in pieces: what stands between the places, and what stands in each of them unless something is written there.
///
/// Reading a body and writing it again for each token that is issued would cost more than all the rest of a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::mock) struct Stencil {
    /// The text before each place, and that after the last.
    pieces: Vec<String>,
    /// For each place, in the order of the text: its number among the pointers, and the JSON text that stands there.
    places: Vec<(usize, String)>,
}

impl Stencil {
    /// Cuts a body at these JSON Pointers. `None` if it is no JSON, or if one of them leads to nothing or into another.
    pub(in crate::mock) fn cut(body: &[u8], pointers: &[&str]) -> Option<Self> {
        let mut value: Value = serde_json::from_slice(body).ok()?;
        let whole = value.to_string();
        let mark = |number: usize| format!("<mimeo place {number}>");
        let mut originals = Vec::with_capacity(pointers.len());
        for (number, pointer) in pointers.iter().enumerate() {
            if pointer.is_empty() || whole.contains(&mark(number)) {
                return None;
            }
            let place = value.pointer_mut(pointer)?;
            originals.push(std::mem::replace(place, Value::String(mark(number))).to_string());
        }
        let text = value.to_string();
        let mut found: Vec<(usize, usize)> = Vec::with_capacity(pointers.len());
        for number in 0..pointers.len() {
            found.push((text.find(&format!("\"{}\"", mark(number)))?, number));
        }
        found.sort_unstable();
        let (mut pieces, mut places, mut end) = (Vec::new(), Vec::new(), 0);
        for (at, number) in found {
            pieces.push(text[end..at].to_owned());
            places.push((number, originals[number].clone()));
            end = at + mark(number).len() + 2;
        }
        pieces.push(text[end..].to_owned());
        Some(Self { pieces, places })
    }

    /// The body with these JSON texts in its places, by the number of the pointer; `None` leaves what stands there.
    pub(in crate::mock) fn fill(&self, texts: &[Option<String>]) -> String {
        let spare = texts.iter().flatten().map(String::len).sum::<usize>();
        let mut body = String::with_capacity(self.pieces.iter().map(String::len).sum::<usize>() + spare + 64);
        for (piece, (number, original)) in self.pieces.iter().zip(&self.places) {
            body.push_str(piece);
            body.push_str(texts.get(*number).and_then(Option::as_deref).unwrap_or(original));
        }
        body.extend(self.pieces.last().map(String::as_str));
        body
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cuts_and_fills() {
        let body = json!({"a": {"t": "old", "n": 1}, "b": [true, {"t": null}]}).to_string();
        let stencil = Stencil::cut(body.as_bytes(), &["/b/1/t", "/a/t", "/a/n"]).unwrap();
        assert_eq!(stencil.fill(&[None, None, None]), body);
        assert_eq!(stencil.fill(&[]), body);
        let filled = stencil.fill(&[Some("[1]".to_owned()), Some("\"new\"".to_owned()), None]);
        assert_eq!(filled, json!({"a": {"t": "new", "n": 1}, "b": [true, {"t": [1]}]}).to_string());
    }

    #[test]
    fn cuts_only_what_is_there() {
        let cut = |body: &str, pointers: &[&str]| Stencil::cut(body.as_bytes(), pointers).is_some();
        assert!(!cut("no json", &["/a"]));
        assert!(!cut(r#"{"a": 1}"#, &["/b"]));
        assert!(!cut(r#"{"a": {"b": 1}}"#, &["/a", "/a/b"]));
        assert!(!cut(r#"{"a": {"b": 1}}"#, &["/a/b", "/a"]));
        assert!(!cut(r#"{"a": 1}"#, &[""]));
        assert!(!cut(r#"{"a": 1, "b": "<mimeo place 0>"}"#, &["/a"]));
        assert!(cut(r#"{"a": 1}"#, &[]));
    }
}
