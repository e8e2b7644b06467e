//! A bound socket.

use std::{io, net::SocketAddr};

use tokio::net::TcpListener;

/// A socket that is bound and listens, so that the address is known and taken before anything is said.
#[derive(Debug)]
pub struct Listener {
    pub(super) socket: TcpListener,
    /// The address, with the port that the system chose if 0 was asked for.
    pub address: SocketAddr,
}

/// The address could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Somebody else listens there.
    #[error(
        "port {port} on {host} is in use: stop what listens there, or choose another with --port (0: any free one)"
    )]
    InUse {
        /// The host as given.
        host: String,
        /// The port.
        port: u16,
    },
    /// The system says why.
    #[error("cannot listen on {host}:{port}: {source}")]
    Failed {
        /// The host as given.
        host: String,
        /// The port.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
}

impl Listener {
    /// Takes an address. `host` is a name or an IP address; port 0 takes any that is free.
    pub async fn bind(host: &str, port: u16) -> Result<Self, BindError> {
        let fault = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => BindError::InUse { host: host.to_owned(), port },
            _ => BindError::Failed { host: host.to_owned(), port, source },
        };
        let socket = TcpListener::bind((host, port)).await.map_err(fault)?;
        prepare(&socket);
        let address = socket.local_addr().map_err(fault)?;
        Ok(Self { socket, address })
    }
}

/// Bounds what the system takes in of answers that their clients have not read yet, which accepted connections inherit,
/// and lets more connections wait to be accepted than the runtime does: a crowd that comes at once is not put off by a
/// second, which is how long a client waits before it tries again.
#[cfg(unix)]
fn prepare(socket: &TcpListener) {
    use rustix::net::{listen, sockopt::set_socket_send_buffer_size};

    use crate::limit;

    let prepared = set_socket_send_buffer_size(socket, limit::SEND_BUFFER_BYTES)
        .and_then(|()| listen(socket, limit::CONNECTIONS_WAITING_MAX));
    if let Err(fault) = prepared {
        tracing::debug!("connections stay as the system makes them: {fault}");
    }
}

#[cfg(not(unix))]
fn prepare(_: &TcpListener) {}
