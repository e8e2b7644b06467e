//! Snapshots of clients: made from what a mock saw, written, read, compared.

use std::fmt::Write as _;

use mimeo::{
    embed::{Mock, Running},
    report::{Colour, comparison, comparison_summary, unified},
    snapshot::{Rules, Snapshot, compare},
};
use serde_json::{Value, json};

use crate::client::send;

/// A client of ROCKITPLAY 2025 that can be made to behave in several ways.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one way to behave otherwise")]
struct Client {
    /// It logs in a second time before it goes on.
    logs_in_twice: bool,
    /// It goes on with an auth token that has expired.
    keeps_its_token: bool,
    /// It sends this field with its login.
    field: Option<(&'static str, &'static str)>,
    /// It logs in to this organisation.
    organisation: Option<&'static str>,
    /// It asks for the apps before it asks for the users.
    apps_first: bool,
    /// It leaves out its name.
    is_nameless: bool,
}

impl Client {
    async fn run(self, mock: &Running) {
        let call = |request: &'static str, lines: Vec<(&'static str, String)>, body: Option<Value>| async move {
            let lines: Vec<(&str, &str)> = lines.iter().map(|(name, value)| (*name, value.as_str())).collect();
            send(mock.address(), request, &lines, body).await
        };
        let mut who =
            json!({"org": self.organisation.unwrap_or("ExampleOrg"), "username": "adminUser", "pw": "hunter2"});
        let mut lines = vec![("User-Agent", "test/1.0".to_owned())];
        lines.extend(self.field.map(|(name, value)| (name, value.to_owned())));
        let mut session = call("POST /be/v1/login", lines.clone(), Some(who.clone())).await;
        if self.logs_in_twice {
            session = call("POST /be/v1/login", lines.clone(), Some(who.clone())).await;
        }
        if self.is_nameless {
            who.as_object_mut().unwrap().remove("username");
            call("POST /be/v1/login", lines, Some(who)).await;
        }
        let session = session.at("/login/token").to_owned();
        let auth = || async {
            let answer = call("POST /be/v1/auth", vec![("x-rockit-besession-token", session.clone())], None).await;
            answer.at("/auth/token").to_owned()
        };
        let mut token = auth().await;
        let get = |request, token: String| call(request, vec![("x-rockit-beauth-token", token)], None);
        let [first, second] = ["GET /be/v1/users", "GET /be/v1/apps"];
        let (first, second) = if self.apps_first { (second, first) } else { (first, second) };
        get(first, token.clone()).await;
        get(second, token.clone()).await;
        mock.session("default").advance("5m");
        if !self.keeps_its_token {
            token = auth().await;
        }
        get("GET /be/v1/users", token).await;
    }

    async fn snapshot(self, seed: u64) -> Snapshot {
        let mock = Mock::from_spec("spec/rockitplay-2025.yaml").seed(seed).start().await;
        self.run(&mock).await;
        mock.snapshot(&Rules::default(), None)
    }
}

fn assert_shown(name: &str, text: &str) {
    // Every change of a description changes its digest.
    let without_digest =
        |line: &str| line.find("sha256: ").map_or(line.to_owned(), |at| format!("{}sha256: …", &line[..at]));
    let text = text.lines().map(without_digest).collect::<Vec<_>>().join("\n");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots/snapshot");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Written and read, it is the same; and it is no different from itself.
#[track_caller]
fn assert_sound(snapshot: &Snapshot) -> String {
    let text = snapshot.write();
    let read = Snapshot::read("client.snap", &text).unwrap_or_else(|error| panic!("{error:?}\n{text}"));
    assert_eq!(read, *snapshot, "{text}");
    assert_eq!(read.write(), text);
    let same = compare(snapshot, &read);
    assert!(same.is_empty() && same.notes.is_empty(), "{same:?}");
    text
}

#[tokio::test]
async fn a_client_is_shown_and_does_the_same_twice() {
    let first = assert_sound(&Client::default().snapshot(0).await);
    let second = assert_sound(&Client::default().snapshot(7).await);
    assert_eq!(first, second);
    assert!(!first.contains("hunter2"), "{first}");
    assert_shown("rockitplay-2025", &first);
}

#[tokio::test]
async fn what_differs_is_said_in_words() {
    let old = Client::default();
    let usual = old.snapshot(0).await;
    let mut page = String::new();
    for (title, new) in [
        ("an extra login", Client { logs_in_twice: true, ..old }),
        ("a token that is used after it expired", Client { keeps_its_token: true, ..old }),
        ("a new header", Client { field: Some(("X-Client", "app")), ..old }),
        ("another value in the body", Client { organisation: Some("OtherOrg"), ..old }),
        ("another order", Client { apps_first: true, ..old }),
        ("a request that breaks the contract", Client { is_nameless: true, ..old }),
    ] {
        let new = new.snapshot(3).await;
        for (title, old, new) in [(title.to_owned(), &usual, &new), (format!("{title}, and back"), &new, &usual)] {
            let differences = compare(old, new);
            let words = comparison(&differences, Colour::Plain);
            let _ = write!(page, "# {title}\n\n{words}{}\n\n", comparison_summary(&differences));
        }
    }
    assert_shown("words", &page);
}

/// A token where one of another kind belongs was not revoked.
#[tokio::test]
async fn a_token_of_another_kind() {
    let mock = Mock::from_spec("spec/rockitplay-2025.yaml").start().await;
    let who = json!({"org": "ExampleOrg", "username": "adminUser", "pw": "hunter2"});
    let answer = send(mock.address(), "POST /be/v1/login", &[], Some(who)).await;
    let token = answer.at("/login/token");
    send(mock.address(), "GET /be/v1/users", &[("x-rockit-beauth-token", token)], None).await;
    let text = assert_sound(&mock.snapshot(&Rules::default(), None));
    assert!(text.contains("beauth: '<token besession #1>, misplaced'"), "{text}");
}

#[tokio::test]
async fn the_texts_are_shown_line_by_line() {
    let old = Client::default().snapshot(0).await.write();
    let new = Client { keeps_its_token: true, ..Client::default() }.snapshot(0).await.write();
    assert_eq!(unified(("a", &old), ("b", &old), Colour::Plain), "");
    assert_shown("unified", &unified(("client.snap", &old), ("client.snap.new", &new), Colour::Plain));
    let coloured = unified(("a", &old), ("b", &new), Colour::Ansi);
    assert!(coloured.contains("\u{1b}[31m-") && coloured.contains("\u{1b}[32m+"), "{coloured}");
}

#[tokio::test]
async fn rocketchat() {
    let record = |seed: u64| async move {
        let mock = Mock::from_spec("spec/rocketchat.yaml").seed(seed).start().await;
        let call = |request: &'static str, lines: Vec<(&'static str, String)>, body: Option<Value>| {
            let mock = &mock;
            async move {
                let lines: Vec<(&str, &str)> = lines.iter().map(|(name, value)| (*name, value.as_str())).collect();
                send(mock.address(), request, &lines, body).await
            }
        };
        let digest = "1ec1c26b50d5d3c58d9583181af8076655fe00756bf7285940ba3670f99fcba0";
        let hashed = json!({"user": "alice", "password": {"digest": digest, "algorithm": "sha-256"}});
        let answer = call("POST /api/v1/login", Vec::new(), Some(hashed)).await;
        let token = answer.at("/data/authToken").to_owned();
        let user = answer.at("/data/userId").to_owned();
        let lines = vec![("X-Auth-Token", token.clone()), ("X-User-Id", user.clone())];
        call("GET /api/v1/me", lines.clone(), None).await;
        call("POST /api/v1/login", Vec::new(), Some(json!({"resume": token}))).await;
        let message = json!({"message": {"rid": "GENERAL", "msg": format!("my token is {token}")}});
        call("POST /api/v1/chat.sendMessage", lines.clone(), Some(message)).await;
        call("POST /api/v1/logout", lines.clone(), None).await;
        call("GET /api/v1/me", lines, None).await;
        let text = assert_sound(&mock.snapshot(&Rules::default(), None));
        assert!(!text.contains(&token) && !text.contains(digest), "{text}");
        text
    };
    let text = record(1).await;
    assert_eq!(text, record(2).await);
    assert_shown("rocketchat", &text);
}

#[tokio::test]
async fn rocketcoms_and_rockitplay_2026_in_sessions() {
    let record = |seed: u64, names: [&'static str; 2]| async move {
        let mock =
            Mock::from_spec("spec/rocketcoms.yaml").and_spec("spec/rockitplay-2026.yaml").seed(seed).start().await;
        let basic = ("Authorization", "Basic a2V5OnNlY3JldA==");
        let [coms, play] = names;
        let named = ("Mimeo-Session", coms);
        let login = json!({"email": "abc@business.com", "password": "dhy7MN@34"});
        let answer = send(mock.address(), "POST /rocketcoms/v1/auth/login", &[named, basic], Some(login)).await;
        let bearer = format!("Bearer {}", answer.at("/token"));
        let brands = || async {
            send(mock.address(), "GET /rocketcoms/v1/brands", &[named, ("Authorization", &bearer)], None).await
        };
        brands().await;
        mock.session(coms).advance("30m");
        brands().await;
        let renew = json!({"token": answer.at("/refreshToken")});
        send(mock.address(), "POST /rocketcoms/v1/auth/refresh", &[named, basic], Some(renew.clone())).await;
        send(mock.address(), "POST /rocketcoms/v1/auth/refresh", &[named, basic], Some(renew)).await;
        let named = ("Mimeo-Session", play);
        let lines = [named, ("x-rockit-beorgsel-token", "made-up")];
        send(mock.address(), "POST /rockitplay-2026/be/v1/login", &lines, Some(json!({"org": "DACSLABS"}))).await;
        send(mock.address(), "GET /nowhere/6b1e7f5a-0c7d-4b53-9a4e-3f2d1c0b9a87?page=1", &[named], None).await;
        assert_sound(&mock.snapshot(&Rules::default(), None))
    };
    let generated = ["0c7d4b53-1b1e-4f5a-9a4e-3f2d1c0b9a87", "ffffffff-1b1e-4f5a-9a4e-3f2d1c0b9a87"];
    let text = record(1, generated).await;
    let [one, two] = generated;
    assert_eq!(text, record(2, [two, one]).await);
    assert_shown("sessions", &text);
    let named = Snapshot::read("named.snap", &record(1, ["coms", "play"]).await).unwrap();
    assert!(named.session("coms").is_some() && named.session("play").is_some(), "{named:?}");
}

/// insta's own reader takes the file: it compares the content, whatever stands in the metadata.
#[tokio::test]
async fn insta_reads_the_file() {
    let text = Client::default().snapshot(0).await.write();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("client.snap"), &text).unwrap();
    let content = text.splitn(3, "---\n").nth(2).unwrap();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder.path());
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!("client", content));
    let kept = std::fs::read_to_string(folder.path().join("client.snap")).unwrap();
    assert_eq!(kept, text, "insta found nothing to change");
}
