//! Security requirements: are the credentials there, and in their scheme's form?

use std::borrow::Cow;

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use http::header::{AUTHORIZATION, COOKIE};

use super::{Contract, Match, OperationId, expression::cookie};
use crate::{
    finding::{Code, Finding, Part, Place, Reason},
    message::Request,
    openapi::{ParameterPlace, SchemeKind, SecurityRequirement},
};

/// What a request has of one scheme's credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Credentials {
    Given,
    Malformed,
    Missing,
}

/// Credentials that a request has for one scheme, well formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented<'a> {
    /// The scheme's name.
    pub scheme: &'a str,
    /// The scopes that the requirement asks for.
    pub scopes: &'a [String],
    /// What was sent, without the word before it: the token, the key, the encoded pair.
    pub value: Cow<'a, str>,
}

/// Why credentials that are well formed are not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which of the API's error examples answers it.
    pub reason: Reason,
    /// What is wrong, to follow the name of the credentials: `has expired`.
    pub what: String,
}

impl Contract {
    /// What is wrong with a request's credentials; empty if one of the operation's requirements is satisfied.
    ///
    /// Only the form is looked at: present, `Bearer x`, decodable Basic. The findings are those of the requirement
    /// that came nearest. A scheme that is not declared, or that cannot be seen in a request, counts as given.
    pub fn authenticate(&self, found: &Match<'_>, request: &Request) -> Vec<Finding> {
        self.authenticate_by(found, request, &|_| None)
    }

    /// As [`Contract::authenticate`], where `refuse` also looks at what the credentials say.
    pub fn authenticate_by(
        &self,
        found: &Match<'_>,
        request: &Request,
        refuse: &dyn Fn(&Presented<'_>) -> Option<Refusal>,
    ) -> Vec<Finding> {
        let requirements = &self.operation(found.operation).security;
        let mut nearest: Option<((usize, usize), &SecurityRequirement)> = None;
        for requirement in requirements {
            let (mut unmet, mut missing) = (0, 0);
            for (presented, kind) in self.presented(requirement, request) {
                let credentials = kind.credentials(request);
                let is_refused = credentials == Credentials::Given && refuse(&presented).is_some();
                unmet += usize::from(is_refused || credentials != Credentials::Given);
                missing += usize::from(credentials == Credentials::Missing);
            }
            if unmet == 0 {
                return Vec::new();
            }
            if nearest.is_none_or(|(known, _)| (unmet, missing) < known) {
                nearest = Some(((unmet, missing), requirement));
            }
        }
        let Some((_, requirement)) = nearest else { return Vec::new() };
        let help = self.ways(requirements);
        let unmet = self.presented(requirement, request).filter_map(|(presented, kind)| {
            let credentials = kind.credentials(request);
            match credentials {
                Credentials::Given => refuse(&presented).map(|refusal| kind.refused(refusal)),
                _ => kind.finding(credentials).map(|finding| finding.help(help.as_str())),
            }
        });
        unmet.collect()
    }

    /// What a request has for a scheme, whatever the operation asks for; `None` if nothing well formed.
    pub fn credentials<'s>(&'s self, scheme: &'s str, request: &'s Request) -> Option<Cow<'s, str>> {
        let kind = &self.api.schemes.get(scheme)?.kind;
        (kind.credentials(request) == Credentials::Given).then(|| kind.sent(request))
    }

    /// What a request has for each scheme of a requirement.
    fn presented<'s>(
        &'s self,
        requirement: &'s SecurityRequirement,
        request: &'s Request,
    ) -> impl Iterator<Item = (Presented<'s>, &'s SchemeKind)> {
        requirement.schemes.iter().filter_map(move |(name, scopes)| {
            let kind = &self.api.schemes.get(name)?.kind;
            Some((Presented { scheme: name, scopes, value: kind.sent(request) }, kind))
        })
    }

    /// The value of `WWW-Authenticate` for an operation: a challenge for each of its schemes, in one line.
    ///
    /// `None` if none of them is sent in `Authorization`: there is no challenge for an API key.
    pub fn challenge(&self, operation: OperationId) -> Option<String> {
        let mut challenges: Vec<Cow<'_, str>> = Vec::new();
        for requirement in &self.operation(operation).security {
            for challenge in self.kinds(requirement).filter_map(SchemeKind::challenge) {
                if !challenges.iter().any(|known| known.eq_ignore_ascii_case(&challenge)) {
                    challenges.push(challenge);
                }
            }
        }
        if challenges.is_empty() { None } else { Some(challenges.join(", ")) }
    }

    /// The schemes of a requirement that are declared.
    fn kinds<'s>(&'s self, requirement: &'s SecurityRequirement) -> impl Iterator<Item = &'s SchemeKind> {
        requirement.schemes.iter().filter_map(|(name, _)| self.api.schemes.get(name)).map(|scheme| &scheme.kind)
    }

    /// What to send, all ways: `send header …; or query parameter … and header …`.
    fn ways(&self, requirements: &[SecurityRequirement]) -> String {
        let mut ways: Vec<String> = Vec::new();
        for requirement in requirements {
            let way: Vec<String> = self.kinds(requirement).filter_map(SchemeKind::way).collect();
            let way = way.join(" and ");
            if !way.is_empty() && !ways.contains(&way) {
                ways.push(way);
            }
        }
        match ways.as_slice() {
            [only] => format!("send {only}"),
            several => format!("send one of: {}", several.join("; ")),
        }
    }
}

impl SchemeKind {
    /// Where its credentials are sent, and under which name.
    fn seat(&self) -> (Part, &str) {
        match self {
            Self::ApiKey { place: ParameterPlace::Query | ParameterPlace::QueryString, name } => (Part::Query, name),
            Self::ApiKey { place: ParameterPlace::Cookie, name } => (Part::Cookie, name),
            Self::ApiKey { name, .. } => (Part::Header, name),
            _ => (Part::Header, "Authorization"),
        }
    }

    /// The first word of its `Authorization` header; `None` if it has none.
    fn word(&self) -> Option<&str> {
        match self {
            Self::Basic => Some("Basic"),
            Self::Bearer { .. } | Self::OAuth2 { .. } | Self::OpenIdConnect { .. } => Some("Bearer"),
            Self::Http { scheme } => Some(scheme),
            Self::ApiKey { .. } | Self::MutualTls => None,
        }
    }

    fn credentials(&self, request: &Request) -> Credentials {
        if let Some(word) = self.word() {
            return self.authorization(word, request);
        }
        let (part, name) = self.seat();
        let is_given = match (self, part) {
            (Self::MutualTls, _) => true,
            (_, Part::Query) => in_query(request, name),
            (_, Part::Cookie) => in_cookies(request, name),
            _ => request.headers.get_all(name).iter().any(|value| !value.as_bytes().trim_ascii().is_empty()),
        };
        if is_given { Credentials::Given } else { Credentials::Missing }
    }

    /// What was sent, without the word before it; empty if nothing was.
    fn sent<'r>(&self, request: &'r Request) -> Cow<'r, str> {
        let text = |value: &'r [u8]| String::from_utf8_lossy(value.trim_ascii());
        if let Some(word) = self.word() {
            let values = request.headers.get_all(AUTHORIZATION).into_iter().map(|value| value.as_bytes().trim_ascii());
            let mut rests = values.filter_map(|value| {
                let (sent, rest) = value.split_at_checked(word.len())?;
                sent.eq_ignore_ascii_case(word.as_bytes()).then_some(rest)
            });
            return rests.next().map(text).unwrap_or_default();
        }
        let (part, name) = self.seat();
        match (self, part) {
            (Self::MutualTls, _) => Cow::Borrowed(""),
            (_, Part::Query) => {
                let query = request.query.as_deref().unwrap_or_default();
                form_urlencoded::parse(query.as_bytes())
                    .find(|(sent, _)| sent == name)
                    .map(|(_, value)| value)
                    .unwrap_or_default()
            }
            (_, Part::Cookie) => cookie(request, name).map(Cow::Borrowed).unwrap_or_default(),
            _ => request.headers.get(name).map(|value| text(value.as_bytes())).unwrap_or_default(),
        }
    }

    /// Credentials that are well formed and not accepted.
    fn refused(&self, refusal: Refusal) -> Finding {
        let (part, name) = self.seat();
        let seat = if part == Part::Query { "query parameter" } else { part.as_str() };
        let message = format!("the token in {seat} `{name}` {}", refusal.what);
        Finding::error(Code::SECURITY, Place::request(part, name), message).because(refusal.reason)
    }

    /// Looks for `word something` in `Authorization`.
    fn authorization(&self, word: &str, request: &Request) -> Credentials {
        let mut state = Credentials::Missing;
        for value in request.headers.get_all(AUTHORIZATION) {
            let value = value.as_bytes().trim_ascii();
            let end = value.iter().position(u8::is_ascii_whitespace).unwrap_or(value.len());
            let (sent, rest) = value.split_at(end);
            let rest = rest.trim_ascii();
            let is_formed = !rest.is_empty() && (*self != Self::Basic || is_basic(rest));
            if sent.eq_ignore_ascii_case(word.as_bytes()) && is_formed {
                return Credentials::Given;
            }
            if !value.is_empty() {
                state = Credentials::Malformed;
            }
        }
        state
    }

    fn finding(&self, credentials: Credentials) -> Option<Finding> {
        let (part, name) = self.seat();
        let (what, reason) = match credentials {
            Credentials::Given => return None,
            Credentials::Missing => ("is missing".to_owned(), Reason::TokenMissing),
            Credentials::Malformed => (format!("is not of the form `{}`", self.form()), Reason::TokenInvalid),
        };
        let seat = if part == Part::Query { "query parameter" } else { part.as_str() };
        Some(
            Finding::error(Code::SECURITY, Place::request(part, name), format!("{seat} `{name}` {what}"))
                .because(reason),
        )
    }

    /// The form of its `Authorization` header.
    fn form(&self) -> String {
        match self {
            Self::Basic => "Basic <base64 of user:password>".to_owned(),
            other => format!("{} <{}>", other.word().unwrap_or_default(), other.credentials_name()),
        }
    }

    fn credentials_name(&self) -> &'static str {
        if matches!(self, Self::Http { .. }) { "credentials" } else { "token" }
    }

    /// What to send.
    fn way(&self) -> Option<String> {
        let (part, name) = self.seat();
        match (self, part) {
            (Self::MutualTls, _) => None,
            (Self::ApiKey { .. }, Part::Query) => Some(format!("query parameter `{name}=<key>`")),
            (Self::ApiKey { .. }, Part::Cookie) => Some(format!("cookie `{name}=<key>`")),
            (Self::ApiKey { .. }, _) => Some(format!("header `{name}: <key>`")),
            _ => Some(format!("header `Authorization: {}`", self.form())),
        }
    }

    /// Its challenge, as far as a description knows it. `OAuth2` and `OpenIdConnect` are challenged as what is sent, a
    /// bearer token (RFC 6750, section 3).
    fn challenge(&self) -> Option<Cow<'_, str>> {
        let word = self.word()?;
        let is_token =
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._+".contains(&byte));
        match word {
            _ if !is_token => None,
            // Both ask for a realm (RFC 7617, section 2; RFC 7616, section 3.3).
            word if word.eq_ignore_ascii_case("basic") => Some(Cow::Borrowed(r#"Basic realm="*""#)),
            word if word.eq_ignore_ascii_case("digest") => Some(Cow::Borrowed(r#"Digest realm="*""#)),
            word => Some(Cow::Borrowed(word)),
        }
    }
}

/// True for base64 of `user:password` (RFC 7617), with or without padding.
fn is_basic(credentials: &[u8]) -> bool {
    const LENIENT: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&STANDARD, LENIENT).decode(credentials).is_ok_and(|pair| pair.contains(&b':'))
}

fn in_query(request: &Request, name: &str) -> bool {
    let query = request.query.as_deref().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).any(|(sent, value)| sent == name && !value.is_empty())
}

fn in_cookies(request: &Request, name: &str) -> bool {
    let fields = request.headers.get_all(COOKIE);
    let mut pairs = fields.iter().flat_map(|field| field.as_bytes().split(|byte| *byte == b';'));
    pairs.any(|pair| {
        let pair = pair.trim_ascii();
        let value = pair.strip_prefix(name.as_bytes()).and_then(|rest| rest.strip_prefix(b"="));
        value.is_some_and(|value| !value.trim_ascii().is_empty())
    })
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, Method};

    use super::*;
    use crate::contract::{
        OperationId,
        fixture::{api, requirement, scheme},
    };

    fn contract(requirements: &[&str]) -> Contract {
        let key = |place, name: &str| SchemeKind::ApiKey { place, name: name.to_owned() };
        let mut api = api("a", &["GET /x"]);
        for (name, kind) in [
            ("header", key(ParameterPlace::Header, "X-Key")),
            ("query", key(ParameterPlace::Query, "api key")),
            ("cookie", key(ParameterPlace::Cookie, "sid")),
            ("basic", SchemeKind::Basic),
            ("bearer", SchemeKind::Bearer { format: None }),
            ("dpop", SchemeKind::Http { scheme: "DPoP".to_owned() }),
            ("digest", SchemeKind::Http { scheme: "digest".to_owned() }),
            ("oauth", SchemeKind::OAuth2 { flows: Vec::new() }),
            ("oidc", SchemeKind::OpenIdConnect { url: String::new() }),
            ("mtls", SchemeKind::MutualTls),
            ("odd", SchemeKind::Http { scheme: "a, b".to_owned() }),
        ] {
            api.schemes.insert(name.to_owned(), scheme(kind));
        }
        api.operations[0].security = requirements.iter().map(|text| requirement(text)).collect();
        Contract::compile(api).0
    }

    const FOUND: Match<'static> = Match { operation: OperationId(0), captures: Vec::new() };

    /// `sent` is a target and header lines: `["/x?a=b", "Cookie: sid=1"]`.
    #[track_caller]
    fn check(requirements: &[&str], sent: &[&str], expected: &[&str]) {
        let mut request = Request::new(Method::GET, sent.first().unwrap_or(&"/x"));
        for line in sent.iter().skip(1) {
            let (name, value) = line.split_once(": ").unwrap();
            request.headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        let findings = contract(requirements).authenticate(&FOUND, &request);
        let found: Vec<String> = findings
            .iter()
            .map(|finding| format!("{}: {}", finding.reason.unwrap().as_str(), finding.message))
            .collect();
        assert_eq!(found, expected, "{requirements:?} {sent:?}");
    }

    #[test]
    fn api_keys() {
        check(&[], &[], &[]);
        check(&["header"], &["/x", "x-key: k"], &[]);
        check(&["header"], &["/x", "x-key:  "], &["token-missing: header `X-Key` is missing"]);
        check(&["query"], &["/x?api+key=k"], &[]);
        check(&["query"], &["/x?api%20key="], &["token-missing: query parameter `api key` is missing"]);
        check(&["cookie"], &["/x", "Cookie: a=1; sid=2"], &[]);
        check(&["cookie"], &["/x", "Cookie: a=1", "Cookie: sid=2"], &[]);
        check(&["cookie"], &["/x", "Cookie: sid=; sidx=1"], &["token-missing: cookie `sid` is missing"]);
    }

    #[test]
    fn authorization() {
        let missing = "token-missing: header `Authorization` is missing";
        let not_bearer = "token-invalid: header `Authorization` is not of the form `Bearer <token>`";
        let not_basic = "token-invalid: header `Authorization` is not of the form `Basic <base64 of user:password>`";
        for scheme in ["bearer", "oauth", "oidc"] {
            check(&[scheme], &["/x", "Authorization: bearer abc"], &[]);
            check(&[scheme], &[], &[missing]);
            check(&[scheme], &["/x", "Authorization: Bearer"], &[not_bearer]);
            check(&[scheme], &["/x", "Authorization: Digest abc"], &[not_bearer]);
            check(&[scheme], &["/x", "Authorization: BearerX abc"], &[not_bearer]);
        }
        check(&["basic"], &["/x", "Authorization: Basic dGVzdDp0ZXN0"], &[]);
        check(&["basic"], &["/x", "Authorization: BASIC Og"], &[]);
        check(&["basic"], &["/x", "Authorization: Basic dGVzdA=="], &[not_basic]);
        check(&["basic"], &["/x", "Authorization: Basic ?"], &[not_basic]);
        check(&["dpop"], &["/x", "Authorization: dpop x"], &[]);
        check(
            &["dpop"],
            &["/x", "Authorization: Bearer x"],
            &["token-invalid: header `Authorization` is not of the form `DPoP <credentials>`"],
        );
        check(&["mtls"], &[], &[]);
    }

    #[test]
    fn requirements_combine() {
        let key_missing = "token-missing: header `X-Key` is missing";
        let cookie_missing = "token-missing: cookie `sid` is missing";
        check(&["header cookie"], &[], &[key_missing, cookie_missing]);
        check(&["header cookie"], &["/x", "X-Key: 1"], &[cookie_missing]);
        check(&["header", "cookie"], &["/x", "Cookie: sid=1"], &[]);
        check(&["header", ""], &[], &[]);
        check(&["header cookie", "cookie"], &[], &[cookie_missing]);
        check(
            &["header", "bearer"],
            &["/x", "Authorization: Basic x"],
            &["token-invalid: header `Authorization` is not of the form `Bearer <token>`"],
        );
        check(&["unknown"], &[], &[]);
        check(&["unknown header"], &[], &[key_missing]);
    }

    #[test]
    fn the_help_names_every_way() {
        let help = |requirements: &[&str]| {
            let findings = contract(requirements).authenticate(&FOUND, &Request::new(Method::GET, "/x"));
            findings[0].help.clone().unwrap()
        };
        assert_eq!(help(&["header"]), "send header `X-Key: <key>`");
        assert_eq!(
            help(&["query mtls", "cookie basic", "oauth", "bearer"]),
            "send one of: query parameter `api key=<key>`; cookie `sid=<key>` and \
             header `Authorization: Basic <base64 of user:password>`; header `Authorization: Bearer <token>`"
        );
    }

    #[track_caller]
    fn check_challenge(requirements: &[&str], expected: Option<&str>) {
        assert_eq!(contract(requirements).challenge(FOUND.operation).as_deref(), expected, "{requirements:?}");
    }

    #[test]
    fn challenges() {
        check_challenge(&[], None);
        check_challenge(&["header", "mtls"], None);
        check_challenge(&["basic"], Some(r#"Basic realm="*""#));
        check_challenge(&["oauth", "header basic", "bearer"], Some(r#"Bearer, Basic realm="*""#));
        check_challenge(&["digest", "dpop", "odd", "oidc"], Some(r#"Digest realm="*", DPoP, Bearer"#));
    }
}
