//! From the text of a HAR file to exchanges, or to what is wrong with it and where.
//!
//! What is needed to judge an exchange is asked for strictly; everything else in the file may be as it likes, fields of
//! vendors (`_initiator`, `_resourceType` …) among it.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::Value;

use super::url::{Address, has_scheme};
use crate::{
    date::parse_date_time,
    finding::{Code, Finding, Place},
    message::{Request, Response},
    openapi::{DocId, Documents, Location, read_file},
};

/// A file that was read.
#[derive(Debug)]
pub struct Recording {
    /// The exchanges that can be judged, the oldest first.
    pub exchanges: Vec<Recorded>,
    /// The file, which findings quote.
    pub documents: Arc<Documents>,
    /// What is wrong with it. An entry with an error is left out.
    pub findings: Vec<Finding>,
}

impl Recording {
    /// Where an entry stands in the file.
    pub fn place(&self, index: usize) -> Place {
        self.documents.place(&entries().item(index))
    }
}

/// Where the entries stand.
fn entries() -> Location {
    Location::new(DocId::ENTRY, "").child("log").child("entries")
}

/// One exchange of a recording.
#[derive(Debug)]
pub struct Recorded {
    /// Its index in `log.entries`, from 0. People count entries from 1.
    pub index: usize,
    /// When it began, in milliseconds since the Unix epoch, if the file says.
    pub started_ms: Option<u64>,
    /// When it was over, likewise.
    pub ended_ms: Option<u64>,
    /// The request. Its path is that of the whole address.
    pub request: Request,
    /// The answer; `None` if there was none: the request was blocked, or broken off.
    pub response: Option<Response>,
    /// Where it went.
    pub(super) address: Address,
    /// `_resourceType`: what the browser wanted, such as `fetch` or `image`.
    pub(super) resource: Option<String>,
    /// True if the request had a body that is not in the file.
    pub(super) lacks_body: bool,
    /// True if the answer had a body that is not in the file.
    pub(super) lacks_answer: bool,
}

/// Reads the bytes of a file, said to the user as `name`.
pub fn read(name: &str, bytes: Vec<u8>) -> Recording {
    let file = read_file(name, bytes);
    let mut reader = Reader { documents: &file.documents, findings: file.findings };
    let mut exchanges = Vec::new();
    if file.is_readable {
        for at in reader.entries() {
            exchanges.extend(reader.entry(&at));
        }
    }
    let findings = reader.findings;
    // Only where all of them say when: else the order of the file is all there is.
    if exchanges.iter().all(|exchange: &Recorded| exchange.started_ms.is_some()) {
        exchanges.sort_by_key(|exchange| exchange.started_ms);
    }
    Recording { exchanges, documents: file.documents, findings }
}

/// Something cannot be read; what is wrong is a finding.
struct Unreadable;

struct Reader<'d> {
    documents: &'d Documents,
    findings: Vec<Finding>,
}

/// The body of a message.
#[derive(Default)]
struct Body {
    bytes: Bytes,
    /// True if there was one that is not in the file.
    is_lacking: bool,
    /// True if it was a text, and is UTF-8 here, whatever it was on the wire.
    is_text: bool,
}

impl Reader<'_> {
    fn get(&self, at: &Location) -> Option<&Value> {
        self.documents.get(at).filter(|value| !value.is_null())
    }

    fn error(&mut self, code: Code, at: &Location, message: impl Into<String>, help: &str) {
        let finding = Finding::error(code, self.documents.place(at), message);
        self.findings.push(if help.is_empty() { finding } else { finding.help(help) });
    }

    /// The places of the entries.
    fn entries(&mut self) -> Vec<Location> {
        let (whole, entries) = (Location::new(DocId::ENTRY, ""), entries());
        match self.get(&entries) {
            Some(Value::Array(items)) => (0..items.len()).map(|index| entries.item(index)).collect(),
            found => {
                let place = if found.is_some() { entries } else { whole };
                let message = "this is no HTTP archive: it has no list `log.entries`";
                self.error(Code::NOT_A_HAR, &place, message, "save the recording as HAR");
                Vec::new()
            }
        }
    }

    /// The text at a place that must have one.
    fn text(&mut self, at: &Location, what: &str) -> Option<String> {
        match self.get(at) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(_) => {
                self.error(Code::WRONG_TYPE, at, format!("{what} is no text"), "");
                None
            }
            None => {
                self.missing(at, what);
                None
            }
        }
    }

    /// Says that something is missing, where it should stand.
    fn missing(&mut self, at: &Location, what: &str) {
        let mut holder = at.clone();
        while self.get(&holder).is_none()
            && let Some((parent, _)) = holder.parent()
        {
            holder = parent;
        }
        self.error(Code::MISSING_FIELD, &holder, format!("{what} is missing"), "");
    }

    /// The text at a place that may have one.
    fn optional(&self, at: &Location) -> Option<&str> {
        self.get(at).and_then(Value::as_str)
    }

    fn entry(&mut self, at: &Location) -> Option<Recorded> {
        let index = at.parent().and_then(|_| at.pointer.rsplit('/').next()?.parse().ok()).unwrap_or_default();
        if !self.documents.get(at).is_some_and(Value::is_object) {
            let message = format!("entry {} is no object, and so no exchange", index + 1);
            self.error(Code::WRONG_TYPE, at, message, "");
            return None;
        }
        let asked = at.child("request");
        let url = self.text(&asked.child("url"), "the address of the request, `request.url`,")?;
        if !has_scheme(&url) {
            self.error(
                Code::BAD_VALUE,
                &asked.child("url"),
                format!("`{url}` is no address such as `https://api.example/v1`"),
                "",
            );
            return None;
        }
        // Entries of `data:` and the like have no exchange in them.
        let address = Address::parse(&url)?;
        let method = self.text(&asked.child("method"), "the method of the request, `request.method`,")?;
        let Ok(method) = Method::from_bytes(method.as_bytes()) else {
            self.error(Code::BAD_VALUE, &asked.child("method"), format!("`{method}` is no method"), "");
            return None;
        };
        let answered = at.child("response");
        let status = self.status(&answered).ok()?;
        let mut request = Request::new(method, &address.path);
        request.query.clone_from(&address.query);
        request.headers = self.headers(&asked, header::COOKIE).into();
        let sent = self.request_body(&asked, &request.headers);
        sent.settle(&mut request.headers);
        let response = status.map(|status| {
            let mut response = Response::new(status);
            response.headers = self.headers(&answered, header::SET_COOKIE);
            let body = self.response_body(&answered, &mut response.headers, &request.method);
            body.settle(&mut response.headers);
            let lacks = body.is_lacking;
            response.body = body.bytes;
            (response, lacks)
        });
        let started_ms = self.started(&at.child("startedDateTime"));
        let took_ms = self.get(&at.child("time")).and_then(Value::as_f64).filter(|took| (0.0..1e12).contains(took));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies between 0 and 10^12")]
        let ended_ms = started_ms.zip(took_ms).map(|(start, took)| start + took as u64);
        request.body = sent.bytes;
        let (response, lacks_answer) = response.map_or((None, false), |(response, lacks)| (Some(response), lacks));
        Some(Recorded {
            index,
            started_ms,
            ended_ms,
            request,
            response,
            address,
            resource: self.optional(&at.child("_resourceType")).map(str::to_owned),
            lacks_body: sent.is_lacking,
            lacks_answer,
        })
    }

    /// When it began, if the file says.
    fn started(&mut self, at: &Location) -> Option<u64> {
        let written = self.get(at)?;
        let time = written.as_str().and_then(parse_date_time);
        if time.is_none() {
            let message = format!("{written} is no time such as `2026-11-26T03:00:00.000Z`");
            let finding = Finding::warning(Code::BAD_VALUE, self.documents.place(at), message);
            self.findings.push(finding.help("without it, the exchanges are taken in the order of the file"));
        }
        time
    }

    /// The status; `None` for the 0 of a request that got no answer.
    fn status(&mut self, answered: &Location) -> Result<Option<StatusCode>, Unreadable> {
        let at = answered.child("status");
        match self.get(&at).map(Value::as_u64) {
            Some(Some(0)) => Ok(None),
            Some(number) => {
                let status = number.and_then(|number| StatusCode::from_u16(u16::try_from(number).ok()?).ok());
                if status.is_none() {
                    self.error(Code::BAD_VALUE, &at, "the status of the answer is no number from 100 to 999", "");
                }
                status.map(Some).ok_or(Unreadable)
            }
            None => {
                self.missing(&at, "the status of the answer, `response.status`,");
                Err(Unreadable)
            }
        }
    }

    /// The header fields of a message. Cookies that stand only in the list of cookies are added.
    fn headers(&self, message: &Location, cookies: HeaderName) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in self.pairs(&message.child("headers")) {
            // HTTP/2 has the method, the address and the status among the fields.
            if name.starts_with(':') {
                if name == ":authority" && !headers.contains_key(header::HOST) {
                    append(&mut headers, header::HOST, value);
                }
                continue;
            }
            let Ok(name) = HeaderName::try_from(name) else { continue };
            // Browsers put several fields of one name into one value, a line each.
            for line in value.split('\n') {
                append(&mut headers, name.clone(), line);
            }
        }
        if !headers.contains_key(&cookies) {
            let list = message.child("cookies");
            let pairs: Vec<String> = self.pairs(&list).map(|(name, value)| format!("{name}={value}")).collect();
            if cookies == header::COOKIE && !pairs.is_empty() {
                append(&mut headers, cookies, &pairs.join("; "));
            } else {
                for pair in &pairs {
                    append(&mut headers, cookies.clone(), pair);
                }
            }
        }
        headers
    }

    /// The members of a list of names and values.
    fn pairs(&self, list: &Location) -> impl Iterator<Item = (&str, &str)> {
        let items = self.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        items.iter().filter_map(|item| Some((item.get("name")?.as_str()?, item.get("value")?.as_str()?)))
    }

    fn request_body(&mut self, asked: &Location, headers: &HeaderMap) -> Body {
        let at = asked.child("postData");
        let is_announced = headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0");
        let bytes = self.get(&asked.child("bodySize")).and_then(Value::as_i64).unwrap_or_default();
        let lacking = Body { is_lacking: is_announced || bytes > 0, ..Body::default() };
        if self.get(&at).is_none() {
            return lacking;
        }
        if let Some(text) = self.optional(&at.child("text")).filter(|text| !text.is_empty()).map(str::to_owned) {
            let encoding = self.optional(&at.child("encoding")).or_else(|| self.optional(&at.child("_encoding")));
            return self.decoded(&at.child("text"), &text, encoding == Some("base64"));
        }
        let media_type = self.optional(&at.child("mimeType")).unwrap_or_default();
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(self.pairs(&at.child("params")));
        let form = form.finish();
        if form.is_empty() || !media_type.starts_with("application/x-www-form-urlencoded") {
            return lacking;
        }
        Body { bytes: form.into(), is_lacking: false, is_text: true }
    }

    fn response_body(&mut self, answered: &Location, headers: &mut HeaderMap, method: &Method) -> Body {
        let at = answered.child("content");
        // A message of HTTP/1.0 may leave it out; the format always has it.
        if !headers.contains_key(header::CONTENT_TYPE)
            && let Some(media_type) = self.optional(&at.child("mimeType")).filter(|it| it.contains('/'))
            && self.get(&at.child("text")).is_some()
        {
            append(headers, header::CONTENT_TYPE, media_type);
        }
        let bytes = self.get(&at.child("size")).and_then(Value::as_i64).unwrap_or_default();
        let Some(text) = self.optional(&at.child("text")).map(str::to_owned) else {
            return Body { is_lacking: bytes > 0 && *method != Method::HEAD, ..Body::default() };
        };
        let is_base64 = self.optional(&at.child("encoding")) == Some("base64");
        self.decoded(&at.child("text"), &text, is_base64)
    }

    fn decoded(&mut self, at: &Location, text: &str, is_base64: bool) -> Body {
        if !is_base64 {
            return Body { bytes: Bytes::copy_from_slice(text.as_bytes()), is_lacking: false, is_text: true };
        }
        match BASE64_STANDARD.decode(text.trim()) {
            Ok(bytes) => Body { bytes: bytes.into(), is_lacking: false, is_text: false },
            Err(error) => {
                self.findings.push(Finding::warning(
                    Code::BAD_VALUE,
                    self.documents.place(at),
                    format!("a body that should be base64 is none: {error}"),
                ));
                Body { is_lacking: true, ..Body::default() }
            }
        }
    }
}

impl Body {
    /// Makes header fields say what is true of the body in the file: it is neither compressed nor in pieces, and text
    /// is UTF-8.
    fn settle(&self, headers: &mut HeaderMap) {
        if self.bytes.is_empty() {
            return;
        }
        headers.remove(header::CONTENT_ENCODING);
        headers.remove(header::TRANSFER_ENCODING);
        headers.remove(header::CONTENT_LENGTH);
        let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if let Some(sent) = sent.filter(|_| self.is_text)
            && sent.to_ascii_lowercase().contains("charset")
        {
            let parts = sent.split(';').filter(|part| !part.trim().to_ascii_lowercase().starts_with("charset"));
            let plain = parts.collect::<Vec<_>>().join(";");
            if let Ok(value) = HeaderValue::from_str(&plain) {
                headers.insert(header::CONTENT_TYPE, value);
            }
        }
    }
}

fn append(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value).or_else(|_| HeaderValue::from_bytes(value.as_bytes())) {
        headers.append(name, value);
    }
}
