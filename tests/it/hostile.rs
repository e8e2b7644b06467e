//! What means harm: nothing of it may stop the server, hold it up, or make it read what it must not.

/// Bodies and header values that are built to break what reads them.
mod bodies;
/// Clients that are slow, too many, or gone.
mod clients;
/// Descriptions that are built to break what reads them.
mod documents;
/// Requests that are not HTTP.
mod malformed;
/// What hostile input costs the program.
mod measured;
/// Patterns that take exponential time in a naive engine.
mod patterns;
/// The program under load: too few file descriptors, stopping, reloading.
mod process;
/// Bodies against schemas that recurse.
mod recursion;
