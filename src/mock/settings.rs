//! How a mock answers, apart from what its description says.

/// How strict a mock is with credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    /// Tokens of schemes that issue them must have been issued in the session; all others must have their form.
    #[default]
    Strict,
    /// Any token of the right form is taken, but none that the session knows to be over.
    Lenient,
    /// Credentials are not looked at.
    Off,
}

/// How a mock answers, apart from what its description says.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub struct Settings {
    /// Answer CORS preflights and add CORS header fields.
    pub cors: bool,
    /// Turn an answer that breaks its own description into a 500 with the findings (Prism's `--errors`).
    pub errors: bool,
    /// Judge requests. Without it, even a faulty request gets a success.
    pub validate_request: bool,
    /// How strict to be with credentials.
    pub auth: Auth,
    /// Make every body from its schema with varied values, even where there is an example.
    pub dynamic: bool,
    /// Make every body from its schema, even where there is an example.
    pub ignore_examples: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cors: true,
            errors: false,
            validate_request: true,
            auth: Auth::Strict,
            dynamic: false,
            ignore_examples: false,
        }
    }
}
