//! Standard output and standard error: colours only where they can be shown.

use std::io::{self, IsTerminal, Write};

use crate::report::Colour;

/// The two streams of the program. A reader that went away (`mimeo … | head`) is no error.
#[derive(Clone, Copy, Debug)]
pub(super) struct Screen;

#[expect(clippy::unused_self, reason = "a value that is handed over shows who may write")]
impl Screen {
    /// Writes to standard output; escapes are removed where they do not belong (`NO_COLOR`, a pipe).
    pub(super) fn out(self, text: &str) {
        let mut out = anstream::AutoStream::auto(io::stdout().lock());
        let _ = out.write_all(text.as_bytes());
        let _ = out.flush();
    }

    /// Writes to standard error, likewise.
    pub(super) fn err(self, text: &str) {
        let mut err = anstream::AutoStream::auto(io::stderr().lock());
        let _ = err.write_all(text.as_bytes());
        let _ = err.flush();
    }

    /// True if a person looks at standard output.
    pub(super) fn is_terminal(self) -> bool {
        io::stdout().is_terminal()
    }

    /// True if log lines may be coloured.
    pub(super) fn log_has_colour(self) -> bool {
        anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
    }

    /// How reports to standard output are coloured.
    pub(super) fn colour(self) -> Colour {
        if anstream::AutoStream::choice(&io::stdout()) == anstream::ColorChoice::Never {
            Colour::Plain
        } else {
            Colour::Ansi
        }
    }
}
