//! File descriptors: each connection takes one.

/// Lets the process have as many file descriptors as it may want, as far as the system allows without asking.
///
/// Many systems give a process 1,024 unless it asks for more, so that old programs do not break which keep descriptors
/// in sets of fixed size. This one keeps none. What is refused stays as it was: the server waits for descriptors to be
/// closed when it has none left.
#[cfg(unix)]
pub fn raise_descriptor_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};

    use crate::limit;

    let mut allowed = getrlimit(Resource::Nofile);
    let wanted = allowed.maximum.map_or(limit::DESCRIPTORS_WANTED, |most| most.min(limit::DESCRIPTORS_WANTED));
    if allowed.current.is_some_and(|current| current < wanted) {
        allowed.current = Some(wanted);
        if let Err(fault) = setrlimit(Resource::Nofile, allowed) {
            tracing::debug!("the limit of file descriptors stays as it is: {fault}");
        }
    }
}

/// Other systems have no such limit.
#[cfg(not(unix))]
pub fn raise_descriptor_limit() {}
