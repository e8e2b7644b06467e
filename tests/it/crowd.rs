//! Many clients at once, each in a session of its own: none ever sees another's state.

use std::sync::Arc;

use mimeo::embed::{Mock, Running};
use serde_json::json;
use tokio::task::JoinSet;

use crate::client::{Answer, send};

const CLIENTS: u64 = 300;
const STEPS: usize = 24;
const MINUTE: u64 = 60;

/// Numbers that look random and are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % count
    }
}

/// What a session must know, in the simplest words: its own time in seconds, and for each login its tokens.
#[derive(Default)]
struct Model {
    now: u64,
    access: Option<Expected>,
    refresh: Option<Expected>,
    /// Refresh tokens that were rotated, and tokens that were logged out.
    over: Vec<(&'static str, String)>,
}

struct Expected {
    token: String,
    expires: u64,
}

/// One client: a walk of logins, calls, waits, renewals and logouts, each answer held against the model.
struct Walker {
    mock: Arc<Running>,
    session: String,
    dice: Dice,
    model: Model,
    history: Vec<String>,
}

impl Walker {
    async fn call(&mut self, request: &str, lines: &[(&str, &str)], body: Option<serde_json::Value>) -> Answer {
        let mut all = vec![("Mimeo-Session", self.session.as_str())];
        all.extend(lines);
        let answer = send(self.mock.address(), request, &all, body).await;
        self.history.push(format!("{request} -> {} {}", answer.status, answer.body["error"]));
        answer
    }

    #[track_caller]
    fn expect(&self, answer: &Answer, status: u16, error: Option<&str>) {
        let found = (answer.status, answer.body["error"].as_str());
        assert_eq!(found, (status, error), "{}: {:#?}", self.session, self.history);
    }

    fn take(&mut self, answer: &Answer) {
        let token = |kind: &str, lifetime: u64| Expected {
            token: answer.at(&format!("/{kind}/token")).to_owned(),
            expires: self.model.now + lifetime,
        };
        let (access, refresh) = (token("access", 15 * MINUTE), token("refresh", 24 * 60 * MINUTE));
        (self.model.access, self.model.refresh) = (Some(access), Some(refresh));
    }

    async fn step(&mut self) {
        match self.dice.below(8) {
            0 => self.log_in().await,
            1 | 2 => self.look().await,
            3 => {
                let minutes = 1 + self.dice.below(12);
                self.mock.session(&self.session).advance(&format!("{minutes}m"));
                self.model.now += minutes * MINUTE;
                self.history.push(format!("{minutes} minutes pass"));
            }
            4 => self.renew().await,
            5 => self.log_out().await,
            6 => self.switch_scenarios().await,
            _ => self.try_what_is_over().await,
        }
    }

    async fn log_in(&mut self) {
        let who = json!({"username": format!("user_{}", self.session), "pw": "secret"});
        let answer = self.call("POST /be/v1/login", &[], Some(who)).await;
        self.expect(&answer, 200, None);
        let selection = answer.at("/login/token").to_owned();
        let lines = [("x-rockit-beorgsel-token", selection.as_str())];
        let answer = self.call("POST /be/v1/login", &lines, Some(json!({"org": "DACSLABS"}))).await;
        self.expect(&answer, 200, None);
        self.take(&answer);
    }

    async fn look(&mut self) {
        let Some(access) = &self.model.access else { return };
        let (token, is_live) = (access.token.clone(), self.model.now < access.expires);
        let answer = self.call("GET /be/v1/users", &[("x-rockit-beauth-token", &token)], None).await;
        if is_live { self.expect(&answer, 200, None) } else { self.expect(&answer, 401, Some("token-expired")) }
    }

    async fn renew(&mut self) {
        let Some(refresh) = &self.model.refresh else { return };
        let (token, is_live) = (refresh.token.clone(), self.model.now < refresh.expires);
        let answer = self.call("POST /be/v1/refresh", &[("x-rockit-berefresh-token", &token)], Some(json!({}))).await;
        if is_live {
            self.expect(&answer, 200, None);
            self.model.over.push(("x-rockit-berefresh-token", token));
            self.take(&answer);
        } else {
            self.expect(&answer, 401, Some("token-expired"));
        }
    }

    async fn log_out(&mut self) {
        let Some(access) = self.model.access.take() else { return };
        let is_live = self.model.now < access.expires;
        let answer = self.call("POST /be/v1/logout", &[("x-rockit-beauth-token", &access.token)], None).await;
        if is_live {
            self.expect(&answer, 200, None);
            self.model.over.push(("x-rockit-beauth-token", access.token));
            if let Some(refresh) = self.model.refresh.take() {
                self.model.over.push(("x-rockit-berefresh-token", refresh.token));
            }
        } else {
            self.expect(&answer, 401, Some("token-expired"));
            self.model.access = Some(access);
        }
    }

    /// While a scenario is on, its answer comes and nothing else happens: no token is issued, rotated or ended.
    async fn switch_scenarios(&mut self) {
        let (scenario, status, error) = match self.dice.below(3) {
            0 => ("unavailable", 503, "maintenance"),
            1 => ("token-expired", 401, "token-expired"),
            _ => ("forbidden", 403, "permission-missing"),
        };
        self.mock.session(&self.session).scenario(scenario);
        self.history.push(format!("{scenario} is on"));
        let token = self.model.access.as_ref().map(|access| access.token.clone()).unwrap_or_default();
        let answer = self.call("GET /be/v1/users", &[("x-rockit-beauth-token", &token)], None).await;
        self.expect(&answer, status, Some(error));
        self.mock.session(&self.session).no_scenario();
        self.history.push("no scenario is on".to_owned());
    }

    /// A token that was rotated or logged out stays over; of two reasons, the one that came first is told.
    async fn try_what_is_over(&mut self) {
        let count = self.model.over.len() as u64;
        if count == 0 {
            return;
        }
        let (name, token) = self.model.over[usize::try_from(self.dice.below(count)).unwrap()].clone();
        let request = if name.contains("refresh") { "POST /be/v1/refresh" } else { "GET /be/v1/users" };
        let answer = self.call(request, &[(name, &token)], None).await;
        self.expect(&answer, 401, Some("token-invalid"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_never_meet() {
    let mock = Arc::new(Mock::from_spec("spec/rockitplay-2026.yaml").start().await);
    let mut walks = JoinSet::new();
    for client in 0..CLIENTS {
        let session = format!("client-{client}");
        mock.session(&session).freeze();
        let dice = Dice(0x9E37_79B9_7F4A_7C15 ^ (client + 1));
        let mut walker =
            Walker { mock: Arc::clone(&mock), session, dice, model: Model::default(), history: Vec::new() };
        walks.spawn(async move {
            walker.log_in().await;
            for _ in 0..STEPS {
                walker.step().await;
            }
            (walker.session, walker.model.access.map(|access| access.token), walker.history.len())
        });
    }
    let ends = walks.join_all().await;
    assert_eq!(ends.len() as u64, CLIENTS);
    assert!(ends.iter().all(|(.., steps)| *steps > 2));
    // A token that lives in one session was never issued in another.
    let mut tokens = ends.iter().filter_map(|(session, token, _)| Some((session, token.as_ref()?)));
    let (owner, token) = tokens.next().unwrap();
    let stranger = if owner == "client-0" { "client-1" } else { "client-0" };
    let lines = [("Mimeo-Session", stranger), ("x-rockit-beauth-token", token)];
    let answer = send(mock.address(), "GET /be/v1/users", &lines, None).await;
    assert_eq!((answer.status, answer.body["error"].as_str()), (401, Some("token-invalid")));
    let mut all: Vec<_> = ends.iter().filter_map(|(_, token, _)| token.as_ref()).collect();
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count, "no token was issued twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_a_hundred_racers_rotates() {
    let mock = Arc::new(Mock::from_spec("spec/rockitplay-2026.yaml").start().await);
    let lines = [("x-rockit-beorgsel-token", "eyJhbGci...")];
    let answer = send(mock.address(), "POST /be/v1/login", &lines, Some(json!({"org": "DACSLABS"}))).await;
    let refresh = answer.at("/refresh/token").to_owned();
    let mut racers = JoinSet::new();
    for _ in 0..100 {
        let (mock, refresh) = (Arc::clone(&mock), refresh.clone());
        racers.spawn(async move {
            let lines = [("x-rockit-berefresh-token", refresh.as_str())];
            send(mock.address(), "POST /be/v1/refresh", &lines, Some(json!({}))).await
        });
    }
    let answers = racers.join_all().await;
    let winners: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(winners.len(), 1);
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.body["error"] == "token-invalid"));
    let lines = [("x-rockit-beauth-token", winners[0].at("/access/token"))];
    assert_eq!(send(mock.address(), "GET /be/v1/users", &lines, None).await.status, 200);
}
