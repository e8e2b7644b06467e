//! Several APIs on one server: which of them a request is for.

use std::{collections::BTreeSet, sync::Arc};

use super::{Contract, route::Fit};
use crate::{message::Request, openapi::Api};

/// The APIs of one server.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// The APIs, in the order they were given. Their ids differ.
    pub contracts: Vec<Arc<Contract>>,
}

/// What came of looking for the API that a request is for.
#[derive(Debug)]
pub enum Located<'s, 'r> {
    /// One API, and the path with the API's own address and the base path of its servers removed.
    Api {
        /// The API.
        contract: &'s Arc<Contract>,
        /// The rest of the raw path, with its leading slash.
        path: &'r str,
    },
    /// Several APIs know the path; each of these addresses means one of them.
    Ambiguous {
        /// Paths under which the request can be repeated, `/<api-id>/…`.
        addresses: Vec<String>,
    },
    /// No API knows the path.
    Nowhere,
}

impl Site {
    /// Finds the API that a request is for.
    ///
    /// With one API, its paths are at the root, under `/<id>` and under the path of each of its servers. With several,
    /// each is at `/<id>/…` and at the host `<id>.localhost`; at the root a path is led to the one that knows it.
    ///
    /// Behind an API's own address, the base paths of its servers are there as well. Where a path can be read in more
    /// than one way, the reading that fits a template best wins, and among equals the longer path: what stands at the
    /// root is never hidden by a base path.
    pub fn locate<'s, 'r>(&'s self, request: &'r Request) -> Located<'s, 'r> {
        let path = request.path.as_str();
        if let [contract] = self.contracts.as_slice() {
            return Located::Api { contract, path: contract.own(path) };
        }
        if let Some(contract) = self.by_host(request) {
            return Located::Api { contract, path: contract.own(path) };
        }
        let addressed = self.contracts.iter().find_map(|contract| Some((contract, contract.addressed(path)?)));
        if let Some((contract, path)) = addressed
            && let (path, Some(_)) = contract.below(path)
        {
            return Located::Api { contract, path };
        }
        match self.at_root(path) {
            Located::Nowhere => match addressed {
                Some((contract, path)) => Located::Api { contract, path: contract.below(path).0 },
                None => Located::Nowhere,
            },
            found => found,
        }
    }

    /// The API whose host `<id>.localhost` a request was sent to.
    fn by_host(&self, request: &Request) -> Option<&Arc<Contract>> {
        let host = request.header(http::header::HOST)?;
        let name = host.split(':').next()?.trim_end_matches('.');
        let (id, domain) = name.rsplit_once('.')?;
        if !domain.eq_ignore_ascii_case("localhost") {
            return None;
        }
        self.contracts.iter().find(|contract| contract.api.id.eq_ignore_ascii_case(id))
    }

    /// The API that knows a path without its address.
    fn at_root<'s, 'r>(&'s self, path: &'r str) -> Located<'s, 'r> {
        let mut best: Option<Fit> = None;
        let mut knowing: Vec<(&Arc<Contract>, &'r str)> = Vec::new();
        for contract in &self.contracts {
            let (rest, Some(fit)) = contract.below(path) else { continue };
            if best.is_none_or(|best| fit < best) {
                best = Some(fit);
                knowing.clear();
            }
            if best == Some(fit) {
                knowing.push((contract, rest));
            }
        }
        match knowing.as_slice() {
            [] => Located::Nowhere,
            [(contract, path)] => Located::Api { contract, path },
            several => Located::Ambiguous {
                addresses: several.iter().map(|(contract, _)| format!("/{}{path}", contract.api.id)).collect(),
            },
        }
    }
}

impl Contract {
    /// A path that is known to be for this API, without the API's address and base path.
    fn own<'r>(&self, path: &'r str) -> &'r str {
        let addressed = self.addressed(path);
        if addressed.is_none() && self.bases.paths.is_empty() {
            return path;
        }
        let addressed = addressed.into_iter();
        let others = self.bases.below(path).chain(addressed.flat_map(|path| self.readings(path)));
        let mut others = others.peekable();
        // Mostly there is nothing to choose from, and nothing needs to be looked up twice.
        if others.peek().is_none() { path } else { self.choose(std::iter::once(path).chain(others)).0 }
    }

    /// A path without the API's own address and base path, where it has them.
    pub fn without_address<'r>(&self, path: &'r str) -> &'r str {
        self.own(path)
    }

    /// What follows `/<id>`.
    fn addressed<'r>(&self, path: &'r str) -> Option<&'r str> {
        let rest = path.strip_prefix('/')?.strip_prefix(self.api.id.as_str())?;
        if self.api.id.is_empty() { None } else { rooted(rest) }
    }

    /// The path without its base path, and how well it fits; no fit if the API does not know the path.
    fn below<'r>(&self, path: &'r str) -> (&'r str, Option<Fit>) {
        self.choose(self.readings(path))
    }

    /// The path as it is, and without each base path that it starts with, the longest first.
    fn readings<'r>(&self, path: &'r str) -> impl Iterator<Item = &'r str> {
        std::iter::once(path).chain(self.bases.below(path))
    }

    /// The reading that fits best, the first one among equals; the shortest if none fits.
    fn choose<'r>(&self, readings: impl Iterator<Item = &'r str>) -> (&'r str, Option<Fit>) {
        let mut best: Option<(&str, Fit)> = None;
        let mut shortest = None::<&str>;
        for path in readings {
            let Some(fit) = self.router.fit(path) else {
                shortest = shortest.filter(|known| known.len() <= path.len()).or(Some(path));
                continue;
            };
            if fit == Fit::Exact {
                return (path, Some(fit));
            }
            if best.is_none_or(|(_, known)| fit < known) {
                best = Some((path, fit));
            }
        }
        match best {
            Some((path, fit)) => (path, Some(fit)),
            None => (shortest.unwrap_or("/"), None),
        }
    }
}

/// The paths of the servers of an API: its own, and those of its paths and operations.
///
/// They are not told apart: a base path of one operation serves all. A client that was given the wrong address is not
/// what a mock is to find.
#[derive(Debug)]
pub(super) struct Bases {
    /// Sorted, without the root, each once.
    paths: Vec<String>,
    /// Bytes of the longest.
    longest: usize,
}

impl Bases {
    pub(super) fn of(api: &Api) -> Self {
        let servers = api.servers.iter().chain(api.operations.iter().flat_map(|operation| &operation.servers));
        let paths: BTreeSet<&str> = servers.map(|server| server.base_path.trim_end_matches('/')).collect();
        let paths: Vec<String> = paths.into_iter().filter(|path| !path.is_empty()).map(str::to_owned).collect();
        let longest = paths.iter().map(String::len).max().unwrap_or(0);
        Self { paths, longest }
    }

    /// What follows each base path that `path` starts with, the longest first.
    fn below<'r>(&self, path: &'r str) -> impl Iterator<Item = &'r str> {
        let ends = std::iter::once(path.len()).chain(path.rmatch_indices('/').map(|(at, _)| at));
        let path = if self.paths.is_empty() { None } else { Some(path) };
        path.into_iter().flat_map(move |path| {
            ends.clone().filter(|end| *end <= self.longest).filter_map(|end| {
                let (base, rest) = path.split_at(end);
                self.paths.binary_search_by(|known| known.as_str().cmp(base)).ok()?;
                rooted(rest)
            })
        })
    }
}

/// `rest` as a path of its own: `None` if it goes on in the middle of a segment.
fn rooted(rest: &str) -> Option<&str> {
    match rest {
        "" => Some("/"),
        rest => rest.starts_with('/').then_some(rest),
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::contract::fixture::{api, operation, server};

    struct Spec(&'static str, &'static [&'static str], &'static [&'static str]);

    fn site(apis: &[Spec]) -> Site {
        let contracts = apis.iter().map(|Spec(id, servers, operations)| {
            let mut api = api(id, operations);
            api.servers = servers.iter().map(|path| server(path)).collect();
            Arc::new(Contract::compile(api).0)
        });
        Site { contracts: contracts.collect() }
    }

    #[track_caller]
    fn check(site: &Site, requests: &[(&str, &str)]) {
        for (text, expected) in requests {
            let (host, path) = text.split_at(text.find('/').unwrap());
            let mut request = Request::new(Method::GET, path);
            if !host.is_empty() {
                request.headers.insert("host", host.parse().unwrap());
            }
            let found = match site.locate(&request) {
                Located::Api { contract, path } => format!("{} {path}", contract.api.id),
                Located::Ambiguous { addresses } => format!("ambiguous {}", addresses.join(" ")),
                Located::Nowhere => "nowhere".to_owned(),
            };
            assert_eq!(found, *expected, "{text}");
        }
    }

    #[test]
    fn one_api() {
        let site = site(&[Spec("zoo", &["/api/v1", "/api", ""], &["GET /pets", "GET /zoo/{id}", "GET /api/pets"])]);
        check(
            &site,
            &[
                ("/pets", "zoo /pets"),
                ("/api/v1/pets", "zoo /pets"),
                ("/api/pets", "zoo /api/pets"),
                ("/api/pets/", "zoo /api/pets/"),
                ("/api/api/pets", "zoo /api/pets"),
                ("/zoo/pets", "zoo /zoo/pets"),
                ("/zoo/api/v1/pets", "zoo /pets"),
                ("/zoo/zoo/1", "zoo /zoo/1"),
                ("/api/v1/zoo/1", "zoo /zoo/1"),
                ("/zoo", "zoo /"),
                ("/zoo/api/v1/nothing", "zoo /nothing"),
                ("/api/v1/nothing", "zoo /nothing"),
                ("/api/v1", "zoo /"),
                ("/api/v11/pets", "zoo /v11/pets"),
                ("/zoology", "zoo /zoology"),
                ("/nothing", "zoo /nothing"),
                ("zoo.localhost:4010/pets", "zoo /pets"),
                ("other.localhost/pets", "zoo /pets"),
            ],
        );
    }

    #[test]
    fn a_better_fit_below_a_base_path_beats_a_lenient_one_at_the_root() {
        let site = site(&[Spec("a", &["/v2"], &["GET /{id}", "GET /"])]);
        check(&site, &[("/v2", "a /v2"), ("/v2/", "a /"), ("/v2/x", "a /x")]);
    }

    #[test]
    fn base_paths_of_operations_count() {
        let mut api = api("a", &["GET /only"]);
        let mut other = operation("GET /op");
        other.servers = vec![server("/dev/api/")];
        api.operations.push(other);
        let site = Site { contracts: vec![Arc::new(Contract::compile(api).0)] };
        check(&site, &[("/dev/api/op", "a /op"), ("/op", "a /op")]);
    }

    #[test]
    fn several_apis() {
        let site = site(&[
            Spec("zoo", &["/v1"], &["GET /pets", "GET /shared", "PUT /half/", "GET /x/{id}"]),
            Spec("shop", &["/v2"], &["GET /carts", "POST /shared", "GET /half", "GET /zoo/carts", "GET /x/1"]),
        ]);
        check(
            &site,
            &[
                ("/pets", "zoo /pets"),
                ("/v1/pets", "zoo /pets"),
                ("/v2/pets", "nowhere"),
                ("/carts", "shop /carts"),
                ("/shop/carts", "shop /carts"),
                ("/shop/v2/carts", "shop /carts"),
                ("/zoo/carts", "shop /zoo/carts"),
                ("/zoo/nothing", "zoo /nothing"),
                ("/zoo/v1/nothing", "zoo /nothing"),
                ("/shared", "ambiguous /zoo/shared /shop/shared"),
                ("/x/1", "ambiguous /zoo/x/1 /shop/x/1"),
                ("/v1/shared", "zoo /shared"),
                ("/zoo/shared", "zoo /shared"),
                ("/half", "shop /half"),
                ("/half/", "zoo /half/"),
                ("ZOO.localhost:4010/shared", "zoo /shared"),
                ("shop.localhost/v2/shared", "shop /shared"),
                ("shop.localhost/nothing", "shop /nothing"),
                ("shop.example/shared", "ambiguous /zoo/shared /shop/shared"),
                ("/nothing", "nowhere"),
            ],
        );
    }

    #[test]
    fn no_api() {
        check(&site(&[]), &[("/", "nowhere"), ("x.localhost/", "nowhere")]);
    }
}
