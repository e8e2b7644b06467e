//! One request through the proxy: two pure steps with the upstream between them, and the mock where it must stand in.

use super::{exchange::guarded, upstream::Upstream};
use crate::{
    answer::Outcome,
    message::Request,
    mock::{Mock, Moment},
    proxy::{self, Ending, Step},
};

/// What is behind a proxy, and how it behaves.
#[derive(Clone, Debug)]
pub struct ProxySettings {
    /// How it behaves.
    pub proxy: proxy::Settings,
    /// The server behind it.
    pub upstream: Upstream,
}

/// Answers a request; `None` if mimeo itself failed. `stand_in` answers as the mock does.
pub(super) async fn relay(
    mock: &Mock,
    settings: &ProxySettings,
    request: &Request,
    moment: Moment,
    stand_in: impl FnOnce() -> Option<Outcome>,
) -> Option<Outcome> {
    let forward = match guarded(|| proxy::decide(&mock.site, settings.proxy, request, moment.now_ms))? {
        Step::Answer(outcome) => return Some(*outcome),
        Step::Refuse => return stand_in(),
        Step::Forward(forward) => *forward,
    };
    let answer = settings.upstream.send(&forward.request).await;
    match guarded(|| proxy::conclude(settings.proxy, request, forward, answer))? {
        Ending::Answer(outcome) => Some(*outcome),
        Ending::Mock => stand_in(),
    }
}
