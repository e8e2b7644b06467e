//! A client that must log in again when its token expires, tested in virtual time.
//!
//! `cargo run --example token_expires`: run it from the root of the project.

use std::error::Error;

use mimeo::embed::Mock;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// The client under test; yours has an HTTP library.
async fn status(address: std::net::SocketAddr, request: &str, header: &str) -> Result<String, Box<dyn Error>> {
    let mut socket = TcpStream::connect(address).await?;
    socket
        .write_all(format!("{request} HTTP/1.1\r\nHost: mock\r\n{header}\r\nConnection: close\r\n\r\n").as_bytes())
        .await?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::main]
#[expect(clippy::print_stdout, clippy::disallowed_macros, reason = "an example shows what happens")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mock = Mock::from_spec("spec/rockitplay-2025.yaml").start().await;

    let session = "x-rockit-besession-token: eyFHsHDfjdsdH...";
    let answer = status(mock.address(), "POST /be/v1/auth", session).await?;
    let token = answer.split("\"token\":\"").nth(1).and_then(|rest| rest.split('"').next()).ok_or("no token")?;

    let auth = format!("x-rockit-beauth-token: {token}");
    let first = status(mock.address(), "GET /be/v1/users", &auth).await?;
    println!("at once:              {}", first.lines().next().unwrap_or_default());

    mock.session("default").advance("5m");
    let later = status(mock.address(), "GET /be/v1/users", &auth).await?;
    println!("five minutes later:   {}", later.lines().next().unwrap_or_default());
    println!("                      {}", later.lines().last().unwrap_or_default());
    Ok(())
}
