//! What to serve, and how.

use std::path::PathBuf;

use tokio::sync::oneshot;

use super::Running;
use crate::{
    finding::Place,
    mock::Auth,
    shell::{
        BindError, Description, JournalError, JournalSettings, Listener, ReadError, Server, ServerSettings, describe,
        rehearse,
    },
};

/// A mock that is not running yet.
#[derive(Clone, Debug)]
#[must_use = "a mock serves once it is started"]
pub struct Mock {
    what: Description,
    settings: ServerSettings,
    port: u16,
    journal: Option<JournalSettings>,
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
    /// A scenario cannot be played.
    #[error("the scenario `{name}` cannot be played: {fault}")]
    NoScenario {
        /// The scenario, or its file.
        name: String,
        /// What is wrong.
        fault: String,
    },
    /// The journal cannot be kept in its file.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// No port could be taken.
    #[error(transparent)]
    Bind(#[from] BindError),
}

impl Mock {
    /// A mock of the API that a file describes, or of all APIs whose descriptions lie in a folder.
    pub fn from_spec(path: impl Into<PathBuf>) -> Self {
        let what = Description { paths: vec![path.into()], ..Description::default() };
        Self { what, settings: ServerSettings::default(), port: 0, journal: None }
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

    /// Lets every session begin with a scenario: a built-in one, or one of [`Mock::scenarios`].
    pub fn scenario(mut self, name: &str) -> Self {
        self.settings.scenario = Some(name.into());
        self
    }

    /// Reads a scenario file, or all of a folder.
    pub fn scenarios(mut self, path: impl Into<PathBuf>) -> Self {
        self.what.scenarios.push(path.into());
        self
    }

    /// Writes every exchange to a file before its answer leaves.
    pub fn journal(mut self, path: impl Into<PathBuf>) -> Self {
        self.journal = Some(JournalSettings::new(path));
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
        let scenarios = rehearse(&self.what.scenarios, &described)?;
        if let Some((name, fault)) = scenarios.files.iter().find_map(|file| Some((&file.name, file.error()?))) {
            return Err(StartError::NoScenario { name: name.clone(), fault: fault.message.clone() });
        }
        if let Some(name) = self.settings.scenario.as_deref().filter(|name| scenarios.library.get(name).is_none()) {
            let fault = scenarios.library.unknown(name, Place::Nowhere);
            return Err(StartError::NoScenario { name: name.to_owned(), fault: fault.message });
        }
        let ids = described.iter().filter_map(|it| it.contract.as_ref()).map(|it| it.api.id.clone()).collect();
        let listener = Listener::bind("127.0.0.1", self.port).await?;
        let address = listener.address;
        let server = Server::new(&described, self.settings);
        server.stage(&scenarios.library);
        if let Some(journal) = &self.journal {
            server.keep_journal(journal)?;
        }
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
