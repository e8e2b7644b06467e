//! Snapshots of clients: made from what a mock saw, written, read, compared.

use mimeo::{
    embed::{Mock, Running},
    report::{Colour, comparison},
    snapshot::{Rules, Snapshot, compare},
};
use serde_json::{Value, json};

use crate::client::{Answer, send, send_form};

/// A client of ROCKITPLAY 2025 that can be made to behave in several ways.
#[derive(Clone, Copy, Default)]
struct Client {
    /// It logs in a second time before it asks for the users.
    logs_in_twice: bool,
    /// It goes on with an auth token that has expired.
    keeps_its_token: bool,
    /// It sends this field.
    field: Option<(&'static str, &'static str)>,
    /// It asks for the users before it says who it is.
    hurries: bool,
}

impl Client {
    async fn run(self, mock: &Running) {
        let call = |request: &'static str, lines: Vec<(&'static str, String)>, body: Option<Value>| async move {
            let lines: Vec<(&str, &str)> = lines.iter().map(|(name, value)| (*name, value.as_str())).collect();
            send(mock.address(), request, &lines, body).await
        };
        let who = || Some(json!({"org": "ExampleOrg", "username": "adminUser", "pw": "hunter2"}));
        let mut lines = vec![("User-Agent", "test/1.0".to_owned())];
        lines.extend(self.field.map(|(name, value)| (name, value.to_owned())));
        if self.hurries {
            call("GET /be/v1/users", Vec::new(), None).await;
        }
        let mut session = call("POST /be/v1/login", lines.clone(), who()).await;
        if self.logs_in_twice {
            session = call("POST /be/v1/login", lines.clone(), who()).await;
        }
        let session = session.at("/login/token").to_owned();
        let auth = || async {
            let answer = call("POST /be/v1/auth", vec![("x-rockit-besession-token", session.clone())], None).await;
            answer.at("/auth/token").to_owned()
        };
        let mut token = auth().await;
        call("GET /be/v1/users", vec![("x-rockit-beauth-token", token.clone())], None).await;
        mock.session("default").advance("5m");
        if !self.keeps_its_token {
            token = auth().await;
        }
        call("GET /be/v1/users", vec![("x-rockit-beauth-token", token.clone())], None).await;
    }

    async fn snapshot(self) -> Snapshot {
        let mock = Mock::from_spec("spec/rockitplay-2025.yaml").start().await;
        self.run(&mock).await;
        mock.snapshot(&Rules::default(), None)
    }
}

#[tokio::test]
async fn a_client_is_shown() {
    let snapshot = Client::default().snapshot().await;
    println!("{}", snapshot.write());
}
