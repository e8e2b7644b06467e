//! The folder of a corpus: its manifest, and the descriptions that the manifest names.

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, ExitCode},
};

/// The descriptions of a corpus that the arguments of the program mean.
pub(crate) struct Corpus {
    folder: PathBuf,
    /// Each one.
    pub(crate) entries: Vec<Entry>,
    /// True if each is to be listed.
    pub(crate) is_listed: bool,
    /// Where files are unpacked.
    scratch: PathBuf,
}

/// One line of the manifest, with the names of its columns.
pub(crate) struct Entry(Vec<(String, String)>);

impl Entry {
    /// What stands in the column of that name.
    pub(crate) fn cell(&self, column: &str) -> &str {
        self.0.iter().find(|(name, _)| name == column).map_or("", |(_, cell)| cell)
    }
}

impl Corpus {
    /// Goes by the arguments `FOLDER [--kind KIND] [--list]`. Where they are wrong, it says so, and gives the exit code.
    pub(crate) fn of_arguments(program: &str) -> Result<Self, ExitCode> {
        let args: Vec<String> = env::args().skip(1).collect();
        let Some(folder) = args.first().map(PathBuf::from) else {
            println!("usage: {program} FOLDER [--kind KIND] [--list]");
            return Err(ExitCode::from(2));
        };
        let kind = args.iter().position(|arg| arg == "--kind").and_then(|at| args.get(at + 1));
        let Ok(manifest) = fs::read_to_string(folder.join("manifest.tsv")) else {
            println!("{} has no manifest.tsv", folder.display());
            return Err(ExitCode::from(3));
        };
        let mut lines = manifest.lines().map(|line| line.split('\t').map(str::to_owned));
        let head: Vec<String> = lines.next().into_iter().flatten().collect();
        let entries = lines.map(|cells| Entry(head.iter().cloned().zip(cells).collect()));
        Ok(Self {
            folder,
            entries: entries.filter(|entry| kind.is_none_or(|kind| entry.cell("kind") == kind)).collect(),
            is_listed: args.iter().any(|arg| arg == "--list"),
            scratch: env::temp_dir().join(format!("mimeo-{program}-{}", std::process::id())),
        })
    }

    /// The file of an entry, or its unpacked copy where it is compressed.
    pub(crate) fn file(&self, entry: &Entry) -> PathBuf {
        let path = self.folder.join(entry.cell("path"));
        if path.extension().is_none_or(|extension| extension != "gz") {
            return path;
        }
        let target = self.scratch.join(path.file_stem().unwrap_or_default());
        let _ = fs::create_dir_all(&self.scratch);
        if let Ok(output) = Command::new("gzip").arg("-dc").arg(path).output() {
            let _ = fs::write(&target, output.stdout);
        }
        target
    }
}

impl Drop for Corpus {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.scratch);
    }
}
