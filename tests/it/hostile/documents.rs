use std::{
    env,
    fmt::Write as _,
    fs,
    io::{ErrorKind, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    sync::Mutex,
};

use mimeo::{
    finding::{Code, Finding},
    openapi::{Loaded, MemorySources, SourceError, Sources, load},
    report::{Chapter, Colour, text},
    shell::{Description, Disk, describe},
};

const HEAD: &str = "openapi: 3.1.0\ninfo: { title: T, version: '1' }\n";
const PATHS: &str = "paths:\n  /a:\n    get: { responses: { '200': { description: D } } }\n";

/// Reads bytes as the file `a.yaml` or, if they begin as JSON, `a.json`.
fn read(bytes: &[u8]) -> Loaded {
    let name = if bytes.starts_with(b"{") { "a.json" } else { "a.yaml" };
    load(&MemorySources::new().with(name, bytes), name, name, &[])
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code.as_str()).collect()
}

/// Expects that a description is not served, with one finding that says why.
#[track_caller]
fn refused(bytes: &[u8], code: Code) {
    let loaded = read(bytes);
    assert_eq!(codes(&loaded.findings), [code.as_str()]);
    assert!(loaded.api.is_none());
}

/// Expects that a description is served, with findings of these codes.
#[track_caller]
fn served(bytes: &[u8], expected: &[&str]) {
    let loaded = read(bytes);
    assert_eq!(codes(&loaded.findings), expected);
    assert_eq!(loaded.api.map(|api| api.operations.len()), Some(1));
}

/// Each would be gigabytes if it were copied: the test would not end.
#[test]
fn alias_bombs_are_refused() {
    let mut nodes = format!("{HEAD}{PATHS}x-0: &x0 [a, a, a, a, a, a, a, a, a, a]\n");
    for level in 1..12 {
        let aliases = vec![format!("*x{}", level - 1); 10].join(", ");
        let _ = writeln!(nodes, "x-{level}: &x{level} [{aliases}]");
    }
    refused(nodes.as_bytes(), Code::TOO_LARGE);

    let mut merges = format!("{HEAD}{PATHS}x-0: &x0 {{ a: 1, b: 2 }}\n");
    for level in 1..40 {
        let below = level - 1;
        let _ = writeln!(merges, "x-{level}: &x{level} {{ a: *x{below}, b: *x{below}, <<: *x{below} }}");
    }
    refused(merges.as_bytes(), Code::TOO_LARGE);

    let large = format!("{HEAD}{PATHS}x-s: &s {}\nx-a: [{}]\n", "a".repeat(100_000), "*s, ".repeat(40_000));
    refused(large.as_bytes(), Code::TOO_LARGE);
    let keys = format!("{HEAD}{PATHS}x-s: &s {}\nx-a: [{}]\n", "a".repeat(100_000), "{ *s : 1 }, ".repeat(40_000));
    refused(keys.as_bytes(), Code::TOO_LARGE);

    let honest = format!("{HEAD}{PATHS}x-s: &s [a, b]\nx-a: [{}]\n", "*s, ".repeat(1000));
    served(honest.as_bytes(), &[]);
}

#[test]
fn deep_documents_are_refused() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("!!seq [", "]"), ("&a [", "]")] {
        let deep = format!("{HEAD}{PATHS}x-a:\n  {}1{}\n", open.repeat(100_000), close.repeat(100_000));
        refused(deep.as_bytes(), Code::TOO_LARGE);
    }
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{{\"openapi\": \"3.1.0\", \"x-a\": {}1{}}}", open.repeat(100_000), close.repeat(100_000));
        refused(deep.as_bytes(), Code::TOO_LARGE);
    }
    let mut ladder = format!("{HEAD}{PATHS}x-0: &x0 [1]\n");
    for level in 1..1000 {
        let _ = writeln!(ladder, "x-{level}: &x{level} [*x{}]", level - 1);
    }
    refused(ladder.as_bytes(), Code::TOO_LARGE);
}

/// What is very long is read, and a report about it is short all the same.
#[test]
fn long_keys_and_texts() {
    let longest = "k".repeat(8 * 1024 * 1024);
    let long = &longest[..256 * 1024];
    for text in [
        format!("{HEAD}{PATHS}x-a: {longest}\n"),
        format!("{HEAD}{PATHS}{longest}: 1\n"),
        format!("{{\"openapi\": \"3.1.0\", \"{longest}\": \"{longest}\", \"paths\": 1}}"),
        format!("{HEAD}{PATHS}x-{long}: 1\n"),
        format!("{HEAD}{PATHS}? {long}\n: 1\n"),
        format!("{HEAD}{PATHS}{long}\n"),
        format!("{HEAD}paths:\n  /a:\n    get: {{ operationId: {long}, responses: {{ '2{long}': {{}} }} }}\n"),
        format!("{HEAD}paths:\n  /a:\n    get: {{ responses: {{ '200': {{ $ref: '{long}' }} }} }}\n"),
        format!("{HEAD}paths:\n  /a:\n    get: {{ security: [{{ {long}: [] }}], responses: {{ '200': {{}} }} }}\n"),
        format!("{HEAD}paths:\n  '/{long}{{':\n    get: {{ responses: {{ '200': {{ description: D }} }} }}\n"),
        format!("{{\"openapi\": \"3.1.0\", \"{long}\": \"{long}\", \"paths\": 1}}"),
        format!("{{\"openapi\": \"{long}\", \"paths\": 1}}"),
    ] {
        let loaded = read(text.as_bytes());
        let report = text_of(&loaded);
        assert!(report.len() < 20_000, "{} bytes: {}", report.len(), report.get(..2000).unwrap_or_default());
    }
}

fn text_of(loaded: &Loaded) -> String {
    text(&[Chapter { findings: &loaded.findings, documents: &loaded.documents }], Colour::Plain)
}

#[test]
fn repeated_keys() {
    served(format!("{HEAD}{PATHS}{PATHS}").as_bytes(), &["duplicate-key"]);
    let paths = r#"{"/a": {"get": {"responses": {"200": {"description": "D"}}}}}"#;
    let info = r#"{"title": "T", "version": "1"}"#;
    let json = format!(r#"{{"openapi": "3.1.0", "info": {info}, "paths": {paths}, "paths": {{}}}}"#);
    served(json.as_bytes(), &["duplicate-key"]);
    let many = format!("{HEAD}{PATHS}{}", "x-a: 1\n".repeat(50_000));
    let loaded = read(many.as_bytes());
    assert!(loaded.findings.len() <= mimeo::limit::FINDINGS_MAX, "{}", loaded.findings.len());
}

#[test]
fn encodings() {
    let good = format!("{HEAD}{PATHS}");
    served(format!("\u{feff}{good}").as_bytes(), &[]);
    served(good.replace('\n', "\r\n").as_bytes(), &[]);
    served(good.replace('\n', "\r").as_bytes(), &[]);
    let letters = good.replace("title: T", "title: Caf\u{e9}");
    served(&letters.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>(), &["encoding"]);
    let units: Vec<u16> = std::iter::once(0xFEFF).chain(good.encode_utf16()).collect();
    refused(&units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<u8>>(), Code::ENCODING);
    refused(&units.iter().flat_map(|unit| unit.to_be_bytes()).collect::<Vec<u8>>(), Code::ENCODING);
    let unmarked = units.iter().skip(1);
    refused(&unmarked.flat_map(|unit| unit.to_le_bytes()).collect::<Vec<u8>>(), Code::ENCODING);
    refused(good.replace("title: T", "title: T\0").as_bytes(), Code::ENCODING);
    refused(&[0], Code::ENCODING);
    for cut in 0..good.len() {
        read(good.as_bytes().get(..cut).unwrap());
    }
}

/// Files on disk, and every read of them.
struct Recorded {
    disk: Disk,
    reads: Mutex<Vec<(String, bool)>>,
}

impl Sources for Recorded {
    fn read(&self, path: &str) -> Result<Vec<u8>, SourceError> {
        let read = self.disk.read(path);
        self.reads.lock().unwrap().push((path.to_owned(), read.is_ok()));
        read
    }
}

/// Reads a description with a reference to a file outside its folder: nothing but the description is read.
#[track_caller]
fn nothing_else_is_read(root: &Path, reference: &str) {
    let inside = root.join("inside");
    let schema = format!("{{ $ref: '{reference}' }}");
    let entry = format!(
        "{HEAD}paths:\n  /a:\n    get: {{ responses: {{ '200': {{ description: D, content: {{ application/json: {{ schema: {schema} }} }} }} }} }}\n"
    );
    fs::write(inside.join("entry.yaml"), entry).unwrap();
    let sources = Recorded { disk: Disk::new(&inside).unwrap(), reads: Mutex::default() };
    let loaded = load(&sources, "entry.yaml", "entry.yaml", &[]);
    let read: Vec<String> =
        sources.reads.into_inner().unwrap().into_iter().filter_map(|(path, read)| read.then_some(path)).collect();
    assert_eq!(read, ["entry.yaml"], "{reference}");
    assert_eq!(codes(&loaded.findings), ["ref-refused"], "{reference}");
    let report = text_of(&loaded);
    assert!(!report.contains("mellon"), "{report}");
    assert!(loaded.api.is_some(), "the rest is served");
}

#[test]
fn references_out_of_the_folder_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let inside = root.join("inside");
    fs::create_dir_all(inside.join("deep")).unwrap();
    let secret = root.join("secret.yaml");
    fs::write(&secret, "type: string\nconst: mellon\n").unwrap();
    let absolute = secret.display().to_string();
    for reference in [
        "../secret.yaml",
        "deep/../../secret.yaml",
        "./deep/.././../secret.yaml#/const",
        "%2e%2e/secret.yaml",
        "%2E%2E%2Fsecret.yaml",
        ".%2e/secret.yaml",
        "deep/%2e%2e/%2e%2e/secret.yaml",
        "..%5Csecret.yaml",
        "..\\secret.yaml",
        "../inside/../secret.yaml",
        &absolute,
        &format!("file:{absolute}"),
        &format!("file://{absolute}"),
        &format!("FILE://localhost{absolute}"),
        &absolute.replace('/', "%2F"),
        "//localhost/secret.yaml",
        "http://localhost/secret.yaml",
        "HTTPS://localhost/secret.yaml#/a",
        "http:secret.yaml",
        "ftp://localhost/secret.yaml",
        "data:application/json,{}",
        "C:/secret.yaml",
        "secret.yaml%00.json",
        "/dev/zero",
        "../../../../../../../../etc/passwd",
    ] {
        nothing_else_is_read(&root, reference);
    }
    // Somebody listens, and nobody comes.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    for scheme in ["http:", "https:", "ftp:", "HTTP:", ""] {
        nothing_else_is_read(&root, &format!("{scheme}//{address}/secret.yaml"));
        nothing_else_is_read(&root, &format!("{scheme}//u:p@{address}/secret.yaml#/const"));
    }
    assert_eq!(listener.accept().map(|_| ()).map_err(|error| error.kind()), Err(ErrorKind::WouldBlock));
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink(&secret, inside.join("link.yaml")).unwrap();
        symlink(&root, inside.join("deep/up")).unwrap();
        symlink("/dev/zero", inside.join("zero.yaml")).unwrap();
        for reference in ["link.yaml", "link.yaml#/const", "deep/up/secret.yaml", "zero.yaml"] {
            nothing_else_is_read(&root, reference);
        }
    }
}

/// A file that never ends, or gives nothing until somebody writes, is no description.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.yaml");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let described = describe(&Description { paths: vec![pipe], ..Description::default() }).unwrap();
    assert_eq!(described.iter().flat_map(|it| codes(&it.findings)).collect::<Vec<_>>(), ["not-read"]);
    assert!(describe(&Description { paths: vec![folder.path().to_owned()], ..Description::default() }).is_err());
}

/// Every file of a collection of hostile descriptions, where there is one: the folder in `MIMEO_HOSTILE_SPECS`.
#[test]
fn collected_descriptions() {
    let Some(folder) = env::var_os("MIMEO_HOSTILE_SPECS").map(PathBuf::from) else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: MIMEO_HOSTILE_SPECS names no folder of hostile descriptions");
        return;
    };
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|it| it == "yaml" || it == "json"));
    files.sort();
    assert!(files.len() > 50, "{} files", files.len());
    for file in files {
        let described = describe(&Description { paths: vec![file.clone()], ..Description::default() }).unwrap();
        for described in described {
            let mut findings = described.findings;
            if let Some(contract) = described.contract {
                findings.extend(contract.check_all());
            }
            let report = text(&[Chapter { findings: &findings, documents: &described.documents }], Colour::Plain);
            assert!(report.len() < 2_000_000, "{}: {} bytes", file.display(), report.len());
            assert!(!report.contains("root:"), "{}: {report}", file.display());
            assert!(!report.contains('\u{1b}'), "{}: {report:?}", file.display());
        }
    }
}
