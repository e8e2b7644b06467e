//! Does one piece of work so many times, for `benches/count`, which counts its instructions.
//!
//! ```text
//! cargo run --release --example count -- handle/body 1000
//! cargo run --release --example count                         # lists what there is
//! ```
#![expect(clippy::print_stdout, clippy::disallowed_macros, reason = "a program for developers")]
#![expect(clippy::expect_used, reason = "a program that cannot go on should stop")]

#[path = "../benches/speed/works.rs"]
mod works;

use std::env;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut arguments = env::args().skip(1);
    let Some(name) = arguments.next() else {
        println!("{}", works::NAMES.join("\n"));
        return;
    };
    let mut work = works::named(&name).expect("a name from the list");
    let count: usize = arguments.next().and_then(|text| text.parse().ok()).expect("how often");
    for _ in 0..count {
        work();
    }
}
