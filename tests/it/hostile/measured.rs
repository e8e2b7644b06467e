//! What hostile input costs the program, by the system's own account: processor time, memory, descriptors.
#![cfg(target_os = "linux")]

use std::{
    fmt::Write as _,
    fs,
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use mimeo::shell::raise_descriptor_limit;
use tokio::net::{TcpSocket, TcpStream};

use super::process::{ASK, LONG, Program, ask, is_good};
use crate::sockets::{PETS, renamed_into_place};

const MIB: usize = 1024 * 1024;
/// How much slower a build for debugging may be than one for use.
const SLOWER: u32 = if cfg!(debug_assertions) { 20 } else { 1 };
/// Connections that are held open at once.
const CROWD: usize = 15_000;

/// A line of `/proc/<pid>/status`, in bytes.
fn memory(program: &Program, line: &str) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", program.child.id())).unwrap();
    let value = status.lines().find_map(|it| it.strip_prefix(line)).expect("a line of memory");
    value.trim_matches(|c: char| !c.is_ascii_digit()).parse::<usize>().unwrap() * 1024
}

/// The processor time that the program has taken; the system counts in hundredths of a second.
fn processor_time(program: &Program) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{}/stat", program.child.id())).unwrap();
    // The name of the program, in brackets, may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u64 = fields[11..13].iter().map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    Duration::from_millis(10 * ticks)
}

/// Descriptions that would be gigabytes if their aliases were copied.
fn bombs() -> Vec<(&'static str, String)> {
    let mut lists = format!("{PETS}x-0: &x0 [a, a, a, a, a, a, a, a, a, a]\n");
    let mut merges = format!("{PETS}x-0: &x0 {{ a: 1, b: 2 }}\n");
    let mut doubled = format!("{PETS}x-0: &x0 lol\n");
    for level in 1..40 {
        let below = level - 1;
        let _ = writeln!(lists, "x-{level}: &x{level} [{}]", vec![format!("*x{below}"); 10].join(", "));
        let _ = writeln!(merges, "x-{level}: &x{level} {{ a: *x{below}, b: *x{below}, <<: *x{below} }}");
        let _ = writeln!(doubled, "x-{level}: &x{level} {{ a: *x{below}, b: *x{below} }}");
    }
    let long = format!("{PETS}x-s: &s {}\nx-a: [{}]\n", "a".repeat(100_000), "*s, ".repeat(40_000));
    let keys = format!("{PETS}x-s: &s {}\nx-a: [{}]\n", "a".repeat(100_000), "{ *s : 1 }, ".repeat(40_000));
    vec![("lists", lists), ("merges", merges), ("doubled", doubled), ("long", long), ("keys", keys)]
}

/// Waits until the program has said so often that it did not take a change over.
fn refused(log: &Path, times: usize) {
    let begun = Instant::now();
    while fs::read_to_string(log).unwrap().matches("was not taken over").count() < times {
        assert!(begun.elapsed() < 2 * LONG, "the change was not looked at");
        thread::sleep(Duration::from_millis(10));
    }
}

/// A bomb is read while the program serves, and refused within 0.2 s of processor time and 64 MiB of memory.
#[test]
fn alias_bombs_cost_little() {
    let folder = tempfile::tempdir().unwrap();
    let (file, log) = (folder.path().join("a.yaml"), folder.path().join("log"));
    for (name, bomb) in bombs() {
        fs::write(&file, PETS).unwrap();
        let program = Program::start(folder.path(), "exec \"$0\" mock a.yaml -p 0 2>log");
        let before = processor_time(&program);
        renamed_into_place(&file, &bomb);
        refused(&log, 1);
        let took = processor_time(&program).saturating_sub(before);
        // The pages of the program's own file aside: a build for debugging is several times as large.
        let most = memory(&program, "VmHWM:").saturating_sub(memory(&program, "RssFile:"));
        assert!(took <= Duration::from_millis(200) * SLOWER, "{name}: {took:?}");
        assert!(most <= 64 * MIB, "{name}: {most} bytes");
        assert!(is_good(&ask(program.address, ASK)), "{name}");
        let _ = writeln!(std::io::stderr(), "{name}: {took:?}, {} MiB at most", most / MIB);
    }
}

/// Connects from one of many addresses, since one address has only some 28,000 ports.
async fn connect(number: usize, address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    let last = u8::try_from(2 + number % 8).unwrap();
    socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), 0))).unwrap();
    socket.connect(address).await.unwrap()
}

/// Connections that ask for nothing: none is refused, and others are served meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_of_idle_connections() {
    raise_descriptor_limit();
    let limits = fs::read_to_string("/proc/self/limits").unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let allowed: usize = files.split_whitespace().nth(3).unwrap().parse().unwrap_or(usize::MAX);
    let crowd = CROWD.min(allowed.saturating_sub(500));
    if crowd < CROWD {
        let why = format!("the system allows {allowed} file descriptors");
        let _ = writeln!(std::io::stderr(), "ONLY {crowd} OF {CROWD} CONNECTIONS: {why}");
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), PETS).unwrap();
    // The program starts with few descriptors, as many systems have it, and asks for more itself.
    let program = Program::start(folder.path(), "ulimit -S -n 256; exec \"$0\" mock a.yaml -p 0");
    assert!(is_good(&ask(program.address, ASK)));
    let before = memory(&program, "VmRSS:");

    let begun = Instant::now();
    let mut connections = Vec::with_capacity(crowd);
    for number in 0..crowd {
        connections.push(connect(number, program.address).await);
    }
    // The server has seen them all when the last one is answered, since it accepts them in order.
    let last = connections.pop().unwrap().into_std().unwrap();
    last.set_nonblocking(false).unwrap();
    last.set_read_timeout(Some(LONG)).unwrap();
    (&last).write_all(ASK.as_bytes()).unwrap();
    let mut answer = String::new();
    assert!(is_good(&(&last).read_to_string(&mut answer).map(|_| answer)));
    let held = fs::read_dir(format!("/proc/{}/fd", program.child.id())).unwrap().count();
    let took = begun.elapsed();

    let each = (memory(&program, "VmRSS:") - before) / crowd;
    let _ = writeln!(std::io::stderr(), "{crowd} connections in {took:?}: {held} descriptors, {each} bytes each");
    if took < mimeo::limit::HEADER_READ_TIMEOUT {
        assert!(held >= crowd, "{held} descriptors");
    } else {
        let _ = writeln!(std::io::stderr(), "THE FIRST CONNECTIONS WERE CLOSED BEFORE THE LAST WAS MADE: {took:?}");
    }
    assert!(each < 32 * 1024, "{each} bytes a connection");
    for _ in 0..20 {
        assert!(is_good(&ask(program.address, ASK)));
    }
    // They end as soon as they were silent for too long, and what they took is free again.
    let begun = Instant::now();
    for connection in connections {
        let connection = connection.into_std().unwrap();
        connection.set_nonblocking(false).unwrap();
        connection.set_read_timeout(Some(2 * LONG)).unwrap();
        let read = (&connection).read(&mut [0; 100]).map_err(|error| error.kind());
        assert!(matches!(read, Ok(0) | Err(ErrorKind::ConnectionReset)), "{read:?} after {:?}", begun.elapsed());
    }
    assert!(is_good(&ask(program.address, ASK)));
}
