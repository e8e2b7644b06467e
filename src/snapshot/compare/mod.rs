//! What differs between two snapshots, in the words of somebody who reviews a change.

mod align;
mod change;
mod gather;
mod numbers;
mod session;
mod snapshots;
mod words;

pub use snapshots::compare;

/// What differs between two snapshots: what is wrong anew first, then session by session, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The differences.
    pub differences: Vec<Difference>,
    /// What changed around the client and is no difference of its own: `rockitplay-2025 was 1.0 and is 1.1`.
    pub notes: Vec<String>,
}

impl Comparison {
    /// True if the client behaves as before.
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What kind.
    pub kind: DifferenceKind,
    /// The session's name in the new snapshot; in the old one, if the new one does not have it.
    pub session: String,
    /// The position of the exchange in the old snapshot: its index in the session, from 0.
    pub old: Option<usize>,
    /// The position of the exchange in the new snapshot.
    pub new: Option<usize>,
    /// The method and path template; empty where it is about several, or about the whole session.
    pub operation: String,
    /// What differs: a line that says it, and others with details.
    pub text: Vec<String>,
}

/// Kinds of differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DifferenceKind {
    /// Something is wrong with an exchange that was not before: the contract is broken.
    Broken,
    /// Something that was wrong is not any more.
    Mended,
    /// An exchange, or a session, is new.
    Added,
    /// An exchange, or a session, is not there any more.
    Removed,
    /// Exchanges come in another order.
    Reordered,
    /// Other credentials are sent, or they stand otherwise.
    Credentials,
    /// Something else is sent.
    Sent,
    /// Another answer is met.
    Answered,
}

impl DifferenceKind {
    /// The sign before the first line: `!`, `+`, `-` or `~`.
    pub fn sign(self) -> char {
        match self {
            Self::Broken => '!',
            Self::Added => '+',
            Self::Removed | Self::Mended => '-',
            Self::Reordered | Self::Credentials | Self::Sent | Self::Answered => '~',
        }
    }

    /// The kind in one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Mended => "mended",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Reordered => "reordered",
            Self::Credentials => "credentials",
            Self::Sent => "sent",
            Self::Answered => "answered",
        }
    }
}
