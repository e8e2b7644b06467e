//! What to serve, and how.

use std::path::PathBuf;

use tokio::sync::oneshot;

use super::Running;
use crate::{
    mock::Auth,
    shell::{BindError, Description, Listener, ReadError, Server, ServerSettings, describe},
};

/// A mock that is not running yet.
#[derive(Clone, Debug)]
#[must_use = "a mock serves once it is started"]
pub struct Mock {
    what: Description,
    settings: ServerSettings,
    port: u16,
}

/// Why a mock could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A description could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file is no description; what is wrong with it, one a line.
    #[error("`{name}` cannot be served: {faults}")]
    NoDescription {
        /// The file.
        name: String,
        /// What is wrong.
        faults: String,
    },
    /// No port could be taken.
    #[error(transparent)]
    Bind(#[from] BindError),
}

impl Mock {
    /// A mock of the API that a file describes, or of all APIs whose descriptions lie in a folder.
    pub fn from_spec(path: impl Into<PathBuf>) -> Self {
        let what = Description { paths: vec![path.into()], ..Description::default() };
        Self { what, settings: ServerSettings::default(), port: 0 }
    }

    /// Serves another API as well.
    pub fn and_spec(mut self, path: impl Into<PathBuf>) -> Self {
        self.what.paths.push(path.into());
        self
    }

    /// Applies an overlay to each description.
    pub fn overlay(mut self, path: impl Into<PathBuf>) -> Self {
        self.what.overlays.push(path.into());
        self
    }

    /// Takes this port instead of any that is free.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Makes varied values and tokens from this seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// How strict to be with credentials.
    pub fn auth(mut self, auth: Auth) -> Self {
        self.settings.mock.auth = auth;
        self
    }

    /// Everything else that can be set.
    pub fn settings(mut self, change: impl FnOnce(&mut ServerSettings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// Starts serving on 127.0.0.1. The mock ends with the handle.
    pub async fn try_start(self) -> Result<Running, StartError> {
        let described = describe(&self.what)?;
        if let Some(broken) = described.iter().find(|it| it.contract.is_none()) {
            let faults: Vec<&str> = broken.findings.iter().map(|finding| finding.message.as_str()).collect();
            return Err(StartError::NoDescription { name: broken.name.clone(), faults: faults.join("; ") });
        }
        let ids = described.iter().filter_map(|it| it.contract.as_ref()).map(|it| it.api.id.clone()).collect();
        let listener = Listener::bind("127.0.0.1", self.port).await?;
        let address = listener.address;
        let server = Server::new(&described, self.settings);
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = server.clone();
        serving.spawn(listener, async {
            let _ = stopped.await;
        });
        Ok(Running::new(address, ids, server, stop))
    }

    /// As [`Mock::try_start`].
    ///
    /// # Panics
    ///
    /// If the mock cannot be started, with the reason: a test cannot go on then.
    #[expect(clippy::panic, reason = "a test that has no mock must fail, and say why")]
    pub async fn start(self) -> Running {
        match self.try_start().await {
            Ok(running) => running,
            Err(error) => panic!("the mock cannot be started: {error}"),
        }
    }
}
