//! Mimeo inside Rust tests.

use std::time::Duration;

use mimeo::{
    embed::{Mock, StartError},
    session::Query,
    shell::JournalError,
};
use serde_json::json;

use crate::client::send;

#[tokio::test]
async fn several_apis_on_one_port() {
    let mock = Mock::from_spec("spec/rockitplay-2025.yaml").and_spec("spec/rocketcoms.yaml").seed(7).start().await;
    assert_eq!(mock.url_of("rocketcoms"), Some(format!("{}/rocketcoms", mock.url())));
    assert_eq!(mock.url_of("nothing"), None);
    let lines = [("Authorization", "Basic a2V5OnNlY3JldA==")];
    assert_eq!(send(mock.address(), "GET /rocketcoms/v1/brands", &lines, None).await.status, 200);
}

#[tokio::test]
async fn sessions_by_path() {
    let mock = Mock::from_spec("spec/rockitplay-2025.yaml").start().await;
    let session = mock.session("one");
    assert_eq!(session.url(), format!("{}/_session/one", mock.url()));
    assert_eq!(mock.session("default").url(), mock.url());
    let lines = [("x-rockit-besession-token", "eyFHsHDfjdsdH...")];
    let answer = send(mock.address(), "POST /_session/one/be/v1/auth", &lines, None).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!((session.tokens().len(), mock.session("default").tokens().len()), (1, 0));
    let refused = send(mock.address(), "GET /_session/a%20b/x", &[], None).await;
    assert_eq!(refused.status, 400, "{refused:?}");
}

#[tokio::test]
async fn the_mock_ends_with_its_handle() {
    let mock = Mock::from_spec("spec/rockitplay-2025.yaml").start().await;
    let address = mock.address();
    drop(mock);
    let gone = async {
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("the port is free again");
}

#[tokio::test]
async fn scenarios() {
    let mock = Mock::from_spec("spec/rockitplay-2025.yaml").scenario("unavailable").start().await;
    let machine = [("x-rockit-orgname", "Org"), ("x-rockit-username", "ci"), ("x-rockit-api-key", "k")];
    let users = || send(mock.address(), "GET /be/v1/users", &machine, None);
    assert_eq!(users().await.status, 503);
    let session = mock.session("default");
    session.scenario("rate-limited");
    assert_eq!(users().await.status, 429);
    assert_eq!(session.progress().map(|progress| progress.scenario.to_string()).as_deref(), Some("rate-limited"));
    session.no_scenario();
    assert_eq!((users().await.status, session.progress()), (200, None));
    session.reset();
    assert_eq!(users().await.status, 503);
    let folder = "fixtures/scenarios/rockitplay-2025-session-dies-mid-way.yaml";
    let own = Mock::from_spec("spec/rockitplay-2025.yaml").scenarios(folder).try_start().await;
    assert!(own.is_ok(), "{own:?}");
    let error = Mock::from_spec("spec/rockitplay-2025.yaml").scenario("flakey").try_start().await.unwrap_err();
    assert!(error.to_string().contains("flakey"), "{error}");
}

#[tokio::test]
async fn what_cannot_be_served_is_said() {
    let error = Mock::from_spec("Cargo.toml").try_start().await.unwrap_err();
    assert!(matches!(error, StartError::NoDescription { .. }), "{error}");
    assert!(error.to_string().contains("Cargo.toml"), "{error}");
}

#[tokio::test]
async fn what_was_asked_is_counted_and_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal");
    let mock = Mock::from_spec("spec/rockitplay-2025.yaml").journal(&file).start().await;
    let session = mock.session("default");
    let login = Query::operation("login");
    assert_eq!((session.count(&login), session.records().len()), (0, 0));
    let ask = async {
        send(mock.address(), "GET /be/v1/nowhere", &[], None).await;
        send(mock.address(), "POST /be/v1/login", &[], Some(json!({}))).await;
    };
    let (reached, ()) = tokio::join!(session.wait(&login, 1, Duration::from_secs(20)), ask);
    assert!(reached);
    assert!(!session.wait(&login, 2, Duration::from_millis(20)).await);
    send(mock.address(), "POST /be/v1/auth", &[], None).await;
    let records = session.records();
    let asked: Vec<(u64, u64, &str)> =
        records.iter().map(|record| (record.number, record.after, record.path())).collect();
    assert_eq!(asked, [(1, 0, "/be/v1/nowhere"), (2, 1, "/be/v1/login"), (3, 2, "/be/v1/auth")]);
    let (first, second) = (records[1].operation.clone().unwrap(), records[2].operation.clone().unwrap());
    assert_eq!(session.order(&[&first, &second]).numbers, [2, 3]);
    assert_eq!(session.order(&[&second, &first]).missing, Some(1));
    let taken = Mock::from_spec("spec/rockitplay-2025.yaml").journal(&file).try_start().await.unwrap_err();
    assert!(matches!(taken, StartError::Journal(JournalError::InUse(_))), "{taken}");
}
