//! What is counted, and how Prometheus reads it.

use std::{
    fmt::{self, Write as _},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use foldhash::fast::FixedState;
use papaya::{Equivalent, HashMap};

use crate::limit;

/// Requests by class of status, from 1xx to 5xx.
type Classes = [AtomicU64; 5];

/// An API's operation; without one, requests that met none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Served {
    api: Option<Arc<str>>,
    operation: Option<Arc<str>>,
}

/// A [`Served`] to be looked for, without a part in its texts. It has the same hash.
#[derive(Hash)]
struct Sought<'s> {
    api: Option<&'s str>,
    operation: Option<&'s str>,
}

impl Equivalent<Served> for Sought<'_> {
    fn equivalent(&self, served: &Served) -> bool {
        self.operation == served.operation.as_deref() && self.api == served.api.as_deref()
    }
}

/// The counters of a server.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    // The names are those of descriptions: no request can fill the table with collisions.
    requests: HashMap<Served, Arc<Classes>, FixedState>,
    in_flight: AtomicU64,
    reloads_ok: AtomicU64,
    reloads_failed: AtomicU64,
}

/// A request that is being answered; it counts until it is dropped.
#[derive(Debug)]
pub(super) struct InFlight<'m>(&'m AtomicU64);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What others count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gauges {
    /// Sessions there are.
    pub(super) sessions: u64,
    /// Tokens ever issued.
    pub(super) tokens_issued: u64,
    /// Bytes of all journals.
    pub(super) journal_bytes: u64,
    /// Whether the journal's file is degraded, and how many records it has lost, if there is one.
    pub(super) journal_file: Option<(bool, u64)>,
}

impl Metrics {
    /// Counts a request that begins.
    pub(super) fn begin(&self) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(&self.in_flight)
    }

    /// Counts a request that was answered.
    pub(super) fn answered(&self, api: Option<&Arc<str>>, operation: Option<&Arc<str>>, status: u16) {
        let requests = self.requests.pin();
        let sought = Sought { api: api.map(|api| &**api), operation: operation.map(|operation| &**operation) };
        let classes = match requests.get(&sought) {
            Some(classes) => classes,
            None => &self.first(api, operation),
        };
        if let Some(class) = classes.get(usize::from((status / 100).saturating_sub(1))) {
            class.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The counters of an operation that answers for the first time; those of all others beyond the bound.
    #[inline(never)]
    fn first(&self, api: Option<&Arc<str>>, operation: Option<&Arc<str>>) -> Arc<Classes> {
        let requests = self.requests.pin();
        let served = if requests.len() < limit::METRICS_OPERATIONS_MAX {
            Served { api: api.cloned(), operation: operation.cloned() }
        } else {
            Served { api: None, operation: None }
        };
        Arc::clone(requests.get_or_insert_with(served, Arc::default))
    }

    /// Counts a reload.
    pub(super) fn reloaded(&self, is_ok: bool) {
        let counter = if is_ok { &self.reloads_ok } else { &self.reloads_failed };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// All of it, in Prometheus' text form.
    pub(super) fn text(&self, gauges: Gauges) -> String {
        let mut text = String::new();
        let head = |text: &mut String, name: &str, kind: &str, says: &str| {
            let _ = write!(text, "# HELP {name} {says}\n# TYPE {name} {kind}\n");
        };
        head(&mut text, "mimeo_build_info", "gauge", "The version that runs.");
        let _ = writeln!(text, "mimeo_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"));
        head(&mut text, "mimeo_requests_total", "counter", "Requests answered.");
        let requests = self.requests.pin();
        let mut served: Vec<(&Served, &Arc<Classes>)> = requests.iter().collect();
        served.sort_unstable_by_key(|(served, _)| *served);
        for (served, classes) in served {
            let (api, operation) = (Label(served.api.as_deref()), Label(served.operation.as_deref()));
            for (class, count) in
                classes.iter().zip(1..).map(|(count, class): (&AtomicU64, u8)| (class, count.load(Ordering::Relaxed)))
            {
                if count > 0 {
                    let _ = writeln!(
                        text,
                        "mimeo_requests_total{{api=\"{api}\",operation=\"{operation}\",status=\"{class}xx\"}} {count}"
                    );
                }
            }
        }
        let ok = self.reloads_ok.load(Ordering::Relaxed);
        let failed = self.reloads_failed.load(Ordering::Relaxed);
        head(&mut text, "mimeo_reloads_total", "counter", "Times that the description was read again.");
        let _ = write!(
            text,
            "mimeo_reloads_total{{result=\"ok\"}} {ok}\nmimeo_reloads_total{{result=\"failed\"}} {failed}\n"
        );
        let in_flight = self.in_flight.load(Ordering::Relaxed);
        let mut values = vec![
            ("mimeo_requests_in_flight", "gauge", "Requests being answered.", in_flight),
            ("mimeo_sessions", "gauge", "Sessions there are.", gauges.sessions),
            ("mimeo_tokens_issued_total", "counter", "Tokens issued.", gauges.tokens_issued),
            ("mimeo_journal_bytes", "gauge", "Bytes of the journals of all sessions, in memory.", gauges.journal_bytes),
        ];
        if let Some((is_degraded, lost)) = gauges.journal_file {
            let says = "1 while the journal's file cannot be written.";
            values.push(("mimeo_journal_degraded", "gauge", says, u64::from(is_degraded)));
            values.push(("mimeo_journal_lost_total", "counter", "Records that the journal's file has lost.", lost));
        }
        for (name, kind, says, value) in values {
            head(&mut text, name, kind, says);
            let _ = writeln!(text, "{name} {value}");
        }
        text
    }
}

/// A label's value, with what must be escaped in it.
struct Label<'l>(Option<&'l str>);

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.unwrap_or_default().chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text() {
        let metrics = Metrics::default();
        let (api, operation): (Arc<str>, Arc<str>) = ("pets".into(), "say \"hi\"".into());
        metrics.answered(Some(&api), Some(&operation), 200);
        metrics.answered(Some(&api), Some(&operation), 204);
        metrics.answered(Some(&api), Some(&operation), 404);
        metrics.answered(None, None, 404);
        metrics.reloaded(true);
        let busy = metrics.begin();
        let text =
            metrics.text(Gauges { sessions: 3, tokens_issued: 2, journal_bytes: 1, journal_file: Some((true, 7)) });
        drop(busy);
        for line in [
            "mimeo_requests_total{api=\"pets\",operation=\"say \\\"hi\\\"\",status=\"2xx\"} 2\n",
            "mimeo_requests_total{api=\"pets\",operation=\"say \\\"hi\\\"\",status=\"4xx\"} 1\n",
            "mimeo_requests_total{api=\"\",operation=\"\",status=\"4xx\"} 1\n",
            "mimeo_reloads_total{result=\"ok\"} 1\n",
            "# TYPE mimeo_requests_in_flight gauge\nmimeo_requests_in_flight 1\n",
            "mimeo_sessions 3\n",
            "mimeo_tokens_issued_total 2\n",
            "mimeo_journal_bytes 1\n",
            "# TYPE mimeo_journal_degraded gauge\nmimeo_journal_degraded 1\n",
            "mimeo_journal_lost_total 7\n",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        let text = metrics.text(Gauges { sessions: 0, tokens_issued: 0, journal_bytes: 0, journal_file: None });
        assert!(text.contains("in_flight 0\n") && !text.contains("journal_lost"), "{text}");
    }

    #[test]
    fn what_was_counted_is_found_again() {
        let metrics = Metrics::default();
        let (api, operation): (Arc<str>, Arc<str>) = ("pets".into(), "list".into());
        for (api, operation) in [(Some(&api), Some(&operation)), (Some(&api), None), (None, None)] {
            metrics.answered(api, operation, 200);
            let sought = Sought { api: api.map(|api| &**api), operation: operation.map(|operation| &**operation) };
            assert!(metrics.requests.pin().contains_key(&sought), "{api:?} {operation:?}");
        }
        assert!(!metrics.requests.pin().contains_key(&Sought { api: None, operation: Some("pets") }));
    }

    #[test]
    fn operations_are_bounded() {
        let metrics = Metrics::default();
        for number in 0..limit::METRICS_OPERATIONS_MAX + 10 {
            metrics.answered(None, Some(&number.to_string().into()), 200);
        }
        assert!(metrics.requests.len() <= limit::METRICS_OPERATIONS_MAX + 1);
    }
}
