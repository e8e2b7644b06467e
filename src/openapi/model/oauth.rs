//! How a client gets a token: the flows of OAuth 2.

/// One flow of a security scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthFlow {
    /// Which one.
    pub kind: FlowKind,
    /// Where a user lets a client in, as written.
    pub authorization_url: Option<String>,
    /// Where tokens are issued, as written.
    pub token_url: Option<String>,
    /// Where tokens are renewed, as written, if not where they are issued.
    pub refresh_url: Option<String>,
    /// What tokens may allow, in document order.
    pub scopes: Vec<String>,
}

/// The flows that descriptions know; the device flow of 3.2 is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowKind {
    /// The authorization endpoint hands out tokens.
    Implicit,
    /// The client has a user's password.
    Password,
    /// The client speaks for itself.
    ClientCredentials,
    /// The authorization endpoint hands out codes.
    AuthorizationCode,
}

impl FlowKind {
    /// True if it begins at the authorization endpoint.
    pub fn authorizes(self) -> bool {
        matches!(self, Self::Implicit | Self::AuthorizationCode)
    }

    /// True if its tokens come from the token endpoint.
    pub fn asks_for_tokens(self) -> bool {
        self != Self::Implicit
    }
}
