#![cfg(unix)]

use std::{
    fs,
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::sockets::{PETS, renamed_into_place};

pub(super) const ASK: &str = "GET /pets HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
pub(super) const LONG: Duration = Duration::from_secs(10);

/// The program, serving; it is killed if the test fails.
pub(super) struct Program {
    pub(super) child: Child,
    pub(super) address: SocketAddr,
}

impl Program {
    /// Starts it by a line of shell, in which `$0` is the program.
    pub(super) fn start(folder: &Path, line: &str) -> Self {
        let mut child = Command::new("sh")
            .args(["-c", line, env!("CARGO_BIN_EXE_mimeo")])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let address = said.trim().rsplit_once("http://").expect("an address").1.parse().unwrap();
        Self { child, address }
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap().success());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One exchange on a connection of its own.
pub(super) fn ask(address: SocketAddr, request: &str) -> std::io::Result<String> {
    let mut socket = TcpStream::connect(address)?;
    socket.set_read_timeout(Some(LONG))?;
    socket.write_all(request.as_bytes())?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer)?;
    Ok(answer)
}

pub(super) fn is_good(answer: &std::io::Result<String>) -> bool {
    answer.as_ref().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("\"]"))
}

/// With 40 file descriptors, 100 connections are too many; as soon as they are gone, others are served.
#[test]
fn too_few_file_descriptors() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), PETS).unwrap();
    let program = Program::start(folder.path(), "ulimit -n 40; exec \"$0\" mock a.yaml -p 0");
    assert!(is_good(&ask(program.address, ASK)));
    let held: Vec<TcpStream> = (0..100).map(|_| TcpStream::connect(program.address).unwrap()).collect();
    let mut last = held.last().unwrap();
    last.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    last.write_all(ASK.as_bytes()).unwrap();
    let kind = last.read(&mut [0; 100]).map_err(|error| error.kind());
    assert!(matches!(kind, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "it waits for its turn: {kind:?}");
    drop(held);
    let begun = Instant::now();
    for _ in 0..100 {
        assert!(is_good(&ask(program.address, ASK)));
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

/// Every connection that was made before the program was told to stop, and has asked, is answered.
#[test]
fn requests_in_flight_at_the_stop_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), PETS).unwrap();
    let mut program = Program::start(folder.path(), "exec \"$0\" mock a.yaml -p 0");
    let body = r#"{"name":"Rex"}"#;
    let head = format!(
        "POST /pets HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    // Some have sent half a head, some half a body.
    let mut slow: Vec<(TcpStream, &[u8])> = Vec::new();
    let whole = format!("{head}{body}");
    for cut in [10, 30, head.len(), head.len() + 3] {
        let mut socket = TcpStream::connect(program.address).unwrap();
        socket.write_all(&whole.as_bytes()[..cut]).unwrap();
        slow.push((socket, &whole.as_bytes()[cut..]));
    }
    thread::sleep(Duration::from_millis(100));
    // And some have sent all of it, but the program, asleep, has not even accepted their connections.
    program.signal("STOP");
    let mut quick: Vec<TcpStream> = (0..100).map(|_| TcpStream::connect(program.address).unwrap()).collect();
    for socket in &mut quick {
        socket.write_all(ASK.as_bytes()).unwrap();
    }
    program.signal("TERM");
    program.signal("CONT");
    for (socket, rest) in &mut slow {
        thread::sleep(Duration::from_millis(50));
        socket.write_all(rest).unwrap();
    }
    let mut dropped = Vec::new();
    for (number, mut socket) in slow.into_iter().map(|(socket, _)| socket).chain(quick).enumerate() {
        socket.set_read_timeout(Some(LONG)).unwrap();
        let mut answer = String::new();
        let read = socket.read_to_string(&mut answer);
        if read.is_err() || !answer.starts_with("HTTP/1.1 20") {
            dropped.push((number, answer));
        }
    }
    assert!(dropped.is_empty(), "{dropped:?}");
    assert_eq!(program.child.wait().unwrap().code(), Some(0));
    assert!(TcpStream::connect(program.address).is_err(), "nothing listens any more");
}

/// While the description is changed in all the ways in which editors write, well or broken, each request is answered.
#[test]
fn no_request_fails_while_the_description_changes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.yaml");
    fs::write(&file, PETS).unwrap();
    let program = Program::start(folder.path(), "exec \"$0\" mock a.yaml -p 0");
    let (done, asked) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        let clients: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        let answer = ask(program.address, ASK);
                        if !is_good(&answer) {
                            return Err(format!("{answer:?}"));
                        }
                        asked.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(())
                })
            })
            .collect();
        let good = |name: &str| PETS.replace("[Rex]", &format!("[{name}]"));
        let write = |text: &str| fs::write(&file, text).unwrap();
        let truncate_then_write = |text: &str| {
            let mut open = fs::File::options().write(true).truncate(true).open(&file).unwrap();
            thread::sleep(Duration::from_millis(250));
            open.write_all(text.as_bytes()).unwrap();
        };
        let broken = "openapi: 3.1.0\npaths: [\n";
        let quiet = || thread::sleep(Duration::from_millis(300));
        let served = |name: &str| {
            let begun = Instant::now();
            let ending = format!("[\"{name}\"]");
            while !ask(program.address, ASK).is_ok_and(|answer| answer.ends_with(&ending)) {
                assert!(begun.elapsed() < LONG, "{name} was not read");
                thread::sleep(Duration::from_millis(20));
            }
        };
        write(broken);
        quiet();
        served("Rex");
        write(&good("Tom"));
        served("Tom");
        renamed_into_place(&file, broken);
        quiet();
        served("Tom");
        renamed_into_place(&file, &good("Kit"));
        served("Kit");
        truncate_then_write(broken);
        quiet();
        served("Kit");
        truncate_then_write(&good("Max"));
        served("Max");
        fs::remove_file(&file).unwrap();
        quiet();
        served("Max");
        write(&good("Ben"));
        served("Ben");
        done.store(true, Ordering::Relaxed);
        for client in clients {
            assert_eq!(client.join().unwrap(), Ok(()));
        }
    });
    assert!(asked.load(Ordering::Relaxed) > 100, "{asked:?} requests");
}

/// Deep bodies on the threads that the program makes.
#[test]
fn a_deep_body_does_not_end_the_program() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), super::bodies::TREE).unwrap();
    let program = Program::start(folder.path(), "exec \"$0\" mock a.yaml -p 0");
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("{\"a\":\"\",\"b\":", "}")] {
        let body = format!("{}\"ok\"{}", open.repeat(126), close.repeat(126));
        let answer = ask(program.address, &super::bodies::post(&body)).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{open}: {answer}");
    }
}
