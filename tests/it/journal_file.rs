//! The journal as a file: what was acknowledged is in it, whatever happens to the process, the disk or the file.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use mimeo::{
    answer::Entry,
    message::{Request, Response},
    session::{
        Record, SessionId,
        codec::{self, Noted},
        frame,
    },
    shell::{JournalStep, read_journal},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{client::send, sockets::PETS};

/// The program, serving [`PETS`] with a journal.
struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    /// Starts `mimeo mock` in a folder, by way of a shell that does `first` before.
    fn start(folder: &Path, first: &str, flags: &str) -> Self {
        fs::write(folder.join("pets.yaml"), PETS).unwrap();
        let script = format!("{first} exec '{}' mock pets.yaml -p 0 {flags}", env!("CARGO_BIN_EXE_mimeo"));
        let mut command = Command::new("sh");
        command.args(["-c", &script]).current_dir(folder).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        let address = lines.find_map(|line| line.unwrap().strip_prefix("Mimeo is listening on http://")?.parse().ok());
        let Some(address) = address else {
            let mut says = String::new();
            child.stderr.take().unwrap().read_to_string(&mut says).unwrap();
            panic!("it does not serve: {says}");
        };
        Self { child, address }
    }

    /// Kills it (SIGKILL); gives what it said on standard error.
    fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let mut says = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut says).unwrap();
        says
    }

    async fn admin(&self, path: &str) -> Value {
        send(self.address, &format!("GET /__mimeo{path}"), &[], None).await.body
    }

    async fn pets(&self, session: &str) {
        let answer = send(self.address, "GET /pets", &[("Mimeo-Session", session)], None).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

/// Runs the program to its end; gives its exit code and what it printed.
fn mimeo(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_mimeo")).args(args).current_dir(folder).output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(printed).unwrap())
}

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("j");
    (folder, file)
}

/// A frame of a small record.
fn framed(session: &str, number: u64) -> Vec<u8> {
    let request = Request::new(http::Method::GET, &format!("/pets/{number}"));
    let mut record = Record::of(&request, Entry::new(number), &Response::new(http::StatusCode::OK), number);
    record.number = number;
    codec::note(&Noted::Record { session: SessionId::new(session).unwrap(), record: Box::new(record) })
}

/// A file with the header and these parts.
fn write(file: &Path, parts: &[Vec<u8>]) {
    fs::write(file, [&frame::header()[..], &parts.concat()].concat()).unwrap();
}

/// The numbers of each session's records, and the header fields of all, as they are in files.
fn read(files: &[&Path]) -> (BTreeMap<String, Vec<u64>>, Vec<String>) {
    let (mut numbers, mut fields) = (BTreeMap::<String, Vec<u64>>::new(), Vec::new());
    for file in files {
        read_journal(file, |step| match step {
            JournalStep::Noted { noted: Noted::Record { session, record }, .. } => {
                numbers.entry(session.to_string()).or_default().push(record.number);
                fields.push(String::from_utf8_lossy(record.headers()).into_owned());
            }
            JournalStep::Noted { .. } => (),
            other => panic!("{other:?}"),
        })
        .unwrap();
    }
    (numbers, fields)
}

/// Sends requests one after the other on one connection, in a session of its own, until it breaks; gives the ids of
/// those that were answered.
async fn load(address: SocketAddr, round: usize, client: usize) -> Vec<String> {
    let mut answered = Vec::new();
    let Ok(mut socket) = TcpStream::connect(address).await else { return answered };
    let mut buffer = vec![0; 4096];
    for sequence in 0.. {
        let id = format!("{round}-{client}-{sequence}");
        let text = format!("GET /pets HTTP/1.1\r\nhost: x\r\nmimeo-session: c{client}\r\nx-request-id: {id}\r\n\r\n");
        if socket.write_all(text.as_bytes()).await.is_err() {
            break;
        }
        let mut answer = Vec::new();
        while !answer.ends_with(b"[\"Rex\"]") {
            match socket.read(&mut buffer).await {
                Ok(length) if length > 0 => answer.extend_from_slice(&buffer[..length]),
                _ => return answered,
            }
        }
        answered.push(id);
    }
    answered
}

/// `kill -9` at any point under load: every request that was answered is in the file, and numbers go on.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_a_kill() {
    let (folder, file) = folder();
    let mut answered = Vec::new();
    for round in 0..5 {
        let program = Program::start(folder.path(), "", "--journal j");
        let clients: Vec<_> = (0..8).map(|client| tokio::spawn(load(program.address, round, client))).collect();
        tokio::time::sleep(Duration::from_millis(40 + 67 * round as u64 % 150)).await;
        program.kill();
        for client in clients {
            answered.extend(client.await.unwrap());
        }
    }
    // The last write may be torn; whoever opens the file next cuts it off.
    let program = Program::start(folder.path(), "", "--journal j");
    let list = program.admin("/sessions/c0/journal?limit=1").await;
    assert!(list["restored"].as_u64().is_some_and(|number| number > 0), "{list}");
    program.kill();
    let (numbers, fields) = read(&[&file]);
    assert!(answered.len() > 40, "there was no load: {}", answered.len());
    let written = fields.concat();
    let ids: std::collections::HashSet<&str> =
        written.lines().filter_map(|line| line.strip_prefix("x-request-id: ")).collect();
    let missing: Vec<&String> = answered.iter().filter(|id| !ids.contains(id.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?} of {}", answered.len());
    for (session, numbers) in numbers {
        assert!(numbers.iter().copied().eq(1..=numbers.len() as u64), "{session}: {numbers:?}");
    }
}

/// Where the file cannot grow, requests are answered; once it can, it says how many records are missing.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_cannot_grow_degrades_and_recovers() {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};

    let (folder, file) = folder();
    // In blocks of 512 or 1024 bytes, as the shell likes it.
    let program = Program::start(folder.path(), "ulimit -S -f 32;", "--journal j");
    for _ in 0..300 {
        program.pets("s").await;
    }
    let health = program.admin("/health").await;
    assert_eq!((&health["status"], &health["journal"]["status"]), (&json!("healthy"), &json!("degraded")));
    assert!(health["journal"]["lost"].as_u64().is_some_and(|lost| lost > 0), "{health}");
    let count = program.admin("/sessions/s/journal/count").await;
    assert_eq!(count["count"], 300, "what is in memory is complete");
    assert!(fs::metadata(&file).unwrap().len() <= 32 * 1024, "what is torn is cut off");

    let pid = Pid::from_raw(i32::try_from(program.child.id()).unwrap());
    prlimit(pid, Resource::Fsize, Rlimit { current: None, maximum: None }).unwrap();
    let recovered = async {
        while program.admin("/health").await["journal"]["status"] != "written" {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), recovered).await.expect("it is written again");
    program.pets("s").await;
    let lost = program.admin("/health").await["journal"]["lost"].as_u64().unwrap();
    let says = program.kill();
    assert_eq!(says.matches("cannot be written").count(), 1, "it is said once: {says}");
    assert!(says.contains(&format!("is written again; {lost} records are missing")), "{says}");

    let numbers = read(&[&file]).0.remove("s").unwrap();
    assert_eq!((numbers.len() as u64 + lost, numbers.last()), (301, Some(&301)));
    let (code, printed) = mimeo(folder.path(), &["journal", "check", "j"]);
    assert!(code == Some(0) && printed.contains(&format!("{} records, {lost} missing", numbers.len())), "{printed}");
}

#[tokio::test]
async fn a_damaged_file_goes_on() {
    let (folder, file) = folder();
    let mut damaged = framed("s", 2);
    damaged[20] ^= 1;
    let damaged_bytes = damaged.len();
    let torn = framed("s", 4);
    write(&file, &[framed("s", 1), damaged, framed("s", 3), torn[..30].to_vec()]);
    let (code, printed) = mimeo(folder.path(), &["journal", "check", "j"]);
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.contains("j: 2 records, 0 missing"), "{printed}");

    let program = Program::start(folder.path(), "", "--journal j");
    let list = program.admin("/sessions/s/journal").await;
    let numbers: Vec<&Value> = list["records"].as_array().unwrap().iter().map(|record| &record["number"]).collect();
    assert_eq!((json!(numbers), &list["restored"]), (json!([1, 3]), &json!(3)));
    program.pets("s").await;
    let list = program.admin("/sessions/s/journal?after=3").await;
    assert_eq!(list["records"][0]["number"], 4);
    let other = mimeo(folder.path(), &["mock", "pets.yaml", "-p", "0", "--journal", "j"]);
    assert!(other.0 == Some(3) && other.1.contains("`j` is in use by another process"), "{other:?}");
    let (code, printed) = mimeo(folder.path(), &["journal", "check", "j"]);
    assert!(code == Some(1) && printed.contains("3 records, 0 missing; it is being written"), "{printed}");
    let says = program.kill();
    let passed_over = format!("{damaged_bytes} bytes at offset {} were passed over", 16 + framed("s", 1).len());
    assert!(says.contains(&passed_over), "{says}");
    assert!(says.contains("30 bytes from offset") && says.contains("the 2 records before them are kept"), "{says}");
}

#[test]
fn what_is_no_journal_is_not_touched() {
    let (folder, file) = folder();
    fs::write(folder.path().join("pets.yaml"), PETS).unwrap();
    let serve = |expected: &str| {
        let (code, printed) = mimeo(folder.path(), &["mock", "pets.yaml", "-p", "0", "--journal", "j"]);
        assert!(code == Some(3) && printed.contains(expected), "{expected}: {printed}");
    };
    for text in ["title: Notes\nof: something else entirely\n", "x"] {
        fs::write(&file, text).unwrap();
        serve("`j` is no journal of mimeo, and was not touched");
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
        assert_eq!(mimeo(folder.path(), &["journal", "check", "j"]).0, Some(3));
    }
    fs::write(&file, b"MIMEOJNL\x09\0\0\0\0\0\0\0").unwrap();
    serve("`j` is a journal in version 9 of its form");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    serve("`j` is no regular file");
    let (code, printed) = mimeo(folder.path(), &["mock", "pets.yaml", "--journal", "k", "--journal-max", "1k"]);
    assert!(code == Some(2) && printed.contains("64 KiB is the least"), "{printed}");
}

/// More damage at the end than a write can leave: the file is put aside as it is, not cut.
#[tokio::test]
async fn a_file_with_a_foreign_end_is_put_aside() {
    let (folder, file) = folder();
    write(&file, &[framed("s", 1), vec![0; 17 * 1024 * 1024]]);
    let length = fs::metadata(&file).unwrap().len();
    let program = Program::start(folder.path(), "", "--journal j");
    assert_eq!(program.admin("/sessions/s/journal").await["total"], 1);
    let says = program.kill();
    assert!(says.contains("it was put aside as `j.damaged`"), "{says}");
    assert_eq!(fs::metadata(folder.path().join("j.damaged")).unwrap().len(), length);
    assert!(fs::metadata(&file).unwrap().len() < 100);
}

/// A full file is put aside, and both are read at the start.
#[tokio::test]
async fn a_full_file_is_put_aside() {
    let (folder, file) = folder();
    let program = Program::start(folder.path(), "", "--journal j --journal-max 64k");
    for _ in 0..500 {
        program.pets("s").await;
    }
    program.kill();
    let older = folder.path().join("j.1");
    assert!(fs::metadata(&older).unwrap().len() <= 64 * 1024 && fs::metadata(&file).unwrap().len() <= 64 * 1024);
    let numbers = read(&[&older, &file]).0.remove("s").unwrap();
    let first = numbers[0];
    assert!(numbers.iter().copied().eq(first..=500), "{numbers:?}");
    let program = Program::start(folder.path(), "", "--journal j --journal-max 64k");
    assert_eq!(program.admin("/sessions/s/journal").await["total"], numbers.len());
    program.kill();
}

/// What comes to have the name while the file fills is not lost: the file grows on.
#[tokio::test]
async fn what_is_not_ours_stays_where_the_file_would_go() {
    let (folder, file) = folder();
    let program = Program::start(folder.path(), "", "--journal j --journal-max 64k");
    for name in ["j.1", "j.new"] {
        fs::write(folder.path().join(name), "precious").unwrap();
    }
    for _ in 0..500 {
        program.pets("s").await;
    }
    let says = program.kill();
    assert_eq!(says.matches("cannot be put aside").count(), 1, "it is said once: {says}");
    assert!(
        says.contains("`j.1` is no journal of mimeo, and the journal `j` needs that name when it is full"),
        "{says}"
    );
    for name in ["j.1", "j.new"] {
        assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), "precious");
    }
    assert_eq!(read(&[&file]).0["s"].len(), 500);
    let (code, printed) = mimeo(folder.path(), &["mock", "pets.yaml", "-p", "0", "--journal", "j"]);
    assert!(code == Some(3) && printed.contains("move it away, or name another journal"), "{printed}");
}

/// What was emptied or dropped does not come back.
#[tokio::test]
async fn what_is_forgotten_stays_so() {
    let (folder, _) = folder();
    let program = Program::start(folder.path(), "", "--journal j");
    for session in ["emptied", "dropped", "kept"] {
        program.pets(session).await;
    }
    assert_eq!(send(program.address, "DELETE /__mimeo/sessions/emptied/journal", &[], None).await.status, 204);
    assert_eq!(send(program.address, "DELETE /__mimeo/sessions/dropped", &[], None).await.status, 204);
    program.pets("emptied").await;
    program.kill();
    let program = Program::start(folder.path(), "", "--journal j");
    let list = program.admin("/sessions/emptied/journal").await;
    assert_eq!((&list["total"], &list["records"][0]["number"]), (&json!(1), &json!(2)));
    assert_eq!(program.admin("/sessions/dropped").await["status"], 404);
    assert_eq!(program.admin("/sessions/kept/journal/count").await["count"], 1);
    program.kill();
}

/// The command shows what the admin API shows, while the file is written, with secrets masked.
#[tokio::test]
async fn records_are_shown() {
    let (folder, _) = folder();
    let program = Program::start(folder.path(), "", "--journal j");
    let lines = [("Mimeo-Session", "s"), ("Authorization", "Bearer hunter2")];
    send(program.address, "POST /pets?token=hunter2", &lines, Some(json!({"password": "hunter2"}))).await;
    program.pets("t").await;
    let (code, text) = mimeo(folder.path(), &["journal", "show", "j"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains(" s #1 POST /pets?token=*** 400 POST /pets (example missing-param)\n    error["), "{text}");
    assert!(text.contains(" t #1 GET /pets 200 GET /pets (example)\n") && !text.contains("hunter2"), "{text}");
    let (_, json) = mimeo(folder.path(), &["journal", "show", "j", "--status", "4XX", "--format", "json"]);
    let shown: Value = serde_json::from_str(&json).unwrap();
    let mut asked = program.admin("/sessions/s/journal/records/1").await;
    asked["session"] = json!("s");
    assert_eq!(shown, json!([asked]));
    let (_, har) = mimeo(folder.path(), &["journal", "show", "j", "--session", "s", "--format", "har"]);
    let shown: Value = serde_json::from_str(&har).unwrap();
    assert_eq!(shown, program.admin("/sessions/s/journal.har").await);
    assert!(har.contains("\"text\":\"{\\\"password\\\":\\\"***\\\"}\"") && !har.contains("hunter2"), "{har}");
    for (flags, expected) in [
        (&["--session", "t"][..], 1),
        (&["--operation", "GET /pets"], 1),
        (&["--findings=false"], 1),
        (&["--method", "post", "--path", "/pe*"], 1),
        (&["--until", "2000-01-01T00:00:00Z"], 0),
    ] {
        let args = [&["journal", "show", "j", "--format", "json"], flags].concat();
        let shown: Value = serde_json::from_str(&mimeo(folder.path(), &args).1).unwrap();
        assert_eq!(shown.as_array().map(Vec::len), Some(expected), "{flags:?}");
    }
    program.kill();
    let (code, printed) = mimeo(folder.path(), &["journal", "show", "j", "--status", "abc"]);
    assert!(code == Some(2) && printed.contains("write 404, 4XX or 400-499"), "{printed}");
}
